"""Figures read from the tables: by any dimension and interval, opened down to calls, by tenant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import pytest
from pydantic import ValidationError

from openseat.core import events as e
from openseat.core.events import Fact
from openseat.core.kpi import Calendar, Dimension, Fold, QuarterLedger, Tally, Width
from openseat.core.kpi.tally import FIELDS, GREATEST
from openseat.figures import service
from openseat.figures.documents import CallsQuery, FiguresQuery, counts, kpis
from openseat.figures.projection import Figures
from openseat.journal.codec import Entry
from openseat.platform.database import ClientScope, OperatorScope, Scope, ScopedSession
from openseat.platform.database import Database as Pool
from openseat.platform.problems import Problem
from openseat.testing.database import Database
from openseat.testing.stories import Story, random_history

pytestmark = pytest.mark.database

# The day on which Berlin puts its clocks back: 25 hours.
START = int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp()) * 1000
END = START + 25 * 3_600_000
BERLIN = "Europe/Berlin"
LATER = START + 400 * 86_400_000
HISTORY = random_history(Random(11), start=START, agents=5, calls=40, longest_ms=8_000_000)


async def fold_into(database: Database, facts: Sequence[Fact]) -> None:
    connection = await asyncpg.connect(database.url("floor"))
    try:
        async with connection.transaction():
            await Figures().apply(
                connection, [Entry(seq, fact, "main") for seq, fact in enumerate(facts, 1)]
            )
    finally:
        await connection.close()


@asynccontextmanager
async def session_of(database: Database, scope: Scope) -> AsyncIterator[ScopedSession]:
    pool = Pool(database.url("app"), pool_size=1, overflow=0)
    try:
        async with pool.tenant_session(scope) as session:
            yield session
    finally:
        await pool.close()


async def ask(database: Database, call: Any, scope: Scope, query: Any, now: int = LATER) -> Any:
    async with session_of(database, scope) as session:
        return await call(session, query, now)


def query(model: Any = FiguresQuery, **asked: Any) -> Any:
    when = {
        "from": datetime.fromtimestamp(START / 1000, UTC),
        "to": datetime.fromtimestamp(END / 1000, UTC),
        "time_zone": BERLIN,
    }
    return model.model_validate({**when, **asked})


def folded() -> QuarterLedger:
    fold, ledger = Fold(), QuarterLedger()
    for fact in HISTORY:
        fold.apply(fact, ledger)
    fold.still_open(ledger, END + 40 * 86_400_000)
    return ledger


@pytest.mark.parametrize("width", [Width.HALF_HOUR, Width.HOUR, Width.DAY, Width.MONTH])
async def test_the_answer_is_the_fold_by_any_dimension_and_interval(
    figures_database: Database, width: Width
):
    calendar, history = Calendar(BERLIN, width), folded()
    first = calendar.start(START)
    last = calendar.interval(END - 1).end
    async with session_of(figures_database, OperatorScope()) as session:
        for dimension in Dimension:
            asked = query(by=dimension, interval=width)
            answer = await service.figures(session, asked, LATER)
            expected = {
                (name, interval.start): tally
                for (name, interval), tally in history.sums(dimension, calendar).items()
                if first <= interval.start < last
            }
            assert {
                (row.key, int(row.start.timestamp()) * 1000): (row.counts, row.kpis)
                for row in answer.items
            } == {key: (counts(tally), kpis(tally)) for key, tally in expected.items()}
            whole: dict[str, Tally] = {}
            for (name, _), tally in expected.items():
                whole.setdefault(name, Tally()).add(tally)
            assert {row.key: row.counts for row in answer.totals} == {
                name: counts(tally) for name, tally in whole.items()
            }
            assert len(answer.starts) == {"30m": 50, "1h": 25, "day": 1, "month": 1}[width]


async def test_every_number_opens_to_calls_that_add_up_to_it(figures_database: Database):
    async with session_of(figures_database, OperatorScope()) as session:
        answer = await service.figures(session, query(interval="day"), LATER)
        for row in answer.items:
            for measure in FIELDS:
                found = await opened(session, measure, row.key)
                values = [call.value for call in found]
                whole = max(values, default=0) if measure in GREATEST else sum(values)
                assert whole == pytest.approx(row.counts[measure.replace("_ms", "_s")])
                assert len({(call.call_id, call.start) for call in found}) == len(found)


async def opened(session: ScopedSession, measure: str, key: str) -> list[Any]:
    """The calls behind a number, read page by page."""
    found: list[Any] = []
    cursor = None
    while True:
        asked = query(CallsQuery, measure=measure, key=key, limit=3, cursor=cursor)
        page = await service.calls_behind(session, asked, LATER)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_a_client_sees_its_own_figures_only(figures_database: Database):
    mine = await ask(
        figures_database, service.figures, ClientScope("acme"), query(by=Dimension.CLIENT)
    )
    assert {row.key for row in mine.totals} == {"acme"}
    agents = await ask(
        figures_database, service.figures, ClientScope("acme"), query(by=Dimension.AGENT)
    )
    assert agents.totals
    assert all(row.counts["signed_in_s"] == 0 for row in agents.totals)
    behind = query(CallsQuery, measure="offered", by=Dimension.CLIENT)
    calls = await ask(figures_database, service.calls_behind, ClientScope("acme"), behind)
    everything = await ask(figures_database, service.calls_behind, OperatorScope(), behind)
    assert calls.items
    assert len(calls.items) < len(everything.items)
    nothing = await ask(figures_database, service.figures, ClientScope("nobody"), query())
    assert nothing.items == []


async def test_filters_narrow_the_rows(figures_database: Database):
    asked = query(by=Dimension.PROJECT, client_id="acme", queue_id="acme-care")
    answer = await ask(figures_database, service.figures, OperatorScope(), asked)
    assert {row.key for row in answer.totals} == {"acme-care"}


async def test_today_is_the_default_and_counts_states_still_open(fresh_database: Database):
    story = Story()
    midnight = int(datetime(2026, 5, 3, 16, tzinfo=UTC).timestamp()) * 1000
    story.tell(
        midnight - 60_000,
        "agent:a",
        "",
        e.AgentSignedIn(
            agent_id="a", group_id="g", endpoint="p", session_id="s", state=e.AgentState.IDLE
        ),
    )
    await fold_into(fresh_database, story.facts())
    for asked in (
        FiguresQuery(by=Dimension.AGENT),
        FiguresQuery(by=Dimension.GROUP),
        FiguresQuery(by=Dimension.AGENT, agent_id="a", group_id="g"),
    ):
        now = midnight + 90_000
        answer = await ask(fresh_database, service.figures, OperatorScope(), asked, now)
        assert answer.time_zone == service.DEFAULT_ZONE
        assert answer.start == datetime.fromtimestamp(midnight / 1000, UTC)
        assert answer.end - answer.start == timedelta(days=1)
        assert [row.counts["idle_s"] for row in answer.items] == [90.0]
    for asked in (
        FiguresQuery(by=Dimension.AGENT, agent_id="b"),
        FiguresQuery(by=Dimension.AGENT, queue_id="q"),
    ):
        answer = await ask(fresh_database, service.figures, OperatorScope(), asked, midnight + 1)
        assert answer.items == []
    before = FiguresQuery.model_validate({"by": "agent", "from": "2026-06-01T00:00:00Z"})
    answer = await ask(fresh_database, service.figures, OperatorScope(), before, midnight + 1)
    assert answer.items == []


async def test_the_clock_is_that_of_the_projects_in_view(fresh_database: Database):
    owner = await asyncpg.connect(fresh_database.url("superuser"))
    try:
        for client, zone in (("a", BERLIN), ("b", "Asia/Tokyo")):
            await owner.execute("insert into clients (id, name) values ($1, $1)", client)
            await owner.execute(
                "insert into projects (id, client_id, name, time_zone) values ($1, $1, $1, $2)",
                client,
                zone,
            )
    finally:
        await owner.close()
    for scope, asked, zone in (
        (ClientScope("a"), FiguresQuery(), BERLIN),
        (OperatorScope(), FiguresQuery(), service.DEFAULT_ZONE),
        (OperatorScope(), FiguresQuery(project_id="b"), "Asia/Tokyo"),
        (OperatorScope(), FiguresQuery(time_zone="UTC"), "UTC"),
    ):
        answer = await ask(fresh_database, service.figures, scope, asked)
        assert answer.time_zone == zone


async def test_a_day_is_asked_for_by_its_date_in_the_zone(figures_database: Database):
    async with session_of(figures_database, OperatorScope()) as session:
        by_date = FiguresQuery(day=date(2026, 10, 25), time_zone=BERLIN, interval=Width.HALF_HOUR)
        answer = await service.figures(session, by_date, LATER)
        assert answer == await service.figures(session, query(interval="30m"), LATER)
        assert answer.items
        assert answer.end.timestamp() - answer.start.timestamp() == 25 * 3600
        assert len(answer.starts) == 50
        spring = FiguresQuery(day=date(2026, 3, 29), time_zone=BERLIN, interval=Width.HALF_HOUR)
        assert len((await service.figures(session, spring, LATER)).starts) == 46


@pytest.mark.parametrize(
    "more",
    [{"from": "2026-10-25T00:00:00Z"}, {"to": "2026-10-26T00:00:00Z"}, {"day": "1999-12-31"}],
)
def test_a_day_has_its_own_beginning_and_end(more: dict[str, str]):
    with pytest.raises(ValidationError):
        FiguresQuery.model_validate({"day": "2026-10-25", **more})


@pytest.mark.parametrize(
    ("call", "asked", "code"),
    [
        (
            service.figures,
            FiguresQuery.model_validate({"interval": "15m", "from": "2020-01-01T00:00:00Z"}),
            "figures.too_many",
        ),
        (service.calls_behind, CallsQuery(measure="nonsense"), "figures.unknown_measure"),
        (service.calls_behind, CallsQuery(measure="offered", cursor="AAAA"), "cursor.invalid"),
    ],
)
async def test_what_cannot_be_answered_is_a_problem(
    figures_database: Database, call: Any, asked: Any, code: str
):
    with pytest.raises(Problem) as refused:
        await ask(figures_database, call, OperatorScope(), asked)
    assert refused.value.code == code


@pytest.fixture(scope="module")
def figures_database(database: Database) -> Database:
    """The module's database with the history folded into it."""
    asyncio.run(fold_into(database, HISTORY))
    return database
