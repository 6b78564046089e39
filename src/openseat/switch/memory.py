"""A telephone switch in memory: the same port, on a virtual or the real clock.

It ships with the product: the simulation runs on it, and so do the tests that need a switch but
no telephone. The people on its legs are scripted by `Behaviour`, or driven through `Party`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from openseat.core.effects import Effect, Originate
from openseat.core.identity import Milliseconds
from openseat.core.inputs import (
    DigitPressed,
    EndpointChanged,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    LegSpoke,
    LiveLeg,
    PhoneRegistered,
    SwitchInput,
    SwitchLost,
    SwitchRestored,
    TrunkChanged,
)
from openseat.switch.clock import Clock
from openseat.switch.memory_effects import MemoryEffects
from openseat.switch.memory_leg import MemoryLeg
from openseat.switch.memory_media import Durations
from openseat.switch.names import check_phone_names, check_trunk_names
from openseat.switch.people import PASSIVE, Behaviour, Party
from openseat.switch.port import Inbox, Phone, Trunk

SUBSCRIBER_ABSENT = 20
DESTINATION_OUT_OF_ORDER = 27
NO_ANSWER = 19
NORMAL_CLEARING = 16
TEMPORARY_FAILURE = 41

Answering = Callable[[Originate], Behaviour]
"""Chooses what the called party of a new leg will do."""


class MemorySwitch:
    """Implements `openseat.switch.port.Switch` without a telephone.

    `durations` says how long media plays and which is missing; `folder` takes recordings' files
    (None: none are written). Inputs are never given from within a call of the switch's methods,
    but at the same instant of `clock`, after it.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        durations: Durations | None = None,
        folder: Path | None = None,
    ) -> None:
        self.clock = clock
        self.parties: dict[str, Party] = {}
        """Everybody who ever was on a leg, by leg."""
        self.behaviours: dict[str, Behaviour] = {}
        """What a called party does, by endpoint or number; others are passive."""
        self.answering: Answering | None = None
        """Asked when `behaviours` has no entry."""
        self.voices: dict[str, int] = {}
        """The tone (Hz) a party speaks with in recordings, by endpoint or number."""
        self._inbox: Inbox | None = None
        self._connected = False
        self._phones: dict[str, Phone] = {}
        self._trunks: dict[str, Trunk] = {}
        self._down: set[str] = set()
        self._seat: dict[str, str] = {}
        self._ended: list[LegEnded] = []
        self._restarted = False
        self._hang_up_later: dict[str, int] = {}
        self._count = 0
        self._effects = MemoryEffects(self, durations or Durations(), folder)

    # -- the port ----------------------------------------------------------------------

    async def start(self, inbox: Inbox) -> None:
        """Connect; gives `SwitchRestored` at once."""
        self._inbox = inbox
        self.restore()

    async def stop(self) -> None:
        """Disconnect; calls go on, and their ends are remembered."""
        self._inbox = None
        self._connected = False

    def apply(self, effects: Iterable[Effect]) -> None:
        """Carry out effects; their outcomes come as inputs afterwards."""
        for effect in effects:
            self._effects.apply(effect, connected=self._connected)

    async def push_phones(self, phones: Iterable[Phone]) -> None:
        """Make exactly these the accepted phones; they count as registered unless taken down."""
        before = set(self._phones)
        wanted = {phone.endpoint: phone for phone in phones}
        check_phone_names(wanted)
        self._phones = wanted
        for endpoint in sorted(before ^ set(self._phones)):
            self._tell_endpoint(endpoint)

    async def push_trunks(self, trunks: Iterable[Trunk]) -> None:
        """Make exactly these the trunks; they count as healthy unless taken down."""
        before = set(self._trunks)
        wanted = {trunk.trunk_id: trunk for trunk in trunks}
        check_trunk_names(wanted)
        self._trunks = wanted
        for trunk_id in sorted(before ^ set(self._trunks)):
            self.give(TrunkChanged(trunk_id=trunk_id, reachable=self.trunk_up(trunk_id)))

    def bind(self, agent_id: str, endpoint: str | None) -> None:
        """Seat an agent; their phone's reachability follows as an input."""
        self._seat.pop(agent_id, None)
        if endpoint is not None:
            self._seat[agent_id] = endpoint
            self._tell_endpoint(endpoint)

    def recording_file(self, recording_id: str) -> Path:
        """Return where a recording lies.

        Raises:
            ValueError: the switch was made without a folder.
        """
        return self._effects.recordings.file(recording_id)

    # -- the world ---------------------------------------------------------------------

    def dial(
        self, caller: str, called: str, *, trunk_id: str = "", endpoint: str = "", name: str = ""
    ) -> Party:
        """Let somebody call: from outside by `trunk_id`, or from the phone `endpoint`."""
        self._count += 1
        leg_id = f"{self.clock.now() // 1000}.{self._count}"
        party = Party(
            leg_id, caller, self, arrived=True, called=called, trunk_id=trunk_id,
            endpoint=endpoint, voice_hz=self.voices.get(endpoint or caller, 0),
        )  # fmt: skip
        self.add(party)
        self.give(
            LegArrived(
                leg_id=leg_id,
                caller=caller,
                called=called,
                caller_name=name,
                trunk_id=trunk_id,
                agent_id=self.agent_at(endpoint),
                endpoint=endpoint,
            )
        )
        return party

    def set_phone(self, endpoint: str, *, reachable: bool) -> None:
        """Let a phone lose or regain its registration."""
        self._set_down(endpoint, not reachable)
        self._tell_endpoint(endpoint)

    def set_trunk(self, trunk_id: str, *, reachable: bool) -> None:
        """Let a trunk fail or recover."""
        self._set_down(f"trunk {trunk_id}", not reachable)
        self.give(TrunkChanged(trunk_id=trunk_id, reachable=self.trunk_up(trunk_id)))

    def lose(self) -> None:
        """Cut the connection between floor and switch; calls go on."""
        if self._connected:
            self.give(SwitchLost())
            self.clock.call_later(0, self._disconnect)

    def crash(self) -> None:
        """Kill the switch: every leg dies unheard. `restore` brings it up anew."""
        self.lose()
        self.clock.call_later(0, self._die)

    def restore(self) -> None:
        """Bring the connection back: what is live, and what ended meanwhile, is reported."""
        self._connected = True
        self._effects.take_ears_off()
        ended, self._ended = tuple(self._ended), []
        restarted, self._restarted = self._restarted, False
        self.give(SwitchRestored(live=self._live(), ended=ended, restarted=restarted))
        for agent_id, endpoint in self._seat.items():
            self.give(EndpointChanged(agent_id=agent_id, reachable=self.phone_up(endpoint)))
        for trunk_id in self._trunks:
            self.give(TrunkChanged(trunk_id=trunk_id, reachable=self.trunk_up(trunk_id)))
        for leg_id, cause in self._hang_up_later.items():
            self.end(leg_id, cause)
        self._hang_up_later.clear()

    @property
    def legs(self) -> Mapping[str, MemoryLeg]:
        """The live legs."""
        return self._effects.legs

    @property
    def bridges(self) -> Mapping[str, set[str]]:
        """Conversations and who is in them."""
        return self._effects.bridges

    # -- what parties do ---------------------------------------------------------------

    def party_rings(self, party: Party) -> None:
        """A called party's phone begins to ring."""
        if not party.gone and not party.up and not party.ringing:
            party.ringing = True
            self.give(LegRinging(leg_id=party.leg_id))

    def party_answers(self, party: Party) -> None:
        """A called party picks up."""
        if not party.gone and not party.up and not party.arrived:
            self.lift(party)

    def party_leaves(self, party: Party, cause: int) -> None:
        """A party hangs up or refuses."""
        self.end(party.leg_id, cause)

    def party_presses(self, party: Party, digit: str) -> None:
        """A party presses a key."""
        if not party.gone:
            self.give(DigitPressed(leg_id=party.leg_id, digit=digit))
            self._effects.recordings.digit(party.leg_id, digit)

    def party_speaks(self, party: Party) -> None:
        """A party's voice changed."""
        self._effects.changed(party.leg_id)

    def voices_for(self, party: Party) -> set[Party]:
        """Return whose voices a party hears."""
        return self._effects.voices_for(party.leg_id)

    # -- for the effects ---------------------------------------------------------------

    def give(self, given: SwitchInput) -> None:
        """Give an input after the present call, if the floor is still connected then."""
        self.clock.call_later(0, lambda: self._deliver(given))

    def add(self, party: Party) -> None:
        """Put a new leg on the switch."""
        self.parties[party.leg_id] = party
        self._effects.legs[party.leg_id] = MemoryLeg(party)

    def lift(self, party: Party) -> None:
        """A leg is up."""
        party.up, party.ringing = True, False
        self.give(LegAnswered(leg_id=party.leg_id))
        if party.listened and party.voice_hz:
            self.give(LegSpoke(leg_id=party.leg_id))
        self._effects.changed(party.leg_id)
        if party.on_answer is not None:
            self.clock.call_later(0, lambda: party.on_answer and party.on_answer(party))

    def end(self, leg_id: str, cause: int) -> None:
        """A leg is gone, whoever ended it."""
        party = self.parties.get(leg_id)
        if party is None or party.gone:
            return
        party.gone, party.up, party.ringing, party.cause = True, False, False, cause
        self._effects.leg_ended(leg_id)
        if not self._connected:
            self._ended.append(LegEnded(leg_id=leg_id, cause=cause, at=self.clock.now()))
        self.give(LegEnded(leg_id=leg_id, cause=cause))
        self._effects.recordings.finish_all(leg_id)

    def hang_up_later(self, leg_id: str, cause: int) -> None:
        """End a leg as soon as the connection is back."""
        self._hang_up_later[leg_id] = cause

    def place(self, effect: Originate) -> None:
        """Call somebody."""
        earlier = self.parties.get(effect.leg_id)
        if earlier is not None and not earlier.gone:
            return
        endpoint = effect.address or self._endpoint_of(effect.agent_id)
        number = effect.number or endpoint
        party = Party(
            effect.leg_id, number, self, arrived=False, trunk_id=effect.trunk_id,
            endpoint="" if effect.number else endpoint,
            caller_shown=effect.caller_number, voice_hz=self.voices.get(number, 0),
        )  # fmt: skip
        party.listened = effect.listen
        if effect.number and not self.trunk_up(effect.trunk_id):
            self.give(LegEnded(leg_id=effect.leg_id, cause=DESTINATION_OUT_OF_ORDER))
        elif not effect.number and not self.phone_up(endpoint):
            self.give(LegEnded(leg_id=effect.leg_id, cause=SUBSCRIBER_ABSENT))
        else:
            self.add(party)
            self._behave(party, self._behaviour(number, effect), effect.timeout_ms)

    def phone_up(self, endpoint: str) -> bool:
        """Whether a phone is known and registered."""
        return endpoint in self._phones and endpoint not in self._down

    def trunk_up(self, trunk_id: str) -> bool:
        """Whether a trunk is known and healthy."""
        return trunk_id in self._trunks and f"trunk {trunk_id}" not in self._down

    def agent_at(self, endpoint: str) -> str:
        """Return the agent at a phone ("" for nobody)."""
        for agent_id, seat in self._seat.items():
            if seat == endpoint and endpoint:
                return agent_id
        phone = self._phones.get(endpoint)
        return phone.agent_id if phone is not None else ""

    # -- inside ------------------------------------------------------------------------

    def _endpoint_of(self, agent_id: str) -> str:
        if agent_id in self._seat:
            return self._seat[agent_id]
        owned = (p.endpoint for p in self._phones.values() if agent_id and p.agent_id == agent_id)
        return next(owned, "")

    def _behaviour(self, number: str, effect: Originate) -> Behaviour:
        known = self.behaviours.get(number)
        if known is not None:
            return known
        return self.answering(effect) if self.answering is not None else PASSIVE

    def _behave(self, party: Party, behaviour: Behaviour, timeout: Milliseconds) -> None:
        later = self.clock.call_later

        def no_answer() -> None:
            if not party.up:
                self.end(party.leg_id, NO_ANSWER)

        if behaviour.rings_after_ms is not None:
            later(behaviour.rings_after_ms, party.ring)
        if behaviour.refuses_with is not None:
            cause = behaviour.refuses_with
            later(behaviour.refuses_after_ms, lambda: party.hang_up(cause))
        if behaviour.answers_after_ms is not None:
            answered = behaviour.answers_after_ms
            later(answered, party.answer)
            for after, digits in behaviour.presses:
                later(answered + after, _pressing(party, digits))
            if behaviour.hangs_up_after_ms is not None:
                later(answered + behaviour.hangs_up_after_ms, party.hang_up)
        later(timeout, no_answer)

    def _deliver(self, given: SwitchInput) -> None:
        if self._inbox is not None and self._connected:
            self._inbox(given)

    def _disconnect(self) -> None:
        self._connected = False

    def _die(self) -> None:
        for leg_id in list(self._effects.legs):
            party = self.parties[leg_id]
            party.gone, party.up, party.cause = True, False, TEMPORARY_FAILURE
        self._effects.clear()
        self._ended.clear()
        self._restarted = True

    def _live(self) -> tuple[LiveLeg, ...]:
        return tuple(
            LiveLeg(
                leg_id=leg_id,
                up=leg.party.up,
                bridge_id=leg.bridge_id,
                caller=leg.party.number if leg.party.arrived else leg.party.caller_shown,
                called=leg.party.called,
                trunk_id=leg.party.trunk_id,
                agent_id=self.agent_at(leg.party.endpoint),
            )
            for leg_id, leg in self._effects.legs.items()
        )

    def _set_down(self, name: str, down: bool) -> None:
        if down:
            self._down.add(name)
        else:
            self._down.discard(name)

    def _tell_endpoint(self, endpoint: str) -> None:
        address = "memory" if self.phone_up(endpoint) else ""
        self.give(PhoneRegistered(endpoint=endpoint, address=address))
        agent_id: Any = self.agent_at(endpoint)
        if agent_id:
            self.give(EndpointChanged(agent_id=agent_id, reachable=self.phone_up(endpoint)))


def _pressing(party: Party, digits: str) -> Callable[[], None]:
    return lambda: party.press(digits)
