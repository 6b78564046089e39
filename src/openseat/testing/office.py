"""An installation with the demonstration's contracts, into whose journal a test writes calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx

from openseat.billing import demo
from openseat.core import events as e
from openseat.core.events import Fact
from openseat.journal.writer import JournalWriter
from openseat.platform.database import Database as Pool
from openseat.platform.database import OperatorScope
from openseat.platform.settings import Settings
from openseat.testing.api import Api, running_api
from openseat.testing.database import Database
from openseat.testing.stories import Story
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAY = {"first_day": "2026-05-01", "end_day": "2026-06-01"}
JUNE = {"first_day": "2026-06-01", "end_day": "2026-07-01"}

Told = tuple[str, str, datetime, float, float]
"""Call, client, start, seconds before the answer, connected seconds."""


def at(month: int, day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of 2026 by the contracts' clock."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


MAY_CALLS: tuple[Told, ...] = (
    ("may-1", "jincheng", at(5, 3), 2, 61),
    ("may-2", "jincheng", at(5, 4), 2, 30),
    ("may-3", "beidou", at(5, 4), 2, 90.5),
    ("may-4", "jincheng", at(5, 5), 5, 0),
    # Over the end of the month: it belongs to the month in which it ended.
    ("june-1", "jincheng", at(5, 31, 23, 59), 0, 120),
)


def story(calls: Sequence[Told]) -> list[Fact]:
    """Return the facts of calls."""
    made = Story()
    for name, client, start, ring_s, connected_s in calls:
        stream = f"call:{name}"
        started = round(start.timestamp() * 1000)
        answered = started + round(1000 * ring_s)
        ended = answered + round(1000 * connected_s)
        for moment, event in (
            (
                started,
                e.CallStarted(
                    direction=e.Direction.INBOUND,
                    leg_id=f"{name}-leg",
                    caller="+861",
                    called="+862",
                    client_id=client,
                    project_id=f"{client}-service",
                ),
            ),
            *([(answered, e.CallAnswered(leg_id=f"{name}-leg"))] if connected_s else []),
            (
                ended,
                e.CallEnded(
                    ended_by=e.EndedBy.CUSTOMER,
                    cause=16,
                    answered=bool(connected_s),
                    duration_ms=ended - started,
                    billable_ms=ended - answered,
                ),
            ),
        ):
            made.tell(moment, stream, client, event)
    return made.facts()


class Office:
    """An installation with the demonstration's contracts, into whose journal a test writes."""

    def __init__(self, database: Database, settings: Settings, api: Api, folder: Path) -> None:
        self.database, self.settings, self.api, self.folder = database, settings, api, folder

    async def live(self, facts: Sequence[Fact], *, folded: bool = True) -> None:
        """Write facts into the journal, and fold them."""
        writer = JournalWriter(self.database.url("floor"), cell_id="main", spool_folder=self.folder)
        await writer.open()
        await writer.append(facts)
        await writer.close()
        if folded:
            await self.fold()

    async def fold(self) -> None:
        """Bring every projection up to date."""
        projector = Projector(
            self.database.url("floor"), cell_id="main", projections=projections(), pace_s=0
        )
        await projector.catch_up()

    async def ask(self, call: Any, *arguments: Any) -> Any:
        """Return what a function of the service answers the operator."""
        pool = Pool(self.database.url("app"), pool_size=1, overflow=0)
        try:
            async with pool.tenant_session(OperatorScope()) as session:
                return await call(session, *arguments)
        finally:
            await pool.close()


async def make(
    client: httpx.AsyncClient, plan: str, days: dict[str, str], status: int = 201
) -> Any:
    """Ask for an invoice, expect a status, return the answer."""
    answer = await client.post("/invoices", json={"rate_plan_id": plan, **days})
    assert answer.status_code == status, answer.text
    return answer.json()


EMPTIED = (
    "journal, cell_lease, projection_cursor, usage_calls, usage_storage, figures, figure_calls,"
    " figure_state, calls, segments, agent_time, recordings, recording_files, invoice_charges,"
    " invoice_lines, invoices, invoice_counters, rate_plans, seat_leases, number_leases"
)
"""What a test may have written; to empty it is far quicker than to make the floor anew."""


@asynccontextmanager
async def running_office(
    database: Database, installation: Settings, folder: Path
) -> AsyncIterator[Office]:
    """Empty what an earlier test wrote, and run the API for the length of the context."""
    owner = await asyncpg.connect(database.url("superuser"))
    try:
        await owner.execute(f"truncate {EMPTIED}")
    finally:
        await owner.close()
    async with running_api(installation) as api:
        assert await demo.seed(installation)
        assert not await demo.seed(installation)
        yield Office(database, installation, api, folder)
