"""The part of the API for names and logos: the operator's for all, a client's for its own."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, File, Header, Request, UploadFile
from pydantic import BaseModel, Field
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from starlette.responses import Response

from openseat.directory import service
from openseat.directory.brands import Brand, Logo, brand_of, logo_of, logos
from openseat.directory.noun import Noun
from openseat.directory.organisation import CLIENT, OPERATOR
from openseat.directory.pictures import checked
from openseat.platform.access import Access, needs, services
from openseat.platform.database import SignInScope
from openseat.platform.headers import Subject
from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem, responses
from openseat.platform.web_middleware import picture_headers

router = APIRouter(tags=["brands"])

Reads = Annotated[Access, needs("clients.read")]
Known = Annotated[
    str | None, Header(alias="If-None-Match", max_length=200, description="ETag of what is there")
]
Upload = Annotated[UploadFile, File(description="PNG or SVG, at most 300 kB")]
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}, "image/svg+xml": {}}},
    204: {"description": "There is no logo"},
    304: {"description": "What is there is known already"},
}


class Brands(BaseModel):
    """Whose pages these are."""

    operator: Brand
    client: Brand | None = Field(description="Of a client's own people; null for the operator's")


def picture(logo: Logo | None, known: str | None, *, private: bool) -> Response:
    """Return a logo as an answer that browsers keep and ask again about."""
    if logo is None:
        return Response(status_code=204)
    mark = f'"{logo.sha256}"'
    headers = picture_headers(mark, private=private)
    if known is not None and mark in known:
        return Response(status_code=304, headers=headers)
    return Response(logo.data, media_type=logo.media_type, headers=headers)


@router.get("/brand", operation_id="read_brand")
async def read_brand(request: Request) -> Brand:
    """What the operator is called, and its logo: for the page where people sign in."""
    async with services(request).database.tenant_session(SignInScope()) as session:
        return await brand_of(session, None)


@router.get(
    "/brand/logo", operation_id="read_operator_logo", response_class=Response, responses=_PICTURE
)
async def read_operator_logo(request: Request, known: Known = None) -> Response:
    """The operator's logo; no content where there is none."""
    async with services(request).database.tenant_session(SignInScope()) as session:
        return picture(await logo_of(session, None), known, private=False)


@router.get("/brand/mine", operation_id="read_own_brand", responses=responses(401, 403))
async def read_own_brand(access: Reads) -> Brands:
    """The operator's name and logo, and for a client's people their own company's."""
    own = access.principal.client_id
    return Brands(
        operator=await brand_of(access.session, None),
        client=None if own is None else await brand_of(access.session, own),
    )


@router.get(
    "/clients/{subject}/logo",
    operation_id="read_client_logo",
    response_class=Response,
    responses={**_PICTURE, **responses(401, 403, 404)},
)
async def read_client_logo(access: Reads, subject: Subject, known: Known = None) -> Response:
    """A client's logo; no content where there is none."""
    await service.find(access, CLIENT, subject)
    return picture(await logo_of(access.session, subject), known, private=True)


def _add(noun: Noun, title: str) -> None:
    writes = needs(f"{noun.permission}.write")

    def whose(subject: str) -> str | None:
        return subject if noun is CLIENT else None

    async def put(access: Access, subject: str, file: UploadFile) -> Brand:
        found = await service.find(access, noun, subject)
        before = await logo_of(access.session, whose(subject))
        made = await asyncio.to_thread(checked, await file.read())
        kept = {
            "media_type": made.media_type,
            "data": made.data,
            "sha256": hashlib.sha256(made.data).hexdigest(),
        }
        await access.session.run(
            insert(logos)
            .values(id=new_id("logo"), client_id=whose(subject), **kept)
            .on_conflict_do_update(constraint="uq_logos_client_id", set_=kept)
        )
        shown = await brand_of(access.session, whose(subject))
        await access.record(
            f"{noun.kind}.logo_changed",
            noun.kind,
            subject,
            {"before": before and before.sha256, "after": shown.logo},
            noun.client_of(found),
        )
        return shown

    async def remove(access: Access, subject: str) -> Response:
        found = await service.find(access, noun, subject)
        gone = await access.session.run(
            delete(logos).where(logos.c.client_id.is_not_distinct_from(whose(subject)))
        )
        if not gone:
            raise Problem("not_found", kind="logo", id=subject)
        await access.record(
            f"{noun.kind}.logo_deleted", noun.kind, subject, {}, noun.client_of(found)
        )
        return Response(status_code=204)

    put.__annotations__ |= {
        "access": Annotated[Access, writes],
        "subject": Subject,
        "file": Upload,
    }
    put.__doc__ = f"Give {title} a logo, in the place of the one there is."
    remove.__annotations__ |= {"access": Annotated[Access, writes], "subject": Subject}
    remove.__doc__ = f"Take the logo of {title} away."
    path = f"/{noun.path}/{{subject}}/logo"
    router.add_api_route(
        path,
        put,
        methods=["PUT"],
        response_model=Brand,
        operation_id=f"put_{noun.kind}_logo",
        responses=responses(401, 403, 404),
    )
    router.add_api_route(
        path,
        remove,
        methods=["DELETE"],
        status_code=204,
        response_model=None,
        operation_id=f"delete_{noun.kind}_logo",
        responses=responses(401, 403, 404),
    )


_add(CLIENT, "a client")
_add(OPERATOR, "the operator")
