"""Telling other programs of alarms: CloudEvents, signed, tried again, and on record.

An event is stored for every active webhook in the transaction of what it tells, so that it is
neither lost nor told of what never was. It is sent at least once: receivers know a repetition by
the event's id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from openseat.alarms.documents import (
    Alarm,
    Delivery,
    NewWebhook,
    WebhookDocument,
    WebhookFields,
    moment,
)
from openseat.alarms.tables import deliveries, webhooks
from openseat.platform.access import Access
from openseat.platform.database import ScopedSession
from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem

PREFIX = "openseat.alarm."
RETRIES_S = (10, 60, 300, 1800, 7200, 21_600)
"""Pauses between attempts; after the last one the event is given up."""
CLAIM_S = 60
"""A process that dies while it sends leaves the event to the next after this."""
SHOWN = 100

SIGNATURE = "OpenSeat-Signature"


def secret_of(seed: str, webhook_id: str, number: int) -> str:
    """Return the secret that signs what is sent to a webhook; made from the installation's own."""
    said = f"webhook\0{webhook_id}\0{number}"
    digest = hmac.new(seed.encode(), said.encode(), hashlib.sha256).digest()
    return "whsec_" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signature(secret: str, at_s: int, body: str) -> str:
    """Return the header's value: a time, and the HMAC-SHA256 of that time, a dot and the body."""
    digest = hmac.new(secret.encode(), f"{at_s}.{body}".encode(), hashlib.sha256)
    return f"t={at_s},v1={digest.hexdigest()}"


def next_attempt(attempts: int, now: int) -> int | None:
    """Return when an event that failed `attempts` times is tried again, None for never."""
    if attempts > len(RETRIES_S):
        return None
    return now + 1000 * RETRIES_S[attempts - 1]


async def announce(session: ScopedSession, what: str, alarm: Alarm, now: int) -> None:
    """Store an event of an alarm (`raised`, `cleared`, `acknowledged`) for every webhook."""
    await _store(
        session,
        await session.rows(select(webhooks.c.id).where(webhooks.c.active)),
        PREFIX + what,
        f"{alarm.scope}/{alarm.subject_id}",
        alarm.model_dump(mode="json"),
        now,
    )


async def _store(
    session: ScopedSession,
    hooks: list[dict[str, Any]],
    type_: str,
    subject: str,
    data: dict[str, Any],
    now: int,
) -> None:
    if not hooks:
        return
    event_id = new_id("event")
    body = json.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": "/openseat/alarms",
            "type": type_,
            "subject": subject,
            "time": datetime.fromtimestamp(now / 1000, UTC).isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        },
        ensure_ascii=False,
    )
    await session.run(
        insert(deliveries).values(
            [
                {
                    "id": new_id("delivery"),
                    "webhook_id": hook["id"],
                    "type": type_,
                    "body": body,
                    "made_at": now,
                    "next_at": now,
                }
                for hook in hooks
            ]
        )
    )


async def list_webhooks(access: Access) -> list[WebhookDocument]:
    """Return all webhooks."""
    rows = await access.session.rows(select(webhooks).order_by(webhooks.c.name, webhooks.c.id))
    return [WebhookDocument.model_validate(row) for row in rows]


async def create_webhook(access: Access, asked: WebhookFields) -> NewWebhook:
    """Make a webhook; its secret is told once."""
    row = {"id": new_id("webhook"), **asked.model_dump(mode="json")}
    await access.session.run(insert(webhooks).values(**row))
    await access.record("webhook.created", "webhook", row["id"], asked.model_dump(mode="json"))
    return _with_secret(access, await _webhook(access, row["id"]))


async def change_webhook(
    access: Access, webhook_id: str, asked: WebhookFields, version: int
) -> WebhookDocument:
    """Change a webhook.

    Raises:
        Problem: ``not_found``, or ``precondition.failed``: somebody else was faster.
    """
    await _webhook(access, webhook_id)
    touched = await access.session.run(
        update(webhooks)
        .where(webhooks.c.id == webhook_id, webhooks.c.version == version)
        .values(**asked.model_dump(mode="json"), version=version + 1)
    )
    if not touched:
        raise Problem("precondition.failed")
    await access.record("webhook.changed", "webhook", webhook_id, asked.model_dump(mode="json"))
    return WebhookDocument.model_validate(await _webhook(access, webhook_id))


async def delete_webhook(access: Access, webhook_id: str) -> None:
    """Remove a webhook with the record of its deliveries."""
    await _webhook(access, webhook_id)
    await access.session.run(delete(webhooks).where(webhooks.c.id == webhook_id))
    await access.record("webhook.deleted", "webhook", webhook_id)


async def renew_secret(access: Access, webhook_id: str) -> NewWebhook:
    """Give a webhook another secret, from the next attempt on."""
    await _webhook(access, webhook_id)
    await access.session.run(
        update(webhooks)
        .where(webhooks.c.id == webhook_id)
        .values(secret_number=webhooks.c.secret_number + 1, version=webhooks.c.version + 1)
    )
    await access.record("webhook.secret_replaced", "webhook", webhook_id)
    return _with_secret(access, await _webhook(access, webhook_id))


async def send_test(access: Access, webhook_id: str, now: int) -> None:
    """Send an event that tells of nothing, to see whether it arrives."""
    row = await _webhook(access, webhook_id)
    await _store(access.session, [row], "openseat.webhook.test", webhook_id, {}, now)
    await access.record("webhook.tested", "webhook", webhook_id)


async def list_deliveries(access: Access, webhook_id: str) -> list[Delivery]:
    """Return the latest deliveries of a webhook, newest first."""
    await _webhook(access, webhook_id)
    rows = await access.session.rows(
        select(deliveries)
        .where(deliveries.c.webhook_id == webhook_id)
        .order_by(deliveries.c.made_at.desc(), deliveries.c.id.desc())
        .limit(SHOWN)
    )
    times = ("made_at", "next_at", "delivered_at")
    return [
        Delivery.model_validate({**row, **{name: moment(row[name]) for name in times}})
        for row in rows
    ]


async def claim(session: ScopedSession, now: int, most: int) -> list[dict[str, Any]]:
    """Take events that are due, so that no other process sends them meanwhile."""
    due = (
        select(deliveries.c.id)
        .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .where(deliveries.c.next_at <= now, webhooks.c.active)
        .order_by(deliveries.c.next_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    ids = [row["id"] for row in await session.rows(due)]
    if not ids:
        return []
    await session.run(
        update(deliveries)
        .where(deliveries.c.id.in_(ids))
        .values(next_at=now + 1000 * CLAIM_S, attempts=deliveries.c.attempts + 1)
    )
    return await session.rows(
        select(deliveries, webhooks.c.url, webhooks.c.secret_number)
        .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .where(deliveries.c.id.in_(ids))
    )


async def settle(session: ScopedSession, row: dict[str, Any], status: int, now: int) -> None:
    """Note what came of an attempt."""
    delivered = 200 <= status < 300
    await session.run(
        update(deliveries)
        .where(deliveries.c.id == row["id"])
        .values(
            last_status=status,
            delivered_at=now if delivered else None,
            next_at=None if delivered else next_attempt(row["attempts"], now),
        )
    )


async def _webhook(access: Access, webhook_id: str) -> dict[str, Any]:
    row = await access.session.row(select(webhooks).where(webhooks.c.id == webhook_id))
    if row is None:
        raise Problem("not_found", kind="webhook", id=webhook_id)
    return row


def _with_secret(access: Access, row: dict[str, Any]) -> NewWebhook:
    seed = access.services.settings.secrets.read("webhooks")
    return NewWebhook.model_validate(
        {**row, "secret": secret_of(seed, row["id"], row["secret_number"])}
    )
