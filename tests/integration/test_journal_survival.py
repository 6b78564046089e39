"""Whatever is killed or full: nothing acknowledged is lost, doubled or skipped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random

import asyncpg
import pytest

from openseat.core.events import CallAnswered, Fact
from openseat.history.calls import Calls
from openseat.journal.codec import Entry, encode_fact
from openseat.journal.errors import JournalClosed, JournalConflict, LeaseLost, SpoolFull
from openseat.journal.reader import JournalReader
from openseat.journal.spool import Spool
from openseat.journal.writer import JournalWriter, Timing
from openseat.platform.migrate import migrate
from openseat.platform.postgres import Cluster
from openseat.platform.provision import ROLES, create_database, create_roles
from openseat.testing.database import Database
from openseat.testing.histories import HistoryMaker
from openseat.testing.ports import free_port
from openseat.worker.projector import Projector

pytestmark = pytest.mark.database

QUICK = Timing(commit_s=1.0, retry_s=0.02)


def fact(no: int, stream: str = "call:a") -> Fact:
    return Fact(stream=stream, no=no, at=1000 + no, client_id="", event=CallAnswered(leg_id="l"))


class Server:
    """A durable PostgreSQL that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.cluster = Cluster(folder / "pg", free_port(), "for-tests-only")
        self.log = folder / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.database = Database(self.cluster, "openseat")

    def start(self) -> None:
        """Start, in the main thread: the server dies with the thread that started it."""
        self.process = self.cluster.start(self.log)

    def kill(self) -> None:
        """Kill the server and all its processes at once, as a power cut would."""
        pid = self.cluster.running_pid()
        assert pid is not None
        assert self.process is not None
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (str(pid), *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        self.process.wait()

    def freeze(self, number: signal.Signals) -> None:
        """Stop (SIGSTOP) or go on with (SIGCONT) all server processes."""
        pid = self.cluster.running_pid()
        assert pid is not None
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (str(pid), *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), number)

    async def prepare(self) -> None:
        connection = await asyncpg.connect(self.cluster.url)
        await create_roles(connection, dict.fromkeys(ROLES, "for-tests-only"))
        await create_database(connection, "openseat")
        await connection.close()
        await asyncio.to_thread(migrate, self.database.url("owner"))

    @property
    def dsn(self) -> str:
        return self.database.url("floor")


@pytest.fixture(scope="module")
def made_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    asyncio.run(server.prepare())
    yield server
    assert server.process is not None
    Cluster.stop(server.process)


@pytest.fixture
async def server(made_server: Server) -> Server:
    connection = await asyncpg.connect(made_server.database.url("superuser"))
    await connection.execute(
        "truncate journal, cell_lease, floor_checkpoint, projection_cursor, calls"
    )
    await connection.close()
    return made_server


@pytest.fixture
async def writer(server: Server, tmp_path: Path) -> AsyncIterator[JournalWriter]:
    made = new_writer(server, tmp_path)
    await made.open()
    yield made
    await made.close()


def new_writer(server: Server, folder: Path, *, node: str = "node") -> JournalWriter:
    return JournalWriter(
        server.dsn, cell_id="main", spool_folder=folder, node=node, lease_ms=300, timing=QUICK
    )


async def stored(server: Server) -> list[int]:
    """Return the numbers within the stream, after checking that the sequence has no gaps."""
    reader = JournalReader(server.dsn, cell_id="main")
    entries = []
    while batch := await reader.read(entries[-1].seq if entries else 0, 5000):
        entries += batch
    await reader.close()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    return [entry.fact.no for entry in entries]


async def caught_up(writer: JournalWriter) -> None:
    async with asyncio.timeout(20):
        while writer.away:
            await asyncio.sleep(0.01)


async def test_postgres_killed_again_and_again_under_load(server: Server, writer: JournalWriter):
    acknowledged: list[int] = []
    stop = asyncio.Event()

    async def load() -> None:
        random, no = Random(1), 0
        while not stop.is_set():
            count = random.randint(1, 5)
            await writer.append([fact(no + n) for n in range(1, count + 1)])
            acknowledged.extend(range(no + 1, no + count + 1))
            no += count

    loading = asyncio.create_task(load())
    random = Random(2)
    for _ in range(5):
        before = len(acknowledged)
        await asyncio.sleep(random.random() * 0.2)
        server.kill()
        while len(acknowledged) < before + 50:  # goes on without the database
            await asyncio.sleep(0.01)
        server.start()
        await caught_up(writer)
    stop.set()
    await loading
    assert await stored(server) == acknowledged


async def test_a_commit_whose_answer_was_lost_is_not_repeated(
    server: Server, writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
):
    link = writer._link
    assert link is not None
    insert = link.insert

    async def committed_but_cut(token: int, rows: list) -> None:
        await insert(token, rows)
        link.abandon()
        await link.observe()

    monkeypatch.setattr(link, "insert", committed_but_cut)
    await writer.append([fact(1), fact(2)])
    assert writer.away
    await writer.append([fact(3)])
    await caught_up(writer)
    assert await stored(server) == [1, 2, 3]


async def test_a_commit_still_under_way_on_the_server_is_waited_for(
    server: Server, writer: JournalWriter
):
    # A transaction of this writer whose connection broke, and which commits later.
    ghost = await asyncpg.connect(server.dsn)
    transaction = ghost.transaction()
    await transaction.start()
    await ghost.execute("select 1 from cell_lease where cell_id = 'main' for no key update")
    await ghost.execute(
        "insert into journal values ('main', 1, 'call:a', 1, 1001, '', 'call.answered', 1,"
        """ '{"leg_id": "l"}')"""
    )
    appending = asyncio.create_task(writer.append([fact(1)]))
    await appending  # the lock makes the commit time out: spooled
    assert writer.away
    await transaction.commit()
    await ghost.close()
    await caught_up(writer)
    assert await stored(server) == [1]


async def test_a_server_that_hangs_counts_as_away(server: Server, writer: JournalWriter):
    await writer.append([fact(1)])
    server.freeze(signal.SIGSTOP)
    try:
        await writer.append([fact(2)])
        assert writer.away
        assert writer.spooled == 1
    finally:
        server.freeze(signal.SIGCONT)
    await writer.append([fact(3)])
    await caught_up(writer)
    assert await stored(server) == [1, 2, 3]


async def test_a_floor_killed_with_a_spool_loses_nothing(server: Server, tmp_path: Path):
    script = tmp_path / "floor.py"
    script.write_text(
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\n"
        "from test_journal_survival import QUICK, JournalWriter, fact\n"
        "async def main():\n"
        "    writer = JournalWriter(sys.argv[1], cell_id='main', spool_folder=Path(sys.argv[2]),\n"
        "                           node='node', timing=QUICK)\n"
        "    await writer.open()\n"
        "    no = 0\n"
        "    while True:\n"
        "        no += 1\n"
        "        await writer.append([fact(no)])\n"
        "        print(no, int(writer.away), flush=True)\n"
        "        await asyncio.sleep(0.002)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        server.dsn,
        str(tmp_path),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    acknowledged = 0
    try:
        async for line in process.stdout:
            acknowledged, away = map(int, line.split())
            if acknowledged == 20:
                server.kill()
            if away and acknowledged >= 60:
                break
    finally:
        process.kill()
        acknowledged = max(
            [acknowledged]
            + [int(line.split()[0]) for line in (await process.stdout.read()).splitlines()[:-1]]
        )
        await process.wait()
    assert (tmp_path / "main.spool").exists()
    successor = new_writer(server, tmp_path)
    opening = asyncio.create_task(successor.open())
    await asyncio.sleep(0.1)
    assert not opening.done(), "it waits for PostgreSQL: the journal tells the state to go on from"
    server.start()
    await opening
    found = await stored(server)
    assert found[:acknowledged] == list(range(1, acknowledged + 1))
    assert len(found) <= acknowledged + 1  # one may have been durable and not yet said so
    assert successor.last_seq == len(found)
    assert not (tmp_path / "main.spool").exists()
    await successor.close()


async def test_a_spool_half_caught_up_by_a_killed_floor_is_not_doubled(
    server: Server, writer: JournalWriter, tmp_path: Path
):
    await writer.append([fact(1), fact(2)])
    token = writer.token
    await writer.close()
    spool = Spool.create(tmp_path / "main.spool", "main", token)
    spool.append([encode_fact("main", seq, fact(seq)) for seq in (2, 3)])
    spool.append([encode_fact("main", 4, fact(4))])
    spool.close()
    successor = new_writer(server, tmp_path)
    await successor.open()
    await successor.append([fact(5)])
    await successor.close()
    assert await stored(server) == [1, 2, 3, 4, 5]


async def test_a_deposed_writer_cannot_add_a_fact(server: Server, tmp_path: Path):
    old = new_writer(server, tmp_path / "old", node="old")
    await old.open()
    await old.append([fact(1)])
    # A standby on another node that saw nothing of the old writer for a whole lease.
    connection = await asyncpg.connect(server.dsn)
    await connection.execute("update cell_lease set token = token + 1, holder = 'new'")
    await connection.close()
    # It may have noticed by its beat already, before it is asked.
    with pytest.raises((LeaseLost, JournalClosed)):
        await old.append([fact(2)])
    with pytest.raises(JournalClosed):
        old.submit([fact(3)])
    assert isinstance(await old.until_failed(), LeaseLost)
    await old.close()
    assert await stored(server) == [1]


async def test_an_idle_deposed_writer_notices(server: Server, writer: JournalWriter):
    connection = await asyncpg.connect(server.dsn)
    await connection.execute("update cell_lease set token = token + 1, holder = 'new'")
    await connection.close()
    async with asyncio.timeout(5):
        assert isinstance(await writer.until_failed(), LeaseLost)


async def test_a_standby_takes_over_when_the_writer_falls_silent(server: Server, tmp_path: Path):
    old = new_writer(server, tmp_path / "old", node="old")
    await old.open()
    await old.append([fact(1)])
    standby = new_writer(server, tmp_path / "new", node="new")
    begun = asyncio.get_running_loop().time()
    opening = asyncio.create_task(standby.open())
    await asyncio.sleep(1.0)
    assert not opening.done(), "the writer lives"
    busy = [await old.append([fact(no)]) for no in range(2, 402)]
    while asyncio.get_running_loop().time() < begun + 2.5:
        busy.append(await old.append([fact(len(busy) + 2)]))
    assert not opening.done(), "the writer lives and has no idle moment"
    old._task.cancel()  # type: ignore[union-attr]
    async with asyncio.timeout(5):
        await opening
    assert standby.token == old.token + 1
    await standby.append([fact(len(busy) + 2)])
    await standby.close()
    old._task = None
    await old.close()
    assert await stored(server) == list(range(1, len(busy) + 3))


async def test_a_writer_that_closes_is_followed_at_once(server: Server, tmp_path: Path):
    old = new_writer(server, tmp_path / "old", node="old")
    await old.open()
    await old.close()
    standby = JournalWriter(
        server.dsn, cell_id="main", spool_folder=tmp_path / "new", node="new", lease_ms=60_000
    )
    async with asyncio.timeout(5):
        await standby.open()
    await standby.close()


async def test_a_second_writer_of_the_same_node_waits_for_the_first(server: Server, tmp_path: Path):
    first, second = new_writer(server, tmp_path), new_writer(server, tmp_path)
    await first.open()
    opening = asyncio.create_task(second.open())
    await asyncio.sleep(0.2)
    assert not opening.done()
    await first.append([fact(1)])
    await first.close()
    async with asyncio.timeout(5):
        await opening
    assert second.token == first.token + 1
    await second.close()


async def test_facts_spooled_by_a_deposed_writer_are_kept_aside(server: Server, tmp_path: Path):
    old = new_writer(server, tmp_path / "old", node="old")
    await old.open()
    server.kill()
    await old.append([fact(1)])
    await old.close()
    server.start()
    other = new_writer(server, tmp_path / "new", node="new")
    await other.open()
    await other.append([fact(1, "call:b")])
    await other.close()
    again = new_writer(server, tmp_path / "old", node="old")
    await again.open()
    await again.close()
    assert len(await stored(server)) == 1
    orphan = tmp_path / "old" / f"main-{old.token}.orphan"
    kept = Spool.load(orphan)
    assert kept is not None
    assert [row.stream for row in kept.next(10)] == ["call:a"]
    kept.close()


async def test_a_full_disk_is_a_typed_error_and_nothing_is_half_written(
    server: Server, tmp_path: Path
):
    writer = new_writer(server, tmp_path)
    await writer.open()
    server.kill()
    await writer.append([fact(1)])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = (tmp_path / "main.spool").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limits[1]))
    try:
        with pytest.raises(SpoolFull):
            await writer.append([fact(2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    with pytest.raises(JournalClosed):
        writer.submit([fact(3)])
    await writer.close()
    server.start()
    successor = new_writer(server, tmp_path)
    await successor.open()
    await successor.append([fact(2)])
    await successor.close()
    assert await stored(server) == [1, 2]


async def test_a_fact_numbered_twice_in_its_stream_stops_the_writer(
    server: Server, writer: JournalWriter
):
    await writer.append([fact(1)])
    with pytest.raises(JournalConflict):
        await writer.append([fact(1)])
    assert await stored(server) == [1]


async def test_appends_at_once_share_a_transaction_and_keep_their_order(
    server: Server, writer: JournalWriter
):
    connection = await asyncpg.connect(server.dsn)
    count = "select xact_commit from pg_stat_database where datname = 'openseat'"
    await connection.execute("select pg_stat_force_next_flush()")
    before = await connection.fetchval(count)
    order: list[int] = []
    futures = [writer.submit([fact(no)]) for no in range(1, 301)]
    for no, future in enumerate(futures, 1):
        future.add_done_callback(lambda _, no=no: order.append(no))
    await asyncio.gather(*futures)
    await asyncio.sleep(0)
    assert order == list(range(1, 301))
    assert await stored(server) == order
    await connection.execute("select pg_stat_force_next_flush()")
    assert await connection.fetchval(count) - before < 100
    await connection.close()


async def test_followers_hear_of_new_facts_and_survive_a_dead_server(
    server: Server, writer: JournalWriter
):
    reader = JournalReader(server.dsn, cell_id="main")
    heard: list[int] = []

    async def listen() -> None:
        async for entries in reader.follow(0, poll_s=0.2):
            heard.extend(entry.seq for entry in entries)

    listening = asyncio.create_task(listen())
    await writer.append([fact(1)])
    server.kill()
    await writer.append([fact(2)])
    server.start()
    await caught_up(writer)
    await writer.append([fact(3)])
    async with asyncio.timeout(20):
        while len(heard) < 3:
            await asyncio.sleep(0.01)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await reader.close()
    assert heard == [1, 2, 3]


async def test_projections_go_on_after_a_killed_server_and_count_nothing_twice(
    server: Server, writer: JournalWriter
):
    facts = HistoryMaker(Random(8)).facts(120)
    projector = Projector(server.dsn, cell_id="main", projections=[Calls()], pace_s=0)
    running = asyncio.create_task(projector.run())
    third = len(facts) // 3
    for number in range(3):
        for fact in facts[number * third : (number + 1) * third if number < 2 else None]:
            await writer.append([fact])
        if number < 2:
            server.kill()
            server.start()
    await caught_up(writer)
    connection = await asyncpg.connect(server.dsn)
    async with asyncio.timeout(30):
        while await connection.fetchval("select seq from projection_cursor") != len(facts):
            await asyncio.sleep(0.02)
    found = {row["call_id"]: dict(row) for row in await connection.fetch("select * from calls")}
    await connection.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    entries = [Entry(seq, fact, "main") for seq, fact in enumerate(facts, 1)]
    assert found == {row.call_id: asdict(row) for row in Calls().replay(entries).values()}


@pytest.mark.parametrize("fault", [RuntimeError("handler is closed"), KeyError("driver")])
async def test_no_fault_while_connecting_leaves_the_spool_lying(
    server: Server, writer: JournalWriter, monkeypatch: pytest.MonkeyPatch, fault: Exception
):
    link = writer._link
    assert link is not None
    connect, faults = type(link).open, [fault, fault]

    async def faulty(*arguments: object) -> object:
        if faults:
            raise faults.pop()
        return await connect(*arguments)

    monkeypatch.setattr(type(link), "open", faulty)
    link.abandon()
    await writer.append([fact(1)])
    await caught_up(writer)
    assert faults == []
    assert await stored(server) == [1]
