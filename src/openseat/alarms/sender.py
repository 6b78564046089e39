"""Sends what webhooks are to be told, by the same door as flows' web requests."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import structlog

from openseat.alarms.evaluator import AWAY
from openseat.alarms.webhooks import SIGNATURE, claim, secret_of, settle, signature
from openseat.core.effects import FetchHttp
from openseat.core.inputs import HttpReplied
from openseat.floor.fetching import HttpFetcher
from openseat.platform.access import Services
from openseat.platform.database import OperatorScope

_log = structlog.get_logger("openseat.alarms")

LOOK_S = 1.0
AT_ONCE = 16
TIMEOUT_MS = 10_000


class Sender:
    """Delivers events that are due."""

    def __init__(self, shared: Services) -> None:
        self._shared = shared
        self._fetcher = HttpFetcher(shared.settings.floor.http_hosts)
        self._seed = shared.settings.secrets.read("webhooks")

    async def send_due(self, now: int) -> int:
        """Try every event that is due at ``now``; return how many there were."""
        async with self._shared.database.tenant_session(OperatorScope()) as session:
            due = await claim(session, now, AT_ONCE)
        answers = await asyncio.gather(*(self._send(row, now) for row in due))
        for row, status in zip(due, answers, strict=True):
            async with self._shared.database.tenant_session(OperatorScope()) as session:
                await settle(session, row, status, now)
        return len(due)

    async def close(self) -> None:
        """Give up what is under way; it is tried again."""
        await self._fetcher.close()

    async def _send(self, row: dict[str, Any], now: int) -> int:
        """Return the HTTP status of the answer, 0 for none."""
        secret = secret_of(self._seed, row["webhook_id"], row["secret_number"])
        replied: asyncio.Future[HttpReplied] = asyncio.get_running_loop().create_future()
        request = FetchHttp(
            request_id=row["id"],
            method="POST",
            url=row["url"],
            timeout_ms=TIMEOUT_MS,
            headers={
                "Content-Type": "application/cloudevents+json; charset=utf-8",
                "User-Agent": "OpenSeat",
                SIGNATURE: signature(secret, now // 1000, row["body"]),
                "OpenSeat-Delivery": row["id"],
            },
            body=row["body"],
        )
        self._fetcher.fetch(request, replied.set_result)
        try:
            async with asyncio.timeout(2 * TIMEOUT_MS / 1000):
                return (await replied).status
        except TimeoutError:
            return 0


@contextlib.asynccontextmanager
async def sending(shared: Services) -> AsyncIterator[None]:
    """Deliver events for the length of the context."""
    sender = Sender(shared)
    task = asyncio.create_task(_send_for_ever(sender), name="webhooks")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await sender.close()


async def _send_for_ever(sender: Sender) -> None:
    while True:
        more = 0
        try:
            more = await sender.send_due(time.time_ns() // 1_000_000)
        except AWAY as error:
            _log.info("webhooks not looked at", reason=type(error).__name__)
        if more < AT_ONCE:
            await asyncio.sleep(LOOK_S)
