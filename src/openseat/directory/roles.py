"""Roles that the operator makes: a kind of user who may do less."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from openseat.directory.noun import Noun, Row, document, used_in, wrong
from openseat.platform.access import Access, needs
from openseat.platform.auth import Principal
from openseat.platform.auth_roles import HOLDERS, Role, permissions
from openseat.platform.auth_tables import roles, users
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Label, Strict
from openseat.platform.problems import Problem, responses

router = APIRouter(tags=["roles"])

Name = Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=60)]


class RoleFields(Strict):
    """A role: what those of a kind of user who have it may do."""

    name: Label
    kind: Role = Field(description="Whose data is within reach, and the most that can be granted")
    permissions: Annotated[list[Name], Field(max_length=200)] = []


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
        return {"permissions": sorted(set(row["permissions"]))}


ROLE = _Role(
    kind="role",
    path="roles",
    table=roles,
    fields=RoleFields,
    document=document("CustomRole", RoleFields),
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
