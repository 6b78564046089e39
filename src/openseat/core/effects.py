"""Effects: what the core tells the world to do.

An effect never says how; its outcome, if it matters, comes back as an input.
Effects of one outcome are carried out in order for the same leg or bridge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Layout(StrEnum):
    """What a recording holds."""

    CALL = "call"
    """Stereo: left what the customer says, right what the customer hears."""
    VOICE = "voice"
    """Mono: what one party says (voicemail, recorded answers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer an arriving leg."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicateRinging:
    """Let an unanswered arriving leg hear ring-back."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """End a leg with a Q.850 cause (16 normal, 17 busy, 21 rejected, 34 no circuit …)."""

    leg_id: str
    cause: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate:
    """Call a party; `leg_id` becomes the switch's channel id.

    Exactly one of `agent_id` (their registered endpoint), `address` (an
    endpoint name of this switch) or `number` (E.164, by `trunk_id`) is set.
    """

    leg_id: str
    timeout_ms: int
    agent_id: str = ""
    address: str = ""
    number: str = ""
    trunk_id: str = ""
    caller_number: str = ""
    caller_name: str = ""
    auto_answer: bool = False
    listen: bool = False
    """Tell by `LegSpoke` when sound comes from the party."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play prompts one after another to a leg.

    `media` items: what is said with prompts in `language` (`prompt:<name>`, `number:<n>`,
    `position:<n>`, … : see `openseat.core.flows.say`), `silence:<ms>`,
    `tone:<hz>/<ms>`, `file:<path without extension>`.
    Ends with a `PlaybackEnded` input that carries `playback_id`.
    """

    leg_id: str
    playback_id: str
    media: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlay:
    """Stop a playback at once."""

    leg_id: str
    playback_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Play prompts into a conversation: everybody in it hears them, and they go on talking.

    `leg_id` is whom it is for; it ends, like a `Play`, with a `PlaybackEnded` for that leg, at the
    latest when the leg leaves the conversation.
    """

    bridge_id: str
    leg_id: str
    playback_id: str
    media: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAnnouncing:
    """Stop what is played into a conversation, also where another floor had begun it."""

    bridge_id: str
    leg_id: str
    playback_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Let a leg hear what it says, until it hangs up or a minute is over.

    The leg is the switch's own from here on: `LegEnded` follows at once.
    """

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMusic:
    """Play music on hold to a leg until `StopMusic`."""

    leg_id: str
    music: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMusic:
    """End music on hold."""

    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Put legs into one conversation, making the bridge if it is new.

    `muted` legs are not heard by the others.
    """

    bridge_id: str
    legs: tuple[str, ...]
    muted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbridge:
    """Take legs out of a conversation; they stay up."""

    bridge_id: str
    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DropBridge:
    """Forget a conversation; legs still in it stay up, alone."""

    bridge_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteLeg:
    """Stop (or let again) the others hear a leg."""

    leg_id: str
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhear:
    """Let the party of `ear_id` hear all that `leg_id` says and hears.

    With `speaks` the party of `leg_id`, and nobody else, hears them too; without it nobody does.
    Asked for again with other values it is changed. It ends by itself with either leg; an ear
    that joins a conversation has to be taken off first.
    """

    overhear_id: str
    leg_id: str
    ear_id: str
    speaks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOverhearing:
    """Let an ear hear nothing any more; both legs stay up."""

    overhear_id: str
    ear_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigits:
    """Send DTMF to a leg."""

    leg_id: str
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Begin recording a leg; the file is named after `recording_id`."""

    recording_id: str
    leg_id: str
    layout: Layout = Layout.CALL
    max_ms: int | None = None
    silence_ms: int | None = None
    """VOICE only: stop after this much silence."""
    beep: bool = False
    terminators: str = ""
    """VOICE only: digits that end the recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRecording:
    """Write silence instead of voices (payment data) until resumed; the length stays true."""

    recording_id: str
    leg_id: str
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """End a recording; `RecordingEnded` follows."""

    recording_id: str
    leg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchHttp:
    """Make an HTTP request for a flow; `HttpReplied` follows, within `timeout_ms`."""

    request_id: str
    method: str
    url: str
    timeout_ms: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str = ""


Effect = (
    Answer
    | IndicateRinging
    | Hangup
    | Originate
    | Play
    | StopPlay
    | Announce
    | StopAnnouncing
    | Echo
    | StartMusic
    | StopMusic
    | Bridge
    | Unbridge
    | DropBridge
    | MuteLeg
    | Overhear
    | StopOverhearing
    | SendDigits
    | StartRecording
    | PauseRecording
    | StopRecording
    | FetchHttp
)
"""Every effect; adapters match on it exhaustively."""
