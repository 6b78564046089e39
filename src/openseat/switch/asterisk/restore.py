"""Finding out what the switch has, after a time without a connection to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import msgspec

from openseat.core.inputs import LegEnded, LiveLeg
from openseat.switch.asterisk.ari import AriConnection, AriError
from openseat.switch.asterisk.commands import ORIGINATED
from openseat.switch.asterisk.legs import Book, Conversation, Leg
from openseat.switch.asterisk.messages import (
    BridgeSnapshot,
    Channel,
    Endpoint,
    SystemInfo,
    Variable,
)
from openseat.switch.asterisk.overhearing import SNOOP
from openseat.switch.asterisk.places import Places
from openseat.switch.asterisk.recorder import Recorder

#: Channels of ours are in the application, or are being originated into it.
_OURS = frozenset({"Stasis", "AppDial2"})
_TEMPORARY_FAILURE = 41
_RECORDING_VARIABLE = "MIXMONITOR_FILENAME"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Picture:
    """What the switch has."""

    startup: str
    channels: list[Channel]
    bridges: list[BridgeSnapshot]
    endpoints: list[Endpoint]
    recorded: dict[str, str]
    """Channel → file it is being recorded into."""
    snoops: list[str]
    """Channels through which somebody overhears; they are nobody's legs."""
    ears: list[str]
    """Bridges of ears with those channels; they are no conversations."""


async def look(ari: AriConnection) -> Picture:
    """Ask the switch for everything.

    Raises:
        AriError: it did not answer.
    """
    info, channels, bridges, endpoints = await asyncio.gather(
        _ask(ari, "asterisk/info", SystemInfo),
        _ask(ari, "channels", list[Channel]),
        _ask(ari, "bridges", list[BridgeSnapshot]),
        look_at_endpoints(ari),
    )
    ours = [
        one for one in channels if one.dialplan.app_name in _OURS and not one.id.startswith(SNOOP)
    ]
    replies = await asyncio.gather(
        *(
            ari.ask("GET", f"channels/{quote(one.id)}/variable?variable={_RECORDING_VARIABLE}")
            for one in ours
        )
    )
    recorded = {
        channel.id: msgspec.json.decode(reply.body, type=Variable).value
        for channel, reply in zip(ours, replies, strict=True)
        if reply.ok
    }
    startup = info.status.startup_time.isoformat()
    snoops = [one.id for one in channels if one.id.startswith(SNOOP)]
    ears = [one.id for one in bridges if one.id.startswith(SNOOP)]
    talks = [one for one in bridges if one.id not in ears]
    return Picture(startup, ours, talks, endpoints, recorded, snoops, ears)


async def look_at_endpoints(ari: AriConnection) -> list[Endpoint]:
    """Ask for the reachability of every SIP endpoint.

    Raises:
        AriError: the switch did not answer.
    """
    return await _ask(ari, "endpoints/PJSIP", list[Endpoint])


async def _ask(ari: AriConnection, uri: str, kind: type[_T]) -> _T:
    reply = await ari.ask("GET", uri)
    if reply.status == 404 and uri.startswith("endpoints/"):
        # A switch that has just started knows no SIP endpoint at all.
        return msgspec.json.decode(b"[]", type=kind)
    if not reply.ok:
        raise AriError(f"GET {uri}: {reply.status} {reply.body}")
    return msgspec.json.decode(reply.body, type=kind)


def take_over(
    picture: Picture, book: Book, places: Places, recorder: Recorder, ends: dict[str, LegEnded]
) -> tuple[tuple[LiveLeg, ...], tuple[LegEnded, ...]]:
    """Bring the book to the picture; return the live legs, and those that ended meanwhile."""
    missing = {
        leg_id: ends.get(leg_id) or LegEnded(leg_id=leg_id, cause=_TEMPORARY_FAILURE)
        for leg_id in set(book.legs) - {one.id for one in picture.channels}
    }
    for leg_id in missing:
        book.remove(leg_id)
    book.bridges.clear()
    where: dict[str, Conversation] = {}
    for bridge in picture.bridges:
        if bridge.channels:
            conversation = Conversation.found(bridge.id)
            book.bridges[conversation.bridge_id] = conversation
            where |= dict.fromkeys(bridge.channels, conversation)
    live = [
        _restore(channel, where, picture, book, places, recorder) for channel in picture.channels
    ]
    alive = {leg.leg_id for leg in live}
    ended = {**{k: v for k, v in ends.items() if k not in alive}, **missing}
    return tuple(live), tuple(ended.values())


def _restore(
    channel: Channel,
    where: dict[str, Conversation],
    picture: Picture,
    book: Book,
    places: Places,
    recorder: Recorder,
) -> LiveLeg:
    originated = (
        channel.dialplan.app_name == "AppDial2"
        or channel.dialplan.app_data.rpartition(",")[2] == ORIGINATED
    )
    leg = book.legs.get(channel.id)
    if leg is None:
        leg = Leg(channel.id, arrived=not originated, endpoint=channel.endpoint)
        book.add(leg)
    leg.up = channel.state == "Up" and channel.dialplan.app_name == "Stasis"
    leg.bridge_id = ""
    # Nobody knows what it has been through; a mixing bridge next time is never wrong.
    leg.mixed = True
    if channel.id in where:
        book.join(leg, where[channel.id])
    if channel.id in picture.recorded:
        recorder.restore(leg, picture.recorded[channel.id])
    return LiveLeg(
        leg_id=channel.id,
        up=leg.up,
        bridge_id=leg.bridge_id,
        caller=channel.caller.number,
        called="" if originated else channel.dialplan.exten,
        trunk_id=places.trunk_of(leg.endpoint),
        agent_id=places.agent_at(leg.endpoint),
    )
