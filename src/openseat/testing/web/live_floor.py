"""A stand-in floor behind the real API, in a thread of its own, for tests of pages."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterator
from typing import Any

from openseat.platform.settings import LOOPBACK, Settings
from openseat.testing.link_floor import StandInFloor

_START_S = 10


class LiveFloor:
    """Rows that a test moves; safe from any thread."""

    def __init__(self, floor: StandInFloor, loop: asyncio.AbstractEventLoop) -> None:
        self._floor, self._loop = floor, loop

    def show(self, **tables: dict[str, Any]) -> None:
        """Place rows, by table, and tell the API."""
        done = threading.Event()

        def place() -> None:
            self._floor.change(**tables)
            done.set()

        self._loop.call_soon_threadsafe(place)
        done.wait(_START_S)


@contextlib.contextmanager
def standing_in(settings: Settings, epoch: int = 1) -> Iterator[LiveFloor]:
    """Be the floor of an installation for the length of the context; another one has another epoch.

    Raises:
        TimeoutError: it does not start.
    """
    floor = StandInFloor(settings.secrets.read("floor_link"), epoch=epoch)
    made: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def serve() -> None:
        over = asyncio.Event()
        link = await asyncio.start_server(floor.serve, LOOPBACK, settings.ports.floor_link)
        made.put((asyncio.get_running_loop(), over))
        await over.wait()
        link.close()
        floor.cut()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="stand-in floor")
    thread.start()
    try:
        loop, over = made.get(timeout=_START_S)
    except queue.Empty:
        raise TimeoutError("the stand-in floor does not start") from None
    try:
        yield LiveFloor(floor, loop)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(_START_S)
