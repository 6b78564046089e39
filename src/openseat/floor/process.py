"""The floor process: the loop between core, journal, switch and listeners.

Every input is decided at once, in memory; its facts go to the journal, and only
when they are durable are its effects carried out, its sender answered and its
rows shown. Outcomes are released strictly in the order of decision.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from openseat.core.cell import Cell, Outcome
from openseat.core.effects import Effect, FetchHttp
from openseat.core.errors import CoreError
from openseat.core.events import AgentMoved, AgentSignedIn, AgentSignedOut, Fact
from openseat.core.inputs import HttpReplied, Input
from openseat.floor.clock import FloorClock
from openseat.floor.view import View
from openseat.switch.port import Switch

log = structlog.get_logger()


class Journal(Protocol):
    """What the floor needs of `openseat.journal.writer.JournalWriter`."""

    def submit(self, facts: tuple[Fact, ...]) -> asyncio.Future[None]:
        """Take facts in order; the future is done once they are durable."""
        ...


class Fetcher(Protocol):
    """Makes a flow's HTTP requests; `openseat.floor.fetching.HttpFetcher` does it for real."""

    def fetch(self, request: FetchHttp, reply: Any) -> None:
        """Begin a request; `reply` is called with `HttpReplied` in the end, whatever happens."""
        ...


@dataclass(slots=True)
class Pending:
    """An outcome whose facts are on their way to the journal."""

    outcome: Outcome
    durable: asyncio.Future[None]
    done: asyncio.Future[None] | None
    error: CoreError | None


class Floor:
    """Drives one cell."""

    def __init__(
        self,
        cell: Cell,
        journal: Journal,
        switch: Switch,
        view: View,
        *,
        clock: FloorClock,
        fetcher: Fetcher,
    ) -> None:
        self.cell = cell
        self.view = view
        self._journal = journal
        self._switch = switch
        self._clock = clock
        self._fetcher = fetcher
        self.seated: Callable[[], None] = _nobody_asks
        """Called when an agent signed in or out."""
        self._pending: deque[Pending] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.decided = 0
        self.faults = 0
        self.failed: asyncio.Future[None] = self._loop.create_future()

    # -- in ------------------------------------------------------------------------

    def receive(self, happened: Input) -> None:
        """Take an input that nobody waits for (the switch's); never raises."""
        self._decide(happened, None)

    async def command(self, asked: Input) -> None:
        """Carry out a command; returns when it is durable.

        Raises `CoreError` when it is refused.
        """
        done: asyncio.Future[None] = self._loop.create_future()
        self._decide(asked, done)
        await done

    def take_over(self, token: int, node: str) -> None:
        """Journal that this process is the cell's writer now."""
        self._release(self.cell.took_over(token, node, self._clock.now()), None, None)
        self._arm()

    def _decide(self, happened: Input, done: asyncio.Future[None] | None) -> None:
        self.decided += 1
        error: CoreError | None = None
        try:
            outcome = self.cell.handle(happened, self._clock.now())
            error = outcome.refusal
        except CoreError as refusal:
            if done is not None:
                done.set_exception(refusal)
            return
        except Exception:
            # A fault in one decision must not take the other calls with it: what it
            # had already recorded is kept, so that state and journal stay the same.
            self.faults += 1
            log.exception("floor.fault", input=type(happened).__name__)
            outcome = self.cell.interrupted()
            error = CoreError("floor.fault", input=type(happened).__name__)
        self._release(outcome, done, error)
        self._arm()

    # -- out -----------------------------------------------------------------------

    def _release(
        self, outcome: Outcome, done: asyncio.Future[None] | None, error: CoreError | None
    ) -> None:
        for fact in outcome.facts:
            self.view.count(fact)
            self.view.touch(fact)
        durable = self._journal.submit(outcome.facts)
        self._pending.append(Pending(outcome, durable, done, error))
        if durable.done() and len(self._pending) == 1:
            self._drain(durable)
        else:
            durable.add_done_callback(self._drain)

    def _drain(self, _: asyncio.Future[None]) -> None:
        while self._pending and self._pending[0].durable.done():
            pending = self._pending.popleft()
            failure = pending.durable.exception()
            if failure is not None:
                if not self.failed.done():
                    self.failed.set_exception(failure)
                if pending.done is not None and not pending.done.done():
                    pending.done.set_exception(CoreError("floor.not_durable"))
                continue
            self._follow_agents(pending.outcome.facts)
            self._carry_out(pending.outcome.effects)
            if pending.done is not None and not pending.done.done():
                if pending.error is not None:
                    pending.done.set_exception(pending.error)
                else:
                    pending.done.set_result(None)

    def _follow_agents(self, facts: tuple[Fact, ...]) -> None:
        for fact in facts:
            match fact.event:
                case (
                    AgentSignedIn(agent_id=agent_id, endpoint=endpoint)
                    | AgentMoved(agent_id=agent_id, endpoint=endpoint)
                ):
                    self._switch.bind(agent_id, endpoint)
                    self.seated()
                case AgentSignedOut(agent_id=agent_id):
                    self._switch.bind(agent_id, None)
                    self.seated()
                case _:
                    pass

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        if not effects:
            return
        for effect in effects:
            if isinstance(effect, FetchHttp):
                self._fetcher.fetch(effect, self._fetched)
        self._switch.apply(effect for effect in effects if not isinstance(effect, FetchHttp))

    def _fetched(self, reply: HttpReplied) -> None:
        self.receive(reply)

    # -- time ----------------------------------------------------------------------

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self.cell.next_deadline()
        if at is not None:
            delay = max(0, at - self._clock.now()) / 1000
            self._timer = self._loop.call_later(delay, self._due)

    def _due(self) -> None:
        self._timer = None
        now = self._clock.now()
        at = self.cell.next_deadline()
        if at is not None and at <= now:
            try:
                outcome = self.cell.on_deadline(now)
            except Exception:
                self.faults += 1
                log.exception("floor.fault", input="deadline")
                outcome = self.cell.interrupted()
            self._release(outcome, None, None)
        self._arm()

    def stop(self) -> None:
        """Stop the timer; what was decided is still released."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _nobody_asks() -> None:
    return
