"""Serving the stand-in: pages, answers and the realtime feed, on a loopback port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from fastapi import APIRouter, FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, Response

from openseat.testing.web.answers import AREAS, problem
from openseat.testing.web.stand_in import StandIn

PREFIX = "/api/v1"
POLICY = (
    "frame-src https:; default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
"""Stricter than the product's own, so that pages which work here work there."""

_LOOK_S = 0.05
_START_S = 20


def application(stand_in: StandIn) -> FastAPI:
    """Return the stand-in as a web application."""
    app = FastAPI()
    router = APIRouter(prefix=PREFIX)
    for area in AREAS:
        area(router, stand_in)
    app.include_router(router)

    @app.middleware("http")
    async def front(
        request: Request, following: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        path = request.url.path.removeprefix(PREFIX)
        answer = await _instead(stand_in, request, path) or await following(request)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @app.websocket(f"{PREFIX}/realtime")
    async def realtime(page: WebSocket) -> None:
        await _listen(stand_in, page)

    @app.get("/{path:path}")
    async def pages(path: str) -> Response:
        if path.startswith("api/"):
            return problem(404, "not_found")
        file = stand_in.pages / path
        return FileResponse(file if path and file.is_file() else stand_in.pages / "index.html")

    return app


async def _instead(stand_in: StandIn, request: Request, path: str) -> Response | None:
    """Return what is answered instead of the real answer, and note changes asked for."""
    if path == request.url.path:
        return None
    if request.method not in {"GET", "HEAD"}:
        body = (await request.body()).decode()
        token = request.headers.get("X-OpenSeat-CSRF", "")
        stand_in.received.append((request.method, path, body, token))
    if path in stand_in.failing:
        return problem(500, "internal")
    if path == "/session":
        return None
    while stand_in.slow:  # noqa: ASYNC110 - set by the test, in another thread
        await asyncio.sleep(_LOOK_S)
    return problem(401, "session.required") if stand_in.user is None else None


async def _listen(stand_in: StandIn, page: WebSocket) -> None:
    await page.accept()
    since = page.query_params.get("since")
    stand_in.feed.since_asked.append(since)
    if stand_in.user is None or stand_in.feed.refusing:
        await page.close(4401)
        return
    told = stand_in.feed.join()
    try:
        missed = None if since is None else stand_in.since(int(since))
        first = [stand_in.snapshot()] if missed is None else [*missed, stand_in.alive()]
        for frame in first:
            await page.send_json(frame)
        while (frame := await told.get()) is not None:
            await page.send_json(frame)
        await page.close(1012)
    except WebSocketDisconnect:
        return
    finally:
        stand_in.feed.leave(told)


class Server(uvicorn.Server):
    """A server in a thread that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.listening.set()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.servers[0].sockets[0].getsockname()[1]


@contextlib.contextmanager
def running(stand_in: StandIn, port: int = 0) -> Iterator[StandIn]:
    """Serve ``stand_in`` on a loopback port, a free one unless told otherwise.

    Raises:
        TimeoutError: it does not start.
    """
    config = uvicorn.Config(
        application(stand_in),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, name="stand-in", daemon=True)
    thread.start()
    if not server.listening.wait(_START_S):
        raise TimeoutError("the stand-in does not start")
    stand_in.url = f"http://127.0.0.1:{server.port}"
    try:
        yield stand_in
    finally:
        stand_in.slow = False
        stand_in.cut()
        server.should_exit = True
        thread.join(_START_S)
