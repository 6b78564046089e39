"""The state of a flow that runs for one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from openseat.core.errors import CoreError
from openseat.core.flows.library import Library
from openseat.core.flows.steps import KINDS, Flow, Step
from openseat.core.identity import Instant

SAVED_VERSION = 1
"""Version of `Run.save`'s shape."""


class Phase(StrEnum):
    """What a run waits for."""

    SAYING = "saying"
    """The end of a prompt, to go on by itself."""
    ASKING = "asking"
    """A key, while the question is still being played."""
    LISTENING = "listening"
    """A key, after the question."""
    FETCHING = "fetching"
    """A web service's reply."""
    QUEUED = "queued"
    """An agent."""
    SENT = "sent"
    """The outcome of a transfer."""
    TALKING = "talking"
    """The end of a conversation with an agent or a transfer's target: no deadline."""
    INTRO = "intro"
    """The end of the prompt before a recording."""
    RECORDING = "recording"
    """The end of a recording."""
    DONE = "done"
    """Nothing: the run is over."""


@dataclass(slots=True)
class Frame:
    """A flow on the stack of sub-flows, and where it stands.

    The frame holds the very version of the flow it began with: publishing a new
    one does not touch calls that are under way.
    """

    flow: Flow
    step_id: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A step that the run came to."""

    flow_id: str
    flow_version: int
    step_id: str
    kind: str


@dataclass(slots=True)
class Run:
    """A flow that runs for one call. Changed only by `openseat.core.flows.interpreter`."""

    library: Library
    language: str
    frames: list[Frame]
    variables: dict[str, str] = field(default_factory=dict[str, str])
    phase: Phase = Phase.SAYING
    deadline: Instant | None = None
    """When to feed a `Deadline` at the latest; None only while people talk, and at the end."""
    answered: bool = False
    attempt: int = 0
    """Failed tries of the step at hand."""
    digits: str = ""
    """What a collect step has so far."""
    typed: str = ""
    """Keys pressed ahead of being asked."""
    steps: int = 0
    """Steps taken so far."""
    swallow: str = ""
    """A terminator that is still to be expected after a full entry, and dropped."""
    outcome: str = ""
    """How the run ended: completed, hung_up, transferred, failed; empty until then."""
    visits: list[Visit] = field(default_factory=list[Visit])
    """Steps come to since the last input; not part of the saved state."""

    @property
    def done(self) -> bool:
        """Whether the run is over."""
        return self.phase is Phase.DONE

    @property
    def flow(self) -> Flow:
        """The flow at the top of the stack."""
        return self.frames[-1].flow

    @property
    def step_id(self) -> str:
        """The step at hand."""
        return self.frames[-1].step_id

    @property
    def step(self) -> Step:
        """The step at hand. Raises `KeyError` if a new version of the flow has dropped it."""
        return self.flow.steps[self.step_id]

    @property
    def kind(self) -> str:
        """The kind of the step at hand."""
        return KINDS[type(self.step)]

    def save(self) -> dict[str, Any]:
        """Return all that is needed to go on from here, as JSON-ready values."""
        return {
            "v": SAVED_VERSION,
            "frames": [[f.flow.flow_id, f.flow.version, f.step_id] for f in self.frames],
            "language": self.language,
            "variables": dict(self.variables),
            "phase": self.phase.value,
            "deadline": self.deadline,
            "answered": self.answered,
            "attempt": self.attempt,
            "digits": self.digits,
            "typed": self.typed,
            "steps": self.steps,
            "swallow": self.swallow,
            "outcome": self.outcome,
        }

    @classmethod
    def load(cls, saved: Mapping[str, Any], library: Library) -> Run:
        """Return the run that was saved.

        A flow that the library no longer has in the saved version goes on in the
        present one, by step id. Raises `CoreError` `flow.run_unreadable` for what
        `save` did not make, `flow.gone` if a flow on the stack is no longer there.
        """
        if saved.get("v") != SAVED_VERSION:
            raise CoreError("flow.run_unreadable", version=str(saved.get("v")))
        frames: list[Frame] = []
        for flow_id, version, step_id in cast("list[tuple[str, int, str]]", saved["frames"]):
            flow = library.find(flow_id, version)
            if flow is None:
                raise CoreError("flow.gone", flow_id=flow_id)
            frames.append(Frame(flow, step_id))
        return cls(
            library=library,
            language=saved["language"],
            frames=frames,
            variables=dict(saved["variables"]),
            phase=Phase(saved["phase"]),
            deadline=saved["deadline"],
            answered=saved["answered"],
            attempt=saved["attempt"],
            digits=saved["digits"],
            typed=saved["typed"],
            steps=saved["steps"],
            swallow=saved["swallow"],
            outcome=saved["outcome"],
        )
