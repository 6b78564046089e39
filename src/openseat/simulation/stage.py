"""The stage: the second Asterisk, on which customers and phones are played.

Everything a party does here goes through real SIP and RTP to the main switch;
the stage knows nothing of OpenSeat but its numbers and phones.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from urllib.parse import quote, urlencode

from openseat.platform.settings import Settings
from openseat.switch.asterisk import carrier
from openseat.switch.asterisk.ari import AriConnection
from openseat.switch.asterisk.messages import Message
from openseat.switch.asterisk.site import carrier_site, main_site
from openseat.switch.port import Phone

ANSWER_LIMIT_S = 120
"""How long a customer lets the operator's line ring at most."""


EAR = "ear-"
"""Channels that only listen begin with this."""

EAR_TRIES = 50


class Party:
    """One channel on the carrier: a customer's call, or a phone that rings."""

    def __init__(
        self, ari: AriConnection, application: str, channel_id: str, *, caller: str, called: str
    ) -> None:
        self._ari = ari
        self._application = application
        self.channel_id = channel_id
        self.caller = caller
        self.called = called
        self.up = asyncio.Event()
        self.gone = asyncio.Event()
        self.cause = 0
        self.keys_heard = ""
        """Keys that the other side pressed."""
        self._playbacks: dict[str, asyncio.Event] = {}
        self._count = 0

    async def answer(self) -> None:
        """Pick up."""
        await self._do("POST", "answer")
        self.up.set()

    async def press(self, digits: str) -> None:
        """Press keys as people do, a quarter of a second each."""
        await self._do("POST", "dtmf", dtmf=digits, between="250", duration="120")

    async def say(self, media: Iterable[str]) -> None:
        """Speak until the words are over or the call is."""
        self._count += 1
        name = f"{self.channel_id}-{self._count}"
        over = self._playbacks[name] = asyncio.Event()
        if await self._do("POST", f"play/{name}", media=",".join(media)):
            await first_of(over.wait(), self.gone.wait())
        self._playbacks.pop(name, None)

    async def keep_saying(self, sentences: Iterable[list[str]]) -> None:
        """Say one sentence after another, with a breath in between, while the call lasts."""
        for media in sentences:
            if self.gone.is_set():
                return
            await self.say(media)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.4):
                    await self.gone.wait()

    async def hush(self) -> None:
        """Stop speaking in the middle of a word."""
        for name in list(self._playbacks):
            await self._ari.ask("DELETE", f"playbacks/{name}")

    async def listen(self, name: str) -> None:
        """Keep what this party hears, in the carrier's recording folder, as `<name>.wav`."""
        # A recording of the channel itself would keep it from speaking until it is over.
        ear = f"{EAR}{name}"
        snoop = {"spy": "in", "app": self._application}
        uri = f"channels/{self.channel_id}/snoop/{ear}?{urlencode(snoop)}"
        if not (await self._ari.ask("POST", uri)).ok:
            return
        record = {"name": name, "format": "wav", "ifExists": "overwrite"}
        for _ in range(EAR_TRIES):
            # The listening channel is there at once, but can be recorded only a moment later.
            if (await self._ari.ask("POST", f"channels/{ear}/record?{urlencode(record)}")).ok:
                return
            await asyncio.sleep(0.02)

    async def hang_up(self, cause: int = 16) -> None:
        """End the call; a phone that only rings refuses it by causes 17 and 21."""
        await self._ari.ask("DELETE", f"channels/{self.channel_id}?reason_code={cause}")

    def playback_over(self, name: str) -> None:
        """A playback has ended."""
        over = self._playbacks.get(name)
        if over is not None:
            over.set()

    async def _do(self, method: str, what: str, **query: str) -> bool:
        if self.gone.is_set():
            return False
        uri = f"channels/{self.channel_id}/{what}"
        reply = await self._ari.ask(method, f"{uri}?{urlencode(query)}" if query else uri)
        return reply.ok


OnRing = Callable[[str, Party], Awaitable[None]]
"""Called with a phone's name and the party that rings it; runs as a task of its own."""


class Stage:
    """The carrier's application: places customers' calls and gives phones their rings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._application = carrier_site(settings).application
        self._ari: AriConnection | None = None
        self._parties: dict[str, Party] = {}
        self._phones: set[str] = set()
        self._on_ring: OnRing | None = None
        self._outside: dict[str, OnRing] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0
        self.closed = asyncio.Event()

    async def open(self) -> None:
        """Connect to the carrier and make it and the main switch known to each other.

        Raises `openseat.switch.asterisk.ari.AriError` when it is not there.
        """
        settings = self._settings
        site = carrier_site(settings)
        self._ari = await carrier.connect_carrier(site, self._event, self.closed.set)
        await carrier.push_main(self._ari, main_site(settings), settings.secrets.read("trunk"))

    async def close(self) -> None:
        """Hang up whatever is left, take the phones off the network, and disconnect."""
        for party in list(self._parties.values()):
            await party.hang_up()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._ari is not None:
            await carrier.unregister_phones(self._ari, self._phones)
            self._ari.close()

    def heard(self, name: str) -> Path:
        """Where `Party.listen` keeps what a party heard."""
        return carrier_site(self._settings).voice_recordings / f"{name}.wav"

    async def plug_in(self, phones: Iterable[Phone], on_ring: OnRing) -> None:
        """Register phones at the main switch; `on_ring` plays whoever sits there."""
        chosen = list(phones)
        self._on_ring = on_ring
        self._phones |= {phone.endpoint for phone in chosen}
        await carrier.register_phones(self.ari, main_site(self._settings), chosen)

    def answer_at(self, number: str, on_ring: OnRing) -> None:
        """Give a number of the outside world to somebody; `on_ring` plays them."""
        self._outside[number.lstrip("+")] = on_ring

    @property
    def ari(self) -> AriConnection:
        """The connection. Raises `RuntimeError` before `open`."""
        if self._ari is None:
            raise RuntimeError("the stage is not open")
        return self._ari

    async def dial(self, number: str, caller: str) -> Party:
        """Call a number of the operator's as `caller`; `Party.up` tells when it is answered."""
        return await self._call(number, carrier.MAIN, f"customer-{caller.lstrip('+')}", caller)

    async def dial_at(self, phone: str, number: str) -> Party:
        """Dial a number or a code on a phone that was plugged in."""
        return await self._call(number, phone, f"phone-{phone}", phone)

    async def _call(self, number: str, by: str, name: str, caller: str) -> Party:
        self._count += 1
        channel_id = f"{name}-{self._count}"
        party = self._parties[channel_id] = Party(
            self.ari, self._application, channel_id, caller=caller, called=number
        )
        query = urlencode(
            {
                "endpoint": f"PJSIP/{number}@{by}",
                "app": self._application,
                "callerId": caller,
                "timeout": str(ANSWER_LIMIT_S),
            },
            quote_via=quote,
        )
        reply = await self.ari.ask("POST", f"channels/{channel_id}?{query}")
        if not reply.ok:
            party.gone.set()
            self._parties.pop(channel_id, None)
        return party

    # -- events ----------------------------------------------------------------------

    def _event(self, message: Message) -> None:
        if message.playback is not None:
            party = self._parties.get(message.playback.target_uri.partition(":")[2])
            if party is not None and message.type == "PlaybackFinished":
                party.playback_over(message.playback.id)
            return
        channel = message.channel
        if channel is None:
            return
        party = self._parties.get(channel.id)
        match message.type:
            case "StasisStart" if party is None and not channel.id.startswith(EAR):
                # The main switch is known by its address; which phone it rings is what it dials.
                self._rings(channel.id, channel.dialplan.exten, channel.caller.number)
            case "StasisStart" | "ChannelStateChange" if party is not None:
                if channel.state == "Up":
                    party.up.set()
            case "ChannelDtmfReceived" if party is not None:
                party.keys_heard += message.digit
            case "ChannelDestroyed" if party is not None:
                party.cause = message.cause
                party.gone.set()
                del self._parties[channel.id]
            case _:
                pass

    def _rings(self, channel_id: str, phone: str, caller: str) -> None:
        party = Party(self.ari, self._application, channel_id, caller=caller, called=phone)
        self._parties[channel_id] = party
        on_ring = self._on_ring if phone in self._phones else None
        on_ring = self._outside.get(phone.lstrip("+"), on_ring)
        if on_ring is not None:
            task = asyncio.ensure_future(on_ring(phone, party))
        else:
            task = asyncio.ensure_future(party.hang_up(1))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def first_of(*waits: Awaitable[object]) -> int:
    """Wait for the first of several things and return which one it was; the others are let go."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return min(tasks.index(task) for task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
