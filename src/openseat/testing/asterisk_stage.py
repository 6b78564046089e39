"""The same stage (see `stage`) on two real Asterisks: main switch and carrier."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any

import msgspec

from openseat.core.inputs import EndpointChanged, TrunkChanged
from openseat.switch.asterisk import carrier
from openseat.switch.asterisk.adapter import AsteriskSwitch
from openseat.switch.asterisk.ami import AmiConnection
from openseat.switch.asterisk.ari import AriConnection
from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.media import write_tone
from openseat.switch.asterisk.messages import BridgeSnapshot, Channel, Message
from openseat.switch.port import Phone, Trunk
from openseat.testing import listening
from openseat.testing.stage import (
    LANGUAGE,
    PHONES,
    PROMPTS,
    TRUNK,
    NothingHappenedError,
    Person,
    Stage,
    T,
    seat,
)
from openseat.testing.switches import RunningSwitches

_PATIENCE_S = 15.0
_POLL_S = 0.01
_LISTEN_S = 0.6
_SPEECH_MS = 60_000
_HEARD_SHARE = 0.3


class AsteriskPerson:
    """A `Person` on a channel of the carrier's Asterisk."""

    def __init__(self, channel_id: str, stage: AsteriskStage) -> None:
        self.channel_id = channel_id
        self._stage = stage

    async def ring(self) -> None:
        """Let their phone ring."""
        await self._stage.carry("POST", f"channels/{self.channel_id}/ring")

    async def answer(self) -> None:
        """Pick up."""
        await self._stage.carry("POST", f"channels/{self.channel_id}/answer")

    async def hang_up(self, cause: int = 16) -> None:
        """Hang up, or refuse with a cause."""
        await self._stage.carry("DELETE", f"channels/{self.channel_id}?reason_code={cause}")

    async def press(self, digits: str) -> None:
        """Press keys."""
        await self._stage.connected(self.channel_id)
        await self._stage.send_digits(self.channel_id, digits)

    async def speak(self, hertz: int) -> None:
        """Speak from now on."""
        await self._stage.connected(self.channel_id)
        media = self._stage.voice(hertz)
        await self._stage.carry("POST", f"channels/{self.channel_id}/play", {"media": [media]})

    async def hears(self, hertz: int) -> bool:
        """Whether a tone is in their ear just now."""
        return await self._stage.listen(self.channel_id, hertz)

    async def digits_heard(self, count: int) -> str:
        """Return the first `count` keys that were sent to them."""

        def found() -> str | None:
            digits = "".join(
                event.digit
                for event in self._stage.events
                if event.type == "ChannelDtmfReceived"
                and event.channel is not None
                and event.channel.id == self.channel_id
            )
            return digits[:count] if len(digits) >= count else None

        return await self._stage.until(found, f"{count} digits")

    async def gone(self) -> None:
        """Wait until their line is dead."""
        await self._stage.event("ChannelDestroyed", self.channel_id)


class AsteriskStage(Stage):
    """A scene on real switches."""

    def __init__(self, pair: RunningSwitches) -> None:
        super().__init__(AsteriskSwitch.from_settings(pair.settings))
        self.pair = pair
        self.events: list[Message] = []
        """What the carrier told."""
        self._carrier: AriConnection | None = None
        self._ami: AmiConnection | None = None
        self._names = itertools.count(int(time.time() * 1000))
        self._claimed: set[str] = set()

    async def open(self) -> None:
        """Set the scene: prompts, trunk up, phones registered."""
        prompts = self.pair.settings.paths.prompts / LANGUAGE
        prompts.mkdir(parents=True, exist_ok=True)
        for name, milliseconds in PROMPTS.items():
            write_tone(prompts / f"{name}.wav", 300, milliseconds)
        site = self.pair.carrier.site
        secret = self.pair.settings.secrets.read("trunk")
        self._carrier = await carrier.connect_carrier(site, self.events.append, _ignore)
        self._ami = await AmiConnection.connect(
            site.ports.ami, CONTROL_USER, site.ami_secret, _ignore_event, _ignore
        )
        await carrier.push_main(self._carrier, self.pair.main.site, secret)
        await self.switch.start(self.take)
        await self.switch.push_phones(PHONES)
        await self.switch.push_trunks(
            [Trunk(trunk_id=TRUNK, host=site.sip_host, port=site.ports.sip)]
        )
        for phone in PHONES:
            self.switch.bind(seat(phone.endpoint), phone.endpoint)
            changed = await self.given(EndpointChanged, agent_id=seat(phone.endpoint))
            if not changed.reachable:
                await self.set_phone(phone.endpoint, reachable=True)
                await self.given(EndpointChanged, agent_id=changed.agent_id, reachable=True)
        await self.given(TrunkChanged, trunk_id=TRUNK, reachable=True)
        self.seen.clear()

    async def close(self) -> None:
        """End the scene: hang up whatever is left, and disconnect."""
        await self.switch.stop()
        if self._carrier is not None:
            for channel in await self._list(self._carrier, "channels", list[Channel]):
                await self.carry("DELETE", f"channels/{channel.id}")
        await self.close_carrier()

    async def until(self, found: Callable[[], T | None], what: str) -> T:
        """Wait until `found` returns something."""
        end = time.monotonic() + _PATIENCE_S
        while (result := found()) is None:
            if time.monotonic() > end:
                raise NothingHappenedError(f"{what} did not come; seen: {self.seen}")
            await asyncio.sleep(_POLL_S)
        return result

    async def passes(self, milliseconds: int) -> None:
        """Let time pass."""
        await asyncio.sleep(milliseconds / 1000)

    async def dials(self, caller: str, called: str) -> Person:
        """A customer dials in."""
        channel_id = f"customer-{next(self._names)}"
        body = {"endpoint": f"PJSIP/{called}@{carrier.MAIN}", "app": "carrier", "callerId": caller}
        await self.carry("POST", f"channels/{channel_id}", body)
        return AsteriskPerson(channel_id, self)

    async def called(self, number: str) -> Person:
        """Wait until the number is called."""

        def found() -> str | None:
            for event in self.events:
                channel = event.channel
                if (
                    event.type == "StasisStart"
                    and channel is not None
                    and event.args[:1] == ["trunk"]
                    and channel.dialplan.exten == number
                    and channel.id not in self._claimed
                ):
                    self._claimed.add(channel.id)
                    return channel.id
            return None

        return AsteriskPerson(await self.until(found, f"a call to {number}"), self)

    async def set_phone(self, endpoint: str, *, reachable: bool) -> None:
        """A phone goes off, or comes back on the network."""
        if not reachable:
            await carrier.unregister_phones(self._link, [endpoint])
            return
        await self.plug_in(next(one for one in PHONES if one.endpoint == endpoint))

    async def plug_in(self, phone: Phone) -> None:
        """A phone comes on the network, be it one of the stage's own or another."""
        await carrier.register_phones(self._link, self.pair.main.site, [phone])
        # A registration that is there already would not be repeated before it runs out.
        assert self._ami is not None
        await self._ami.ask("PJSIPRegister", Registration=phone.endpoint)

    async def teach_encryption(self) -> None:
        """Let the carrier reach the main switch by TLS, with encrypted media."""
        await carrier.push_main_encrypted(self._link, self.pair.main.site)

    async def name_media_address(self, endpoint: str, address: str) -> None:
        """Have the carrier name another address for its media on one of its endpoints."""
        fields = {"media_address": address, "callerid": ""}
        body = {"fields": [{"attribute": key, "value": fields[key]} for key in fields]}
        await self.carry("PUT", f"asterisk/config/dynamic/res_pjsip/endpoint/{endpoint}", body)

    async def set_trunk(self, *, reachable: bool) -> None:
        """The carrier fails, or recovers."""
        if not reachable:
            await self.close_carrier()
            self.pair.carrier.kill()
            return
        self.pair.carrier.start()
        site = self.pair.carrier.site
        self._carrier = await carrier.connect_carrier(site, self.events.append, _ignore)
        secret = self.pair.settings.secrets.read("trunk")
        await carrier.push_main(self._carrier, self.pair.main.site, secret)
        await carrier.register_phones(self._carrier, self.pair.main.site, PHONES)
        self._ami = await AmiConnection.connect(
            site.ports.ami, CONTROL_USER, site.ami_secret, _ignore_event, _ignore
        )

    async def close_carrier(self) -> None:
        """Let go of the carrier."""
        for connection in (self._carrier, self._ami):
            if connection is not None:
                connection.close()
                await connection.closed()

    async def new_floor(self) -> None:
        """Another floor process takes over."""
        await self.switch.stop()
        self.seen.clear()
        self.switch = AsteriskSwitch.from_settings(self.pair.settings)
        await self.switch.start(self.take)

    async def end_floor(self) -> None:
        """The floor goes."""
        await self.switch.stop()

    async def cut(self) -> None:
        """The connection breaks; the adapter heals it by itself."""
        assert isinstance(self.switch, AsteriskSwitch)
        self.switch.reconnect()

    async def crash(self) -> None:
        """The switch is killed and started again."""
        self.pair.main.kill()
        await asyncio.to_thread(self.pair.main.start)

    async def left_over(self) -> tuple[int, int]:
        """Return how many legs and bridges the main switch still has."""
        site = self.pair.main.site
        secret = (CONTROL_USER, site.ari_secret)
        ari = await AriConnection.connect(
            site.ports.http, "inspector", secret, _ignore_message, _ignore, subscribe_all=False
        )
        try:
            channels = await self._list(ari, "channels", list[Channel])
            bridges = await self._list(ari, "bridges", list[BridgeSnapshot])
        finally:
            ari.close()
            await ari.closed()
        return len(channels), len(bridges)

    # -- for people --------------------------------------------------------------------

    async def carry(self, method: str, uri: str, body: Any = None) -> None:
        """Ask the carrier for something; what is gone already is left alone."""
        reply = await self._link.ask(method, uri, body)
        if not reply.ok and reply.status != 404:
            raise NothingHappenedError(f"{method} {uri}: {reply.status} {reply.body}")

    async def carrier_says(self, command: str) -> str:
        """Return what the carrier's console answers to a command."""
        assert self._ami is not None
        reply = await self._ami.ask("Command", Command=command)
        return reply.get("Output", "")

    async def event(self, kind: str, channel_id: str) -> Message:
        """Wait until the carrier has told this of a channel."""

        def found() -> Message | None:
            for event in self.events:
                if event.type == kind and event.channel and event.channel.id == channel_id:
                    return event
            return None

        return await self.until(found, f"{kind} of {channel_id}")

    async def connected(self, channel_id: str) -> None:
        """Wait until a channel of the carrier is up and can be commanded."""
        await self.event("StasisStart", channel_id)

        def up() -> bool | None:
            return (
                any(
                    event.channel and event.channel.id == channel_id and event.channel.state == "Up"
                    for event in self.events
                )
                or None
            )

        await self.until(up, f"{channel_id} up")

    async def send_digits(self, channel_id: str, digits: str) -> None:
        """Press keys on a channel, while its person may be speaking."""
        assert self._ami is not None
        for digit in digits:
            await self._ami.ask("PlayDTMF", Channel=channel_id, Digit=digit, Duration="100")

    def voice(self, hertz: int) -> str:
        """Return the media address of a long tone."""
        path = self.pair.carrier.site.spool / f"voice-{hertz}"
        file = path.with_suffix(".wav")
        if not file.is_file():
            write_tone(file, hertz, _SPEECH_MS)
        return f"sound:{path}"

    async def listen(self, channel_id: str, hertz: int) -> bool:
        """Whether a tone comes to the carrier on a channel."""
        assert self._ami is not None
        path = self.pair.carrier.site.call_recordings / f"ear-{next(self._names)}.raw"
        options = {"Channel": channel_id, "File": str(path), "options": "D"}
        await self._ami.ask("MixMonitor", **options)
        await asyncio.sleep(_LISTEN_S)
        await self._ami.ask("StopMixMonitor", Channel=channel_id)
        await asyncio.sleep(5 * _POLL_S)
        heard, _said = listening.stereo(path)
        return listening.tone_share(heard, hertz) > _HEARD_SHARE

    # -- inside ------------------------------------------------------------------------

    @property
    def _link(self) -> AriConnection:
        assert self._carrier is not None
        return self._carrier

    async def _list(self, ari: AriConnection, uri: str, kind: type[list[T]]) -> list[T]:
        reply = await ari.ask("GET", uri)
        return msgspec.json.decode(reply.body, type=kind)


def _ignore() -> None:
    return


def _ignore_event(event: object) -> None:
    del event


def _ignore_message(message: Message) -> None:
    del message
