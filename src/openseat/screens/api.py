"""The part of the API for wallboards, their links, and the screens that show them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Integer,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from starlette.responses import Response

from openseat.directory.brands import brand_of, logo_of
from openseat.directory.standing import names
from openseat.platform.access import Access, needs
from openseat.platform.auth_roles import Role
from openseat.platform.auth_tables import users
from openseat.platform.database import metadata
from openseat.platform.fields import Id
from openseat.platform.headers import IfMatch, version_needed
from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem, responses
from openseat.platform.screens import OnScreen, new_secret, screen_links
from openseat.platform.web_middleware import picture_headers
from openseat.screens.documents import (
    Link,
    LinkFields,
    NewLink,
    Shown,
    Wallboard,
    WallboardFields,
)

router = APIRouter(tags=["wallboards"])

wallboards = Table(
    "wallboards",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id")),
    Column("owner_id", Text, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("layout", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

Builds = Annotated[Access, needs("wallboards.write")]
BoardId = Annotated[Id, Path(description="A wallboard's identifier")]
LinkId = Annotated[Id, Path(description="A link's identifier")]
_ANSWERS = responses(401, 403, 404)


def _mine(access: Access) -> ColumnElement[bool]:
    """Return which boards are the caller's to change: the own ones, for administrators all."""
    who = access.principal
    if who.role is Role.OPERATOR_ADMIN and who.range is None:
        return wallboards.c.id.is_not(None)
    return wallboards.c.owner_id == who.user_id


async def _boards(access: Access, *conditions: ColumnElement[bool]) -> list[Wallboard]:
    rows = await access.session.rows(
        select(wallboards, users.c.name.label("owner_name"))
        .join(users, users.c.id == wallboards.c.owner_id)
        .where(_mine(access), *conditions)
        .order_by(wallboards.c.name, wallboards.c.id)
    )
    own = access.principal.user_id
    return [
        Wallboard.model_validate({**row, "own": row["owner_id"] == own, "pages": row["layout"]})
        for row in rows
    ]


async def _board(access: Access, board_id: str) -> Wallboard:
    found = await _boards(access, wallboards.c.id == board_id)
    if not found:
        raise await access.missing(wallboards, "wallboard", board_id)
    return found[0]


def _layout(body: WallboardFields) -> list[dict[str, Any]]:
    return [page.model_dump(mode="json") for page in body.pages]


@router.get("/wallboards", operation_id="list_wallboards", responses=responses(401, 403))
async def list_wallboards(access: Builds) -> list[Wallboard]:
    """The caller's wallboards, by name; administrators see everybody's."""
    return await _boards(access)


@router.post(
    "/wallboards", operation_id="create_wallboard", status_code=201, responses=responses(401, 403)
)
async def create_wallboard(access: Builds, body: WallboardFields) -> Wallboard:
    """Lay out a wallboard."""
    who = access.principal
    board_id = new_id("wallboard")
    await access.session.run(
        insert(wallboards).values(
            id=board_id,
            client_id=who.client_id,
            owner_id=who.user_id,
            name=body.name,
            layout=_layout(body),
        )
    )
    board = await _board(access, board_id)
    await access.record("wallboard.created", "wallboard", board_id, {"name": body.name})
    return board


@router.put(
    "/wallboards/{board_id}",
    operation_id="change_wallboard",
    responses=responses(401, 403, 404, 412, 428),
)
async def change_wallboard(
    access: Builds, board_id: BoardId, body: WallboardFields, if_match: IfMatch = None
) -> Wallboard:
    """Lay a wallboard out anew; needs If-Match. Screens follow by themselves."""
    version = version_needed(if_match)
    await _board(access, board_id)
    touched = await access.session.run(
        update(wallboards)
        .where(wallboards.c.id == board_id, wallboards.c.version == version)
        .values(name=body.name, layout=_layout(body), version=version + 1)
    )
    if not touched:
        raise Problem("precondition.failed")
    board = await _board(access, board_id)
    await access.record("wallboard.changed", "wallboard", board_id, {"name": body.name})
    return board


@router.delete(
    "/wallboards/{board_id}",
    operation_id="delete_wallboard",
    status_code=204,
    responses=_ANSWERS,
)
async def delete_wallboard(access: Builds, board_id: BoardId) -> Response:
    """Remove a wallboard; its links show nothing any more."""
    await _board(access, board_id)
    await access.session.run(delete(wallboards).where(wallboards.c.id == board_id))
    await access.record("wallboard.deleted", "wallboard", board_id)
    return Response(status_code=204)


@router.get("/wallboards/{board_id}/links", operation_id="list_screen_links", responses=_ANSWERS)
async def list_screen_links(access: Builds, board_id: BoardId) -> list[Link]:
    """The links of a wallboard that are not revoked, newest first."""
    await _board(access, board_id)
    rows = await access.session.rows(
        select(screen_links)
        .where(screen_links.c.wallboard_id == board_id, screen_links.c.revoked_at.is_(None))
        .order_by(screen_links.c.created_at.desc(), screen_links.c.id)
    )
    return [Link.model_validate(row) for row in rows]


@router.post(
    "/wallboards/{board_id}/links",
    operation_id="create_screen_link",
    status_code=201,
    responses=_ANSWERS,
)
async def create_screen_link(access: Builds, board_id: BoardId, body: LinkFields) -> NewLink:
    """Make a link for a screen: it shows what the caller may see, to whoever has it."""
    await _board(access, board_id)
    secret, kept = new_secret()
    who = access.principal
    link_id = new_id("screen")
    await access.session.run(
        insert(screen_links).values(
            id=link_id,
            client_id=who.client_id,
            wallboard_id=board_id,
            owner_id=who.user_id,
            name=body.name,
            digest=kept,
        )
    )
    row = await access.session.row(select(screen_links).where(screen_links.c.id == link_id))
    await access.record(
        "screen_link.created", "wallboard", board_id, {"link_id": link_id, "name": body.name}
    )
    return NewLink.model_validate({**(row or {}), "secret": secret})


@router.delete(
    "/wallboards/{board_id}/links/{link_id}",
    operation_id="revoke_screen_link",
    status_code=204,
    responses=_ANSWERS,
)
async def revoke_screen_link(access: Builds, board_id: BoardId, link_id: LinkId) -> Response:
    """Revoke a link: its screen goes dark."""
    await _board(access, board_id)
    touched = await access.session.run(
        update(screen_links)
        .where(
            screen_links.c.id == link_id,
            screen_links.c.wallboard_id == board_id,
            screen_links.c.revoked_at.is_(None),
        )
        .values(revoked_at=func.now())
    )
    if not touched:
        raise Problem("not_found", kind="screen_link", id=link_id)
    # Wakes the screen's connection, which looks whether it is still good.
    await access.session.run(text("select pg_notify('directory_changed', '')"))
    await access.record("screen_link.revoked", "wallboard", board_id, {"link_id": link_id})
    return Response(status_code=204)


@router.get("/screen", operation_id="read_screen", responses=responses(401))
async def read_screen(shown: OnScreen) -> Shown:
    """What the screen with this link shows (`Authorization: Screen …`)."""
    session = shown.access.session
    row = await session.row(select(wallboards).where(wallboards.c.id == shown.screen.wallboard_id))
    if row is None:
        raise Problem("token.refused")
    wanted = {tile["group_id"] for page in row["layout"] for tile in page["tiles"]}
    return Shown(
        name=row["name"],
        language=shown.screen.owner.language,
        pages=row["layout"],
        groups=await names(session, sorted(filter(None, wanted))),
        brand=await brand_of(session, shown.screen.owner.client_id),
    )


@router.get(
    "/screen/logo",
    operation_id="read_screen_logo",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/svg+xml": {}}}, **responses(401)},
)
async def read_screen_logo(shown: OnScreen) -> Response:
    """The logo of whose board a screen shows: the client's, or the operator's."""
    logo = await logo_of(shown.access.session, shown.screen.owner.client_id)
    if logo is None:
        return Response(status_code=204)
    headers = picture_headers(f'"{logo.sha256}"', private=True)
    return Response(logo.data, media_type=logo.media_type, headers=headers)
