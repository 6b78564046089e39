"""`WebSocket /api/v1/realtime`: the live floor, as far as the viewer may see it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

import asyncpg
from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from sqlalchemy.exc import SQLAlchemyError

from openseat.directory import standing as directory
from openseat.directory.veil import veil_of
from openseat.platform.access import Services, authenticate, services
from openseat.platform.auth import Principal
from openseat.platform.auth_roles import Role
from openseat.platform.problems import Problem
from openseat.realtime.gateway import CHANGED, Gateway, Viewer
from openseat.realtime.presence import Presence
from openseat.realtime.sight import (
    AgentSight,
    ClientSight,
    OperatorSight,
    RangedSight,
    Sight,
    SupervisorSight,
)

router = APIRouter()

ALIVE_S = 5.0
"""A silent connection shows that it lives this often."""
CHECK_S = 60.0
"""A session that ended elsewhere ends its connections within this."""
NOTHING = AgentSight("", frozenset())
"""The sight of who may not watch the floor any more."""
UNAUTHENTICATED = 4401
FORBIDDEN = 4403
TRY_AGAIN = 1013
"""WebSocket close code: nobody could be asked who this is."""
AWAY = (SQLAlchemyError, OSError, asyncpg.PostgresError)
"""How the database is away."""


@router.websocket("/realtime")
async def realtime(
    socket: WebSocket,
    since: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    epoch: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> None:
    """Send a snapshot, or what came after `since` of `epoch`, and then every change."""
    await socket.accept()
    shared = services(socket)
    gateway: Gateway = socket.app.state.gateway
    try:
        async with gateway.asking:
            who = await authenticate(socket)
            sight = await sight_of(shared, who)
    except Problem:
        await socket.close(UNAUTHENTICATED, "sign in")
        return
    except AWAY:
        await socket.close(TRY_AGAIN, "try again")
        return
    if not same_origin(socket) or "floor.watch" not in who.permissions:
        await socket.close(FORBIDDEN, "not allowed")
        return
    presence: Presence = socket.app.state.presence
    place = None if since is None or epoch is None else (epoch, since)
    viewer = gateway.join(sight, place, who.user_id)
    desk = who.agent_id if who.role is Role.AGENT else None
    if desk is not None:
        presence.came(desk)

    async def standing() -> Sight | None:
        now = await shared.accounts.renewed(who)
        if now is None:
            return None
        if "floor.watch" not in now.permissions:
            return NOTHING  # Another sight than before: the page comes back, and is told why.
        return await sight_of(shared, now)

    try:
        await serve(socket, gateway, viewer, standing)
    finally:
        gateway.leave(viewer)
        if desk is not None:
            presence.went(desk)


async def sight_of(shared: Services, who: Principal) -> Sight:
    """Return what a user may see of the floor."""
    async with shared.database.tenant_session(who.scope) as session:
        veil = await veil_of(session, who)
        if who.role is Role.AGENT:
            found = await directory.standing(session, who)
            return AgentSight(who.agent_id or "", found.queue_ids, veil)
        if who.client_id is not None:
            sight = ClientSight(who.client_id, veil)
        elif who.role is Role.OPERATOR_ADMIN:
            sight = OperatorSight(veil)
        else:
            found = await directory.standing(session, who)
            sight = SupervisorSight(who.group_ids, who.queue_ids, found.agent_ids, veil)
        held = who.range
        if held is None:
            return sight
        there = await directory.in_scope(session)
    return RangedSight(
        sight,
        held.client_ids,
        held.project_ids,
        there.queue_ids,
        there.agent_ids,
        there.phone_ids,
        held.agent_id,
    )


async def serve(
    socket: WebSocket,
    gateway: Gateway,
    viewer: Viewer,
    standing: Callable[[], Awaitable[Sight | None]],
) -> None:
    """Serve a viewer to its end; ``standing`` tells what it may see by now, None for nothing."""
    sending = asyncio.create_task(_send(socket, gateway, viewer))
    listening = asyncio.create_task(_listen(socket))
    checking = asyncio.create_task(_check(standing, gateway, viewer))
    ended = asyncio.create_task(viewer.ended.wait())
    tasks = (sending, listening, checking, ended)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if viewer.closed is not None:
            await socket.close(*viewer.closed)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send(socket: WebSocket, gateway: Gateway, viewer: Viewer) -> None:
    while True:
        try:
            async with asyncio.timeout(ALIVE_S):
                frame = await viewer.frames.get()
        except TimeoutError:
            alive = gateway.alive()
            if alive is None:
                continue
            frame = alive
        await socket.send_text(frame)


async def _listen(socket: WebSocket) -> None:
    """Notice that the other side has gone; whatever it says is of no interest."""
    try:
        while True:
            await socket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return


async def _check(
    standing: Callable[[], Awaitable[Sight | None]], gateway: Gateway, viewer: Viewer
) -> None:
    """End the connection when the session is over, or when the viewer's sight has changed."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CHECK_S):
                await viewer.recheck.wait()
        viewer.recheck.clear()
        try:
            async with gateway.asking:
                sight = await standing()
                if sight is None:
                    viewer.end(UNAUTHENTICATED, "session ended")
                elif sight != viewer.sight:
                    viewer.end(CHANGED, "permissions changed")
        except AWAY:
            # Without the database nobody can have been let go; it is asked again.
            continue


def same_origin(socket: WebSocket) -> bool:
    """Tell whether the page that connects is ours: cookies come along from any page."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
