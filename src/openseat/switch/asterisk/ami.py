"""Asterisk's manager interface, as much of it as recording needs.

ARI cannot record both sides of one channel into the two sides of a file; `MixMonitor` can, and
only the manager can start it from outside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final, cast

_log = logging.getLogger(__name__)

Block = Mapping[str, str]
OnReply = Callable[[Block], None]
OnEvent = Callable[[Block], None]

_END: Final = b"\r\n\r\n"
_CONNECT_S = 5.0
#: What waiting actions get when the connection goes.
LOST: Final[Block] = {"Response": "Error", "Message": "connection lost"}


class AmiError(Exception):
    """The manager interface cannot be reached or refused our login."""


class AmiConnection(asyncio.Protocol):
    """One manager session; made by `connect`, useless once closed."""

    def __init__(self, on_event: OnEvent, on_closed: Callable[[], None]) -> None:
        self._on_event = on_event
        self._on_closed = on_closed
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._greeted = False
        self._pending: dict[str, OnReply | None] = {}
        self._actions = 0

    @classmethod
    async def connect(
        cls,
        port: int,
        user: str,
        secret: str,
        on_event: OnEvent,
        on_closed: Callable[[], None],
    ) -> AmiConnection:
        """Connect and log in to the Asterisk on loopback `port`.

        Raises:
            AmiError: it is not there or does not let us in.
        """
        connection = cls(on_event, on_closed)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_S):
                await loop.create_connection(lambda: connection, "127.0.0.1", port)
                reply = await connection.ask("Login", Username=user, Secret=secret)
        except (OSError, TimeoutError) as error:
            connection.close()
            raise AmiError(f"AMI on port {port}: {error or 'time-out'}") from error
        if reply.get("Response") != "Success":
            connection.close()
            raise AmiError(f"AMI on port {port}: {reply.get('Message', 'refused')}")
        return connection

    def action(self, name: str, on_reply: OnReply | None = None, **fields: str) -> None:
        """Send an action; `on_reply` gets its answer, or `LOST` if the connection goes."""
        if self._transport is None or self._transport.is_closing():
            if on_reply is not None:
                asyncio.get_running_loop().call_soon(on_reply, LOST)
            return
        self._actions += 1
        number = str(self._actions)
        self._pending[number] = on_reply
        lines = [f"Action: {name}", f"ActionID: {number}"]
        # A line break inside a value would let it smuggle fields of its own.
        lines += [f"{key}: {_one_line(value)}" for key, value in fields.items()]
        self._transport.write("\r\n".join(lines).encode() + _END)

    def ask(self, name: str, **fields: str) -> asyncio.Future[Block]:
        """Send an action at once; the future gets its answer."""
        answer: asyncio.Future[Block] = asyncio.get_running_loop().create_future()

        def done(reply: Block) -> None:
            if not answer.done():
                answer.set_result(reply)

        self.action(name, done, **fields)
        return answer

    def close(self) -> None:
        """Begin to close the session; `on_closed` is not called."""
        self._on_closed = _nothing
        if self._transport is not None:
            self._transport.close()

    async def closed(self) -> None:
        """Wait until the connection is closed."""
        if self._transport is not None:
            await self._gone

    # -- asyncio.Protocol --------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes and hand on the blocks they complete."""
        self._buffer += data
        if not self._greeted:
            greeting, newline, _rest = self._buffer.partition(b"\r\n")
            if not newline:
                return
            del self._buffer[: len(greeting) + 2]
            self._greeted = True
        while (end := self._buffer.find(_END)) >= 0:
            text = self._buffer[:end].decode("utf-8", "replace")
            del self._buffer[: end + len(_END)]
            self._block(text)

    def connection_lost(self, exc: Exception | None) -> None:
        """Answer everything under way with `LOST`."""
        del exc
        pending, self._pending = self._pending, {}
        for on_reply in pending.values():
            if on_reply is not None:
                on_reply(LOST)
        if not self._gone.done():
            self._gone.set_result(None)
        self._on_closed()

    # -- inside ------------------------------------------------------------------------

    def _block(self, text: str) -> None:
        fields: dict[str, str] = {}
        for line in text.split("\r\n"):
            key, separator, value = line.partition(":")
            if separator:
                # The output of a command comes as one field per line.
                value = value.strip()
                fields[key] = f"{fields[key]}\n{value}" if key == "Output" in fields else value
        if "Response" in fields:
            on_reply = self._pending.pop(fields.get("ActionID", ""), None)
            if on_reply is not None:
                on_reply(fields)
        elif "Event" in fields:
            self._on_event(fields)


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _nothing() -> None:
    return
