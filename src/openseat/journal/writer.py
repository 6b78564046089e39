"""The one writer of a cell's journal.

`submit` numbers facts and returns at once; a single task stores them in order. While a transaction
is under way the next facts gather and share the following one (group commit). When PostgreSQL is
away the batch goes to the spool, which is caught up in order when it returns. Numbers are given out
before anything is stored and never again, so a batch whose commit was cut off is settled by asking
for the highest number there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from openseat.core.events import Fact
from openseat.journal.codec import Row, encode_fact
from openseat.journal.errors import JournalClosed, JournalConflict, JournalError
from openseat.journal.lease import Lease, node_lock, node_name
from openseat.journal.spool import Spool
from openseat.journal.store import DatabaseAway, Link

log = logging.getLogger(__name__)

_CHUNK = 4000
"""About how many rows share a transaction at most: a waiting `append` is held up by one of them."""

_Submission = tuple[list[Row], "asyncio.Future[None]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How patient the writer is; all in seconds."""

    commit_s: float = 2.0
    """A transaction that takes longer counts as PostgreSQL being away."""
    retry_s: float = 0.1
    """Pause between attempts to reach PostgreSQL."""
    beats_per_lease: int = 3


class JournalWriter:
    """Writes one cell's journal; see the module.

    Life: `open`, any number of `submit`/`append`, `close`. After a `JournalError` the writer is
    finished: every later `submit` fails, and the process has to start anew, because its state may
    be ahead of the journal.

    Attributes:
        token: the fencing token, set by `open`.
    """

    def __init__(
        self,
        dsn: str,
        *,
        cell_id: str,
        spool_folder: Path,
        node: str = "",
        lease_ms: int = 1500,
        timing: Timing | None = None,
    ) -> None:
        """Make a writer that does nothing yet.

        Args:
            dsn: of the role `openseat_floor`.
            cell_id: whose journal.
            spool_folder: on a local disk, kept across restarts.
            node: this node's name; empty asks `node_name`.
            lease_ms: how long a standby of another node waits for a silent writer.
            timing: how patient to be.
        """
        self.token = 0
        self._dsn = dsn
        self._cell_id = cell_id
        self._folder = spool_folder
        self._node = node
        self._lease_s = lease_ms / 1000
        self._timing = timing or Timing()
        self._beat_s = self._lease_s / self._timing.beats_per_lease
        self._beat_at = 0.0
        self._seq = 0
        self._waiting: deque[_Submission] = deque()
        self._work = asyncio.Event()
        self._closing = False
        self._failure: JournalError | None = None
        self._ended = asyncio.Event()
        self._link: Link | None = None
        self._spool: Spool | None = None
        self._settled_seq: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._linker: asyncio.Task[None] | None = None
        self._held = contextlib.AsyncExitStack()

    # -- life ------------------------------------------------------------------------

    async def open(self) -> None:
        """Become the cell's writer; waits as long as that takes.

        Waits for PostgreSQL, for another process of this node to end, and for the writer of
        another node to fall silent. What an earlier process of this node spooled is in the
        database when this returns, so recovery can read the whole journal.

        Raises:
            SpoolCorrupt: the spool left behind is damaged.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._node:
            self._node = node_name(self._folder)
        await self._held.enter_async_context(node_lock(self._folder, self._cell_id))
        try:
            while True:
                try:
                    await self._take_over()
                    break
                except DatabaseAway as error:
                    log.info("cell %s: waiting to become the writer: %s", self._cell_id, error)
                    await self._let_go()
                    await asyncio.sleep(self._timing.retry_s)
        except BaseException:
            await self._let_go()
            await self._held.aclose()
            raise
        self._task = asyncio.create_task(self._run(), name="journal writer")

    async def close(self) -> None:
        """Store what was submitted, give the lease back and let go of everything."""
        self._closing = True
        self._work.set()
        if self._task is not None:
            await self._task
        if self._linker is not None:
            self._linker.cancel()
            await asyncio.gather(self._linker, return_exceptions=True)
        if self._link is not None and self._failure is None and self._spool is None:
            with contextlib.suppress(DatabaseAway):
                await self._link.release(self.token)
        await self._let_go()
        if self._spool is not None:
            self._spool.close()
        await self._held.aclose()

    async def until_failed(self) -> JournalError | None:
        """Wait until the writer is finished; return why, or None after `close`."""
        await self._ended.wait()
        return self._failure

    # -- writing ---------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        """The highest sequence number given out."""
        return self._seq

    @property
    def spooled(self) -> int:
        """How many facts wait on disk for PostgreSQL."""
        return 0 if self._spool is None else self._spool.rows

    @property
    def away(self) -> bool:
        """Whether facts go to the spool at the moment."""
        return self._link is None or self._spool is not None

    def submit(self, facts: Iterable[Fact]) -> asyncio.Future[None]:
        """Number `facts` in this order; the future is done once they are durable.

        All of a call's facts become durable together. Futures are done in the order of the calls.

        Raises:
            JournalClosed: the writer is not open (any more).
            MalformedEvent: a fact cannot be written; none of them was taken.
        """
        if self._task is None or self._closing or self._failure is not None:
            raise JournalClosed(str(self._failure or "the journal's writer is not open"))
        rows = [
            encode_fact(self._cell_id, seq, fact) for seq, fact in enumerate(facts, self._seq + 1)
        ]
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if rows:
            self._seq = rows[-1].seq
            self._waiting.append((rows, future))
            self._work.set()
        else:
            future.set_result(None)
        return future

    async def append(self, facts: Iterable[Fact]) -> None:
        """Store `facts`; returns once they are durable. See `submit`.

        Raises:
            JournalError: they may or may not be stored; the writer is finished.
        """
        await self.submit(facts)

    async def save_checkpoint(self, seq: int, version: int, data: bytes) -> bool:
        """Keep the cell's state after fact `seq`; return whether it was kept.

        It is kept only once every fact up to `seq` is in the database: a checkpoint that is ahead
        of the journal would bring back what never happened. While PostgreSQL is away it is not
        kept, and recovery starts from an older one.

        Raises:
            LeaseLost: another writer has the cell.
            JournalError: the writer is finished.
        """
        if self._task is None or self._closing or self._failure is not None:
            raise JournalClosed(str(self._failure or "the journal's writer is not open"))
        submitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(([], submitted))
        self._work.set()
        await submitted
        if self.away:
            return False
        try:
            link = await Link.open(self._dsn, self._cell_id, self._timing.commit_s)
            try:
                return await link.save_checkpoint(self.token, seq, version, data)
            finally:
                await link.close()
        except DatabaseAway:
            return False

    # -- taking over -----------------------------------------------------------------

    async def _take_over(self) -> None:
        link = self._link = await Link.open(self._dsn, self._cell_id, self._timing.commit_s)
        seen = await link.observe()
        await self._recover_spool(link, seen)
        while seen is not None and seen.holder not in {"", self._node}:
            await asyncio.sleep(self._lease_s)
            now = await link.observe()
            if now == seen:
                log.warning("cell %s: its writer %s is silent", self._cell_id, seen.holder)
                break
            seen = now
        token = await link.take(self._node, seen)
        if token is None:
            raise DatabaseAway("another process took the lease first")
        self.token = token
        self._seq = await link.highest_seq(token)

    async def _recover_spool(self, link: Link, seen: Lease | None) -> None:
        """Catch up what an earlier process spooled, under the token it wrote with."""
        spool = await asyncio.to_thread(Spool.load, self._spool_path())
        if spool is None:
            return
        if seen is None or seen.token != spool.token:
            aside = await asyncio.to_thread(spool.set_aside)
            log.error(
                "cell %s: another node became the writer before %d spooled facts were stored;"
                " they lie in %s",
                self._cell_id,
                spool.rows,
                aside,
            )
            return
        try:
            known = await link.highest_seq(spool.token)
            while not spool.drained:
                await self._move(link, spool, known)
        except BaseException:
            spool.close()
            raise
        await asyncio.to_thread(spool.remove)

    # -- the task --------------------------------------------------------------------

    async def _run(self) -> None:
        batch: list[_Submission] = []
        try:
            while True:
                await self._wait_for_work()
                batch = self._next_batch()
                if batch:
                    await self._store([row for rows, _ in batch for row in rows])
                    for _, future in batch:
                        if not future.done():
                            future.set_result(None)
                    batch = []
                elif self._closing:
                    break
                if self._link is not None:
                    await self._beat_if_due(self._link)
                if self._link is not None and self._spool is not None:
                    await self._catch_up(self._link, self._spool)
        except JournalError as error:
            self._fail(error, batch)
        except Exception as error:
            log.exception("cell %s: the journal's writer met a fault", self._cell_id)
            self._fail(JournalError(f"{type(error).__name__}: {error}"), batch)
        finally:
            self._ended.set()

    async def _wait_for_work(self) -> None:
        catching_up = self._spool is not None and self._link is not None
        if self._closing or self._waiting or catching_up:
            return
        self._work.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._beat_s):
                await self._work.wait()

    def _next_batch(self) -> list[_Submission]:
        batch: list[_Submission] = []
        size = 0
        while self._waiting and size < _CHUNK:
            submission = self._waiting.popleft()
            size += len(submission[0])
            batch.append(submission)
        return batch

    async def _store(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        if self._link is not None and self._spool is None:
            try:
                await self._link.insert(self.token, rows)
            except DatabaseAway as error:
                self._lose_link(error)
            else:
                return
        if self._spool is None:
            self._spool = await asyncio.to_thread(
                Spool.create, self._spool_path(), self._cell_id, self.token
            )
        await asyncio.to_thread(self._spool.append, rows)

    async def _beat_if_due(self, link: Link) -> None:
        """Show standbys that this writer lives, however much it has to do."""
        now = asyncio.get_running_loop().time()
        if now < self._beat_at:
            return
        self._beat_at = now + self._beat_s
        try:
            await link.beat(self.token)
        except DatabaseAway as error:
            self._lose_link(error)

    async def _catch_up(self, link: Link, spool: Spool) -> None:
        """Move some of the spool into the database; batches submitted meanwhile come between."""
        try:
            if self._settled_seq is None:
                self._settled_seq = await link.highest_seq(self.token)
            await self._move(link, spool, self._settled_seq)
        except DatabaseAway as error:
            self._lose_link(error)
            return
        if spool.drained:
            await asyncio.to_thread(spool.remove)
            self._spool = None
            log.info("cell %s: %d spooled facts are stored", self._cell_id, spool.rows)

    async def _move(self, link: Link, spool: Spool, known: int) -> None:
        """Insert the next rows of the spool, but for those up to `known`: they are there."""
        rows = [row for row in await asyncio.to_thread(spool.next, _CHUNK) if row.seq > known]
        if rows:
            await link.insert(spool.token, rows)
        spool.done()

    # -- connection ------------------------------------------------------------------

    def _lose_link(self, error: DatabaseAway) -> None:
        log.warning("cell %s: PostgreSQL is away, facts are spooled: %s", self._cell_id, error)
        if self._link is not None:
            self._link.abandon()
        self._link = None
        self._settled_seq = None
        self._linker = asyncio.create_task(self._reconnect(), name="journal reconnect")

    async def _reconnect(self) -> None:
        while True:
            try:
                self._link = await Link.open(self._dsn, self._cell_id, self._timing.commit_s)
            except (DatabaseAway, JournalConflict) as error:
                log.debug("cell %s: %s", self._cell_id, error)
                await asyncio.sleep(self._timing.retry_s)
            except Exception:
                # Whatever it is: without another try the spool would never be caught up.
                log.exception("cell %s: connecting failed", self._cell_id)
                await asyncio.sleep(self._timing.retry_s)
            else:
                self._work.set()
                return

    async def _let_go(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    def _fail(self, error: JournalError, batch: list[_Submission]) -> None:
        log.error("cell %s: the journal's writer stops: %s %s", self._cell_id, error.code, error)
        self._failure = error
        for _, future in [*batch, *self._waiting]:
            if not future.done():
                future.set_exception(error)
                future.exception()  # `until_failed` tells it too: nobody has to look here
        self._waiting.clear()

    def _spool_path(self) -> Path:
        return self._folder / f"{quote(self._cell_id, safe='')}.spool"
