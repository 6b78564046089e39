"""The projection `callbacks`: one row a promise to call a customer back."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import ClassVar

from openseat.core.events import CallbackPromised, Fact
from openseat.journal.codec import Entry
from openseat.journal.projection import Key, RowFold


@dataclass(slots=True)
class CallbackRow:
    """A row of `callbacks`. Times are instants of the core."""

    callback_id: str
    cell_id: str
    client_id: str
    agent_id: str
    """Who promised it, empty where the system did."""
    call_id: str
    """The call it was promised in, empty where that was over by then."""
    queue_id: str
    number: str
    reason: str
    promised_at: int
    due_at: int


class Callbacks(RowFold[CallbackRow]):
    """Promises stand in the call's stream, or in the stream of the agent who made them."""

    name: ClassVar = "callbacks"
    version: ClassVar = 1
    table: ClassVar = "callbacks"
    row: ClassVar = CallbackRow
    key: ClassVar = {"callback_id": "text"}

    def keys(self, fact: Fact) -> Iterable[Key]:
        """A promise is a row."""
        if isinstance(fact.event, CallbackPromised):
            yield (fact.event.callback_id,)

    def step(self, rows: MutableMapping[Key, CallbackRow], entry: Entry) -> None:
        """Note a promise."""
        fact, event = entry.fact, entry.fact.event
        if isinstance(event, CallbackPromised):
            stream, _, name = fact.stream.partition(":")
            rows[event.callback_id,] = CallbackRow(
                callback_id=event.callback_id,
                cell_id=entry.cell_id,
                client_id=fact.client_id,
                agent_id=name if stream == "agent" else "",
                call_id=name if stream == "call" else "",
                queue_id=event.queue_id,
                number=event.number,
                reason=event.reason,
                promised_at=fact.at,
                due_at=event.due_at,
            )
