"""What effects do to the in-memory switch's legs and conversations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openseat.core import effects as e
from openseat.core.inputs import (
    EffectFailed,
    LegEnded,
    PlaybackEnded,
)
from openseat.switch.memory_leg import Announcing, MemoryLeg, Playing
from openseat.switch.memory_media import Durations, MediaMissingError, tone_of
from openseat.switch.memory_recordings import MemoryRecordings
from openseat.switch.people import Heard, Party

if TYPE_CHECKING:
    from openseat.switch.memory import MemorySwitch

LEG_GONE = "leg.gone"
UNAVAILABLE = "switch.unavailable"
_TEMPORARY_FAILURE = 41


class MemoryEffects:
    """Carries out effects on the legs of a `MemorySwitch`."""

    def __init__(self, switch: MemorySwitch, durations: Durations, folder: Path | None) -> None:
        self.legs: dict[str, MemoryLeg] = {}
        self.bridges: dict[str, set[str]] = {}
        self._switch = switch
        self._durations = durations
        self.recordings = MemoryRecordings(switch, self.legs, self.voices_for, folder)
        self._overheard: dict[str, e.Overhear] = {}
        self._announced: dict[str, Announcing] = {}
        self._table: dict[type, Callable[[Any], None]] = {
            e.Answer: self._answer,
            e.IndicateRinging: self._ring,
            e.Hangup: self._hang_up,
            e.Originate: switch.place,
            e.Play: self._play,
            e.StopPlay: self._stop_play,
            e.Announce: self._announce,
            e.StopAnnouncing: self._stop_announcing,
            e.Echo: self._echo,
            e.StartMusic: self._start_music,
            e.StopMusic: self._stop_music,
            e.Bridge: self._bridge,
            e.Unbridge: self._unbridge,
            e.DropBridge: self._drop_bridge,
            e.MuteLeg: self._mute,
            e.Overhear: self._overhear,
            e.StopOverhearing: self._stop_overhearing,
            e.SendDigits: self._send_digits,
            e.StartRecording: self.recordings.start,
            e.PauseRecording: self.recordings.pause,
            e.StopRecording: self.recordings.stop,
        }

    def apply(self, effect: e.Effect, *, connected: bool) -> None:
        """Carry out one effect.

        Raises:
            ValueError: an effect that is not the switch's (`FetchHttp`).
        """
        handler = self._table.get(type(effect))
        if handler is None:
            raise ValueError(f"{type(effect).__name__} is not for a switch")
        if connected:
            handler(effect)
        elif isinstance(effect, e.Hangup):
            self._switch.hang_up_later(effect.leg_id, effect.cause)
        elif isinstance(effect, e.Originate):
            self._switch.give(LegEnded(leg_id=effect.leg_id, cause=_TEMPORARY_FAILURE))

    # -- for the switch ----------------------------------------------------------------

    def leg_ended(self, leg_id: str) -> None:
        """Take a leg out of everything but its recordings."""
        leg = self.legs[leg_id]
        for one in [one for one in self._overheard.values() if leg_id in (one.leg_id, one.ear_id)]:
            del self._overheard[one.overhear_id]
        self._leave(leg)
        playing, leg.queue = leg.queue, []
        for one in playing:
            self._over(leg, one, ok=False)

    def clear(self) -> None:
        """Forget everything, as a switch that was killed."""
        for leg in self.legs.values():
            for one in leg.queue:
                if one.timer is not None:
                    one.timer.cancel()
            for track in leg.tracks.values():
                self.recordings.write(track)
        self.legs.clear()
        self.bridges.clear()
        self._overheard.clear()
        for one in self._announced.values():
            one.end.cancel()
        self._announced.clear()

    def take_ears_off(self) -> None:
        """Let nobody overhear any more, as when another floor takes over."""
        self._overheard.clear()

    def voices_for(self, leg_id: str) -> set[Party]:
        """Return whose voices a leg's party hears."""
        heard = self._company(leg_id)
        for one in self._overheard.values():
            if one.ear_id == leg_id:
                heard |= {self.legs[one.leg_id].party} | self._company(one.leg_id)
            elif one.leg_id == leg_id and one.speaks:
                heard.add(self.legs[one.ear_id].party)
        return heard

    def _company(self, leg_id: str) -> set[Party]:
        """Return who can be heard in the conversation that a leg is in."""
        leg = self.legs.get(leg_id)
        members = self.bridges.get(leg.bridge_id, set()) if leg is not None else set[str]()
        told = {
            one.voice
            for one in self._announced.values()
            if leg is not None and one.bridge_id == leg.bridge_id
        }
        return told | {
            other.party
            for other in (self.legs[one] for one in members if one != leg_id)
            if not other.muted
        }

    def changed(self, leg_id: str) -> None:
        """What is on a leg may have changed: note it in its recordings and its neighbours'."""
        leg = self.legs.get(leg_id)
        if leg is not None:
            for one in {leg_id, *self.bridges.get(leg.bridge_id, ())}:
                self.recordings.mark(self.legs[one])

    # -- legs --------------------------------------------------------------------------

    def _live(self, effect: Any) -> MemoryLeg | None:
        leg = self.legs.get(effect.leg_id)
        if leg is None:
            self._gone(effect.leg_id, effect)
        return leg

    def _gone(self, leg_id: str, effect: object) -> None:
        name = type(effect).__name__
        self._switch.give(EffectFailed(leg_id=leg_id, effect=name, code=LEG_GONE))

    def _answer(self, effect: e.Answer) -> None:
        leg = self._live(effect)
        if leg is not None and leg.party.arrived and not leg.party.up:
            self._switch.lift(leg.party)

    def _ring(self, effect: e.IndicateRinging) -> None:
        leg = self._live(effect)
        if leg is not None and not leg.party.up:
            leg.party.ringing = True

    def _echo(self, effect: e.Echo) -> None:
        self._switch.end(effect.leg_id, 16)

    def _hang_up(self, effect: e.Hangup) -> None:
        self._switch.end(effect.leg_id, effect.cause)

    def _mute(self, effect: e.MuteLeg) -> None:
        leg = self._live(effect) if effect.muted else self.legs.get(effect.leg_id)
        if leg is not None:
            leg.muted = effect.muted
            self.changed(effect.leg_id)

    def _overhear(self, effect: e.Overhear) -> None:
        if effect.leg_id not in self.legs or effect.ear_id not in self.legs:
            self._gone(effect.ear_id, effect)
            return
        ear = self.legs[effect.ear_id]
        self._free(ear)
        self._leave(ear)
        self._overheard[effect.overhear_id] = effect
        self.changed(effect.leg_id)

    def _stop_overhearing(self, effect: e.StopOverhearing) -> None:
        stopped = self._overheard.pop(effect.overhear_id, None)
        if stopped is not None:
            self.changed(stopped.leg_id)

    def _send_digits(self, effect: e.SendDigits) -> None:
        leg = self._live(effect)
        if leg is not None:
            leg.party.digits_heard += effect.digits

    # -- sound -------------------------------------------------------------------------

    def _play(self, effect: e.Play) -> None:
        leg = self.legs.get(effect.leg_id)
        if leg is not None and any(one.playback_id == effect.playback_id for one in leg.queue):
            return
        try:
            for item in effect.media:
                self._durations.of(item, effect.language)
        except MediaMissingError:
            leg = None
        if leg is None:
            ended = PlaybackEnded(leg_id=effect.leg_id, playback_id=effect.playback_id, ok=False)
            self._switch.give(ended)
            return
        leg.queue.append(Playing(effect.playback_id, effect.media, effect.language))
        if len(leg.queue) == 1:
            self._begin(leg)

    def _begin(self, leg: MemoryLeg) -> None:
        one = leg.queue[0]
        party = leg.party
        heard = Heard(self._switch.clock.now(), one.media, one.language)
        party.heard.append(heard)
        self._item(leg, one, 0)
        if party.on_heard is not None:
            self._switch.clock.call_later(
                0, lambda: party.on_heard and party.on_heard(party, heard)
            )

    def _item(self, leg: MemoryLeg, one: Playing, index: int) -> None:
        if index == len(one.media):
            leg.queue.remove(one)
            self._over(leg, one, ok=True)
            return
        item = one.media[index]
        one.tone = tone_of(item)
        span = self._durations.of(item, one.language)
        one.timer = self._switch.clock.call_later(span, lambda: self._item(leg, one, index + 1))
        self.changed(leg.party.leg_id)

    def _over(self, leg: MemoryLeg, one: Playing, *, ok: bool) -> None:
        if one.timer is not None:
            one.timer.cancel()
        leg_id = leg.party.leg_id
        self._switch.give(PlaybackEnded(leg_id=leg_id, playback_id=one.playback_id, ok=ok))
        self.changed(leg_id)
        if leg.queue and leg.queue[0].timer is None:
            self._begin(leg)

    def _stop_play(self, effect: e.StopPlay) -> None:
        leg = self.legs.get(effect.leg_id)
        if leg is not None:
            self._silence(leg, lambda one: one.playback_id == effect.playback_id)

    def _announce(self, effect: e.Announce) -> None:
        leg = self.legs.get(effect.leg_id)
        ended = PlaybackEnded(leg_id=effect.leg_id, playback_id=effect.playback_id, ok=False)
        try:
            span = sum(self._durations.of(item, effect.language) for item in effect.media)
        except MediaMissingError:
            leg = None
        if leg is None or leg.bridge_id != effect.bridge_id:
            self._switch.give(ended)
            return
        if effect.playback_id in self._announced:
            return
        hertz = max(tone_of(item) for item in effect.media)
        self._announced[effect.playback_id] = Announcing(
            effect.bridge_id,
            effect.leg_id,
            Party(effect.playback_id, "", self._switch, arrived=False, voice_hz=hertz, up=True),
            self._switch.clock.call_later(span, lambda: self._announced_over(effect.playback_id)),
        )
        for member in self.bridges[effect.bridge_id]:
            party = self.legs[member].party
            party.heard.append(Heard(self._switch.clock.now(), effect.media, effect.language))
        self.changed(effect.leg_id)

    def _stop_announcing(self, effect: e.StopAnnouncing) -> None:
        self._announced_over(effect.playback_id)

    def _announced_over(self, playback_id: str) -> None:
        over = self._announced.pop(playback_id, None)
        if over is not None:
            over.end.cancel()
            self._switch.give(PlaybackEnded(leg_id=over.leg_id, playback_id=playback_id))
            self.changed(over.leg_id)

    def _silence(self, leg: MemoryLeg, which: Callable[[Playing], bool]) -> None:
        stopped = [one for one in leg.queue if which(one)]
        leg.queue = [one for one in leg.queue if not which(one)]
        for one in stopped:
            self._over(leg, one, ok=True)

    def _start_music(self, effect: e.StartMusic) -> None:
        leg = self._live(effect)
        if leg is not None:
            leg.music = leg.party.on_music = effect.music

    def _stop_music(self, effect: e.StopMusic) -> None:
        leg = self.legs.get(effect.leg_id)
        if leg is not None:
            leg.music = leg.party.on_music = ""

    # -- conversations -----------------------------------------------------------------

    def _bridge(self, effect: e.Bridge) -> None:
        members = self.bridges.setdefault(effect.bridge_id, set())
        for leg_id in effect.legs:
            leg = self.legs.get(leg_id)
            if leg is None:
                self._gone(leg_id, effect)
                continue
            leg.muted = leg_id in effect.muted
            if leg.bridge_id != effect.bridge_id:
                self._free(leg)
                self._leave(leg)
                leg.bridge_id = effect.bridge_id
                members.add(leg_id)
            self.changed(leg_id)

    def _unbridge(self, effect: e.Unbridge) -> None:
        for leg_id in effect.legs:
            leg = self.legs.get(leg_id)
            if leg is not None and leg.bridge_id == effect.bridge_id:
                self._free(leg)
                self._leave(leg)

    def _drop_bridge(self, effect: e.DropBridge) -> None:
        for leg_id in sorted(self.bridges.get(effect.bridge_id, ())):
            self._leave(self.legs[leg_id])
        self.bridges.pop(effect.bridge_id, None)

    def _free(self, leg: MemoryLeg) -> None:
        """Moving a leg ends what was played to it alone."""
        self._silence(leg, lambda _: True)
        leg.music = leg.party.on_music = ""
        self.recordings.finish_voices(leg)

    def _leave(self, leg: MemoryLeg) -> None:
        members = self.bridges.get(leg.bridge_id)
        for name in [n for n, one in self._announced.items() if one.leg_id == leg.party.leg_id]:
            self._announced_over(name)
        leg.bridge_id = ""
        if members is not None:
            members.discard(leg.party.leg_id)
            for other in members:
                self.recordings.mark(self.legs[other])
        self.recordings.mark(leg)
