"""Agents at real browser phones: Chromium with a tone for a microphone, and the line they serve."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import struct
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

from openseat.platform.settings import Settings
from openseat.simulation import crowd

RATE = 48_000
_TONE_S = 10
LIMIT_MS = 30_000

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    # What the browser would do to a voice, it would do to a tone: take it for noise.
    "--disable-features=WebRtcApmInAudioService,ChromeWideEchoCancellation",
)


def tone_file(folder: Path, hertz: int) -> Path:
    """Write ten seconds of a tone that can be looped without a seam, as a microphone's sound."""
    path = folder / f"microphone-{hertz}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        samples = (
            round(9000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(RATE * _TONE_S)
        )
        file.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return path


def chromium_program() -> str:
    """Return the path of the machine's Chromium.

    Raises:
        LookupError: there is none.
    """
    program = os.environ.get("OPENSEAT_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if not program:
        raise LookupError("no Chromium found: install it, or name it in OPENSEAT_CHROMIUM")
    return program


@contextlib.asynccontextmanager
async def humming_browser(folder: Path, hertz: int) -> AsyncIterator[Browser]:
    """Run a Chromium whose microphone hears a tone."""
    playwright: Playwright
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_program(),
            args=[*FLAGS, f"--use-file-for-fake-audio-capture={tone_file(folder, hertz)}"],
        )
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def network_lost(browser: Browser) -> AsyncIterator[None]:
    """Cut a browser off for the length of the context, as a dead cable does.

    Its network process is stopped: no packet leaves or is taken, of the page's sockets and of its
    voice alike, nobody is told, and the page itself goes on. Playwright's own `set_offline` leaves
    open what is open.

    Raises:
        LookupError: the browser has no network process of its own.
    """
    session = await browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    found = [one["id"] for one in told["processInfo"] if _is_network(one["id"])]
    if not found:
        raise LookupError("this browser has no network process")
    for process in found:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in found:
            os.kill(process, signal.SIGCONT)


def _is_network(process: int) -> bool:
    try:
        return b"network.mojom.NetworkService" in Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


async def sign_in(page: Page, settings: Settings, login: str) -> None:
    """Sign a demonstration agent in to the page."""
    page.set_default_timeout(LIMIT_MS)
    await page.goto(f"http://127.0.0.1:{settings.ports.web}/agent")
    await page.get_by_label("用户名").fill(login)
    await page.get_by_label("密码", exact=True).fill(settings.secrets.read("demo_agent"))
    await page.keyboard.press("Enter")


async def sit_down(page: Page) -> None:
    """Sign the agent in to their seat at the phone in the page, and wait until it can ring."""
    await page.get_by_role("button", name="签入").click()
    await expect(page.locator("[data-test=state]")).to_have_text("空闲", timeout=LIMIT_MS)
    await expect(page.locator("[data-test=phone]")).to_have_text("话机就绪", timeout=LIMIT_MS)


async def serve_the_crowd(settings: Settings, login: str) -> str:
    """Let a demonstration agent serve the crowd's line too; return the agent's id."""
    connection = await asyncpg.connect(settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            agent_id = await connection.fetchval(
                "select agent_id from users where login = $1", login
            )
            await connection.execute(
                """insert into agent_queues (agent_id, queue_id, position) values ($1, $2, 99)
                   on conflict do nothing""",
                agent_id,
                crowd.QUEUE,
            )
    finally:
        await connection.close()
    return str(agent_id)
