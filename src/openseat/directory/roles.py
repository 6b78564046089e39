"""Roles that the operator makes: a kind of user who may do less."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from openseat.directory import tables
from openseat.directory.noun import Noun, Row, document, used_in, wrong
from openseat.directory.people import known
from openseat.platform.access import Access, needs
from openseat.platform.auth import Principal
from openseat.platform.auth_roles import HOLDERS, RANGES, DataRange, Role, permissions
from openseat.platform.auth_tables import roles, users
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, Label, Strict
from openseat.platform.problems import Problem, responses

router = APIRouter(tags=["roles"])

Name = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=60)]


class RoleFields(Strict):
    """A role: what those of a kind of user who have it may do, and whose data they reach."""

    name: Label
    kind: Role = Field(description="The most that can be granted, and the furthest reach")
    permissions: Annotated[list[Name], Field(max_length=200)] = []
    range: DataRange | None = Field(
        default=None,
        description="`all`: everything, or all of the own client; `managed`: the groups and queues "
        "that a supervisor manages; `chosen`: of either, the clients and projects named here; "
        "`own`: what somebody did themselves. Without one, as far as the kind reaches",
    )
    client_ids: Annotated[
        list[Id], Field(max_length=200, description="For `chosen`: whole clients")
    ] = []
    project_ids: Annotated[
        list[Id], Field(max_length=500, description="For `chosen`: projects of other clients")
    ] = []


class Permission(BaseModel):
    """Something that can be permitted."""

    name: str
    kinds: list[Role] = Field(description="The kinds of users to whom it can be granted")
    grantable: bool = Field(description="Whether the caller may grant it")


class Permissions(BaseModel):
    """Everything that can be permitted."""

    items: list[Permission]


def check_grant(who: Principal, kind: str, granted: list[str] | None) -> None:
    """Refuse to give or take what somebody of the same kind could have and has not.

    Nobody makes another, or themselves, more powerful than they are.

    Raises:
        Problem: ``grant.beyond``.
    """
    for name in sorted(permissions(Role(kind), granted)):
        if who.role in HOLDERS[name] and name not in who.permissions:
            raise Problem("grant.beyond", permission=name)


class _Role(Noun):
    async def permit(self, who: Principal, session: ScopedSession, row: Row) -> None:
        """One who lacks a permission neither grants it nor takes it from others."""
        check_grant(who, row["kind"], row["permissions"])

    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        for name in row["permissions"]:
            if name not in HOLDERS:
                raise wrong("permissions", "unknown")
            if row["kind"] not in HOLDERS[name]:
                raise wrong("permissions", "role")
        return {
            "permissions": sorted(set(row["permissions"])),
            "range": await _checked_range(session, row),
            "client_ids": sorted(set(row["client_ids"])),
            "project_ids": sorted(set(row["project_ids"])),
        }


async def _checked_range(session: ScopedSession, row: Row) -> str:
    """Return how far a role reaches, if what is named goes with it."""
    possible = RANGES[Role(row["kind"])]
    wanted = DataRange(row["range"] or possible[0])
    if wanted not in possible:
        raise wrong("range", "range")
    for field in ("client_ids", "project_ids"):
        if row[field] and wanted is not DataRange.CHOSEN:
            raise wrong(field, "range_unused")
    if row["client_ids"] and row["kind"] == Role.CLIENT_USER:
        raise wrong("client_ids", "range_of_client")
    if wanted is DataRange.CHOSEN and not row["client_ids"] and not row["project_ids"]:
        raise wrong("project_ids", "range_empty")
    await known(session, tables.clients, row["client_ids"], "client_ids")
    await known(session, tables.projects, row["project_ids"], "project_ids")
    return wanted.value


ROLE = _Role(
    kind="role",
    path="roles",
    table=roles,
    fields=RoleFields,
    document=document(
        "CustomRole",
        RoleFields,
        without={"range"},
        range=(DataRange, Field(description="Whose data is within reach")),
    ),
    permission="users",
    fixed=frozenset({"kind"}),
    uses=(used_in("user", users, "role_id", "login"),),
)


@router.get("/permissions", operation_id="list_permissions", responses=responses(401, 403))
async def list_permissions(access: Annotated[Access, needs("users.read")]) -> Permissions:
    """Everything that can be permitted, and to whom."""
    own = access.principal
    return Permissions(
        items=[
            Permission(
                name=name,
                kinds=sorted(kinds),
                grantable=own.role not in kinds or name in own.permissions,
            )
            for name, kinds in HOLDERS.items()
        ]
    )
