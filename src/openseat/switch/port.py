"""The one door between the floor and a telephone switch.

`openseat.switch.asterisk` and `openseat.switch.memory` implement it, and one
contract suite runs against both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from openseat.core.effects import Effect
from openseat.core.inputs import SwitchInput

Inbox = Callable[[SwitchInput], None]
"""Takes an input at once and never blocks; called in the order of the switch's events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A SIP account that the switch shall accept.

    `endpoint` is its user name and the switch's name for it; `agent_id` the
    agent whose it is now ("" for a seat that anybody may sign in at).
    `srtp` demands encrypted media (SDES): a call in the clear is refused, from
    it and to it. The keys travel in SIP, so such a phone belongs on TLS.
    `webrtc` has encryption of its own (DTLS).
    """

    endpoint: str
    password: str
    agent_id: str = ""
    webrtc: bool = False
    srtp: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A SIP trunk.

    IP-authenticated when `username` is empty (`match` lists the carrier's
    addresses), registering when `register` is set.
    `transport` is udp, tcp or tls; `srtp` demands encrypted media (SDES), and a
    call in the clear is refused.
    `qualify_s` is the OPTIONS interval in seconds.
    """

    trunk_id: str
    host: str
    port: int
    transport: str = "udp"
    username: str = ""
    password: str = ""
    register: bool = False
    match: tuple[str, ...] = ()
    srtp: bool = False
    qualify_s: int = 5


class Switch(Protocol):
    """A telephone switch.

    Life: `start` connects, reports a `SwitchRestored` with what is live, and
    from then on feeds the inbox; a lost connection is reported as `SwitchLost`,
    retried for ever, and followed by a new `SwitchRestored`.
    """

    async def start(self, inbox: Inbox) -> None:
        """Connect and begin to feed `inbox`; returns once the first `SwitchRestored` was given."""
        ...

    async def stop(self) -> None:
        """Disconnect; calls on the switch go on."""
        ...

    def apply(self, effects: Iterable[Effect]) -> None:
        """Carry out effects (all but `FetchHttp`); returns at once.

        Order is kept for effects that share a leg or bridge. What the switch
        refuses comes back as `EffectFailed` (an `Originate` that fails: `LegEnded`).
        """
        ...

    async def push_phones(self, phones: Iterable[Phone]) -> None:
        """Make exactly these the accepted phones, without touching calls."""
        ...

    async def push_trunks(self, trunks: Iterable[Trunk]) -> None:
        """Make exactly these the trunks, without touching calls."""
        ...

    def bind(self, agent_id: str, endpoint: str | None) -> None:
        """Tell where an agent sits now (None: nowhere), for `Originate.agent_id`."""
        ...

    def recording_file(self, recording_id: str) -> Path:
        """Where the raw file of a recording lies once `RecordingEnded` was given.

        `Layout.CALL`: 16-bit little-endian stereo at 8 kHz without a header
        (left customer, right what the customer hears); `Layout.VOICE`: a WAV file.
        """
        ...
