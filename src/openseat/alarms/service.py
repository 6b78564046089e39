"""Setting thresholds, and reading and acknowledging alarms, inside the caller's managed range."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update

from openseat.alarms.documents import Alarm, ThresholdDocument, ThresholdFields, moment
from openseat.alarms.range import manages, within
from openseat.alarms.tables import alarms, thresholds
from openseat.alarms.webhooks import announce
from openseat.core.alarms import Measure, Scope, Threshold
from openseat.directory.standing import names
from openseat.platform.access import Access, refused
from openseat.platform.auth_tables import users
from openseat.platform.database import OperatorScope, ScopedSession
from openseat.platform.identifiers import new_id
from openseat.platform.notes import tell
from openseat.platform.paging import Page, read_cursor, write_cursor
from openseat.platform.problems import Problem, Wrong
from openseat.platform.reach import reach_of

ABOUT = "alarms"
"""What notes to open pages call them."""
MOST_THRESHOLDS = 500
"""Each is looked at once a second."""

Row = dict[str, Any]


def threshold_of(row: Row) -> Threshold:
    """Return what a stored row means to the core."""
    return Threshold(
        threshold_id=row["id"],
        scope=Scope(row["scope"]),
        subject_id=row["subject_id"],
        measure=Measure(row["measure"]),
        limit=row["limit_value"],
        clear=row["clear_value"],
        hold_ms=1000 * row["hold_s"],
        clear_hold_ms=1000 * row["clear_hold_s"],
        at_least=row["at_least"],
        state=row["state"],
    )


async def list_thresholds(access: Access) -> list[ThresholdDocument]:
    """Return the thresholds on what the caller manages."""
    rows = await access.session.rows(
        select(thresholds)
        .where(await within(access, thresholds))
        .order_by(thresholds.c.name, thresholds.c.id)
    )
    return await _thresholds(access.session, rows)


async def create_threshold(access: Access, asked: ThresholdFields) -> ThresholdDocument:
    """Set a threshold.

    Raises:
        Problem: ``not_found``: on what the caller does not manage; ``request.invalid``: it means
            nothing; ``threshold.too_many``.
    """
    if not await manages(access, asked.scope, asked.subject_id):
        raise await _unmanaged(access, asked.scope, asked.subject_id)
    known = await access.session.rows(select(thresholds.c.id))
    if len(known) >= MOST_THRESHOLDS:
        raise Problem("threshold.too_many", most=MOST_THRESHOLDS)
    row = {"id": new_id("threshold"), **_stored(asked)}
    await access.session.run(insert(thresholds).values(**row))
    await tell(access.session, ABOUT)
    await access.record("threshold.created", "threshold", row["id"], asked.model_dump(mode="json"))
    return (await _thresholds(access.session, [await _threshold(access, row["id"])]))[0]


async def change_threshold(
    access: Access, threshold_id: str, asked: ThresholdFields, version: int
) -> ThresholdDocument:
    """Set a threshold anew.

    Raises:
        Problem: as for a new one; ``precondition.failed``: somebody else was faster.
    """
    await _threshold(access, threshold_id)
    if not await manages(access, asked.scope, asked.subject_id):
        raise await _unmanaged(access, asked.scope, asked.subject_id)
    touched = await access.session.run(
        update(thresholds)
        .where(thresholds.c.id == threshold_id, thresholds.c.version == version)
        .values(**_stored(asked), version=version + 1)
    )
    if not touched:
        raise Problem("precondition.failed")
    await tell(access.session, ABOUT)
    await access.record(
        "threshold.changed", "threshold", threshold_id, asked.model_dump(mode="json")
    )
    return (await _thresholds(access.session, [await _threshold(access, threshold_id)]))[0]


async def delete_threshold(access: Access, threshold_id: str) -> None:
    """Remove a threshold; its open alarms end.

    Raises:
        Problem: ``not_found``.
    """
    await _threshold(access, threshold_id)
    await access.session.run(delete(thresholds).where(thresholds.c.id == threshold_id))
    await tell(access.session, ABOUT)
    await access.record("threshold.deleted", "threshold", threshold_id)


async def list_alarms(
    access: Access, *, open_only: bool, limit: int, cursor: str | None
) -> Page[Alarm]:
    """Return one page of alarms on what the caller manages, newest first."""
    order = (alarms.c.raised_at, alarms.c.id)
    statement = (
        select(alarms)
        .where(await within(access, alarms))
        .order_by(*(part.desc() for part in order))
        .limit(limit + 1)
    )
    if open_only:
        statement = statement.where(alarms.c.cleared_at.is_(None))
    if cursor is not None:
        statement = statement.where(tuple_(*order) < tuple_(*read_cursor(cursor, int, str)))
    rows = await access.session.rows(statement)
    page, following = rows[:limit], None
    if len(rows) > limit:
        following = write_cursor(page[-1]["raised_at"], page[-1]["id"])
    return Page(items=await shown(access.session, page), next_cursor=following)


async def acknowledge(access: Access, alarm_id: str, now: int) -> None:
    """Note that somebody takes care of an alarm; the first who does is remembered.

    Raises:
        Problem: ``not_found``.
    """
    row = await access.session.row(
        select(alarms).where(alarms.c.id == alarm_id, await within(access, alarms))
    )
    if row is None:
        raise await access.missing(alarms, "alarm", alarm_id)
    touched = await access.session.run(
        update(alarms)
        .where(alarms.c.id == alarm_id, alarms.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=access.principal.user_id)
    )
    if not touched:
        return
    after = await access.session.row(select(alarms).where(alarms.c.id == alarm_id))
    for one in await shown(access.session, [after] if after else []):
        await announce(access.session, "acknowledged", one, now)
    await tell(access.session, ABOUT)
    await access.record("alarm.acknowledged", "alarm", alarm_id)


async def shown(session: ScopedSession, rows: Iterable[Row]) -> list[Alarm]:
    """Return stored alarms as the wire has them."""
    listed = list(rows)
    ids = {row["subject_id"] for row in listed} | {row["agent_id"] for row in listed}
    called = await names(session, sorted(ids))
    people = await session.rows(
        select(users.c.id, users.c.name).where(
            users.c.id.in_(sorted({row["acknowledged_by"] for row in listed}))
        )
    )
    who = {row["id"]: row["name"] for row in people}
    return [
        Alarm.model_validate(
            {
                **row,
                "limit": row["limit_value"],
                "subject_name": called.get(row["subject_id"], ""),
                "agent_name": called.get(row["agent_id"], ""),
                "acknowledged_by": who.get(row["acknowledged_by"], ""),
                "raised_at": moment(row["raised_at"]),
                "cleared_at": moment(row["cleared_at"]),
                "acknowledged_at": moment(row["acknowledged_at"]),
            }
        )
        for row in listed
    ]


async def _threshold(access: Access, threshold_id: str) -> Row:
    row = await access.session.row(
        select(thresholds).where(thresholds.c.id == threshold_id, await within(access, thresholds))
    )
    if row is None:
        raise await access.missing(thresholds, "threshold", threshold_id)
    return row


async def _thresholds(session: ScopedSession, rows: list[Row]) -> list[ThresholdDocument]:
    called = await names(session, sorted({row["subject_id"] for row in rows}))
    return [
        ThresholdDocument.model_validate(
            {
                **row,
                "limit": row["limit_value"],
                "clear": row["clear_value"],
                "subject_name": called.get(row["subject_id"], ""),
            }
        )
        for row in rows
    ]


def _stored(asked: ThresholdFields) -> Row:
    """Return a threshold's columns.

    Raises:
        Problem: ``request.invalid``: measure, scope, state and limits do not go together.
    """
    values = asked.model_dump(mode="json")
    limit, clear = values.pop("limit"), values.pop("clear")
    row = {
        **values,
        "state": values["state"] or "",
        "limit_value": limit,
        "clear_value": limit if clear is None else clear,
    }
    if not threshold_of({"id": "", **row}).sound:
        raise Problem(
            "request.invalid", errors=[Wrong("measure", "threshold", "field.threshold", {})]
        )
    return row


async def _unmanaged(access: Access, scope: Scope, subject_id: str) -> Problem:
    if reach_of(access.principal) is not None:
        async with access.services.database.tenant_session(OperatorScope()) as session:
            await refused(
                access.services, session, access.principal, scope.value, subject_id,
                "not managed", access.request_id,
            )  # fmt: skip
    return Problem("not_found", kind=scope.value, id=subject_id)
