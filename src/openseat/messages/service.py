"""Sending, reading and answering messages, inside the caller's scope and managed range."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, tuple_, update

from openseat.directory.standing import agents_of, names
from openseat.messages.documents import (
    Audience,
    Inbox,
    MessageAsked,
    Receipt,
    ReceivedMessage,
    SentDetail,
    SentMessage,
    Wanted,
    moment,
)
from openseat.messages.tables import messages, receipts
from openseat.platform.access import Access, refused
from openseat.platform.auth_roles import Role
from openseat.platform.auth_tables import users
from openseat.platform.database import OperatorScope
from openseat.platform.identifiers import new_id
from openseat.platform.notes import tell
from openseat.platform.paging import Page, read_cursor, write_cursor
from openseat.platform.problems import Problem
from openseat.platform.reach import reach_of

ABOUT = "messages"
"""What notes to open pages call them."""

_AGENTS = (Role.AGENT.value, Role.SUPERVISOR.value)


async def send(access: Access, asked: MessageAsked, now: int) -> SentMessage:
    """Send a message to everybody it is meant for.

    Raises:
        Problem: ``not_found``: it is meant for somebody who is not there or not managed;
            ``message.nobody``: none of them has an account to read it with.
    """
    subject = "" if asked.audience is Wanted.EVERYONE else asked.audience_id or ""
    agents = await agents_of(access.session, access.principal, asked.audience, subject)
    if agents is None:
        await _refuse(access, asked.audience, subject)
        raise Problem("not_found", kind=asked.audience, id=subject)
    rows = await access.session.rows(
        select(users.c.id).where(
            users.c.agent_id.in_(agents),
            users.c.active,
            users.c.role.in_(_AGENTS),
            users.c.id != access.principal.user_id,
        )
    )
    readers = [row["id"] for row in rows]
    if not readers:
        raise Problem("message.nobody")
    row = await _store(
        access, Audience(asked.audience), subject, asked.text, readers, now, urgent=asked.urgent
    )
    detail = {"audience": asked.audience, "audience_id": subject, "urgent": asked.urgent}
    await access.record(
        "message.sent", "message", row["id"], {**detail, "recipients": len(readers)}
    )
    return (await _sent(access, [row]))[0]


async def reply(access: Access, message_id: str, text: str, now: int) -> SentMessage:
    """Answer whoever sent a message to the caller; that also counts as having read it.

    Raises:
        Problem: ``not_found``: no such message to the caller.
    """
    received = await _received(access, message_id)
    row = await _store(
        access, Audience.SENDER, received["sender_id"], text, [received["sender_id"]], now,
        reply_to=message_id,
    )  # fmt: skip
    await _stamp(access, message_id, now, acknowledge=bool(received["urgent"]))
    await access.record("message.answered", "message", row["id"], {"reply_to": message_id})
    return (await _sent(access, [row]))[0]


async def inbox(access: Access, limit: int, cursor: str | None) -> Inbox:
    """Return one page of the caller's messages, newest first."""
    own = receipts.c.user_id == access.principal.user_id
    order = (receipts.c.sent_at, receipts.c.message_id)
    asked = messages.alias("asked")
    statement = (
        select(
            messages, receipts.c.read_at, receipts.c.acknowledged_at,
            users.c.name.label("sender_name"), asked.c.text.label("answers"),
        )
        .join(messages, messages.c.id == receipts.c.message_id)
        .join(users, users.c.id == messages.c.sender_id)
        .outerjoin(asked, asked.c.id == messages.c.reply_to)
        .where(own)
        .order_by(*(part.desc() for part in order))
        .limit(limit + 1)
    )  # fmt: skip
    if cursor is not None:
        statement = statement.where(tuple_(*order) < tuple_(*read_cursor(cursor, int, str)))
    rows = await access.session.rows(statement)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = write_cursor(page[-1]["sent_at"], page[-1]["id"])
    return Inbox(
        items=[
            ReceivedMessage.model_validate(
                {**row, "answers": row["answers"] or "", **_moments(row)}
            )
            for row in page
        ],
        next_cursor=following,
        unread=await _count(access, and_(own, receipts.c.read_at.is_(None))),
        unacknowledged=await _count(
            access, and_(own, messages.c.urgent, receipts.c.acknowledged_at.is_(None))
        ),
    )


async def mark(access: Access, message_id: str, now: int, *, acknowledge: bool) -> None:
    """Note that the caller has read a message, or acknowledges it; once is enough.

    Raises:
        Problem: ``not_found``: no such message to the caller.
    """
    received = await _received(access, message_id)
    changed = await _stamp(access, message_id, now, acknowledge=acknowledge)
    if not changed:
        return
    await tell(access.session, ABOUT, {received["sender_id"], access.principal.user_id})
    if acknowledge:
        await access.record("message.acknowledged", "message", message_id)


async def sent(access: Access, limit: int, cursor: str | None) -> Page[SentMessage]:
    """Return one page of the caller's own messages, newest first."""
    order = (messages.c.sent_at, messages.c.id)
    statement = (
        select(messages)
        .where(messages.c.sender_id == access.principal.user_id)
        .order_by(*(part.desc() for part in order))
        .limit(limit + 1)
    )
    if cursor is not None:
        statement = statement.where(tuple_(*order) < tuple_(*read_cursor(cursor, int, str)))
    rows = await access.session.rows(statement)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = write_cursor(page[-1]["sent_at"], page[-1]["id"])
    return Page(items=await _sent(access, page), next_cursor=following)


async def sent_detail(access: Access, message_id: str) -> SentDetail:
    """Return one of the caller's own messages with its receipts.

    Raises:
        Problem: ``not_found``.
    """
    row = await access.session.row(
        select(messages).where(
            messages.c.id == message_id, messages.c.sender_id == access.principal.user_id
        )
    )
    if row is None:
        raise Problem("not_found", kind="message", id=message_id)
    found = await access.session.rows(
        select(receipts, users.c.name)
        .join(users, users.c.id == receipts.c.user_id)
        .where(receipts.c.message_id == message_id)
        .order_by(users.c.name, users.c.id)
    )
    answers = await access.session.rows(
        select(messages.c.sender_id, messages.c.text)
        .where(messages.c.reply_to == message_id)
        .order_by(messages.c.sent_at, messages.c.id)
    )
    (message,) = await _sent(access, [row])
    return SentDetail(
        **message.model_dump(),
        receipts=[
            Receipt(
                user_id=one["user_id"],
                name=one["name"],
                replies=[said["text"] for said in answers if said["sender_id"] == one["user_id"]],
                **_moments(one),
            )
            for one in found
        ],
    )


async def _store(
    access: Access,
    audience: Audience,
    audience_id: str,
    text: str,
    readers: Collection[str],
    now: int,
    *,
    urgent: bool = False,
    reply_to: str | None = None,
) -> dict[str, Any]:
    row = {
        "id": new_id("message"),
        "sender_id": access.principal.user_id,
        "audience": audience.value,
        "audience_id": audience_id,
        "text": text,
        "urgent": urgent,
        "reply_to": reply_to,
        "sent_at": now,
    }
    await access.session.run(insert(messages).values(**row))
    await access.session.run(
        insert(receipts).values(
            [{"message_id": row["id"], "user_id": reader, "sent_at": now} for reader in readers]
        )
    )
    await tell(access.session, ABOUT, {*readers, access.principal.user_id})
    return row


async def _received(access: Access, message_id: str) -> dict[str, Any]:
    row = await access.session.row(
        select(messages)
        .join(receipts, receipts.c.message_id == messages.c.id)
        .where(messages.c.id == message_id, receipts.c.user_id == access.principal.user_id)
    )
    if row is None:
        raise Problem("not_found", kind="message", id=message_id)
    return row


async def _stamp(access: Access, message_id: str, now: int, *, acknowledge: bool) -> bool:
    """Note reading, and acknowledging; return whether anything was new."""
    mine = and_(receipts.c.message_id == message_id, receipts.c.user_id == access.principal.user_id)
    columns = (receipts.c.read_at, receipts.c.acknowledged_at)
    changed = 0
    for column in columns if acknowledge else columns[:1]:
        changed += await access.session.run(
            update(receipts).where(mine, column.is_(None)).values({column.name: now})
        )
    return changed > 0


async def _count(access: Access, condition: ColumnElement[bool]) -> int:
    return await access.session.value(
        select(func.count())
        .select_from(receipts.join(messages, messages.c.id == receipts.c.message_id))
        .where(condition)
    )


async def _sent(access: Access, rows: list[dict[str, Any]]) -> list[SentMessage]:
    ids = [row["id"] for row in rows]
    counts = await access.session.rows(
        select(
            receipts.c.message_id,
            func.count().label("recipients"),
            func.count(receipts.c.read_at).label("read"),
            func.count(receipts.c.acknowledged_at).label("acknowledged"),
        )
        .where(receipts.c.message_id.in_(ids))
        .group_by(receipts.c.message_id)
    )
    answers = await access.session.rows(
        select(messages.c.reply_to, func.count().label("replies"))
        .where(messages.c.reply_to.in_(ids))
        .group_by(messages.c.reply_to)
    )
    counted = {row["message_id"]: row for row in counts}
    answered = {row["reply_to"]: row["replies"] for row in answers}
    called = await names(access.session, [row["audience_id"] for row in rows])
    people = await access.session.rows(
        select(users.c.id, users.c.name).where(users.c.id.in_([row["audience_id"] for row in rows]))
    )
    called |= {row["id"]: row["name"] for row in people}
    return [
        SentMessage.model_validate(
            {
                **row,
                **counted[row["id"]],
                "audience_name": called.get(row["audience_id"], ""),
                "replies": answered.get(row["id"], 0),
                "sent_at": moment(row["sent_at"]),
            }
        )
        for row in rows
    ]


def _moments(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: moment(row[name]) for name in ("sent_at", "read_at", "acknowledged_at") if name in row
    }


async def _refuse(access: Access, kind: str, subject: str) -> None:
    """Put on record that a supervisor tried to write beyond the managed range."""
    if reach_of(access.principal) is None:
        return
    async with access.services.database.tenant_session(OperatorScope()) as session:
        await refused(
            access.services, session, access.principal, kind, subject, "not managed",
            access.request_id,
        )  # fmt: skip
