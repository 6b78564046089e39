"""Ears at other legs: a snooping channel on the leg overheard, in a bridge with the ear.

What a snooping channel may whisper is settled when it is made, so a listener could not be heard
by any fault of ours; another way of being there is another channel. They are cheap, and after a
time without a connection they are all made anew: no leg of the core's, none is ever reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from openseat.core.effects import Overhear, StopOverhearing
from openseat.switch.asterisk.ari import Reply
from openseat.switch.asterisk.control import LEG_GONE, REFUSED, Control
from openseat.switch.asterisk.legs import Conversation

SNOOP = "overhear-"
"""Snooping channels' ids, and those of their bridges, begin with this."""


@dataclass(frozen=True, slots=True)
class _Running:
    """One ear at work."""

    effect: Overhear
    snoop_id: str


class Overhearing:
    """Carries out the effects on ears."""

    def __init__(self, application: str, control: Control) -> None:
        self._application = application
        self._control = control
        self._book = control.book
        self._running: dict[str, _Running] = {}

    def overhear(self, effect: Overhear) -> None:
        """Put an ear to a leg, or change what it may say."""
        known = self._running.get(effect.overhear_id)
        if known is not None and known.effect == effect:
            return
        if known is not None:
            self._end(known)
        if effect.leg_id not in self._book.legs or effect.ear_id not in self._book.legs:
            self._control.fail(effect.ear_id, effect, LEG_GONE)
            return
        one = _Running(effect, f"{SNOOP}{uuid4().hex}")
        self._running[effect.overhear_id] = one

        def on_reply(reply: Reply) -> None:
            if not reply.ok and self._running.get(effect.overhear_id) is one:
                del self._running[effect.overhear_id]
                self._control.fail(effect.ear_id, effect, REFUSED)

        query = {
            "spy": "both",
            "whisper": "out" if effect.speaks else "none",
            "app": self._application,
        }
        uri = f"channels/{effect.leg_id}/snoop/{one.snoop_id}?{urlencode(query)}"
        self._control.send((effect.leg_id, one.snoop_id), "POST", uri, None, on_reply)

    def stop(self, effect: StopOverhearing) -> None:
        """Take an ear off."""
        known = self._running.get(effect.overhear_id)
        if known is not None:
            self._end(known)

    def entered(self, snoop_id: str) -> None:
        """A snooping channel is ready: let the ear hear it."""
        one = self._of_snoop(snoop_id)
        ear = self._book.legs.get(one.effect.ear_id) if one is not None else None
        if one is None or ear is None:
            self._control.send((snoop_id,), "DELETE", f"channels/{snoop_id}")
            return
        self._control.free(ear)
        before = self._book.bridges.get(ear.bridge_id)
        if before is not None:
            uri = f"bridges/{before.actual_id}/removeChannel?channel={ear.leg_id}"
            self._control.send((before.actual_id, ear.leg_id), "POST", uri)
        conversation = Conversation(snoop_id, mixing=False)
        self._book.bridges[snoop_id] = conversation
        self._book.join(ear, conversation)
        both = (ear.leg_id, snoop_id)
        kind = {"type": conversation.bridge_type}
        self._control.send((snoop_id,), "POST", f"bridges/{snoop_id}", kind)
        uri = f"bridges/{snoop_id}/addChannel?channel={','.join(both)}"
        self._control.send(both, "POST", uri)

    def channel_ended(self, channel_id: str) -> None:
        """A channel is gone: a snooping one, a leg that was overheard, or an ear."""
        for one in list(self._running.values()):
            if channel_id in (one.snoop_id, one.effect.leg_id, one.effect.ear_id):
                self._end(one)

    def begin_anew(self, snoops: Iterable[str], bridges: Iterable[str]) -> None:
        """Clear away what is there of ears; the core puts those that shall be there again."""
        self._running.clear()
        for snoop_id in snoops:
            self._control.send((snoop_id,), "DELETE", f"channels/{snoop_id}")
        for bridge_id in bridges:
            self._control.send((bridge_id,), "DELETE", f"bridges/{bridge_id}")

    def _of_snoop(self, snoop_id: str) -> _Running | None:
        return next((one for one in self._running.values() if one.snoop_id == snoop_id), None)

    def _end(self, one: _Running) -> None:
        del self._running[one.effect.overhear_id]
        both = (one.snoop_id, one.effect.ear_id)
        self._control.send(both, "DELETE", f"channels/{one.snoop_id}")
        if self._book.drop(one.snoop_id) is not None:
            self._control.send(both, "DELETE", f"bridges/{one.snoop_id}")
