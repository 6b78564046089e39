"""bin/pictures: takes the pictures of the how-tos from a demonstration floor with real calls.

A product of its own is started in a temporary folder and ended afterwards; the pages are taken
while simulated customers talk with simulated agents, so a picture never shows what is not there.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from openseat.floor.link import feed
from openseat.platform.settings import LOOPBACK, Settings
from openseat.testing.product import running_product

CLONE = Path(__file__).resolve().parent.parent
BASE_PORT = 19_000
CALLS, AGENTS = 80, 12
AT_ONCE = 8
"""So many calls are there before the first picture is taken."""

LIMIT_MS = 90_000
HEIGHTS = {1440: 900, 1920: 1080}
SECRETS = {"admin": "demo_admin", "supervisor": "demo_supervisor", "jincheng": "demo_client"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A page to take: who looks, where, and what must be seen before the shutter falls."""

    name: str
    login: str
    path: str
    seen: Callable[[Page], None]


def _there(page: Page) -> None:
    expect(page.locator("#app > *").first).to_be_visible()


def _heading(page: Page) -> None:
    expect(page.get_by_role("main")).to_be_visible()


def _in_a_call(page: Page) -> None:
    _heading(page)
    expect(page.get_by_role("button", name="保持")).to_be_enabled(timeout=LIMIT_MS)


def _rows(page: Page) -> None:
    _heading(page)
    expect(page.get_by_role("row").nth(2)).to_be_visible(timeout=LIMIT_MS)


PICTURES = (
    Picture("supervisor-floor", "supervisor", "/floor", _heading),
    Picture("supervisor-wallboard", "supervisor", "/wallboard", _there),
    Picture("agent-desk", "agent1", "/agent", _in_a_call),
    Picture("administrator-flows", "admin", "/admin/flows", _rows),
    Picture("administrator-flow", "admin", "/admin/flows/jincheng-menu", _heading),
    Picture("administrator-queues", "admin", "/admin/queues", _rows),
    Picture("administrator-trunks", "admin", "/admin/trunks", _rows),
    Picture("administrator-audit", "admin", "/admin/audit", _heading),
    Picture("calls", "supervisor", "/calls", _rows),
    Picture("figures", "supervisor", "/figures", _rows),
)


def main() -> int:
    """Take every picture; return the exit code."""
    parser = argparse.ArgumentParser("bin/pictures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=CLONE / "docs/how-to/pictures")
    parser.add_argument("--width", type=int, choices=sorted(HEIGHTS), default=1440)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="openseat-pictures-") as home,
        running_product(Path(home), BASE_PORT) as settings,
        _calls(settings),
        _chromium() as browser,
    ):
        for picture in PICTURES:
            file = options.out / f"{picture.name}.png"
            _take(browser, settings, picture, file, options.width)
            sys.stdout.write(f"{file}\n")
            sys.stdout.flush()
    return 0


@contextlib.contextmanager
def _calls(settings: Settings) -> Iterator[None]:
    """Let customers call for as long as the context lasts."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "openseat.cli", "demo", "--calls", str(CALLS), "--agents",
         str(AGENTS), "--json"],
        env={**os.environ, **settings.environment(), "PYTHONPATH": str(CLONE / "src")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        asyncio.run(_until_busy(settings))
        yield
    finally:
        demo.terminate()
        demo.wait()


async def _until_busy(settings: Settings) -> None:
    """Wait until the floor is not an empty room."""
    token = settings.secrets.read("floor_link")
    calls: dict[str, object] = {}
    async with asyncio.timeout(LIMIT_MS / 1000):
        async for frame in feed(LOOPBACK, settings.ports.floor_link, token):
            changed = frame if frame["feed"] == "snapshot" else frame["set"]
            calls |= changed.get("calls", {})
            for call_id in frame.get("gone", {}).get("calls", ()):
                calls.pop(call_id, None)
            if len(calls) >= AT_ONCE:
                return


@contextlib.contextmanager
def _chromium() -> Iterator[Browser]:
    program = os.environ.get("OPENSEAT_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if program is None:
        raise SystemExit("no Chromium found: install it, or name it in OPENSEAT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def _take(browser: Browser, settings: Settings, picture: Picture, file: Path, width: int) -> None:
    size = {"width": width, "height": HEIGHTS[width]}
    context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{settings.ports.web}/")
    page.get_by_label("用户名").fill(picture.login)
    secret = settings.secrets.read(SECRETS.get(picture.login, "demo_agent"))
    page.get_by_label("密码", exact=True).fill(secret)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible(timeout=LIMIT_MS)
    page.goto(f"http://127.0.0.1:{settings.ports.web}{picture.path}")
    picture.seen(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
