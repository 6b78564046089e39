"""What goes into a running flow and what it asks for.

The cell feeds a run with `FlowInput`s about the caller's leg and carries out
the `FlowAction`s that come back, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openseat.core.config import Target
from openseat.core.identity import Instant, Milliseconds

# -- inputs ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayFinished:
    """The latest `Say` came to its end, or could not be played (`ok` False).

    The end of a playback that the run has stopped itself is not reported.
    """

    ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """The caller pressed a key: one of 0-9, *, #, A-D."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """`run.deadline` has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The reply to the latest `Fetch`; `status` 0 means that none came."""

    status: int
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A person now talks with the caller: the flow's clock stands still until `Returned`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the flow had handed the caller to gives the caller back.

    From a queue: served, overflowed, timeout, full, unstaffed. From a transfer:
    failed, done. From a recording: done, failed.
    """

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The caller is gone. The run finishes, whatever it was doing."""


FlowInput = PlayFinished | Digit | Deadline | Fetched | Connected | Returned | HungUp
"""Everything that can happen to a run."""


# -- actions -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """Answer the caller's leg; comes once, before the first sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Play media items (see `core.effects.Play`) in the run's language."""

    media: tuple[str, ...]
    barge_in: bool = True
    """A key pressed meanwhile stops it; the run asks for that with `StopSaying`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSaying:
    """Stop the latest `Say` at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Make an HTTP request; `Fetched` follows."""

    method: str
    url: str
    timeout_ms: Milliseconds
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue:
    """Put the caller into a queue; `Returned` follows unless the caller leaves.

    `priority` and `skills` are added to what the queue itself says.
    """

    queue_id: str
    priority: int = 0
    skills: Mapping[str, int] = field(default_factory=dict[str, int])
    preferred_agent_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveQueue:
    """Take the caller out of the queue, or give up the transfer that nobody has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTo:
    """Send the caller to an agent, group, queue or outside number; `Returned` follows."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVoice:
    """Record what the caller says; `Returned` follows when the recording has ended.

    `purpose` is voicemail (kept in `box`) or record.
    """

    purpose: str
    box: str
    max_ms: Milliseconds
    silence_ms: Milliseconds | None = None
    beep: bool = True
    terminators: str = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecordingVoice:
    """End the recording that `RecordVoice` began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """Speak this language from here on (BCP 47 tag, such as zh-CN)."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """It is now known whose call it is."""

    client_id: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The caller rated the service with `score` of 1 to `scale`."""

    score: int
    scale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCallback:
    """The caller shall be called back at `number` from `due_at` on."""

    number: str
    due_at: Instant
    queue_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The run is over; always the last action.

    `outcome` is completed, hung_up, transferred or failed. `hang_up_cause` is
    the Q.850 cause to end the caller's leg with, None where it goes on
    elsewhere or is gone. `reason` names a failure (see `Failure`).
    """

    outcome: str
    hang_up_cause: int | None = None
    reason: str = ""


FlowAction = (
    AnswerCall
    | Say
    | StopSaying
    | Fetch
    | Enqueue
    | LeaveQueue
    | SendTo
    | RecordVoice
    | StopRecordingVoice
    | SetLanguage
    | Assign
    | Rate
    | PromiseCallback
    | Finish
)
"""Everything that a run can ask for."""
