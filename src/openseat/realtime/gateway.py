"""Between the floor's feed and its viewers: one state, a ring of changes, many sights.

A viewer gets a snapshot, then the changes that concern it by number, filtered to
what it may see; after a lost connection it goes on from its last number while the
ring still holds what it missed. One that cannot keep up is dropped with a reason
and comes back for a snapshot: it never slows the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog

from openseat.floor.link import FloorUnavailable
from openseat.floor.wire import LinkBroken
from openseat.platform.notes import Note, heard
from openseat.realtime.sight import (
    OperatorSight,
    RangedSight,
    ScreenSight,
    Sight,
    SupervisorSight,
    concerns,
    delta,
    snapshot,
)
from openseat.realtime.state import Change, FeedBroken, FloorState, Row

_log = structlog.get_logger("openseat.realtime")

RING = 2000
"""Changes kept for viewers that come back: over three minutes at ten a second."""
ASKING = 6
"""Viewers whose standing is asked of the database at once: when a whole floor connects, or the
directory changes under it, hundreds would, and nobody else would get a connection."""
BACKLOG = 256
"""Frames a viewer may be behind."""
_RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0)

SLOW = 4408
"""WebSocket close code: could not keep up."""
CHANGED = 4409
"""WebSocket close code: what the viewer may see has changed; come back for a snapshot."""

_encoder = msgspec.json.Encoder()

Feed = Callable[[], AsyncIterator[dict[str, Any]]]


@dataclass(eq=False, slots=True)
class Viewer:
    """One connection's queue of encoded frames; ``closed`` is the reason it must end."""

    sight: Sight
    user_id: str = ""
    frames: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(BACKLOG))
    closed: tuple[int, str] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    recheck: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the directory has changed, and with it perhaps what the viewer may see."""

    def offer(self, frame: str) -> None:
        """Queue a frame; a full queue ends the viewer."""
        if self.closed is not None:
            return
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.end(SLOW, "too slow")

    def end(self, code: int, reason: str) -> None:
        """Have the connection closed with ``code``."""
        if self.closed is None:
            self.closed = (code, reason)
            self.ended.set()


class Gateway:
    """Keeps the floor's rows and tells viewers about them."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.state: FloorState | None = None
        self.connected = False
        self.asking = asyncio.Semaphore(ASKING)
        self._ring: deque[Change] = deque(maxlen=RING)
        self._viewers: set[Viewer] = set()
        self._encoded: dict[Sight, str] = {}
        self._told: dict[Sight, int] = {}
        """The last change that viewers with this sight were told of: nothing since concerned them,
        and most changes concern few."""

    async def run(self) -> None:
        """Follow the floor until cancelled, through its restarts."""
        failures = 0
        while True:
            try:
                async for frame in self._feed():
                    self.take(frame)
                    failures = 0
            except (FloorUnavailable, LinkBroken, FeedBroken) as error:
                if self.connected:
                    _log.warning("feed lost", reason=type(error).__name__)
            self.connected = False
            await asyncio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    def take(self, frame: dict[str, Any]) -> None:
        """Take in a frame of the floor's feed.

        Raises:
            FeedBroken: a change is missing in between.
        """
        match frame.get("feed"):
            case "snapshot":
                self._begin(FloorState.of(frame))
            case "delta":
                if self.state is None:
                    raise FeedBroken("a change before the first snapshot")
                self._change(self.state.apply(frame))

    def row(self, table: str, key: str) -> Row | None:
        """Return one row of the floor as it is now; None too while the floor is away."""
        if self.state is None or not self.connected:
            return None
        return self.state.tables[table].get(key)

    def rows(self, table: str) -> list[Row]:
        """Return all rows of a table of the floor as it is now; none while the floor is away."""
        if self.state is None or not self.connected:
            return []
        return list(self.state.tables[table].values())

    def join(self, sight: Sight, since: tuple[int, int] | None, user_id: str = "") -> Viewer:
        """Add a viewer; ``since`` is the epoch and number of the last frame it has."""
        viewer = Viewer(sight, user_id)
        self._viewers.add(viewer)
        if self.state is not None:
            missed = self._missed(since)
            if since is None or missed is None or len(missed) >= BACKLOG:
                viewer.offer(_text(snapshot(self.state, sight)))
                has = self.state.no
            else:
                has = self._resume(viewer, missed, since[1])
            self._told[sight] = min(self._told.get(sight, has), has)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._viewers.discard(viewer)
        if all(other.sight != viewer.sight for other in self._viewers):
            self._told.pop(viewer.sight, None)

    def directory_changed(self) -> None:
        """Have every viewer's standing looked at again."""
        for viewer in self._viewers:
            viewer.recheck.set()

    def announced(self, payload: str) -> None:
        """Pass a note of the database on to the viewers it concerns; an empty one to all."""
        note = heard(payload) if payload else Note("everything", None)
        if note is None:
            return
        frame = _text({"feed": "note", "about": note.about})
        for viewer in self._viewers:
            sight = viewer.sight
            seeing = sight.owner if isinstance(sight, ScreenSight) else sight
            seeing = seeing.owner if isinstance(seeing, RangedSight) else seeing
            watches = isinstance(seeing, OperatorSight | SupervisorSight)
            mine = watches if note.user_ids is None else viewer.user_id in note.user_ids
            if mine or not payload:
                viewer.offer(frame)

    def alive(self) -> str | None:
        """Return the frame that is sent between changes, or None while the floor is away."""
        if self.state is None or not self.connected:
            return None
        return _text({"feed": "alive", "no": self.state.no, "at": self.state.at})

    def _begin(self, state: FloorState) -> None:
        known, self.state, self.connected = self.state, state, True
        if known is not None and (known.epoch, known.no) == (state.epoch, state.no):
            return  # The link was cut, the floor went on, and nothing was missed.
        self._ring.clear()
        for viewer in self._viewers:
            viewer.offer(self._shared(viewer.sight, lambda sight: _text(snapshot(state, sight))))
            self._told[viewer.sight] = state.no
        self._encoded.clear()

    def _change(self, change: Change) -> None:
        self._ring.append(change)
        epoch = self.state.epoch if self.state is not None else 0

        def told(sight: Sight) -> str:
            frame = delta(epoch, change, sight, self._told.get(sight))
            if not concerns(change, sight, frame):
                return ""
            self._told[sight] = change.no
            return _text(frame)

        for viewer in self._viewers:
            frame = self._shared(viewer.sight, told)
            if frame:
                viewer.offer(frame)
        self._encoded.clear()

    def _resume(self, viewer: Viewer, missed: list[Change], has: int) -> int:
        """Tell a viewer what it missed; return the number that it has then."""
        epoch = self.state.epoch if self.state is not None else 0
        for change in missed:
            frame = delta(epoch, change, viewer.sight, has)
            if concerns(change, viewer.sight, frame):
                viewer.offer(_text(frame))
                has = change.no
        return has

    def _shared(self, sight: Sight, make: Callable[[Sight], str]) -> str:
        """Filter and encode once for all viewers with the same sight."""
        if sight not in self._encoded:
            self._encoded[sight] = make(sight)
        return self._encoded[sight]

    def _missed(self, since: tuple[int, int] | None) -> list[Change] | None:
        if since is None or self.state is None or since[0] != self.state.epoch:
            return None
        missed = [change for change in self._ring if change.no > since[1]]
        return missed if len(missed) == self.state.no - since[1] else None


@contextlib.asynccontextmanager
async def running(gateway: Gateway) -> AsyncIterator[None]:
    """Run ``gateway`` for the length of the context."""
    task = asyncio.create_task(gateway.run(), name="realtime gateway")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _text(frame: dict[str, Any]) -> str:
    return _encoder.encode(frame).decode()
