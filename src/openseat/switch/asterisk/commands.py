"""From effects to requests.

Asterisk carries out one connection's requests in the order they are sent, so the order of effects
is kept for free. Some of its commands wait until the channel's thread is free, and would keep all
others waiting behind them: a playback or a voice recording that still runs on a leg is therefore
stopped before the leg is moved.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from openseat.core.effects import (
    Announce,
    Answer,
    Bridge,
    DropBridge,
    Echo,
    Effect,
    Hangup,
    IndicateRinging,
    Layout,
    MuteLeg,
    Originate,
    Overhear,
    PauseRecording,
    Play,
    SendDigits,
    StartMusic,
    StartRecording,
    StopAnnouncing,
    StopMusic,
    StopOverhearing,
    StopPlay,
    StopRecording,
    Unbridge,
)
from openseat.core.inputs import LegEnded, PlaybackEnded, RecordingEnded
from openseat.switch.asterisk.ari import NO_REPLY, Reply
from openseat.switch.asterisk.control import Control
from openseat.switch.asterisk.conversations import Conversations
from openseat.switch.asterisk.dialplan import ECHO, PHONE_CONTEXT
from openseat.switch.asterisk.legs import Leg
from openseat.switch.asterisk.media import MediaLibrary, MediaMissingError
from openseat.switch.asterisk.overhearing import Overhearing
from openseat.switch.asterisk.places import Places
from openseat.switch.names import TRUNK_PREFIX

ORIGINATED = "originated"
"""The application argument that tells our own calls from arriving ones."""

#: Q.850: what an originated leg that could not even be tried ends with.
_NORMAL = 16
_SUBSCRIBER_ABSENT = 20
_DESTINATION_OUT_OF_ORDER = 27
_INVALID_NUMBER = 28
_TEMPORARY_FAILURE = 41

_NUMBER = re.compile(r"[+*#0-9A-Za-z.-]{1,64}")
_LEG_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\"<>\\]")
_BEEP = "tone:950/400"

_AUTO_ANSWER = {
    "PJSIP_HEADER(add,Call-Info)": "<sip:openseat>;answer-after=0",
    "PJSIP_HEADER(add,Alert-Info)": "info=alert-autoanswer;delay=0",
}

#: From 200 ms of sound on the party counts as speaking.
_LISTEN = {"TALK_DETECT(set)": ""}


class Commands:
    """Carries out effects on one connection."""

    def __init__(
        self,
        application: str,
        control: Control,
        places: Places,
        media: MediaLibrary,
        overhearing: Overhearing,
    ) -> None:
        self._application = application
        self._control = control
        self._conversations = Conversations(control)
        self._book = control.book
        self._recorder = control.recorder
        self._places = places
        self._media = media
        self.hang_up_later: dict[str, int] = {}
        """Legs to end, with causes, that could not be reached when they were to be."""
        self._table: dict[type, Callable[[Any], None]] = {
            Answer: self._answer,
            IndicateRinging: self._ring,
            Hangup: self._hang_up,
            Originate: self._originate,
            Play: self._play,
            StopPlay: self._stop_play,
            Announce: self._announce,
            StopAnnouncing: self._stop_announcing,
            Echo: self._echo,
            StartMusic: self._start_music,
            StopMusic: self._stop_music,
            Bridge: self._conversations.bridge,
            Unbridge: self._conversations.unbridge,
            DropBridge: self._conversations.drop,
            MuteLeg: self._mute,
            Overhear: overhearing.overhear,
            StopOverhearing: overhearing.stop,
            SendDigits: self._send_digits,
            StartRecording: self._start_recording,
            PauseRecording: self._pause_recording,
            StopRecording: self._stop_recording,
        }

    def apply(self, effect: Effect) -> None:
        """Carry out one effect.

        Raises:
            ValueError: an effect that is not the switch's (`FetchHttp`).
        """
        handler = self._table.get(type(effect))
        if handler is None:
            raise ValueError(f"{type(effect).__name__} is not for a switch")
        handler(effect)

    # -- legs --------------------------------------------------------------------------

    def _answer(self, effect: Answer) -> None:
        leg = self._control.live(effect.leg_id, effect)
        if leg is not None and not leg.up:
            uri = f"channels/{leg.leg_id}/answer"
            self._control.send(
                (effect.leg_id,), "POST", uri, None, self._control.checked(leg.leg_id, effect)
            )

    def _ring(self, effect: IndicateRinging) -> None:
        leg = self._control.live(effect.leg_id, effect)
        if leg is not None and not leg.up:
            uri = f"channels/{leg.leg_id}/ring"
            self._control.send(
                (effect.leg_id,), "POST", uri, None, self._control.checked(leg.leg_id, effect)
            )

    def _hang_up(self, effect: Hangup) -> None:
        if effect.leg_id not in self._book.legs:
            return

        def on_reply(reply: Reply) -> None:
            if reply.status == NO_REPLY:
                self.hang_up_later[effect.leg_id] = effect.cause

        self._control.send(
            (effect.leg_id,),
            "DELETE",
            f"channels/{effect.leg_id}?reason_code={effect.cause}",
            None,
            on_reply,
        )

    def _originate(self, effect: Originate) -> None:
        if effect.leg_id in self._book.legs:
            return
        if not _LEG_ID.fullmatch(effect.leg_id):
            raise ValueError(f"{effect.leg_id!r} cannot be a channel's identifier")
        endpoint, target, cause = self._target(effect)
        if cause:
            self._control.give(LegEnded(leg_id=effect.leg_id, cause=cause))
            return
        self._book.add(Leg(effect.leg_id, arrived=False, endpoint=endpoint))
        variables = dict(effect.variables)
        if effect.auto_answer:
            variables |= _AUTO_ANSWER
        if effect.listen:
            variables |= _LISTEN
        body: dict[str, Any] = {
            "endpoint": target,
            "app": self._application,
            "appArgs": ORIGINATED,
            "timeout": max(1, math.ceil(effect.timeout_ms / 1000)),
        }
        if effect.caller_number or effect.caller_name:
            name = _UNPRINTABLE.sub("", effect.caller_name)
            number = _UNPRINTABLE.sub("", effect.caller_number)
            body["callerId"] = f'"{name}" <{number}>' if name else number
        if variables:
            body["variables"] = variables

        def on_reply(reply: Reply) -> None:
            # 409: the same effect was carried out before us.
            if not reply.ok and reply.status != 409 and self._book.remove(effect.leg_id):
                cause = _TEMPORARY_FAILURE if reply.status == NO_REPLY else _SUBSCRIBER_ABSENT
                self._control.give(LegEnded(leg_id=effect.leg_id, cause=cause))

        self._control.send((effect.leg_id,), "POST", f"channels/{effect.leg_id}", body, on_reply)

    def _target(self, effect: Originate) -> tuple[str, str, int]:
        """Return the endpoint, the dial string, and the cause (0: none) against it."""
        if effect.number:
            endpoint = TRUNK_PREFIX + effect.trunk_id
            if not _NUMBER.fullmatch(effect.number):
                return endpoint, "", _INVALID_NUMBER
            cause = 0 if self._places.reachable(endpoint) else _DESTINATION_OUT_OF_ORDER
            return endpoint, f"PJSIP/{effect.number}@{endpoint}", cause
        endpoint = effect.address or self._places.endpoint_of(effect.agent_id)
        cause = 0 if self._places.reachable(endpoint) else _SUBSCRIBER_ABSENT
        return endpoint, f"PJSIP/{endpoint}", cause

    def _echo(self, effect: Echo) -> None:
        leg = self._control.live(effect.leg_id, effect)
        if leg is None:
            return
        self._control.free(leg)
        self._book.remove(leg.leg_id)
        channel = f"channels/{leg.leg_id}"

        def on_reply(reply: Reply) -> None:
            if not reply.ok:
                self._control.send((leg.leg_id,), "DELETE", channel)

        where = f"context={PHONE_CONTEXT}&extension={ECHO}&priority=1"
        self._control.send((leg.leg_id,), "POST", f"{channel}/continue?{where}", None, on_reply)
        self._control.give(LegEnded(leg_id=leg.leg_id, cause=_NORMAL))

    # -- sound -------------------------------------------------------------------------

    def _play(self, effect: Play) -> None:
        leg = self._book.legs.get(effect.leg_id)
        uri = f"channels/{effect.leg_id}/play/{effect.playback_id}"
        self._begin_playback(effect, leg, (effect.leg_id,), lambda: uri)

    def _announce(self, effect: Announce) -> None:
        leg = self._book.legs.get(effect.leg_id)
        if leg is not None and leg.bridge_id != effect.bridge_id:
            leg = None
        about = (effect.bridge_id, effect.leg_id)

        def uri() -> str:
            actual_id = self._conversations.mixing(effect.bridge_id)
            return f"bridges/{actual_id}/play/{effect.playback_id}"

        self._begin_playback(effect, leg, about, uri)

    def _begin_playback(
        self,
        effect: Play | Announce,
        leg: Leg | None,
        about: tuple[str, ...],
        uri: Callable[[], str],
    ) -> None:
        """Play for a leg (None: it is gone), by the request that `uri` makes ready."""
        failed = PlaybackEnded(leg_id=effect.leg_id, playback_id=effect.playback_id, ok=False)
        if leg is None:
            self._control.give(failed)
            return
        if effect.playback_id in leg.playbacks:
            return
        try:
            media = self._media.resolve(effect.media, effect.language)
        except MediaMissingError:
            self._control.give(failed)
            return
        if not media:
            self._control.give(PlaybackEnded(leg_id=effect.leg_id, playback_id=effect.playback_id))
            return
        leg.playbacks[effect.playback_id] = False

        def on_reply(reply: Reply) -> None:
            if not reply.ok and leg.playbacks.pop(effect.playback_id, None) is not None:
                self._control.give(failed)

        self._control.send(about, "POST", uri(), {"media": media}, on_reply)

    def _stop_announcing(self, effect: StopAnnouncing) -> None:
        leg = self._book.legs.get(effect.leg_id)
        if leg is not None and effect.playback_id in leg.playbacks:
            if leg.playbacks[effect.playback_id]:
                return
            leg.playbacks[effect.playback_id] = True
        about = (effect.bridge_id, effect.leg_id)
        self._control.send(about, "DELETE", f"playbacks/{effect.playback_id}")

    def _stop_play(self, effect: StopPlay) -> None:
        leg = self._book.legs.get(effect.leg_id)
        if leg is not None and leg.playbacks.get(effect.playback_id) is False:
            leg.playbacks[effect.playback_id] = True
            self._control.send((effect.leg_id,), "DELETE", f"playbacks/{effect.playback_id}")

    def _start_music(self, effect: StartMusic) -> None:
        leg = self._control.live(effect.leg_id, effect)
        if leg is not None:
            leg.music = True
            uri = f"channels/{leg.leg_id}/moh"
            self._control.send(
                (effect.leg_id,),
                "POST",
                uri,
                {"mohClass": effect.music},
                self._control.checked(leg.leg_id, effect),
            )

    def _stop_music(self, effect: StopMusic) -> None:
        leg = self._book.legs.get(effect.leg_id)
        if leg is not None and leg.music:
            leg.music = False
            self._control.send((effect.leg_id,), "DELETE", f"channels/{leg.leg_id}/moh")

    def _mute(self, effect: MuteLeg) -> None:
        leg = self._control.live(effect.leg_id, effect) if effect.muted else None
        leg = leg or self._book.legs.get(effect.leg_id)
        if leg is not None:
            self._control.set_muted(leg, muted=effect.muted)

    def _send_digits(self, effect: SendDigits) -> None:
        leg = self._control.live(effect.leg_id, effect)
        if leg is not None:
            uri = f"channels/{leg.leg_id}/dtmf"
            self._control.send(
                (effect.leg_id,),
                "POST",
                uri,
                {"dtmf": effect.digits},
                self._control.checked(leg.leg_id, effect),
            )

    # -- recordings --------------------------------------------------------------------

    def _start_recording(self, effect: StartRecording) -> None:
        leg = self._book.legs.get(effect.leg_id)
        if leg is None:
            self._control.give(RecordingEnded(recording_id=effect.recording_id, ok=False))
            return
        if effect.beep and effect.layout is Layout.CALL:
            media = self._media.resolve([_BEEP], "")
            self._control.send(
                (effect.leg_id,), "POST", f"channels/{leg.leg_id}/play", {"media": media}
            )
        self._recorder.start(effect, leg)

    def _pause_recording(self, effect: PauseRecording) -> None:
        leg = self._book.legs.get(effect.leg_id)
        if leg is not None:
            self._recorder.pause(effect, leg)

    def _stop_recording(self, effect: StopRecording) -> None:
        leg = self._book.legs.get(effect.leg_id)
        if leg is not None:
            self._recorder.stop(effect, leg)
        else:
            self._recorder.stop_orphan(effect.recording_id)
