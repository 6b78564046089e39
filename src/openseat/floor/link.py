"""How the other processes talk to the floor: commands and the realtime feed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from openseat.core.errors import CoreError
from openseat.core.inputs import Command, RecordingStored
from openseat.floor.wire import LinkBroken, encode_frame, encode_input, read_frame

COMMAND_TIMEOUT_S = 10.0
"""A floor that does not answer for this long counts as unavailable."""


class FloorUnavailable(Exception):
    """No floor answers at the link (starting, taking over, or cut off); try again."""


class FloorLink:
    """A connection to the floor for commands, opened at first use and again after a loss.

    Safe for concurrent use; replies may come in any order.
    """

    def __init__(self, host: str, port: int, token: str) -> None:
        self._host, self._port, self._token = host, port, token
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next_id = 0
        self._opening = asyncio.Lock()

    async def send(self, command: Command | RecordingStored) -> None:
        """Have the floor carry out a command; returns once its facts are durable.

        Raises `CoreError` when the core refuses it, `FloorUnavailable` when no
        floor answered: the command may or may not have been carried out.
        """
        writer = await self._connected()
        self._next_id += 1
        number = self._next_id
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = reply
        try:
            writer.write(encode_frame({"id": number, "input": encode_input(command)}))
            await writer.drain()
            async with asyncio.timeout(COMMAND_TIMEOUT_S):
                answer = await reply
        except (TimeoutError, ConnectionError) as error:
            raise FloorUnavailable(str(error) or "no answer in time") from error
        finally:
            self._waiting.pop(number, None)
        if "error" in answer:
            raise CoreError(str(answer["error"]), **answer.get("arguments", {}))

    async def close(self) -> None:
        """Close the connection; pending commands fail with `FloorUnavailable`."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
        self._writer = self._reading = None

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._opening:
            if self._writer is None:
                reader, self._writer = await open_link(
                    self._host, self._port, self._token, feed=False
                )
                self._reading = asyncio.create_task(self._read(reader, self._writer))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                frame = await read_frame(reader)
                reply = self._waiting.get(frame.get("id", -1))
                if reply is not None and not reply.done():
                    reply.set_result(frame)
        except LinkBroken as error:
            for reply in self._waiting.values():
                if not reply.done():
                    reply.set_exception(ConnectionError(str(error)))
        finally:
            writer.close()
            if self._writer is writer:
                self._writer = None


async def open_link(
    host: str, port: int, token: str, *, feed: bool
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect and introduce ourselves.

    Raises `FloorUnavailable`.
    """
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        raise FloorUnavailable(str(error)) from error
    writer.write(encode_frame({"token": token, "feed": feed}))
    return reader, writer


async def feed(host: str, port: int, token: str) -> AsyncGenerator[dict[str, Any]]:
    """Yield the floor's snapshot and then its deltas until the connection ends.

    Raises `FloorUnavailable` when there is no floor, `LinkBroken` when it goes away.
    """
    reader, writer = await open_link(host, port, token, feed=True)
    try:
        while True:
            yield await read_frame(reader)
    finally:
        writer.close()
