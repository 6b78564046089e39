"""`WebSocket /api/v1/screen/realtime`: the live floor for a big screen, by its link alone."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from openseat.platform.access import services
from openseat.platform.problems import Problem
from openseat.platform.screens import screen_of
from openseat.realtime.gateway import Gateway
from openseat.realtime.sight import ScreenSight, Sight
from openseat.realtime.socket import (
    AWAY,
    TRY_AGAIN,
    UNAUTHENTICATED,
    same_origin,
    serve,
    sight_of,
)

router = APIRouter()

SAY_S = 10.0
"""How long a screen may take to show its link."""


@router.websocket("/screen/realtime")
async def screen_realtime(
    socket: WebSocket,
    since: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
    epoch: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> None:
    """Take the link's secret as first message (an address would be logged), then send the floor."""
    await socket.accept()
    shared = services(socket)
    gateway: Gateway = socket.app.state.gateway

    async def standing() -> Sight | None:
        try:
            screen = await screen_of(shared, secret)
        except Problem:
            return None
        return ScreenSight(await sight_of(shared, screen.owner))

    try:
        async with asyncio.timeout(SAY_S):
            secret = str(json.loads(await socket.receive_text())["link"])
        async with gateway.asking:
            sight = await standing()
    except (TimeoutError, ValueError, KeyError, TypeError, WebSocketDisconnect):
        sight = None
    except AWAY:
        await socket.close(TRY_AGAIN, "try again")
        return
    if sight is None or not same_origin(socket):
        await socket.close(UNAUTHENTICATED, "no such link")
        return
    viewer = gateway.join(sight, None if since is None or epoch is None else (epoch, since))
    try:
        await serve(socket, gateway, viewer, standing)
    finally:
        gateway.leave(viewer)
