"""The browser phone: its credentials, and the way its SIP messages take to the switch.

The switch's own WebSocket listens on loopback only. A page reaches it through
here, after its session and origin are checked, and one page at a time: whoever
comes second is told so, and takes the phone over only when asked to.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

import asyncpg
import structlog
from fastapi import APIRouter, Query, Request, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from openseat.core.browser_phone import in_browser
from openseat.platform.access import Permitted, Services, authenticate, may, services
from openseat.platform.auth import Principal
from openseat.platform.fields import Word
from openseat.platform.phone_secret import phone_secret
from openseat.platform.problems import Problem, responses
from openseat.platform.settings import LOOPBACK
from openseat.realtime.gateway import Gateway
from openseat.realtime.socket import CHECK_S, FORBIDDEN, UNAUTHENTICATED, same_origin

router = APIRouter(tags=["agent"])

_log = structlog.get_logger("openseat.realtime")

SIP = "sip"
"""The WebSocket's subprotocol (RFC 7118)."""
DOMAIN = "openseat"
"""The domain of browser phones' SIP addresses; the switch asks for none in particular."""
LONGEST_MESSAGE = 65_536
IN_USE = 4409
"""WebSocket close code: another page has the phone, or has taken it over."""
SWITCH_AWAY = 1013
"""WebSocket close code: try again later."""


class BrowserPhone(BaseModel):
    """What the page needs to register as the agent's phone; valid until they sign out."""

    uri: str
    username: str
    password: str
    socket: str = Field(description="Path of the WebSocket that carries SIP")


@dataclass(eq=False, slots=True)
class Line:
    """A page's connection to the switch."""

    page: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 1000

    def end(self, code: int) -> None:
        """Have the connection closed."""
        self.code = code
        self.ended.set()


class Lines:
    """Which page has which agent's phone."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}

    def claim(self, agent_id: str, page: str, *, take: bool) -> Line | None:
        """Give the phone to a page; None when another one has it and is not to lose it."""
        held = self._lines.get(agent_id)
        if held is not None and held.page != page and not take:
            return None
        if held is not None:
            held.end(IN_USE)
        line = self._lines[agent_id] = Line(page)
        return line

    def release(self, agent_id: str, line: Line) -> None:
        """Take note that a page's connection is over."""
        if self._lines.get(agent_id) is line:
            del self._lines[agent_id]


@router.get(
    "/me/agent/phone",
    operation_id="read_browser_phone",
    responses=responses(401, 403, 404, 409),
)
async def read_browser_phone(
    request: Request, own: Annotated[Permitted, may("agents.self")]
) -> BrowserPhone:
    """Give the signed-in agent the credentials of the phone in their page."""
    agent_id = own.principal.agent_id
    if agent_id is None:
        raise Problem("agent.not_linked")
    gateway: Gateway = request.app.state.gateway
    row = gateway.row("agents", agent_id)
    if row is None or not in_browser(agent_id, row["endpoint"]):
        raise Problem("phone.not_in_browser")
    endpoint = row["endpoint"]
    seed = own.services.settings.secrets.read("phones")
    return BrowserPhone(
        uri=f"sip:{endpoint}@{DOMAIN}",
        username=endpoint,
        password=phone_secret(seed, endpoint, row["session_id"]),
        socket=request.url_for("carry_sip").path,
    )


@router.websocket("/me/agent/phone/sip", name="carry_sip")
async def carry_sip(
    socket: WebSocket, page: Annotated[Word, Query()], *, take: Annotated[bool, Query()] = False
) -> None:
    """Carry SIP between the agent's page and the switch."""
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(subprotocol=SIP if SIP in offered else None)
    shared = services(socket)
    try:
        who = await authenticate(socket)
    except Problem:
        await socket.close(UNAUTHENTICATED, "sign in")
        return
    agent_id = who.agent_id
    allowed = same_origin(socket) and "agents.self" in who.permissions
    if not allowed or agent_id is None or SIP not in offered:
        await socket.close(FORBIDDEN, "not allowed")
        return
    lines: Lines = socket.app.state.lines
    line = lines.claim(agent_id, page, take=take)
    if line is None:
        await socket.close(IN_USE, "in use")
        return
    try:
        await _connect(socket, shared, who, line)
    finally:
        lines.release(agent_id, line)


async def _connect(socket: WebSocket, shared: Services, who: Principal, line: Line) -> None:
    address = f"ws://{LOOPBACK}:{shared.settings.ports.main.http}/ws"
    try:
        async with connect(
            address,
            subprotocols=[Subprotocol(SIP)],
            compression=None,
            max_size=LONGEST_MESSAGE,
            ping_interval=None,
        ) as switch:
            await _carry(socket, switch, shared, who, line)
    except (OSError, WebSocketException) as error:
        _log.warning("switch refuses a browser phone", reason=type(error).__name__)
        line.end(SWITCH_AWAY)
    if line.ended.is_set():
        await socket.close(line.code)


async def _carry(
    socket: WebSocket, switch: ClientConnection, shared: Services, who: Principal, line: Line
) -> None:
    tasks = (
        asyncio.create_task(_from_page(socket, switch)),
        asyncio.create_task(_from_switch(socket, switch, line)),
        asyncio.create_task(_check(shared, who, line)),
        asyncio.create_task(line.ended.wait()),
    )
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _from_page(socket: WebSocket, switch: ClientConnection) -> None:
    try:
        while True:
            await switch.send(await socket.receive_text())
    except (WebSocketDisconnect, ConnectionClosed, KeyError, RuntimeError):
        # KeyError: a binary message, which SIP's are not.
        return


async def _from_switch(socket: WebSocket, switch: ClientConnection, line: Line) -> None:
    try:
        async for message in switch:
            await socket.send_text(message if isinstance(message, str) else message.decode())
    except (ConnectionClosed, UnicodeDecodeError):
        pass
    except (WebSocketDisconnect, RuntimeError):
        return
    line.end(SWITCH_AWAY)


async def _check(shared: Services, who: Principal, line: Line) -> None:
    """End the connection when the session is over."""
    while True:
        await asyncio.sleep(CHECK_S)
        try:
            if await shared.accounts.renewed(who) is None:
                line.end(UNAUTHENTICATED)
        except (SQLAlchemyError, OSError, asyncpg.PostgresError):
            # Without the database nobody can have been let go; it is asked again.
            continue
