"""The agent's page is reloaded at the worst moments: the call goes on, and the page knows it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from openseat.core import events as e
from openseat.platform.settings import Settings
from openseat.simulation.stage import Party
from openseat.testing.desks import CUSTOMER, FIRST, LIMIT_MS, SECOND, Desks, desks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.acceptance,
    pytest.mark.switch,
    pytest.mark.database,
]

OUTSIDE = "+8613711112244"


@pytest.fixture
async def scene(product: Settings, tmp_path: Path) -> AsyncIterator[Desks]:
    async with desks(product, tmp_path) as made:
        yield made


async def button(page: Page, name: str, words: str) -> None:
    """The page offers a button, and says on it what it does now."""
    found = page.locator(f"[data-test={name}]")
    await expect(found).to_contain_text(words, timeout=LIMIT_MS)
    await expect(found).to_be_enabled()


async def loud(page: Page) -> None:
    """Wait until the page's meter shows the other side's voice."""
    meter = page.get_by_role("meter", name="对方音量").first
    await expect(meter).to_have_attribute(
        "aria-valuenow", re.compile(r"[3-9]\d|100"), timeout=LIMIT_MS
    )


async def reload(scene: Desks, page: Page, state: str) -> None:
    """Reload, and wait until the page shows the state and has its voice back."""
    before = len(await scene.events(e.LegReplaced))
    await page.reload()
    await scene.until_state(page, state)

    async def back() -> bool:
        return len(await scene.events(e.LegReplaced)) > before

    await scene.until(back, "the voice is not brought back")
    await expect(page.locator("[data-test=phone]")).to_have_text("话机就绪", timeout=LIMIT_MS)


async def ask_colleague(page: Page) -> None:
    """Consult the only colleague who is there."""
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await expect(dialog.get_by_role("option", selected=True)).to_be_visible(timeout=LIMIT_MS)
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Enter")


async def one_segment(scene: Desks, ended_by: e.EndedBy) -> None:
    """The reloads have left one stretch of the call."""
    (segment,) = await scene.events(e.SegmentEnded)
    assert segment.ended_by is ended_by


async def over(scene: Desks, party: Party) -> None:
    async with asyncio.timeout(LIMIT_MS / 1000):
        await party.gone.wait()


async def test_on_hold_and_while_the_recording_is_paused(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await page.locator("[data-test=pause]").click()
    await button(page, "pause", "恢复录音")
    await page.locator("[data-test=hold]").click()
    await scene.until_state(page, "保持")
    await reload(scene, page, "保持")
    await button(page, "hold", "取回")
    await button(page, "pause", "恢复录音")
    assert not await scene.hears(customer, FIRST)
    await page.locator("[data-test=hold]").click()
    await scene.until_state(page, "通话")
    await scene.until_heard(customer, FIRST)
    await loud(page)
    await reload(scene, page, "通话")
    await button(page, "hold", "保持")
    await button(page, "pause", "恢复录音")
    await scene.until_heard(customer, FIRST)
    await loud(page)
    assert await scene.events(e.RecordingResumed) == []
    await page.locator("[data-test=pause]").click()
    await button(page, "pause", "暂停录音")
    await page.locator("[data-test=mute]").click()
    await button(page, "mute", "取消静音")
    await reload(scene, page, "通话")
    await button(page, "mute", "取消静音")
    assert not await scene.hears(customer, FIRST)
    await page.locator("[data-test=mute]").click()
    await scene.until_heard(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(page, "空闲")
    await one_segment(scene, e.EndedBy.CUSTOMER)


async def test_while_a_colleague_rings_is_asked_and_joins(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    colleague = await scene.seat(SECOND)
    await ask_colleague(page)
    await expect(colleague.locator("[data-test=answer]")).to_be_visible(timeout=LIMIT_MS)
    await reload(scene, page, "咨询")
    await expect(page.locator("[data-test=complete]")).to_be_disabled()
    await button(page, "return", "返回")
    await colleague.locator("[data-test=answer]").click()
    await expect(page.locator("[data-test=consulted]")).to_contain_text("正在与")
    await loud(page)
    await loud(colleague)
    assert not await scene.hears(customer, FIRST)

    await reload(scene, page, "咨询")
    await button(page, "complete", "完成")
    await loud(page)
    await loud(colleague)
    await reload(scene, colleague, "通话")
    await loud(page)
    await loud(colleague)
    assert not await scene.hears(customer, FIRST)
    assert not await scene.hears(customer, SECOND)

    await page.keyboard.press("Alt+g")
    await scene.until_state(page, "三方")
    await reload(scene, page, "三方")
    await expect(page.get_by_role("list", name="会议各方").get_by_role("listitem")).to_have_count(1)
    await scene.until_heard(customer, FIRST)
    await scene.until_heard(customer, SECOND)
    await loud(page)
    await reload(scene, colleague, "三方")
    await scene.until_heard(customer, SECOND)
    await loud(colleague)
    await page.locator("[data-test=hang-up]").click()
    await scene.until_state(page, "空闲")
    await scene.until_state(colleague, "通话")
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")
    assert len(await scene.events(e.SegmentEnded)) == 2


async def test_while_a_customer_is_called_and_in_the_work_after_the_call(scene: Desks):
    page = await scene.seat()
    rung: asyncio.Queue[Party] = asyncio.Queue()

    async def rings(_: str, party: Party) -> None:
        await rung.put(party)
        await party.gone.wait()

    scene.stage.answer_at(OUTSIDE, rings)
    await page.keyboard.press("Alt+o")
    await page.keyboard.type(OUTSIDE)
    await expect(page.locator("[data-test=dial]")).to_be_enabled(timeout=LIMIT_MS)
    await page.keyboard.press("Enter")
    async with asyncio.timeout(LIMIT_MS / 1000):
        customer = await rung.get()
    before = len(await scene.events(e.LegReplaced))
    await page.reload()

    async def back() -> bool:
        return len(await scene.events(e.LegReplaced)) > before

    await scene.until(back, "the voice is not brought back")
    await expect(page.get_by_text("正在呼叫客户")).to_be_visible(timeout=LIMIT_MS)
    # There is nobody yet to put on hold or to send on.
    await expect(page.locator("[data-test=hold]")).to_have_count(0)
    await expect(page.locator("[data-test=hang-up]")).to_be_enabled()
    assert not customer.gone.is_set()
    await customer.answer()
    scene.hum(customer, CUSTOMER)
    await scene.until_state(page, "通话")
    await scene.until_heard(customer, FIRST)
    await loud(page)
    await customer.hang_up()
    await scene.until_state(page, "话后处理")
    await page.reload()
    await scene.until_state(page, "话后处理")
    await expect(page.locator("[data-test=phone]")).to_have_text("话机就绪", timeout=LIMIT_MS)
    await page.keyboard.press("F2")
    await scene.until_state(page, "空闲")
    await one_segment(scene, e.EndedBy.CUSTOMER)
    # The seat is whole: the next call rings and is heard.
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(page, "空闲")
