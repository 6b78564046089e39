"""Walking through flows without a telephone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from openseat.core.config import CellConfig, FlowConfig, HoursConfig
from openseat.core.flows import interpreter
from openseat.core.flows.actions import (
    Deadline,
    Digit,
    Fetched,
    FlowAction,
    FlowInput,
    PlayFinished,
    Returned,
    Say,
)
from openseat.core.flows.library import Library
from openseat.core.flows.run import Run

Action = TypeVar("Action")

START = 1_800_000_000_000
"""When walks begin."""


def definition(*steps: Mapping[str, Any], **head: Any) -> dict[str, Any]:
    """Return a flow definition that begins with the first step."""
    return {
        "schema": 1,
        "name": "a flow",
        "start": steps[0]["id"],
        "languages": ["zh-CN"],
        "steps": [dict(step) for step in steps],
        **head,
    }


def step(step_id: str, kind: str, **fields: Any) -> dict[str, Any]:
    """Return a step's definition."""
    return {"id": step_id, "kind": kind, **fields}


END = step("end", "hang_up")


def library(
    hours: Mapping[str, HoursConfig] | None = None, **definitions: Mapping[str, Any]
) -> Library:
    """Return the library of flows by id."""
    return Library.of(
        CellConfig(
            version=1,
            cell_id="cell",
            hours=hours or {},
            flows={
                flow_id: FlowConfig(flow_id=flow_id, version=1, definition=made)
                for flow_id, made in definitions.items()
            },
        )
    )


class Caller:
    """One call in the flow `main` of a library, with everything the flow asked for."""

    def __init__(
        self,
        books: Library,
        *,
        language: str = "zh-CN",
        given: Mapping[str, str] | None = None,
        now: int = START,
    ) -> None:
        self.now = now
        self.run, first = interpreter.start(
            books, "main", language=language, now=now, given=given or {"caller": "13800138000"}
        )
        self.asked: list[FlowAction] = list(first)
        self.latest: tuple[FlowAction, ...] = first

    def feed(self, happened: FlowInput, after_ms: int = 0) -> tuple[FlowAction, ...]:
        """Let something happen, some time later, and return what the flow asks for."""
        self.now += after_ms
        self.latest = interpreter.resume(self.run, happened, self.now)
        self.asked += self.latest
        return self.latest

    def press(self, keys: str) -> tuple[FlowAction, ...]:
        """Press keys one after another; return what the last one led to."""
        for key in keys:
            self.feed(Digit(digit=key))
        return self.latest

    def hear_out(self) -> tuple[FlowAction, ...]:
        """Hear the prompt to its end."""
        return self.feed(PlayFinished(), 1_000)

    def wait(self) -> tuple[FlowAction, ...]:
        """Let time pass until the deadline."""
        assert self.run.deadline is not None
        self.now = max(self.now, self.run.deadline)
        return self.feed(Deadline())

    def come_back(self, outcome: str) -> tuple[FlowAction, ...]:
        """Be given back by a queue, a transfer or a recording."""
        return self.feed(Returned(outcome=outcome))

    def reply(self, status: int, body: str = "") -> tuple[FlowAction, ...]:
        """Let the web service answer."""
        return self.feed(Fetched(status=status, body=body))

    def reload(self, books: Library | None = None) -> None:
        """Save the run and load it again, as after a crash."""
        self.run = Run.load(self.run.save(), books or self.run.library)

    def heard(self) -> Sequence[str]:
        """Return all media items said so far."""
        return [item for action in self.asked if isinstance(action, Say) for item in action.media]

    def last(self, kind: type[Action]) -> Action:
        """Return the latest action of a kind."""
        return next(action for action in reversed(self.asked) if isinstance(action, kind))
