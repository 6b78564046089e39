"""The link's server: commands in, feed out."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from typing import Any

import structlog

from openseat.core.errors import CoreError
from openseat.floor.clock import FloorClock
from openseat.floor.process import Floor
from openseat.floor.wire import LinkBroken, decode_input, encode_frame, read_frame

log = structlog.get_logger()

FLUSH_S = 0.1
"""Deltas are gathered this long: ten a second are as live as eyes can follow."""

BACKLOG = 8 * 1024 * 1024
"""Bytes a listener may be behind before it is dropped (it comes back with a snapshot)."""


class LinkServer:
    """Serves the floor's link on a loopback port."""

    def __init__(self, floor: Floor, clock: FloorClock, *, token: str, epoch: int) -> None:
        self._floor, self._clock = floor, clock
        self._token, self._epoch = token, epoch
        self._connections: set[asyncio.StreamWriter] = set()
        self._listeners: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._flusher: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> None:
        """Listen, and begin to send deltas."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self._flusher = asyncio.create_task(self._flush_for_ever())

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._connections):
            writer.close()
        for task in (*self._tasks, self._flusher):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            async with asyncio.timeout(5):
                hello = await read_frame(reader)
            if not hmac.compare_digest(str(hello.get("token", "")), self._token):
                log.warning("link.refused")
                return
            if hello.get("feed"):
                self._listen(writer)
            while True:
                frame = await read_frame(reader)
                answering = asyncio.create_task(self._answer(frame, writer))
                self._tasks.add(answering)
                answering.add_done_callback(self._tasks.discard)
        except (LinkBroken, TimeoutError, ConnectionError):
            pass
        finally:
            self._listeners.discard(writer)
            self._connections.discard(writer)
            writer.close()

    async def _answer(self, frame: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        number = frame.get("id")
        try:
            await self._floor.command(decode_input(frame.get("input")))
        except CoreError as refusal:
            answer: dict[str, Any] = {
                "id": number,
                "error": refusal.code,
                "arguments": refusal.arguments,
            }
        else:
            answer = {"id": number, "ok": True}
        if not writer.is_closing():
            writer.write(encode_frame(answer))

    # -- feed ----------------------------------------------------------------------

    def _listen(self, writer: asyncio.StreamWriter) -> None:
        self._flush()
        writer.write(encode_frame(self._stamped(self._floor.view.snapshot(self._clock.now()))))
        self._listeners.add(writer)

    def _stamped(self, frame: dict[str, Any]) -> dict[str, Any]:
        return {**frame, "epoch": self._epoch}

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            self._flush()

    def _flush(self) -> None:
        if not self._floor.view.changed:
            return
        delta = self._floor.view.delta(self._clock.now())
        if delta is None or not self._listeners:
            return
        frame = encode_frame(self._stamped(delta))
        for writer in list(self._listeners):
            if writer.transport.get_write_buffer_size() > BACKLOG:
                log.warning("link.listener_too_slow")
                self._listeners.discard(writer)
                writer.close()
            else:
                writer.write(frame)
