"""A scene for the agent's desk: pages with browser phones, and customers on the carrier."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from playwright.async_api import Browser, Page, expect

from openseat.core import events as e
from openseat.core.events import Fact
from openseat.journal.reader import JournalReader
from openseat.platform.settings import Settings
from openseat.simulation import crowd
from openseat.simulation.stage import Party, Stage
from openseat.switch.asterisk.configuration import CONTROL_USER
from openseat.switch.asterisk.media import MediaLibrary
from openseat.switch.asterisk.site import carrier_site, main_site
from openseat.testing.api import signed_in
from openseat.testing.headset import LIMIT_MS, humming_browser, serve_the_crowd, sign_in, sit_down
from openseat.testing.tones import channels, hears

CUSTOMER, FIRST, SECOND = 440, 880, 1240
"""Hertz: the customer's tone, and those of two agents' microphones."""

LIMIT_S = LIMIT_MS / 1000
AGENTS = {FIRST: "agent1", SECOND: "agent3"}
_runs = itertools.count(random.SystemRandom().randrange(10**6))


@dataclass
class Desks:
    """Agents at their pages, one browser each, and the world outside."""

    settings: Settings
    folder: Path
    stage: Stage
    reader: JournalReader
    first_seq: int
    stack: contextlib.AsyncExitStack
    browsers: dict[int, Browser] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    humming: list[asyncio.Task[None]] = field(default_factory=list)
    seated: set[str] = field(default_factory=set)

    # -- agents ------------------------------------------------------------------------

    async def seat(self, hertz: int = FIRST) -> Page:
        """Have an agent sign in at the phone in their page; their microphone hums."""
        login = AGENTS[hertz]
        self.seated.add(await serve_the_crowd(self.settings, login))
        browser = await self.stack.enter_async_context(humming_browser(self.folder, hertz))
        self.browsers[hertz] = browser
        context = await browser.new_context(
            viewport={"width": 1440, "height": 1000},
            timezone_id="Asia/Shanghai",
            # A client's server of a test has signed its certificate itself.
            ignore_https_errors=True,
        )
        page = self.watch(await context.new_page())
        await sign_in(page, self.settings, login)
        await sit_down(page)
        return page

    def watch(self, page: Page) -> Page:
        """Take note of what fails in a page."""
        page.set_default_timeout(LIMIT_MS)
        page.on("pageerror", lambda error: self.complaints.append(error.stack or str(error)))
        self.pages.append(page)
        return page

    async def talk(self, page: Page) -> Party:
        """A humming customer calls, and the agent answers; both keep what they hear."""
        customer = await self.call()
        await page.locator("[data-test=answer]").click()
        await self.meets(customer)
        await self.until_state(page, "通话")
        return customer

    async def until_state(self, page: Page, words: str) -> None:
        """Wait until the page shows a state of the agent."""
        await expect(page.locator("[data-test=state]")).to_have_text(words, timeout=LIMIT_MS)

    # -- customers ---------------------------------------------------------------------

    async def call(self) -> Party:
        """A customer dials the line that agents of the scene serve."""
        return await self.stage.dial(crowd.LINE, f"+86131{next(_runs) % 10**8:08d}")

    async def meets(self, party: Party) -> None:
        """Wait until the party is connected, and have it hum."""
        async with asyncio.timeout(LIMIT_S):
            await party.up.wait()
        self.hum(party)

    def hum(self, party: Party, hertz: int = CUSTOMER) -> None:
        """Have a party hum for as long as it is there."""
        media = MediaLibrary([], carrier_site(self.settings).spool / "made")
        words = itertools.repeat(media.resolve([f"tone:{hertz}/3000"], ""))
        self.humming.append(asyncio.create_task(party.keep_saying(words)))

    def expect_outside(self, number: str) -> asyncio.Queue[Party]:
        """Give a number outside to somebody who answers and hums; the queue tells who."""
        rings: asyncio.Queue[Party] = asyncio.Queue()

        async def answer(_number: str, party: Party) -> None:
            await party.answer()
            self.hum(party)
            await rings.put(party)
            await party.gone.wait()

        self.stage.answer_at(number, answer)
        return rings

    async def hears(self, party: Party, hertz: int, seconds: float = 1.5) -> bool:
        """Whether a tone is in a party's ear from now on, for a while."""
        name = f"ear-{party.channel_id}-{next(_runs)}".replace("+", "")
        await party.listen(name)
        await asyncio.sleep(seconds)
        # The end of the recording is the end of the listening channel.
        await self.stage.ari.ask("DELETE", f"channels/ear-{name}")
        found: list[Any] = []

        async def complete() -> bool:
            with contextlib.suppress(FileNotFoundError, EOFError, wave.Error):
                found[:] = channels(self.stage.heard(name))
            return bool(found and len(found[0]))

        await self.until(complete, f"what {name} heard was not kept")
        return hears(found[0], hertz)

    async def until_heard(self, party: Party, hertz: int) -> None:
        """Wait until a tone is in a party's ear."""

        async def heard() -> bool:
            return await self.hears(party, hertz)

        await self.until(heard, f"{party.caller} never hears {hertz} Hz")

    # -- witnesses ---------------------------------------------------------------------

    async def events(self, kind: type) -> list[Any]:
        """Events of a type journaled in this scene."""
        return [fact.event for fact in await self.facts() if isinstance(fact.event, kind)]

    async def facts(self) -> list[Fact]:
        """Everything journaled in this scene."""
        found, seq = [], self.first_seq
        while entries := await self.reader.read(seq, 5_000):
            found += [entry.fact for entry in entries]
            seq = entries[-1].seq
        return found

    async def until(self, holds: Callable[[], Awaitable[object]], what: str) -> None:
        """Wait until something holds."""
        try:
            async with asyncio.timeout(LIMIT_S):
                while not await holds():  # noqa: ASYNC110 - asked of another process
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(what) from None

    async def known(self) -> None:
        """Wait until the floor works with the directory as it is now."""
        connection = await asyncpg.connect(self.settings.database_url("floor"))
        try:
            version = await connection.fetchval("select version from directory_state where id = 1")
        finally:
            await connection.close()

        async def configured() -> bool:
            return any(one.config_version >= version for one in await self.events(e.CellConfigured))

        await self.until(configured, f"the floor does not read version {version}")

    async def still_seated(self) -> set[str]:
        """Agents of the scene who are not signed out."""
        seated: set[str] = set()
        for fact in await self.facts():
            match fact.event:
                case e.AgentSignedIn(agent_id=agent_id):
                    seated.add(agent_id)
                case e.AgentSignedOut(agent_id=agent_id):
                    seated.discard(agent_id)
                case _:
                    pass
        return seated & self.seated

    async def sign_out_the_rest(self) -> None:
        """End the sessions that the pages left behind: the next scene wants the seats free."""
        if not await self.still_seated():
            return
        async with signed_in(self.settings, "admin") as admin:
            for agent_id in await self.still_seated():
                answer = await admin.post(f"/floor/agents/{agent_id}/sign-out")
                # Somebody whose grace ends just now signs out without being told to.
                assert answer.status_code in {204, 409}, answer.text

        async def left() -> bool:
            return not await self.still_seated()

        await self.until(left, f"an agent never leaves: {await self.still_seated()}")

    async def switch_is_empty(self) -> None:
        """Wait until the switch has no channel and no bridge any more."""
        site = main_site(self.settings)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{site.ports.http}/ari",
            auth=(CONTROL_USER, site.ari_secret),
            timeout=LIMIT_S,
        ) as ari:

            async def empty() -> bool:
                return not (
                    (await ari.get("/channels")).json() or (await ari.get("/bridges")).json()
                )

            await self.until(empty, "something is left on the switch")


@contextlib.asynccontextmanager
async def desks(settings: Settings, folder: Path) -> AsyncIterator[Desks]:
    """Set the scene; at its end nobody is left on the switch and no page has failed."""
    await crowd.gather(settings, 1)
    stage = Stage(settings)
    reader = JournalReader(settings.database_url("floor"), cell_id=settings.floor.cell_id)
    await stage.open()
    async with contextlib.AsyncExitStack() as stack:
        scene = Desks(
            settings=settings,
            folder=folder,
            stage=stage,
            reader=reader,
            first_seq=await reader.last_seq(),
            stack=stack,
        )
        try:
            try:
                yield scene
                await _leave(scene)
            finally:
                await scene.sign_out_the_rest()
        finally:
            for task in scene.humming:
                task.cancel()
            await asyncio.gather(*scene.humming, return_exceptions=True)
            await stage.close()
            await reader.close()
    assert scene.complaints == [], scene.complaints


async def _leave(scene: Desks) -> None:
    """Have everybody sign out; whoever's page is gone is signed out by a supervisor."""
    for page in scene.pages:
        bar = page.get_by_role("region", name="座席状态")
        if not page.is_closed() and await bar.is_visible():
            await bar.get_by_role("button", name="签出").click()
            await page.get_by_role("dialog").get_by_role("button", name="签出").click()
            await expect(page.get_by_role("heading", name="签入座席")).to_be_visible(
                timeout=LIMIT_MS
            )
    await scene.sign_out_the_rest()
    await scene.switch_is_empty()
