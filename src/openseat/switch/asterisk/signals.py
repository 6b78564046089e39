"""From Asterisk's events to inputs."""

from __future__ import annotations

import re
from collections.abc import Callable

from openseat.core.inputs import (
    DigitPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegRinging,
    LegSpoke,
    PlaybackEnded,
    SwitchInput,
)
from openseat.switch.asterisk.commands import ORIGINATED
from openseat.switch.asterisk.legs import Book, Leg
from openseat.switch.asterisk.messages import Message
from openseat.switch.asterisk.overhearing import SNOOP, Overhearing
from openseat.switch.asterisk.places import Places
from openseat.switch.asterisk.recorder import Recorder

_NORMAL_CLEARING = 16
_NO_ANSWER = 19

#: A SIP address's user part.
_USER = re.compile(r"sips?:([^@;>]+)@")


class Signals:
    """Reads events, keeps the book, and gives inputs."""

    def __init__(
        self,
        book: Book,
        places: Places,
        recorder: Recorder,
        overhearing: Overhearing,
        inbox: Callable[[SwitchInput], None],
    ) -> None:
        self._book = book
        self._places = places
        self._recorder = recorder
        self._overhearing = overhearing
        self._inbox = inbox
        self._table: dict[str, Callable[[Message], None]] = {
            "StasisStart": self._entered,
            "ChannelStateChange": self._state,
            "ChannelDestroyed": self._destroyed,
            "ChannelDtmfReceived": self._digit,
            "ChannelTalkingStarted": self._spoke,
            "PlaybackFinished": self._playback,
            "RecordingFinished": self._recording,
            "RecordingFailed": self._recording,
            "ContactStatusChange": self._contact,
        }

    @property
    def wanted(self) -> list[str]:
        """The event types that Asterisk shall send; without the last it would not answer either."""
        return [*self._table, "RESTResponse"]

    def take(self, message: Message) -> None:
        """Take one event."""
        handler = self._table.get(message.type)
        if handler is not None:
            handler(message)

    def _entered(self, message: Message) -> None:
        channel = message.channel
        if channel is None:
            return
        if channel.id.startswith(SNOOP):
            self._overhearing.entered(channel.id)
            return
        leg = self._book.legs.get(channel.id)
        if message.args[:1] == [ORIGINATED]:
            if leg is not None and not leg.up:
                leg.up = True
                self._inbox(LegAnswered(leg_id=leg.leg_id))
            return
        if leg is not None:
            return
        endpoint = channel.endpoint
        trunk_id = self._places.trunk_of(endpoint)
        self._book.add(Leg(channel.id, arrived=True, endpoint=endpoint))
        self._inbox(
            LegArrived(
                leg_id=channel.id,
                caller=channel.caller.number,
                called=_called(channel.dialplan.exten, message.args),
                caller_name=channel.caller.name,
                trunk_id=trunk_id,
                agent_id=self._places.agent_at(endpoint),
                endpoint="" if trunk_id else endpoint,
            )
        )

    def _state(self, message: Message) -> None:
        channel = message.channel
        leg = self._book.legs.get(channel.id) if channel is not None else None
        if channel is None or leg is None or leg.up:
            return
        if channel.state == "Ringing" and not leg.arrived and not leg.ringing:
            leg.ringing = True
            self._inbox(LegRinging(leg_id=leg.leg_id))
        elif channel.state == "Up" and leg.arrived:
            # An originated leg can be commanded only once it is in the application.
            leg.up = True
            self._inbox(LegAnswered(leg_id=leg.leg_id))

    def _destroyed(self, message: Message) -> None:
        channel = message.channel
        if channel is not None:
            self._overhearing.channel_ended(channel.id)
        leg = self._book.remove(channel.id) if channel is not None else None
        if leg is None:
            return
        for playback_id in leg.playbacks:
            self._inbox(PlaybackEnded(leg_id=leg.leg_id, playback_id=playback_id, ok=False))
        unanswered = not leg.up and not leg.arrived
        cause = message.cause or (_NO_ANSWER if unanswered else _NORMAL_CLEARING)
        self._inbox(LegEnded(leg_id=leg.leg_id, cause=cause))
        self._recorder.leg_ended(leg)

    def _digit(self, message: Message) -> None:
        leg = self._book.legs.get(message.channel.id) if message.channel is not None else None
        if leg is not None:
            self._inbox(DigitPressed(leg_id=leg.leg_id, digit=message.digit))
            self._recorder.digit(leg, message.digit)

    def _spoke(self, message: Message) -> None:
        leg = self._book.legs.get(message.channel.id) if message.channel is not None else None
        if leg is not None:
            self._inbox(LegSpoke(leg_id=leg.leg_id))

    def _playback(self, message: Message) -> None:
        playback = message.playback
        if playback is None:
            return
        leg = self._book.legs.get(playback.target_uri.removeprefix("channel:"))
        if playback.target_uri.startswith("bridge:"):
            legs = self._book.legs.values()
            leg = next((one for one in legs if playback.id in one.playbacks), None)
        stopping = leg.playbacks.pop(playback.id, None) if leg is not None else None
        if leg is None or stopping is None:
            return
        ok = stopping or playback.state == "done"
        self._inbox(PlaybackEnded(leg_id=leg.leg_id, playback_id=playback.id, ok=ok))

    def _recording(self, message: Message) -> None:
        recording = message.recording
        if recording is not None:
            leg = self._book.legs.get(recording.target_uri.removeprefix("channel:"))
            ok = message.type == "RecordingFinished"
            self._recorder.voice_ended(leg, recording, ok=ok)

    def _contact(self, message: Message) -> None:
        if message.endpoint is not None and message.contact_info is not None:
            self._places.contact(message.endpoint.resource, message.contact_info)


def _called(exten: str, args: list[str]) -> str:
    """Return the number that was called; a registering trunk's carrier may put it into To."""
    if args[:1] == ["account"] and len(args) > 1:
        match = _USER.search(args[1])
        if match is not None:
            return match[1]
    return exten
