"""Putting a floor together: lease, memory, core, switch, link; and taking it apart again."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import Iterable

import asyncpg
import structlog

from openseat.core.cell import Cell
from openseat.core.identity import CountingIds
from openseat.core.inputs import Configure
from openseat.core.kpi import Fold, Today
from openseat.directory.picture import CHANGED, Picture, read_picture
from openseat.floor import checkpoint
from openseat.floor.clock import FloorClock
from openseat.floor.fetching import HttpFetcher
from openseat.floor.phones import Phones
from openseat.floor.process import Floor
from openseat.floor.server import LinkServer
from openseat.floor.view import View
from openseat.journal.reader import JournalReader
from openseat.journal.writer import JournalWriter
from openseat.platform.settings import LOOPBACK, Settings
from openseat.switch.port import Switch

log = structlog.get_logger()

CHECKPOINT_S = 15.0
"""How often memory is written down; a restart replays at most about this much."""

PATIENCE_S = 0.2
"""Pause between attempts to reach PostgreSQL."""

PAGE = 5_000
"""Facts read at once while catching up."""

AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, TimeoutError)


class FloorProcess:
    """One run of the floor for a cell, from taking the lease to giving it back."""

    def __init__(self, settings: Settings, switch: Switch, clock: FloorClock | None = None) -> None:
        self._settings = settings
        self._switch = switch
        self._clock = clock or FloorClock()
        self._dsn = settings.database_url("floor")
        self._cell_id = settings.floor.cell_id
        self._writer = JournalWriter(
            self._dsn,
            cell_id=self._cell_id,
            spool_folder=settings.paths.spool,
            lease_ms=settings.floor.lease_ms,
        )
        self._fetcher = HttpFetcher(settings.floor.http_hosts)
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Ask the run to end in order."""
        self._stop.set()

    async def run(self) -> None:
        """Work until `stop`, or until the lease is lost.

        Raises `openseat.journal.errors.JournalError` when another writer has the
        cell or the journal cannot be kept; the process must end then.
        """
        picture = await self._read_picture()
        await self._writer.open()
        memory = await self._remember()
        cell = Cell(
            picture.config,
            CountingIds(str(self._writer.token)),
            seed=self._writer.token,
            state=memory.state,
        )
        today = Today({p.project_id: p.time_zone for p in picture.config.projects.values()})
        today.restore(memory.today)
        view = View(cell, Fold(memory.open), today)
        floor = Floor(
            cell, self._writer, self._switch, view, clock=self._clock, fetcher=self._fetcher
        )
        server = LinkServer(
            floor,
            self._clock,
            token=self._settings.secrets.read("floor_link"),
            epoch=self._writer.token,
        )
        floor.take_over(self._writer.token, socket.gethostname())
        for agent in cell.state.agents.values():
            if agent.signed_in:
                self._switch.bind(agent.agent_id, agent.endpoint)
        phones = Phones(
            self._switch, self._settings.secrets.read("phones"), lambda: floor.cell.state.agents
        )
        floor.seated = phones.seated
        await phones.take(picture.phones)
        await self._switch.push_trunks(picture.trunks)
        await self._switch.start(floor.receive)
        await server.start(LOOPBACK, self._settings.ports.floor_link)
        _settle_memory()
        log.info("floor.ready", cell=self._cell_id, token=self._writer.token, pid=os.getpid())
        self._spawn(self._follow_directory(floor, phones))
        self._spawn(phones.keep())
        self._spawn(self._checkpoint_for_ever(floor))
        try:
            await self._until_over(floor)
        finally:
            await self._close(floor, server)

    # -- starting ------------------------------------------------------------------

    async def _read_picture(self) -> Picture:
        while True:
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5)
                try:
                    return await read_picture(connection, self._cell_id)
                finally:
                    await connection.close()
            except AWAY as error:
                log.info("floor.waiting_for_database", error=type(error).__name__)
                await asyncio.sleep(PATIENCE_S)

    async def _remember(self) -> checkpoint.Memory:
        """The newest checkpoint this build can read, and everything journaled since."""
        reader = JournalReader(self._dsn, cell_id=self._cell_id)
        try:
            saved = await reader.load_checkpoint()
            memory, seq = None, 0
            if saved is not None and saved.version == checkpoint.VERSION:
                memory = checkpoint.decode(saved.data)
                seq = saved.seq
            if memory is None:
                memory, seq = checkpoint.empty(), 0
            fold = Fold(memory.open)
            today = Today({})
            today.restore(memory.today)
            while entries := await reader.read(seq, PAGE):
                for entry in entries:
                    memory.state.apply(entry.fact)
                    fold.apply(entry.fact, today)
                seq = entries[-1].seq
            memory.today = today.save()
            return memory
        finally:
            await reader.close()

    # -- running -------------------------------------------------------------------

    def _spawn(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_over(self, floor: Floor) -> None:
        stopping = asyncio.create_task(self._stop.wait())
        failing = asyncio.create_task(self._writer.until_failed())
        try:
            await asyncio.wait(
                {stopping, failing, floor.failed}, return_when=asyncio.FIRST_COMPLETED
            )
            if failing.done() and (reason := failing.result()) is not None:
                raise reason
            if floor.failed.done():
                floor.failed.result()
        finally:
            stopping.cancel()
            failing.cancel()

    async def _follow_directory(self, floor: Floor, phones: Phones) -> None:
        """Take in changes of the directory as they are announced, and after every outage."""
        changed = asyncio.Event()

        def notice(*_: object) -> None:
            changed.set()

        while True:
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5)
            except AWAY:
                await asyncio.sleep(1)
                continue
            try:
                await connection.add_listener(CHANGED, notice)
                while not connection.is_closed():
                    await self._reload(connection, floor, phones)
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(5):
                            await changed.wait()
                    changed.clear()
            except (*AWAY, asyncpg.InterfaceError) as error:
                log.info("floor.directory_away", error=type(error).__name__)
            finally:
                connection.terminate()

    async def _reload(self, connection: asyncpg.Connection, floor: Floor, phones: Phones) -> None:
        version = await connection.fetchval("select version from directory_state where id = 1")
        if version == floor.cell.config.version:
            return
        picture = await read_picture(connection, self._cell_id)
        floor.receive(Configure(config=picture.config))
        floor.view.reconfigured()
        await phones.take(picture.phones)
        await self._switch.push_trunks(picture.trunks)
        log.info("floor.configured", version=picture.config.version)

    async def _checkpoint_for_ever(self, floor: Floor) -> None:
        saved = 0
        while True:
            await asyncio.sleep(CHECKPOINT_S)
            if self._writer.last_seq != saved:
                saved = await self._save(floor) or saved

    async def _save(self, floor: Floor) -> int:
        """Write the memory down; returns the fact it reaches to, 0 when it could not be kept."""
        seq = self._writer.last_seq
        memory = checkpoint.Memory(
            state=floor.cell.state, open=floor.view.fold.open, today=floor.view.today.save()
        )
        data = checkpoint.encode(memory)
        kept = await self._writer.save_checkpoint(seq, checkpoint.VERSION, data)
        return seq if kept else 0

    # -- ending --------------------------------------------------------------------

    async def _close(self, floor: Floor, server: LinkServer) -> None:
        await server.stop()
        floor.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._switch.stop()
        await self._fetcher.close()
        await self._writer.close()


def _settle_memory() -> None:
    """Keep the garbage collector from walking the directory and the code again and again.

    What is there now stays; calls make little that refers to itself, so full collections,
    which stop everything, can be rare.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def run(settings: Settings, switch: Switch, signals: Iterable[int] = ()) -> None:
    """Run the floor until one of `signals` arrives."""
    process = FloorProcess(settings, switch)
    loop = asyncio.get_running_loop()
    for number in signals:
        loop.add_signal_handler(number, process.stop)
    await process.run()


SIGNALS = (signal.SIGTERM, signal.SIGINT)
