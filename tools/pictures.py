"""bin/pictures: takes the pictures of the how-tos from a demonstration floor with real calls.

A product of its own is started in a temporary folder and ended afterwards; the pages are taken
while simulated customers talk with simulated agents, so a picture never shows what is not there.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from openseat.floor.link import feed
from openseat.platform.settings import LOOPBACK, Settings
from openseat.testing.headset import FLAGS, chromium_program
from openseat.testing.product import running_product

CLONE = Path(__file__).resolve().parent.parent
BASE_PORT = 19_000
CALLS, AGENTS = 80, 12
AT_ONCE = 8
"""So many calls are there before the first picture is taken."""

LIMIT_MS = 90_000
RELOADS, RELOAD_MS = 30, 2_000
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


def _rows(page: Page) -> None:
    expect(page.get_by_role("row").nth(2)).to_be_visible(timeout=LIMIT_MS)


def _seat(page: Page) -> None:
    expect(page.get_by_role("button", name="签入")).to_be_enabled()


def _in_a_call(page: Page) -> None:
    expect(page.locator("[data-test=hold]")).to_be_enabled(timeout=LIMIT_MS)


def _choosing_a_target(page: Page) -> None:
    _in_a_call(page)
    page.keyboard.press("Alt+T")
    page.get_by_role("tab", name="队列").click()
    expect(page.get_by_role("option").first).to_be_visible()


def _menu_of_an_agent(page: Page) -> None:
    """Sit down, so that the menu offers everything, and open it on somebody who talks."""
    _seat(page)
    page.get_by_role("button", name="签入").click()
    expect(page.locator("[data-test=phone]")).to_have_text("话机就绪", timeout=LIMIT_MS)
    page.get_by_role("link", name="现场监控").click()
    talking = page.locator(".os-agent[data-state=talking]").first
    expect(talking).to_be_visible(timeout=LIMIT_MS)
    talking.get_by_role("button").click()
    expect(page.get_by_role("menu")).to_be_visible()


def _step_chosen(page: Page) -> None:
    page.locator("[data-step]").nth(1).click()
    expect(page.locator(".os-step-form")).to_be_visible()


def _trial(page: Page) -> None:
    page.get_by_role("tab", name="试走").click()
    page.get_by_role("button", name="拨入").click()
    page.get_by_role("group", name="电话按键").get_by_role("button", name="1", exact=True).click()
    expect(page.get_by_role("button", name="退一步")).to_be_enabled()


def _preview(page: Page) -> None:
    """Bring back what was taken out, with one name changed and one agent more."""
    with page.expect_download() as taken:
        page.get_by_role("button", name="导出").click()
        page.get_by_role("menuitem", name="CSV").click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    lines.append(lines[1].replace("1001", "1017").replace("王芳", "何静"))
    lines[1] = lines[1].replace("王芳", "王芳芳")
    page.get_by_role("button", name="导入").click()
    table = {"name": "agents.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.locator("input[type=file]").set_input_files(table)  # type: ignore[arg-type]  # the bytes of a file, as Playwright takes them
    expect(page.get_by_role("dialog").get_by_role("row").nth(1)).to_be_visible()


def _recorded_call(page: Page) -> None:
    """Open the oldest call shown that has a recording, and wait until it can be heard."""
    recorded = page.get_by_role("row").filter(has_text="▶").last
    _reload_until(page, recorded)
    recorded.click()
    _reload_until(page, page.get_by_role("button", name="播放").first)


def _reload_until(page: Page, wanted: Locator) -> None:
    """Read the page anew until something is there."""
    for _ in range(RELOADS):
        try:
            return expect(wanted).to_be_visible(timeout=RELOAD_MS)
        except AssertionError:
            page.reload()
    return expect(wanted).to_be_visible()


PICTURES = (
    Picture("supervisor-floor", "supervisor", "/floor", _rows),
    Picture("supervisor-wallboard", "supervisor", "/wallboard", _there),
    Picture("supervisor-menu", "supervisor", "/agent", _menu_of_an_agent),
    Picture("agent-sign-in", "agent16", "/agent", _seat),
    Picture("agent-desk", "agent1", "/agent", _in_a_call),
    Picture("agent-transfer", "agent2", "/agent", _choosing_a_target),
    Picture("administrator-flow", "admin", "/admin/flows/jincheng-menu", _step_chosen),
    Picture("administrator-trial", "admin", "/admin/flows/jincheng-menu", _trial),
    Picture("administrator-queue", "admin", "/admin/queues/jincheng-claims", _heading),
    Picture("administrator-import", "admin", "/admin/agents", _preview),
    Picture("administrator-trunk", "admin", "/admin/trunks", _rows),
    Picture("call", "supervisor", "/calls", _recorded_call),
    Picture("figures", "supervisor", "/figures", _rows),
)


def main() -> int:
    """Take every picture; return the exit code."""
    parser = argparse.ArgumentParser("bin/pictures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=CLONE / "docs/how-to/pictures")
    parser.add_argument("--width", type=int, choices=sorted(HEIGHTS), default=1440)
    parser.add_argument("--only", nargs="+", choices=[picture.name for picture in PICTURES])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="openseat-pictures-") as home,
        running_product(Path(home), BASE_PORT) as settings,
        _calls(settings),
        _chromium() as browser,
    ):
        for picture in PICTURES:
            if options.only and picture.name not in options.only:
                continue
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
    try:
        program = chromium_program()
    except LookupError as error:
        raise SystemExit(str(error)) from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


def _take(browser: Browser, settings: Settings, picture: Picture, file: Path, width: int) -> None:
    size = {"width": width, "height": HEIGHTS[width]}
    context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]  # a plain dict is a viewport
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
