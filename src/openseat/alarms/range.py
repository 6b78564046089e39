"""Which thresholds and alarms somebody may see and set: those on what they manage."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, or_, true

from openseat.core.alarms import Scope
from openseat.directory.standing import managed_projects, subject_exists
from openseat.platform.access import Access
from openseat.platform.reach import reach_of


async def within(access: Access, table: Table) -> ColumnElement[bool]:
    """Return what bounds the rows of thresholds or alarms for the caller."""
    reach = reach_of(access.principal)
    if reach is None:
        return true()
    projects = await managed_projects(access.session, reach)
    return or_(
        and_(table.c.scope == Scope.QUEUE, table.c.subject_id.in_(sorted(reach.queue_ids))),
        and_(table.c.scope == Scope.GROUP, table.c.subject_id.in_(sorted(reach.group_ids))),
        and_(table.c.scope == Scope.PROJECT, table.c.subject_id.in_(sorted(projects))),
    )


async def manages(access: Access, scope: Scope, subject_id: str) -> bool:
    """Tell whether something exists and is the caller's to watch."""
    if not await subject_exists(access.session, scope, subject_id):
        return False
    reach = reach_of(access.principal)
    if reach is None:
        return True
    match scope:
        case Scope.QUEUE:
            return subject_id in reach.queue_ids
        case Scope.GROUP:
            return subject_id in reach.group_ids
        case Scope.PROJECT:
            return subject_id in await managed_projects(access.session, reach)
