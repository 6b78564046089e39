"""The whole API in this process, on a real database with the demonstration floor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import structlog
from fastapi import FastAPI

from openseat.directory.seed import seed
from openseat.platform.access import CSRF_HEADER
from openseat.platform.settings import Settings
from openseat.platform.web import PREFIX, build
from openseat.testing.database import PASSWORD, Database
from openseat.testing.ports import free_base

PATIENCE_S = 30.0
"""How long an answer may take: the machine has other tests to run."""
_LOGIN_SECRETS = {
    "admin": "demo_admin",
    "supervisor": "demo_supervisor",
    "supervisor2": "demo_supervisor",
    "jincheng": "demo_client",
    "beidou": "demo_client",
}


def settings_for(database: Database, home: Path) -> Settings:
    """Return settings of an installation in ``home`` that uses a test database."""
    settings = Settings.load(
        {
            "OPENSEAT_HOME": str(home),
            # Nobody listens there: the floor of a test that needs one is the test's own.
            "OPENSEAT_BASE_PORT": str(free_base()),
            "OPENSEAT_DATABASE_URL": database.url("superuser"),
            "OPENSEAT_DATABASE_NAME": database.name,
        }
    )
    settings.paths.create()
    settings.secrets.ensure()
    for role in ("owner", "app", "floor"):
        (settings.paths.secrets / f"database_{role}").write_text(PASSWORD, encoding="ascii")
    return settings


def password_of(settings: Settings, login: str) -> str:
    """Return the password of one of the demonstration's users."""
    return settings.secrets.read(_LOGIN_SECRETS.get(login, "demo_agent"))


@asynccontextmanager
async def signed_in(settings: Settings, login: str) -> AsyncIterator[httpx.AsyncClient]:
    """Talk with a running installation as one of the demonstration's users."""
    base = f"http://127.0.0.1:{settings.ports.web}{PREFIX}"
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE_S) as client:
        await _sign_in(client, settings, login)
        yield client


async def _sign_in(client: httpx.AsyncClient, settings: Settings, login: str) -> None:
    answer = await client.post(
        "/session", json={"login": login, "password": password_of(settings, login)}
    )
    answer.raise_for_status()
    client.headers[CSRF_HEADER] = answer.json()["csrf_token"]


@dataclass(frozen=True, slots=True)
class Api:
    """A running API; hands out signed-in clients."""

    app: FastAPI
    settings: Settings
    stack: AsyncExitStack

    async def anonymous(self) -> httpx.AsyncClient:
        """Return a client that is not signed in."""
        return await self.stack.enter_async_context(
            httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
                base_url=f"http://test{PREFIX}",
                timeout=PATIENCE_S,
            )
        )

    async def sign_in(self, login: str) -> httpx.AsyncClient:
        """Return a client signed in as one of the demonstration's users."""
        client = await self.anonymous()
        await _sign_in(client, self.settings, login)
        return client


@cache
def _built(settings: Settings) -> FastAPI:
    """Build the application once for all tests of an installation: it takes a second or two."""
    return build(settings)


@asynccontextmanager
async def running_api(settings: Settings) -> AsyncIterator[Api]:
    """Seed the database and run the API for the length of the context."""
    # Plain lines: the default's decorated tracebacks, with every local, take minutes.
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    await seed(settings)
    app = _built(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield Api(app, settings, stack)


async def every(client: httpx.AsyncClient, path: str, **asked: str) -> list[dict[str, Any]]:
    """Return all items of a list, page by page; `asked` are filters of it."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        query = asked | {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=query)).raise_for_status().json()
        items += page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            return items
