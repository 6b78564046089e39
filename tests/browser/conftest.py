"""Chromium and the built pages, before the stand-in or the real product."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from openseat.bootstrap.pages import build_pages
from openseat.directory.seed import seed
from openseat.platform.settings import Settings
from openseat.testing.api import password_of, settings_for
from openseat.testing.database import Database, TestCluster
from openseat.testing.web.real import serving
from openseat.testing.web.serving import running
from openseat.testing.web.stand_in import StandIn

#: Chromium looks for its makers' servers in the background; none of that in tests.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that beeps; pages must still be allowed to hear it.
    "--use-fake-device-for-media-stream",
]
#: What the browser itself logs for answers that a test asked for.
EXPECTED = ("Failed to load resource", "WebSocket connection to")

#: Bound of every wait; a loaded machine takes its time.
expect.set_options(timeout=20_000)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the built pages: OPENSEAT_WEB_DIST, or built once for this content."""
    given = os.environ.get("OPENSEAT_WEB_DIST")
    if given:
        return Path(given)
    paths = Settings.load().paths
    return build_pages(paths.clone, paths.cache, lambda _: None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the system."""
    program = os.environ.get("OPENSEAT_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    assert program, "no Chromium found: install it, or name it in OPENSEAT_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def stand_in(pages: Path) -> Iterator[StandIn]:
    """A busy floor, fresh for the test."""
    with running(StandIn(pages)) as made:
        yield made


@pytest.fixture
def fresh_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages that fail the test when their code fails, or breaks the security policy."""
    opened: list[Page] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(EXPECTED):
            complaints.append(message.text)

    def make(
        width: int = 1440,
        language: str = "zh-CN",
        zone: str = "Asia/Shanghai",
        **options: object,
    ) -> Page:
        height = 900 if width < 1900 else 1080
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            timezone_id=zone,
            # Nothing slides or fades: no click has to wait until its button stands still.
            reduced_motion="reduce",
            **options,  # type: ignore[arg-type]  # passed on to Playwright
        )
        context.set_default_timeout(20_000)
        context.add_init_script(
            # Not in the frames of others' pages, which have no storage here.
            f"if (window.top === window) localStorage.getItem('openseat.language') ??"
            f" localStorage.setItem('openseat.language', '{language}')"
        )
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(page)
        return page

    yield make
    for page in opened:
        page.context.close()
    assert complaints == []


@pytest.fixture
def open_page(stand_in: StandIn, fresh_page: OpenPage) -> OpenPage:
    """Open an address of the stand-in as one of its users."""

    def opened(path: str, user: str | None = "admin", **options: object) -> Page:
        stand_in.user = user
        page = fresh_page(**options)
        page.goto(stand_in.url + path)
        return page

    return opened


@dataclass(frozen=True, slots=True)
class RealSite:
    """The real API and the pages, with the demonstration floor but no telephone."""

    url: str
    settings: Settings


@pytest.fixture(scope="session")
def seeded(
    postgres_cluster: TestCluster, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Database, Settings]:
    """A database with the demonstration floor, which others are copies of, and its secrets."""
    database = postgres_cluster.create()
    settings = settings_for(database, tmp_path_factory.mktemp("seeded"))
    # Playwright keeps an event loop in this thread.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, seed(settings)).result()
    return database, settings


@pytest.fixture(scope="module")
def real_site(
    postgres_cluster: TestCluster,
    seeded: tuple[Database, Settings],
    tmp_path_factory: pytest.TempPathFactory,
    pages: Path,
) -> Iterator[RealSite]:
    """A fresh installation for the tests of one module."""
    first, its = seeded
    database = postgres_cluster.create(like=first)
    home = tmp_path_factory.mktemp("site")
    shutil.copytree(its.paths.secrets, home / its.paths.secrets.relative_to(its.paths.home))
    settings = settings_for(database, home)
    with serving(settings, pages) as url:
        yield RealSite(url, settings)
    postgres_cluster.drop(database)


@pytest.fixture
def real_page(real_site: RealSite, fresh_page: OpenPage) -> OpenPage:
    """Open an address of the real site, signed in as one of the demonstration's users."""

    def opened(path: str, login: str = "admin", **options: object) -> Page:
        page = fresh_page(**options)
        answer = page.request.post(
            f"{real_site.url}/api/v1/session",
            data={"login": login, "password": password_of(real_site.settings, login)},
        )
        assert answer.ok
        page.goto(real_site.url + path)
        return page

    return opened
