"""What carrying out any effect needs: the connection, the legs, and where outcomes go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openseat.core.inputs import EffectFailed, SwitchInput
from openseat.switch.asterisk.ari import NO_REPLY, Reply
from openseat.switch.asterisk.lanes import Lanes
from openseat.switch.asterisk.legs import Book, Leg
from openseat.switch.asterisk.recorder import Recorder

LEG_GONE = "leg.gone"
REFUSED = "switch.refused"
UNAVAILABLE = "switch.unavailable"


class Control:
    """Sends requests about legs, and reports what became of them."""

    def __init__(self, book: Book, recorder: Recorder, give: Callable[[SwitchInput], None]) -> None:
        self.book = book
        self.recorder = recorder
        self.give = give
        self._lanes: Lanes | None = None

    def attach(self, lanes: Lanes | None) -> None:
        """Use these connections from now on (None: there are none)."""
        self._lanes = lanes

    def send(
        self,
        about: tuple[str, ...],
        method: str,
        uri: str,
        body: Mapping[str, Any] | None = None,
        on_reply: Callable[[Reply], None] | None = None,
    ) -> None:
        """Send a request about channels and bridges; without a connection `NO_REPLY` answers it."""
        if self._lanes is not None:
            self._lanes.request(about, method, uri, body, on_reply)
        elif on_reply is not None:
            on_reply(Reply(NO_REPLY))

    def live(self, leg_id: str, effect: object) -> Leg | None:
        """Return a live leg; None, and the effect is reported as failed, if it is gone."""
        leg = self.book.legs.get(leg_id)
        if leg is None:
            self.fail(leg_id, effect, LEG_GONE)
        return leg

    def fail(self, leg_id: str, effect: object, code: str) -> None:
        """Report that an effect was not carried out."""
        name = type(effect).__name__
        self.give(EffectFailed(leg_id=leg_id, effect=name, code=code))

    def checked(self, leg_id: str, effect: object) -> Callable[[Reply], None]:
        """Return a receiver of answers that reports a refusal."""

        def on_reply(reply: Reply) -> None:
            # A leg that ended meanwhile has been reported as ended; that says it all.
            if not reply.ok and leg_id in self.book.legs:
                lost = reply.status == NO_REPLY
                self.fail(leg_id, effect, UNAVAILABLE if lost else REFUSED)

        return on_reply

    def free(self, leg: Leg) -> None:
        """Stop what would keep the leg's thread from moving it."""
        for playback_id, stopping in leg.playbacks.items():
            if not stopping:
                leg.playbacks[playback_id] = True
                self.send((leg.leg_id,), "DELETE", f"playbacks/{playback_id}")
        self.recorder.stop_voice(leg)
        if leg.music:
            leg.music = False
            self.send((leg.leg_id,), "DELETE", f"channels/{leg.leg_id}/moh")

    def set_muted(self, leg: Leg, *, muted: bool) -> None:
        """Stop (or let again) the others hear a leg."""
        if leg.muted != muted:
            leg.muted = muted
            method = "POST" if muted else "DELETE"
            self.send((leg.leg_id,), method, f"channels/{leg.leg_id}/mute?direction=in")
