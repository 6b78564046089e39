"""A call as one agent lived it: what of its facts concerned them, in their order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class StepKind(StrEnum):
    """What happened, seen from the agent."""

    DIALLED = "dialled"
    """The agent called out."""
    RANG = "rang"
    REFUSED = "refused"
    MISSED = "missed"
    """It rang out, or the phone could not be reached."""
    WITHDRAWN = "withdrawn"
    """The customer left, or a colleague took it."""
    TALKING = "talking"
    """Joined with the customer."""
    HELD = "held"
    RESUMED = "resumed"
    CONSULTED = "consulted"
    """Asked somebody while the customer waited."""
    CONSULT_ENDED = "consult_ended"
    TRANSFERRED = "transferred"
    TRANSFER_FAILED = "transfer_failed"
    RECORDING_PAUSED = "recording_paused"
    RECORDING_RESUMED = "recording_resumed"
    LEFT = "left"
    """The agent's stretch was over."""
    DISPOSED = "disposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened; `at` is an instant of the core."""

    at: int
    kind: StepKind
    by: str = ""
    """Who ended the stretch, or how a consultation ended."""
    target_kind: str = ""
    target_id: str = ""
    code: str = ""
    spent_ms: int | None = None
    """How long it rang, or how long the agent talked and held."""


_OFFERS = {
    "refused": StepKind.REFUSED,
    "timed_out": StepKind.MISSED,
    "failed": StepKind.MISSED,
    "withdrawn": StepKind.WITHDRAWN,
}


@dataclass(slots=True)
class _Story:
    """What has been told so far of one agent's part in a call."""

    agent_id: str
    steps: list[Step] = field(default_factory=list[Step])
    own: set[str] = field(default_factory=set[str])
    """The agent's stretches."""
    going_on: dict[str, bool] = field(default_factory=dict[str, bool])
    """Stretches that are not over, and whether they are the agent's."""
    outbound: bool = False

    def mine(self, data: Mapping[str, Any]) -> bool:
        """Tell whether a fact names the agent."""
        return data.get("agent_id") == self.agent_id

    def add(self, at: int, kind: StepKind, **more: Any) -> None:
        """Go on."""
        self.steps.append(Step(at=at, kind=kind, **more))


def own_steps(facts: Iterable[Mapping[str, Any]], agent_id: str) -> list[Step]:
    """Return what concerned an agent of a call's facts (`type`, `at`, `data`, in order).

    What happened before the call came to the agent and after it left them is not theirs to see.
    """
    story = _Story(agent_id)
    for fact in facts:
        tell = _TELLERS.get(fact["type"])
        if tell is not None:
            tell(story, fact["at"], fact["data"])
    return story.steps


def _call_started(story: _Story, _at: int, data: Mapping[str, Any]) -> None:
    story.outbound = data.get("direction") == "outbound"


def _leg_started(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    if story.outbound and data.get("kind") == "agent":
        # The first agent's leg of a call out is that of whoever placed it.
        story.outbound = False
        if story.mine(data):
            story.add(at, StepKind.DIALLED)


def _offer_made(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    if story.mine(data):
        story.add(at, StepKind.RANG)


def _offer_ended(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    kind = _OFFERS.get(data["result"])
    if story.mine(data) and kind is not None:
        story.add(at, kind, spent_ms=data["ring_ms"])


def _segment_started(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    mine = story.mine(data)
    story.going_on[data["segment_id"]] = mine
    if mine:
        story.own.add(data["segment_id"])
        story.add(at, StepKind.TALKING)


def _segment_ended(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    story.going_on.pop(data["segment_id"], None)
    if story.mine(data):
        spent_ms = data["talk_ms"] + data["hold_ms"]
        story.add(at, StepKind.LEFT, by=data["ended_by"], spent_ms=spent_ms)


def _in_the_segment(kind: StepKind) -> Callable[[_Story, int, Mapping[str, Any]], None]:
    def tell(story: _Story, at: int, data: Mapping[str, Any]) -> None:
        if data["segment_id"] in story.own:
            story.add(at, kind)

    return tell


def _recording(kind: StepKind) -> Callable[[_Story, int, Mapping[str, Any]], None]:
    def tell(story: _Story, at: int, _data: Mapping[str, Any]) -> None:
        # With a colleague on the line too it may be the colleague's doing.
        if story.going_on and all(story.going_on.values()):
            story.add(at, kind)

    return tell


def _towards(kind: StepKind) -> Callable[[_Story, int, Mapping[str, Any]], None]:
    def tell(story: _Story, at: int, data: Mapping[str, Any]) -> None:
        if story.mine(data):
            target = {name: data[name] for name in ("target_kind", "target_id")}
            story.add(at, kind, **target)

    return tell


def _transfer_failed(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    sent = next((one for one in reversed(story.steps) if one.target_id), None)
    if sent is not None and (sent.target_kind, sent.target_id) == (
        data["target_kind"],
        data["target_id"],
    ):
        story.add(at, StepKind.TRANSFER_FAILED)


def _consult_ended(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    if story.mine(data):
        story.add(at, StepKind.CONSULT_ENDED, by=data["outcome"])


def _disposed(story: _Story, at: int, data: Mapping[str, Any]) -> None:
    if story.mine(data):
        story.add(at, StepKind.DISPOSED, code=data["code"])


_TELLERS: Mapping[str, Callable[[_Story, int, Mapping[str, Any]], None]] = {
    "call.started": _call_started,
    "leg.started": _leg_started,
    "offer.made": _offer_made,
    "offer.ended": _offer_ended,
    "segment.started": _segment_started,
    "segment.held": _in_the_segment(StepKind.HELD),
    "segment.resumed": _in_the_segment(StepKind.RESUMED),
    "segment.ended": _segment_ended,
    "segment.disposed": _disposed,
    "consult.started": _towards(StepKind.CONSULTED),
    "consult.ended": _consult_ended,
    "transfer.made": _towards(StepKind.TRANSFERRED),
    "transfer.failed": _transfer_failed,
    "recording.paused": _recording(StepKind.RECORDING_PAUSED),
    "recording.resumed": _recording(StepKind.RECORDING_RESUMED),
}
"""What tells of each fact; others are of no concern to an agent."""
