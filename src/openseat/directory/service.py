"""Reading and writing any noun of the directory, inside the caller's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, true, tuple_, update
from sqlalchemy.exc import IntegrityError

from openseat.core.masking import HIDDEN
from openseat.directory.noun import Noun, Row, Use
from openseat.platform.access import Access
from openseat.platform.identifiers import new_id
from openseat.platform.paging import cut_page, read_cursor
from openseat.platform.problems import Problem, UsedBy
from openseat.platform.reach import reach_of

_SHOWN_USES = 5
"""Users of a row that an answer names, of each kind."""


async def find_page(
    access: Access,
    noun: Noun,
    *,
    limit: int,
    cursor: str | None,
    search: str | None,
    filters: Mapping[str, Any],
) -> tuple[list[Row], str | None]:
    """Return one page of rows in their sort order, and the next page's cursor."""
    table = noun.table
    order = (table.c[noun.sort], table.c.id)
    statement = select(table).where(within(access, noun)).order_by(*order).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(tuple_(*order) > tuple_(*read_cursor(cursor, str, str)))
    if search:
        statement = statement.where(table.c[noun.sort].icontains(search, autoescape=True))
    for column, value in filters.items():
        statement = statement.where(table.c[column] == value)
    rows, following = cut_page(await access.session.rows(statement), limit, noun.sort, "id")
    await complete(access, noun, rows)
    return rows, following


async def find(access: Access, noun: Noun, subject: str) -> Row:
    """Return one row.

    Raises:
        Problem: ``not_found``: there is none for this caller.
    """
    row = await access.session.row(
        select(noun.table).where(noun.table.c.id == subject, within(access, noun))
    )
    if row is None:
        raise await access.missing(noun.table, noun.kind, subject)
    await complete(access, noun, [row])
    return row


async def complete(access: Access, noun: Noun, rows: Sequence[Row]) -> None:
    """Add what lies elsewhere to rows, and empty what the caller may not know."""
    await noun.complete(access.session, rows)
    for name in noun.hidden(access.principal):
        for row in rows:
            row[name] = ""


async def create(access: Access, noun: Noun, values: Row) -> Row:
    """Make a row and put it on record."""
    values = dict(values)
    values.setdefault("id", new_id(noun.kind))
    if access.principal.client_id is not None and "client_id" in noun.table.c:
        # What a client's own people make is theirs; another client's id is for the database to
        # refuse, so it is passed on as it was given.
        values["client_id"] = values.get("client_id") or access.principal.client_id
    _known(access, noun, {name for name, value in values.items() if value})
    await noun.permit(access.principal, access.session, values)
    made = await noun.check(access.session, values, None)
    subject = values["id"]
    stored = {**noun.columns(values), **made}
    await access.session.run(insert(noun.table).values(**stored))
    await noun.spread(access.session, subject, values)
    row = await find(access, noun, subject)
    await access.record(
        f"{noun.kind}.created", noun.kind, subject, _told(noun, values), noun.client_of(row)
    )
    return row


async def change(access: Access, noun: Noun, subject: str, values: Row, version: int | None) -> Row:
    """Change fields of a row that still has ``version``, and put it on record.

    Raises:
        Problem: ``not_found``, or ``precondition.failed``: somebody else was faster.
    """
    before = await find(access, noun, subject)
    if version is not None and before["version"] != version:
        raise Problem("precondition.failed")
    _known(access, noun, values)
    after = {**before, **values}
    for one in (before, after):
        await noun.permit(access.principal, access.session, one)
    made = await noun.check(access.session, after, before)
    stored = {**noun.columns({name: after[name] for name in values}), **made}
    touched = await access.session.run(
        update(noun.table)
        .where(noun.table.c.id == subject, noun.table.c.version == before["version"])
        .values(**stored, version=before["version"] + 1)
    )
    if not touched:
        # Seen by row-level security but not to be changed, unless its version has moved on.
        now = await find(access, noun, subject)
        moved = now["version"] != before["version"]
        raise Problem("precondition.failed" if moved else "access.refused")
    await noun.spread(access.session, subject, dict(values))
    row = await find(access, noun, subject)
    await access.record(
        f"{noun.kind}.changed",
        noun.kind,
        subject,
        {
            "before": _told(noun, {name: before.get(name) for name in values}),
            "after": _told(noun, values),
        },
        noun.client_of(row),
    )
    return row


async def remove(access: Access, noun: Noun, subject: str, version: int | None) -> None:
    """Delete a row that nothing uses, and put it on record.

    Raises:
        Problem: ``not_found``, ``precondition.failed``, or ``in_use``, which names what uses it;
            or whatever the noun itself refuses to lose.
    """
    row = await find(access, noun, subject)
    if version is not None and row["version"] != version:
        raise Problem("precondition.failed")
    if access.principal.client_id not in {None, noun.client_of(row)}:
        # Shared with the client to be read: who else uses it is none of its business.
        raise Problem("access.refused")
    used_by = await uses(access, noun.uses, subject)
    if used_by:
        raise Problem("in_use", used_by=used_by)
    await noun.permit(access.principal, access.session, row)
    await noun.check_removal(access.session, row)
    try:
        touched = await access.session.run(delete(noun.table).where(noun.table.c.id == subject))
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", "") != "23503":
            raise
        # Taken into use between the look and the deed.
        raise Problem("in_use") from error
    if not touched:
        raise Problem("access.refused")
    await access.record(
        f"{noun.kind}.deleted", noun.kind, subject, _told(noun, row), noun.client_of(row)
    )


async def uses(access: Access, asked: Iterable[Use], subject: str) -> list[UsedBy]:
    """Return what still needs a row, as far as the caller can see it."""
    found: list[UsedBy] = []
    for use in asked:
        rows = await access.session.rows(use.find(subject).limit(_SHOWN_USES))
        found += [UsedBy(kind=use.kind, id=row["id"], name=str(row["name"])) for row in rows]
    return found


def within(access: Access, noun: Noun) -> ColumnElement[bool]:
    """Return what bounds the rows that the caller may read, beyond the database's own rules."""
    reach = reach_of(access.principal)
    managed = true() if reach is None else noun.within(reach)
    return and_(managed, noun.shown(access.principal))


def _known(access: Access, noun: Noun, names: Iterable[str]) -> None:
    """Refuse to write what the caller may not read.

    Raises:
        Problem: ``permission.missing``.
    """
    needed = noun.hidden(access.principal)
    for name in names:
        if name in needed:
            raise Problem("permission.missing", permission=needed[name])


def _told(noun: Noun, values: Row) -> Row:
    """Return what the audit trail may hold of a row."""
    return {
        name: HIDDEN if name in noun.secret else value
        for name, value in values.items()
        if name not in {"id", "version", "created_at"}
    }
