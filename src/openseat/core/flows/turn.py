"""One turn of a run: what happens between an input and the next wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from openseat.core.flows.actions import AnswerCall, Finish, FlowAction, Say
from openseat.core.flows.run import Phase, Run
from openseat.core.flows.template import MAX_VALUE, fill
from openseat.core.identity import Instant, Milliseconds

PLAY_LIMIT_MS = 300_000
"""A prompt that has not ended after this is given up."""


class Failure(StrEnum):
    """Why a run failed; the `reason` of its `Finish`."""

    DEAD_END = "flow.dead_end"
    """An edge that the step needed is missing."""
    STEP_GONE = "flow.step_gone"
    """An edge leads to no step, or a new version changed the step that a saved run stood at."""
    FLOW_GONE = "flow.gone"
    """A sub-flow is not published."""
    TOO_DEEP = "flow.too_deep"
    """Sub-flows call each other without end."""
    RUNAWAY = "flow.runaway"
    """The steps went round without ever waiting."""
    TOO_LONG = "flow.too_long"
    """The run has taken more steps than any caller would."""


FAILURE_CAUSE = 41
"""Q.850 temporary failure: what the caller's network is told when a flow fails."""


@dataclass(frozen=True, slots=True)
class Go:
    """Go on at a step; None where the flow's author drew no edge."""

    to: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing more to do until the next input."""


WAIT = Wait()

Move = Go | Wait


@dataclass(slots=True)
class Turn:
    """A run, the time, and what has been asked for so far."""

    run: Run
    now: Instant
    actions: list[FlowAction] = field(default_factory=list[FlowAction])
    skipped: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Prompts passed over because keys were typed ahead: each only once a turn."""

    def variables(self) -> dict[str, str]:
        """Return the variables with those that are made up at the moment."""
        return self.run.variables | {"now": str(self.now), "language": self.run.language}

    def fill(self, text: str) -> str:
        """Return `text` with variables filled in."""
        return fill(text, self.variables())

    def put(self, name: str, value: str) -> None:
        """Set a variable."""
        self.run.variables[name] = value[:MAX_VALUE]

    def answer(self) -> None:
        """Answer the call, unless that is done."""
        if not self.run.answered:
            self.run.answered = True
            self.actions.append(AnswerCall())

    def say(self, media: tuple[str, ...], phase: Phase, *, barge_in: bool) -> Move:
        """Play media and wait for its end.

        Data that is empty once filled in is left out; if nothing is left, a moment
        of silence keeps the step a wait.
        """
        variables = self.variables()
        filled = (fill(item, variables) for item in media)
        heard = tuple(item for item in filled if not item.endswith(":") and ":@" not in item)
        self.answer()
        self.actions.append(Say(media=heard or ("silence:100",), barge_in=barge_in))
        return self.wait(phase, PLAY_LIMIT_MS)

    def wait(self, phase: Phase, span: Milliseconds | None) -> Move:
        """Wait for at most `span`."""
        self.run.phase = phase
        self.run.deadline = None if span is None else self.now + span
        return WAIT

    def finish(self, outcome: str, cause: int | None, reason: str = "") -> Move:
        """End the run."""
        self.run.outcome = outcome
        self.actions.append(Finish(outcome=outcome, hang_up_cause=cause, reason=reason))
        return self.wait(Phase.DONE, None)

    def fail(self, why: Failure) -> Move:
        """End the run because the flow cannot go on."""
        return self.finish("failed", FAILURE_CAUSE, why.value)
