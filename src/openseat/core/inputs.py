"""Inputs: what happens to a cell.

From the switch (telephony facts), from people (commands, which may be refused
with a `CoreError`), and from adapters that carried out an effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openseat.core.config import CellConfig, Target
from openseat.core.events import SupervisionMode

# -- from the switch ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LegArrived:
    """A leg came in and waits to be told what to do.

    `trunk_id` is set for the outside world, `endpoint` for a phone of this switch, with
    `agent_id` where an agent sits at it or owns it.
    """

    leg_id: str
    caller: str
    called: str
    caller_name: str = ""
    trunk_id: str = ""
    agent_id: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRinging:
    """The far end of an originated leg is alerting."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """A leg is up: an originated one was answered, or an arriving one after `Answer`."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded:
    """A leg is gone.

    `cause` is Q.850; `at` is the switch's own time of the end where it is known
    better than by the input's arrival (found out after a restart).
    """

    leg_id: str
    cause: int
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed:
    """A party pressed a key."""

    leg_id: str
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackEnded:
    """A playback finished or failed (`ok` False: media missing or leg gone)."""

    leg_id: str
    playback_id: str
    ok: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded:
    """The switch has closed a recording's file."""

    recording_id: str
    ok: bool = True
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSpoke:
    """Sound came from a leg that was called with `Originate.listen`, for the first time."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectFailed:
    """An effect on a leg was refused by the switch."""

    leg_id: str
    effect: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLeg:
    """A leg that the switch has at the moment of a reconciliation."""

    leg_id: str
    up: bool
    bridge_id: str = ""
    caller: str = ""
    called: str = ""
    trunk_id: str = ""
    agent_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRestored:
    """The switch is reachable (again): what it has, and which legs ended meanwhile.

    `restarted` tells that the switch itself came up anew, so that no leg survived.
    """

    live: tuple[LiveLeg, ...]
    ended: tuple[LegEnded, ...] = ()
    restarted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLost:
    """The switch cannot be reached; its calls may or may not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanged:
    """An agent's phone became reachable or unreachable."""

    agent_id: str
    reachable: bool


ADDRESS_UNKNOWN = "?"
"""A phone registered before the floor began to look: it is there, wherever that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRegistered:
    """A phone of this switch can be reached, or (`address` empty) cannot any more.

    `address` is the host and port it registered from, as far as the switch tells.
    """

    endpoint: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkChanged:
    """A trunk's OPTIONS health changed."""

    trunk_id: str
    reachable: bool


# -- from people -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """An agent begins a session at an endpoint (a registered phone's name)."""

    agent_id: str
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePhone:
    """A signed-in agent without a contact at hand goes on at another endpoint."""

    agent_id: str
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """An agent (or `by`, a supervisor) ends the session."""

    agent_id: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetIdle:
    """Ready for contacts; also ends after-call work."""

    agent_id: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBusy:
    """Not ready, with a reason; during a contact it takes effect after it."""

    agent_id: str
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOutboundOnly:
    """Ready to place calls, not to be offered any."""

    agent_id: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendAfterCallWork:
    """Ask for more after-call work."""

    agent_id: str
    extra_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLink:
    """An agent's desktop came (`connected`) or went."""

    agent_id: str
    connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseOffer:
    """The agent declines the contact that rings."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Put the agent's current conversation on hold."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Take the held conversation back."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The agent ends the current conversation."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Blind transfer of the agent's customer to a target."""

    agent_id: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Hold the customer and call a target."""

    agent_id: str
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToCustomer:
    """Drop the consulted party and resume the customer."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTransfer:
    """Connect customer and consulted party, and leave."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """Join customer, agent and consulted party."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Talk with the other of customer and consulted party, while this one waits."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Stop (or let again) the others hear a party; `leg_id` is empty for the agent's own voice."""

    agent_id: str
    muted: bool
    leg_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveParty:
    """Send a party of the agent's conference away."""

    agent_id: str
    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndConference:
    """End the agent's conference for everybody in it, the customer included."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PressKeys:
    """Send keys to whom the agent talks with."""

    agent_id: str
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayPrompt:
    """Play a prompt to the agent's customer; whether there is one of that name is known outside."""

    agent_id: str
    prompt: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPrompt:
    """Stop the prompt that is played to the agent's customer."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialOut:
    """Call a number for a project: the agent's own phone first, then the customer."""

    agent_id: str
    number: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUp:
    """Take a contact that rings at a colleague of the agent's own group."""

    agent_id: str
    colleague_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCall:
    """Begin to record the agent's call, or end it, on demand."""

    agent_id: str
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCallback:
    """Promise the customer of a segment to call `number` back at `due_at`."""

    agent_id: str
    segment_id: str
    number: str
    due_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectPhone:
    """The page with the agent's phone was made anew: bring the contact at hand to it."""

    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispose:
    """Give a segment its disposition (话后小结)."""

    agent_id: str
    segment_id: str
    code: str
    notes: str = ""
    form_id: str = ""
    form_version: int = 0
    answers: tuple[Mapping[str, str], ...] = ()
    """The form's answers, checked by whoever asks: `name`, `label`, `value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseCallRecording:
    """Pause or resume the recording of the agent's current call (payment data)."""

    agent_id: str
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """End a call whoever is in it (administrator, supervisor `by`)."""

    call_id: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTrunk:
    """Call a number through one trunk, whatever other ways there are, and say a prompt to it.

    `test_id` names the test in what becomes of it; `by` is the user who asked.
    """

    test_id: str
    trunk_id: str
    number: str
    by: str
    caller_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervise:
    """A supervisor, signed in at a phone of their own, goes to an agent's conversation.

    One who is there already changes the mode. `by` is the user who asked, `group_ids` are the
    groups whose agents the supervision may go on with when the call changes hands. `call_id`, if
    given, is the call that is meant: an agent who has another by now is left alone.
    """

    supervisor_id: str
    agent_id: str
    mode: SupervisionMode
    by: str
    call_id: str = ""
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSupervision:
    """A supervisor leaves the conversation they are at."""

    supervisor_id: str
    by: str


# -- from adapters -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReplied:
    """The answer to `FetchHttp`; `status` 0 means no answer (time-out, refused)."""

    request_id: str
    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStored:
    """A recording's finished file is in the store.

    `segment_id` is empty for the whole call; `duration_ms` is the file's own.
    """

    client_id: str
    call_id: str
    recording_id: str
    segment_id: str
    path: str
    sha256: str
    bytes: int
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    """A new picture of the directory."""

    config: CellConfig


Command = (
    SignIn
    | ChangePhone
    | SignOut
    | SetIdle
    | SetBusy
    | SetOutboundOnly
    | ExtendAfterCallWork
    | AgentLink
    | RefuseOffer
    | Hold
    | Resume
    | HangUp
    | Transfer
    | Consult
    | ReturnToCustomer
    | CompleteTransfer
    | Conference
    | Swap
    | Mute
    | RemoveParty
    | EndConference
    | PressKeys
    | PlayPrompt
    | StopPrompt
    | DialOut
    | PickUp
    | RecordCall
    | PromiseCallback
    | ReconnectPhone
    | Dispose
    | PauseCallRecording
    | EndCall
    | CheckTrunk
    | Supervise
    | EndSupervision
)
"""Inputs from people."""

SwitchInput = (
    LegArrived
    | LegRinging
    | LegAnswered
    | LegEnded
    | DigitPressed
    | PlaybackEnded
    | RecordingEnded
    | LegSpoke
    | EffectFailed
    | SwitchRestored
    | SwitchLost
    | EndpointChanged
    | PhoneRegistered
    | TrunkChanged
)
"""Inputs that a switch adapter produces."""

Input = Command | SwitchInput | HttpReplied | RecordingStored | Configure
"""Every input of a cell."""
