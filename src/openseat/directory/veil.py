"""From whom a project hides its customers' numbers."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, exists, false, func, or_, select

from openseat.core.masking import Veil
from openseat.directory.tables import projects
from openseat.platform.auth import Principal
from openseat.platform.auth_roles import Role
from openseat.platform.database import ScopedSession

PERMISSION = "customers.number"
_FOR_AGENTS, _FOR_STAFF = "agents", "staff"


def _levels(who: Principal) -> tuple[str, ...]:
    """Return the settings of a project that hide its customers from somebody."""
    if PERMISSION not in who.permissions:
        return (_FOR_AGENTS, _FOR_STAFF)
    return (_FOR_STAFF,) if who.role is Role.SUPERVISOR else ()


async def veil_of(session: ScopedSession, who: Principal) -> Veil:
    """Return what is hidden from somebody, as far as the scope sees."""
    levels = _levels(who)
    if not levels:
        return Veil()
    rows = await session.rows(
        select(projects.c.id, projects.c.client_id).where(projects.c.numbers_masked_for.in_(levels))
    )
    return Veil(frozenset(row["id"] for row in rows), frozenset(row["client_id"] for row in rows))


def veiled(who: Principal, table: Table) -> ColumnElement[bool]:
    """Return which rows of a table are about customers whose numbers are hidden from somebody.

    A row of no project counts to any of its client's, and one of no client to any at all.
    """
    levels = _levels(who)
    if not levels:
        return false()
    hidden = projects.c.numbers_masked_for.in_(levels)
    project_id, client_id = table.c.project_id, table.c.client_id
    unknown, nobodys = func.coalesce(project_id, "") == "", func.coalesce(client_id, "") == ""
    return exists().where(
        hidden,
        or_(
            projects.c.id == project_id,
            and_(unknown, or_(nobodys, projects.c.client_id == client_id)),
        ),
    )
