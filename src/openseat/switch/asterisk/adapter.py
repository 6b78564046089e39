"""The telephone switch as the floor sees it, on Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Coroutine, Iterable
from pathlib import Path

from openseat.core.effects import Effect
from openseat.core.inputs import PlaybackEnded, SwitchInput, SwitchLost, SwitchRestored
from openseat.platform.settings import Settings
from openseat.switch.asterisk.accounts import Accounts
from openseat.switch.asterisk.ami import AmiConnection, AmiError
from openseat.switch.asterisk.ari import AriConnection, AriError
from openseat.switch.asterisk.commands import Commands
from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.control import Control
from openseat.switch.asterisk.ends import EndLog
from openseat.switch.asterisk.lanes import Lanes
from openseat.switch.asterisk.legs import Book
from openseat.switch.asterisk.media import MediaLibrary
from openseat.switch.asterisk.messages import Message
from openseat.switch.asterisk.overhearing import Overhearing
from openseat.switch.asterisk.places import Places
from openseat.switch.asterisk.recorder import Recorder
from openseat.switch.asterisk.restore import look, look_at_endpoints, take_over
from openseat.switch.asterisk.signals import Signals
from openseat.switch.asterisk.site import SwitchSite, main_site
from openseat.switch.port import Inbox, Phone, Trunk

_log = logging.getLogger(__name__)

_FIRST_RETRY_S = 0.05
_LONGEST_RETRY_S = 1.0
#: Another floor took our place: long enough for us to learn that our lease is gone.
_REPLACED_RETRY_S = 5.0
#: Asterisk lets go of an application's old connection in its own time. One that comes while the
#: old one is closing may find itself deaf, so it comes a moment later, and is made anew when a
#: question is left unanswered for long.
_LETTING_GO_S = 0.1
_HANDSHAKE_S = 3.0
#: How long to wait for connections to be closed on both sides.
_FAREWELL_S = 2.0
_HEARTBEAT_S = 1.0
#: Every so many heartbeats the endpoints are compared with what events told of them.
_COMPARED = 5
_SILENCE_S = 5.0


class AsteriskSwitch:
    """Implements `openseat.switch.port.Switch` on the Asterisk of a `SwitchSite`.

    Make and use it inside a running event loop.
    """

    def __init__(self, site: SwitchSite, media: MediaLibrary | None = None) -> None:
        self._site = site
        self._inbox: Inbox = _deaf
        self._book = Book()
        self._places = Places(self._give)
        self._recorder = Recorder(site, self._give_later)
        self._accounts = Accounts(site.var / "accounts.json")
        self._media = media or MediaLibrary([site.prompts], site.spool / "made")
        self._control = Control(self._book, self._recorder, self._give_later)
        self._overhearing = Overhearing(site.application, self._control)
        self._commands = Commands(
            site.application, self._control, self._places, self._media, self._overhearing
        )
        self._signals = Signals(
            self._book, self._places, self._recorder, self._overhearing, self._give
        )
        self._ends = EndLog(site.channel_events, site.var / "listened.json")
        self._startup = ""
        self._ari: AriConnection | None = None
        self._lanes: Lanes | None = None
        self._admin: AriConnection | None = None
        self._ami: AmiConnection | None = None
        self._held: list[Message] | None = None
        self._lost = asyncio.Event()
        self._replaced = False
        self._pushing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    def from_settings(cls, settings: Settings, media: MediaLibrary | None = None) -> AsteriskSwitch:
        """Return the adapter of an installation's main switch."""
        return cls(main_site(settings), media)

    # -- life --------------------------------------------------------------------------

    async def start(self, inbox: Inbox) -> None:
        """Connect and begin to feed `inbox`; returns once the first `SwitchRestored` was given."""
        self._inbox = inbox
        await self._connect_for_ever()
        self._spawn(self._stay_connected())
        self._spawn(self._heartbeat())

    async def stop(self) -> None:
        """Disconnect; calls on the switch go on."""
        self._inbox = _deaf
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        connections = self._connections()
        self._disconnect()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                for connection in connections:
                    await connection.closed()

    def apply(self, effects: Iterable[Effect]) -> None:
        """Carry out effects; returns at once."""
        for effect in effects:
            self._commands.apply(effect)

    async def push_phones(self, phones: Iterable[Phone]) -> None:
        """Make exactly these the accepted phones, without touching calls."""
        wanted = tuple(phones)
        self._accounts.want_phones(wanted)
        self._places.set_phones(wanted)
        await self._push()

    async def push_trunks(self, trunks: Iterable[Trunk]) -> None:
        """Make exactly these the trunks, without touching calls."""
        self._accounts.want_trunks(trunks)
        await self._push()

    def bind(self, agent_id: str, endpoint: str | None) -> None:
        """Tell where an agent sits now; their phone's reachability follows as an input."""
        self._places.bind(agent_id, endpoint)
        if endpoint is not None:
            asyncio.get_running_loop().call_soon(self._places.tell, endpoint)

    def recording_file(self, recording_id: str) -> Path:
        """Return where the raw file of a recording lies."""
        return self._recorder.file(recording_id)

    def reconnect(self) -> None:
        """Drop the connection and make a new one, as after a fault."""
        self._lost.set()

    # -- inside ------------------------------------------------------------------------

    def _give(self, given: SwitchInput) -> None:
        self._inbox(given)

    def _give_later(self, given: SwitchInput) -> None:
        # What is known at once is not said at once: whoever applies effects is in the middle of
        # something, and an effect's outcome must never overtake the effects after it.
        asyncio.get_running_loop().call_soon(self._give, given)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _event(self, message: Message) -> None:
        if message.type == "ApplicationReplaced":
            self._replaced = True
        elif self._held is not None:
            self._held.append(message)
        else:
            self._signals.take(message)

    def _closed(self) -> None:
        self._lost.set()

    async def _connect_for_ever(self) -> None:
        pause = _FIRST_RETRY_S
        while True:
            await asyncio.sleep(_LETTING_GO_S)
            try:
                async with asyncio.timeout(_HANDSHAKE_S):
                    await self._connect()
            except (AriError, AmiError, TimeoutError) as error:
                _log.info("switch not reachable: %s", error or "it does not answer")
                self._disconnect()
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_RETRY_S)
            else:
                return

    async def _connect(self) -> None:
        site = self._site
        self._lost.clear()
        self._replaced = False
        self._held = []
        secret = (CONTROL_USER, site.ari_secret)
        self._ari = await AriConnection.connect(
            site.ports.http, site.application, secret, self._event, self._closed
        )
        self._lanes = await Lanes.connect(site.ports.http, site.application, secret, self._closed)
        # Long work (pushing accounts) has a connection of its own, so that calls never queue
        # behind it.
        self._admin = await AriConnection.connect(
            site.ports.http, f"{site.application}-admin", secret, _ignore, self._closed,
            subscribe_all=False,
        )  # fmt: skip
        self._ami = await AmiConnection.connect(
            site.ports.ami, CONTROL_USER, site.ami_secret, _ignore, self._closed
        )
        # A switch that is still loading lets us in before it can carry out everything.
        await self._ami.ask("Command", Command="core waitfullybooted")
        allowed = [{"type": name} for name in self._signals.wanted]
        reply = await self._ari.ask(
            "PUT", f"applications/{site.application}/eventFilter", {"allowed": allowed}
        )
        if not reply.ok:
            raise AriError(f"event filter: {reply.status} {reply.body}")
        await self._reconcile(self._ari, self._lanes, self._ami)

    async def _reconcile(self, ari: AriConnection, lanes: Lanes, ami: AmiConnection) -> None:
        listened = self._ends.position()
        picture = await look(ari)
        ends = self._ends.since(listened)
        live, ended = take_over(picture, self._book, self._places, self._recorder, ends)
        before = self._startup or listened.startup
        self._startup = picture.startup
        restarted = before not in {"", picture.startup}
        self._control.attach(lanes)
        self._recorder.attach(lanes, ami)
        self._accounts.recall(picture.startup)
        self._overhearing.begin_anew(picture.snoops, picture.ears)
        self._give(SwitchRestored(live=live, ended=ended, restarted=restarted))
        self._places.restore(picture.endpoints)
        for bridge in picture.bridges:
            if not bridge.channels:
                lanes.request((bridge.id,), "DELETE", f"bridges/{bridge.id}")
        for leg_id, cause in self._commands.hang_up_later.items():
            lanes.request((leg_id,), "DELETE", f"channels/{leg_id}?reason_code={cause}")
        self._commands.hang_up_later.clear()
        await self._finish_playbacks(ari)
        held, self._held = self._held or [], None
        for message in held:
            self._signals.take(message)
        self._ends.note(self._startup)
        if self._accounts.wanted:
            self._spawn(self._push())

    async def _finish_playbacks(self, ari: AriConnection) -> None:
        """Report playbacks that ended while nobody listened."""
        running = [(leg, name) for leg in self._book.legs.values() for name in leg.playbacks]
        replies = await asyncio.gather(
            *(ari.ask("GET", f"playbacks/{name}") for _, name in running)
        )
        for (leg, name), reply in zip(running, replies, strict=True):
            if not reply.ok and leg.playbacks.pop(name, None) is not None:
                self._give(PlaybackEnded(leg_id=leg.leg_id, playback_id=name))

    def _disconnect(self) -> None:
        self._control.attach(None)
        for connection in self._connections():
            connection.close()
        self._ari = self._lanes = self._admin = self._ami = None

    def _connections(self) -> list[AriConnection | Lanes | AmiConnection]:
        every = (self._ari, self._lanes, self._admin, self._ami)
        return [one for one in every if one is not None]

    async def _stay_connected(self) -> None:
        while True:
            await self._lost.wait()
            replaced = self._replaced
            self._disconnect()
            self._give(SwitchLost())
            if replaced:
                _log.warning("another process took over the switch")
                await asyncio.sleep(_REPLACED_RETRY_S)
            await self._connect_for_ever()

    async def _heartbeat(self) -> None:
        for beat in itertools.count():
            await asyncio.sleep(_HEARTBEAT_S)
            if self._ari is None or self._admin is None or self._lost.is_set() or self._held:
                continue
            try:
                async with asyncio.timeout(_SILENCE_S):
                    reply = await self._ari.ask("GET", "asterisk/ping")
                    endpoints = None
                    if beat % _COMPARED == 0 or self._accounts.doubtful:
                        endpoints = await look_at_endpoints(self._admin)
                        await self._accounts.look_again(self._admin, endpoints)
            except TimeoutError:
                _log.error("the switch has not answered for %s s", _SILENCE_S)
                self._lost.set()
                continue
            except (AriError, ConnectionError):
                continue
            if reply.ok and not self._lost.is_set():
                self._ends.note(self._startup)
                if endpoints is not None:
                    self._places.compare(endpoints)

    async def _push(self) -> None:
        async with self._pushing:
            if self._admin is not None:
                with contextlib.suppress(ConnectionError):
                    # The next connection pushes again.
                    self._places.forget(await self._accounts.push(self._admin))


def _deaf(given: SwitchInput) -> None:
    del given


def _ignore(given: object) -> None:
    del given
