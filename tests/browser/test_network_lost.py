"""The agent's network is dead for a while: short, and the call goes on; long, and nobody is stuck.

The network is cut as a pulled cable cuts it: no packet of the page or of its voice comes or goes,
and neither side is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from openseat.core import events as e
from openseat.core.events import AgentState
from openseat.platform.settings import Settings
from openseat.simulation.stage import Party
from openseat.testing.desks import FIRST, LIMIT_MS, SECOND, Desks, desks
from openseat.testing.headset import network_lost

pytestmark = [
    pytest.mark.browser,
    pytest.mark.acceptance,
    pytest.mark.switch,
    pytest.mark.database,
]

SHORT_S = 5
LONG_S = 60


@pytest.fixture
async def scene(product: Settings, tmp_path: Path) -> AsyncIterator[Desks]:
    async with desks(product, tmp_path) as made:
        yield made


async def loud(page: Page) -> None:
    """Wait until the page's meter shows the other side's voice."""
    meter = page.get_by_role("meter", name="对方音量").first
    await expect(meter).to_have_attribute(
        "aria-valuenow", re.compile(r"[3-9]\d|100"), timeout=LIMIT_MS
    )


async def ask_colleague(page: Page) -> None:
    """Consult the only colleague who is there."""
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await expect(dialog.get_by_role("option", selected=True)).to_be_visible(timeout=LIMIT_MS)
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Enter")


async def consulting(scene: Desks) -> tuple[Page, Page, Party]:
    """An agent asks a colleague while the customer waits."""
    page = await scene.seat()
    customer = await scene.talk(page)
    colleague = await scene.seat(SECOND)
    await ask_colleague(page)
    await colleague.locator("[data-test=answer]").click()
    await expect(page.locator("[data-test=consulted]")).to_contain_text("正在与")
    await loud(colleague)
    return page, colleague, customer


async def test_five_seconds_are_heard_as_silence_and_no_more(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    async with network_lost(scene.browsers[FIRST]):
        await asyncio.sleep(1)
        assert not await scene.hears(customer, FIRST, seconds=SHORT_S - 2)
    assert not customer.gone.is_set()
    await scene.until_heard(customer, FIRST)
    await loud(page)

    await page.locator("[data-test=hold]").click()
    await scene.until_state(page, "保持")
    async with network_lost(scene.browsers[FIRST]):
        await asyncio.sleep(SHORT_S)
    await page.locator("[data-test=hold]").click()
    await scene.until_state(page, "通话")
    await scene.until_heard(customer, FIRST)

    colleague = await scene.seat(SECOND)
    await ask_colleague(page)
    await colleague.locator("[data-test=answer]").click()
    await expect(page.locator("[data-test=consulted]")).to_contain_text("正在与")
    async with network_lost(scene.browsers[FIRST]):
        await asyncio.sleep(SHORT_S)
    await loud(colleague)
    await loud(page)
    await page.locator("[data-test=complete]").click()
    await scene.until_state(page, "空闲")
    await scene.until_heard(customer, SECOND)
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")
    first, second = await scene.events(e.SegmentEnded)
    assert (first.ended_by, second.ended_by) == (e.EndedBy.TRANSFER, e.EndedBy.CUSTOMER)


async def test_after_a_minute_the_held_customer_is_with_somebody_else(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    await page.locator("[data-test=hold]").click()
    await scene.until_state(page, "保持")
    colleague = await scene.seat(SECOND)
    async with a_dead_minute(scene):
        # The grace time is 30 s: the customer waits for nobody who is not there any more.
        await colleague.locator("[data-test=answer]").click(timeout=LONG_S * 1000)
        await scene.until_state(colleague, "通话")
        await scene.until_heard(customer, SECOND)
    (first,) = await scene.events(e.SegmentEnded)
    assert first.ended_by is e.EndedBy.SYSTEM
    await is_at_work_again(scene, page)
    assert not await scene.hears(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")


async def test_after_a_minute_in_a_consultation_the_customer_is_with_who_was_asked(scene: Desks):
    page, colleague, customer = await consulting(scene)
    async with a_dead_minute(scene):
        async with asyncio.timeout(LONG_S):
            while not await scene.events(e.TransferMade):
                await asyncio.sleep(0.5)
        await scene.until_heard(customer, SECOND)
    await is_at_work_again(scene, page)
    await scene.until_heard(customer, SECOND)
    assert not await scene.hears(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")
    first, second = await scene.events(e.SegmentEnded)
    assert (first.ended_by, second.ended_by) == (e.EndedBy.TRANSFER, e.EndedBy.CUSTOMER)


@contextlib.asynccontextmanager
async def a_dead_minute(scene: Desks) -> AsyncIterator[None]:
    """The first agent's network is away for a minute, and for as long as the context lasts."""
    async with network_lost(scene.browsers[FIRST]):
        minute = asyncio.create_task(asyncio.sleep(LONG_S))
        try:
            yield
            await minute
        finally:
            minute.cancel()


async def is_at_work_again(scene: Desks, page: Page) -> None:
    """Back within the grace time of a free agent, the page goes on where it was, without a call."""
    await scene.until_state(page, "空闲")
    await expect(page.locator("[data-test=phone]")).to_have_text("话机就绪", timeout=LIMIT_MS)
    states = [one.state for one in await scene.events(e.AgentStateChanged)]
    assert AgentState.DISCONNECTED in states
