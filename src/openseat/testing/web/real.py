"""The real API behind the real pages, on a test database, without a floor or a switch."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvicorn

from openseat.directory.seed import seed
from openseat.platform.settings import Settings
from openseat.platform.web import build
from openseat.testing.web.serving import Server

_START_S = 30


@contextlib.contextmanager
def serving(settings: Settings, pages: Path) -> Iterator[str]:
    """Serve an installation with the demonstration floor and ``pages``; yield its address.

    Raises:
        TimeoutError: it does not start.
    """
    # A caller may have an event loop in its thread.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, seed(settings)).result()
    if not settings.paths.web.exists():
        settings.paths.web.symlink_to(pages)
    config = uvicorn.Config(
        build(settings),
        host="127.0.0.1",
        port=0,
        log_level="warning",
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, name="real-api", daemon=True)
    thread.start()
    if not server.listening.wait(_START_S):
        raise TimeoutError("the API does not start")
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.should_exit = True
        thread.join(_START_S)
