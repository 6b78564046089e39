"""How fast facts become durable, with PostgreSQL there and away, and how fast they are read."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import uvloop
from common import Figures, main

from openseat.core.events import Fact
from openseat.history.calls import Calls
from openseat.journal.reader import JournalReader
from openseat.journal.writer import JournalWriter, Timing
from openseat.platform.migrate import migrate
from openseat.platform.postgres import Cluster
from openseat.platform.provision import ROLES, create_database, create_roles
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.testing.ports import free_port
from openseat.worker.projector import Projector

_PASSWORD = "for-tests-only"  # noqa: S105 - a throw-away cluster on loopback
_BATCH = 4
"""Facts that one decision of the core typically has."""
_AT_ONCE = 50


class Measurement:
    """One run on one throw-away cluster, durable as the product's."""

    def __init__(self, cluster: Cluster, folder: Path, *, quick: bool) -> None:
        self.cluster = cluster
        self.database = Database(cluster, "openseat")
        self.dsn = self.database.url("floor")
        self.folder = folder
        self.facts = HistoryMaker(Random(1), agents=20).facts(4_000 if quick else 20_000)
        self.repeats = 500 if quick else 2_000
        """Appends a reading is taken over."""
        self.bulk = len(self.facts) // 80
        """Facts in each of the twenty batches of a bulk reading."""
        self.given = 0

    def batches(self, count: int, size: int = _BATCH) -> list[list[Fact]]:
        """Return the next facts in batches, as many as there are."""
        end = min(self.given + count * size, len(self.facts))
        made = [self.facts[at : min(at + size, end)] for at in range(self.given, end, size)]
        self.given = end
        return made

    async def prepare(self) -> None:
        """Make roles, database and schema."""
        import asyncpg

        connection = await asyncpg.connect(self.cluster.url)
        await create_roles(connection, dict.fromkeys(ROLES, _PASSWORD))
        await create_database(connection, "openseat")
        await connection.close()
        await asyncio.to_thread(migrate, self.database.url("owner"))

    def writer(self) -> JournalWriter:
        """Return a writer that notices an outage at once."""
        return JournalWriter(
            self.dsn, cell_id="main", spool_folder=self.folder, timing=Timing(retry_s=0.02)
        )


async def one_by_one(writer: JournalWriter, batches: Sequence[list[Fact]]) -> list[float]:
    """Append each batch after the other; return how long each took, in milliseconds."""
    took: list[float] = []
    for batch in batches:
        begun = time.perf_counter()
        await writer.append(batch)
        took.append((time.perf_counter() - begun) * 1000)
    return took


async def at_once(writer: JournalWriter, batches: Sequence[list[Fact]]) -> list[float]:
    """Append from many tasks, keeping the order of facts; return each append's milliseconds."""
    took: list[float] = []
    left = iter(batches)

    async def one() -> None:
        for batch in left:
            begun = time.perf_counter()
            await writer.append(batch)
            took.append((time.perf_counter() - begun) * 1000)

    await asyncio.gather(*(one() for _ in range(_AT_ONCE)))
    return took


async def rate(facts: int, work: Callable[[], Awaitable[object]]) -> int:
    """Return facts per second of `work` that handles `facts`."""
    begun = time.perf_counter()
    await work()
    return int(facts / (time.perf_counter() - begun))


def spread(name: str, took: Sequence[float]) -> Figures:
    """Return median and tail of milliseconds."""
    cuts = statistics.quantiles(took, n=100)
    return {f"{name}_p50_ms": round(cuts[49], 3), f"{name}_p99_ms": round(cuts[98], 3)}


async def measure_on(
    run: Measurement, start: Callable[[], None], kill: Callable[[], None]
) -> Figures:
    """Take every reading."""
    await run.prepare()
    writer = run.writer()
    await writer.open()
    await one_by_one(writer, run.batches(run.repeats // 5))
    figures = spread("append", await one_by_one(writer, run.batches(run.repeats)))
    before, batches = run.given, run.batches(3 * run.repeats)
    begun = time.perf_counter()
    figures |= spread(f"append_{_AT_ONCE}_at_once", await at_once(writer, batches))
    elapsed = time.perf_counter() - begun
    figures["appended_events_per_s"] = int((run.given - before) / elapsed)
    before, whole = run.given, run.batches(20, size=run.bulk)

    async def submit() -> None:
        await asyncio.gather(*(writer.submit(batch) for batch in whole))

    figures["bulk_events_per_s"] = await rate(sum(map(len, whole)), submit)
    kill()
    await one_by_one(writer, run.batches(20))
    figures |= spread("append_while_away", await one_by_one(writer, run.batches(run.repeats)))
    before, batches = run.given, run.batches(20, size=run.bulk)

    async def spool() -> None:
        await asyncio.gather(*(writer.submit(batch) for batch in batches))

    figures["spooled_events_per_s"] = await rate(run.given - before, spool)
    spooled = writer.spooled
    start()

    async def catch_up() -> None:
        while writer.away:
            await asyncio.sleep(0.001)

    figures["caught_up_events_per_s"] = await rate(spooled, catch_up)
    reader = JournalReader(run.dsn, cell_id="main")

    async def read() -> None:
        seq = 0
        while entries := await reader.read(seq, 2000):
            seq = entries[-1].seq

    figures["events"] = await reader.last_seq()
    figures["read_events_per_s"] = await rate(figures["events"], read)
    projector = Projector(run.dsn, cell_id="main", projections=[Calls()])
    figures["projected_events_per_s"] = await rate(figures["events"], projector.catch_up)
    figures["lost_or_doubled"] = run.given - figures["events"]
    await reader.close()
    await writer.close()
    return figures


def measure(quick: bool) -> Figures:
    """Measure the journal's writer, spool, reader and a projection on a real PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="openseat-bench-") as name:
        folder = Path(name)
        cluster = Cluster(folder / "pg", free_port(), _PASSWORD)
        with server(cluster, folder / "postgres.log") as (start, kill):
            run = Measurement(cluster, folder / "spool", quick=quick)
            return uvloop.run(measure_on(run, start, kill))


@contextmanager
def server(cluster: Cluster, log: Path):  # noqa: ANN201 - a context manager
    """Run the cluster; gives how to start it again and how to kill it."""
    running = [cluster.start(log)]

    def start() -> None:
        running[0] = cluster.start(log)

    def kill() -> None:
        running[0].kill()
        running[0].wait()

    try:
        yield start, kill
    finally:
        cluster.stop(running[0])


if __name__ == "__main__":
    main("journal", measure)
