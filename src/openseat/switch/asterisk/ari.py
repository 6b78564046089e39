"""Asterisk's REST interface: requests and events over one WebSocket.

Asterisk carries out the requests of one connection one after another, so the order they are sent
in is the order they happen in, and any number may be under way at once. Nothing here is a
coroutine on the way of a call: a request is written in the same turn of the event loop, and an
event is handed on as soon as its bytes are there.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import msgspec
from websockets.client import ClientProtocol
from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from openseat.switch.asterisk.messages import Message, Request

_log = logging.getLogger(__name__)

#: A lost connection is reported to waiting requests as this status.
NO_REPLY: Final = 0

_CONNECT_S = 5.0
_LARGEST_MESSAGE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request: an HTTP status (`NO_REPLY` when the connection was lost)."""

    status: int
    body: str = ""

    @property
    def ok(self) -> bool:
        """Whether the request was carried out."""
        return 200 <= self.status < 300


OnReply = Callable[[Reply], None]
OnEvent = Callable[[Message], None]
OnClosed = Callable[[], None]

_LOST = Reply(NO_REPLY)


class AriError(Exception):
    """Asterisk cannot be reached, or refused a request that must succeed."""


class AriConnection(asyncio.Protocol):
    """One connection of one application; made by `connect`, useless once closed."""

    def __init__(
        self, url: str, secret: tuple[str, str], on_event: OnEvent, on_closed: OnClosed
    ) -> None:
        self._websocket = ClientProtocol(parse_uri(url), max_size=_LARGEST_MESSAGE)
        self._authorization = "Basic " + base64.b64encode(":".join(secret).encode()).decode()
        self._on_event = on_event
        self._on_closed = on_closed
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._pending: dict[str, OnReply | None] = {}
        self._requests = 0
        self._flush_due = False
        self._fragments: list[bytes] = []
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(Message).decode

    @classmethod
    async def connect(
        cls,
        port: int,
        application: str,
        secret: tuple[str, str],
        on_event: OnEvent,
        on_closed: OnClosed,
        *,
        subscribe_all: bool = True,
    ) -> AriConnection:
        """Connect `application` to the Asterisk on loopback `port`.

        `subscribe_all` asks for the events of everything on the switch, not only of what the
        application holds: the end of a channel is told to nobody else.

        `on_closed` is called once if the connection is lost after this returned.

        Raises:
            AriError: it is not there or does not let us in.
        """
        everything = "true" if subscribe_all else "false"
        url = f"ws://127.0.0.1:{port}/ari/events?app={application}&subscribeAll={everything}"
        connection = cls(url, secret, on_event, on_closed)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_S):
                await loop.create_connection(lambda: connection, "127.0.0.1", port)
                await connection._opened
        except (OSError, TimeoutError, WebSocketException) as error:
            connection.close()
            raise AriError(f"ARI on port {port}: {error or 'time-out'}") from error
        return connection

    @property
    def requests_sent(self) -> int:
        """How many requests this connection has carried."""
        return self._requests

    def request(
        self,
        method: str,
        uri: str,
        body: Mapping[str, Any] | None = None,
        on_reply: OnReply | None = None,
    ) -> None:
        """Send a request; `on_reply` gets its answer, or `NO_REPLY` if the connection goes."""
        if self._websocket.state is not State.OPEN:
            if on_reply is not None:
                self._loop.call_soon(on_reply, _LOST)
            return
        self._requests += 1
        name = str(self._requests)
        if body is None:
            request = Request(name, method, uri)
        else:
            text = self._encode(body).decode()
            request = Request(name, method, uri, "application/json", text)
        self._pending[name] = on_reply
        self._websocket.send_text(self._encode(request))
        if not self._flush_due:
            # What one turn of the loop asks for leaves in one piece.
            self._flush_due = True
            self._loop.call_soon(self._flush)

    def ask(
        self, method: str, uri: str, body: Mapping[str, Any] | None = None
    ) -> asyncio.Future[Reply]:
        """Send a request at once; the future gets its answer."""
        answer: asyncio.Future[Reply] = self._loop.create_future()

        def done(reply: Reply) -> None:
            if not answer.done():
                answer.set_result(reply)

        self.request(method, uri, body, done)
        return answer

    def close(self) -> None:
        """Begin to close the connection; `on_closed` is not called."""
        self._on_closed = _nothing
        if self._websocket.state is State.OPEN:
            self._websocket.send_close(1001)
            self._flush()
        if self._transport is not None:
            self._transport.close()

    async def closed(self) -> None:
        """Wait until the connection is closed."""
        if self._transport is not None:
            await self._gone

    # -- asyncio.Protocol --------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake."""
        self._transport = cast(asyncio.Transport, transport)
        self._socket = transport.get_extra_info("socket")
        request = self._websocket.connect()
        request.headers["Authorization"] = self._authorization
        self._websocket.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take bytes and hand on what they complete."""
        # The kernel falls back to delayed acknowledgements by itself; Asterisk writes a message in
        # two pieces, and the second would wait 40 ms for the first one's acknowledgement.
        if self._socket is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif self._websocket.handshake_exc is None and not self._opened.done():
                self._opened.set_result(None)
        if self._websocket.handshake_exc is not None and not self._opened.done():
            self._opened.set_exception(self._websocket.handshake_exc)
        self._flush()
        if self._websocket.close_expected() and self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Answer everything under way with `NO_REPLY`."""
        if not self._opened.done():
            self._opened.set_exception(exc or ConnectionError("closed during the handshake"))
        self._websocket.receive_eof()
        pending, self._pending = self._pending, {}
        for on_reply in pending.values():
            if on_reply is not None:
                on_reply(_LOST)
        if not self._gone.done():
            self._gone.set_result(None)
        self._on_closed()

    # -- inside ------------------------------------------------------------------------

    def _flush(self) -> None:
        self._flush_due = False
        if self._transport is None or self._transport.is_closing():
            return
        data = b"".join(self._websocket.data_to_send())
        if data:
            self._transport.write(data)

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT or frame.opcode is Opcode.CONT:
            if frame.fin and not self._fragments:
                self._text(frame.data)
                return
            self._fragments.append(bytes(frame.data))
            if frame.fin:
                whole, self._fragments = b"".join(self._fragments), []
                self._text(whole)

    def _text(self, text: bytes | bytearray | memoryview) -> None:
        try:
            message = self._decode(text)
        except msgspec.DecodeError as error:
            _log.warning("unreadable message from Asterisk: %s", error)
            return
        if message.type == "RESTResponse":
            on_reply = self._pending.pop(message.request_id, None)
            if on_reply is not None:
                on_reply(Reply(message.status_code, message.message_body))
        else:
            self._on_event(message)


def _nothing() -> None:
    return
