"""The live part of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI

from openseat.floor.link import feed
from openseat.platform import notes
from openseat.platform.access import Services
from openseat.platform.settings import LOOPBACK
from openseat.realtime import (
    control,
    desk,
    in_call,
    log,
    phone,
    pop,
    prompts,
    screen,
    socket,
    targets,
    trunk_tests,
)
from openseat.realtime.gateway import Gateway, running
from openseat.realtime.listening import CHANNEL, listening
from openseat.realtime.presence import Presence, watching

router = APIRouter()
router.include_router(socket.router)
router.include_router(screen.router)
router.include_router(desk.router)
router.include_router(control.router)
router.include_router(in_call.router)
router.include_router(log.router)
router.include_router(pop.router)
router.include_router(targets.router)
router.include_router(prompts.router)
router.include_router(phone.router)
router.include_router(trunk_tests.router)


@asynccontextmanager
async def lifespan(app: FastAPI, shared: Services) -> AsyncIterator[None]:
    """Follow the floor while the API runs."""
    settings = shared.settings
    port, token = settings.ports.floor_link, settings.secrets.read("floor_link")
    gateway = Gateway(lambda: feed(LOOPBACK, port, token))
    presence = Presence(shared.floor.send)
    app.state.gateway = gateway
    app.state.presence = presence
    app.state.lines = phone.Lines()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(gateway))
        await stack.enter_async_context(watching(presence))
        heard = {CHANNEL: lambda _: gateway.directory_changed(), notes.CHANNEL: gateway.announced}
        await stack.enter_async_context(listening(shared.database.url, heard))
        yield
