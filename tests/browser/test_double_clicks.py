"""Impatient hands: every button of a call is clicked twice, and counts once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from openseat.core import events as e
from openseat.platform.settings import Settings
from openseat.testing.desks import FIRST, LIMIT_MS, SECOND, Desks, desks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.acceptance,
    pytest.mark.switch,
    pytest.mark.database,
]

BETWEEN_S = 0.2
"""From the first click to the second, as a hand does it: what the first one asked for is done."""


@pytest.fixture
async def scene(product: Settings, tmp_path: Path) -> AsyncIterator[Desks]:
    async with desks(product, tmp_path) as made:
        yield made


async def twice(page: Page, button: Locator) -> None:
    """Double-click where a button is, whatever has come into its place after the first click."""
    await expect(button).to_be_enabled(timeout=LIMIT_MS)
    box = await button.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for count in (1, 2):
        await page.mouse.down(click_count=count)
        await page.mouse.up(click_count=count)
        await asyncio.sleep(BETWEEN_S)
    await page.mouse.move(0, 0)


async def test_every_command_of_a_call_is_counted_once(scene: Desks):
    page = await scene.seat()
    there = lambda name: page.locator(f"[data-test={name}]")  # noqa: E731
    customer = await scene.call()
    await twice(page, there("answer"))
    await scene.meets(customer)
    await scene.until_state(page, "通话")
    await twice(page, there("hold"))
    await scene.until_state(page, "保持")
    await twice(page, there("hold"))
    await scene.until_state(page, "通话")
    await twice(page, there("mute"))
    await expect(there("mute")).to_contain_text("取消静音")
    await twice(page, there("mute"))
    await scene.until_heard(customer, FIRST)
    await twice(page, there("pause"))
    await expect(there("pause")).to_contain_text("恢复录音")
    await twice(page, there("pause"))
    await expect(there("pause")).to_contain_text("暂停录音")
    await twice(page, there("record"))
    await expect(there("record")).to_contain_text("开始录音")

    colleague = await scene.seat(SECOND)
    await twice(page, there("target"))
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await expect(dialog.get_by_role("option", selected=True)).to_be_visible(timeout=LIMIT_MS)
    await twice(page, there("consult"))
    await twice(colleague, colleague.locator("[data-test=answer]"))
    await scene.until_state(page, "咨询")
    await twice(page, there("swap"))
    await expect(there("consulted")).to_contain_text("等待中")
    await twice(page, there("swap"))
    await expect(there("consulted")).to_contain_text("正在与")
    await twice(page, there("conference"))
    await scene.until_state(page, "三方")
    await scene.until_heard(customer, SECOND)
    await twice(page, there("hang-up"))
    await scene.until_state(page, "空闲")
    await scene.until_heard(customer, SECOND)
    await twice(colleague, colleague.locator("[data-test=hang-up]"))
    async with asyncio.timeout(20):
        await customer.gone.wait()
    await scene.until_state(colleague, "空闲")

    counted = Counter(type(fact.event) for fact in await scene.facts())
    expected = {
        e.SegmentHeld: 3,  # by the button, to ask, and at the swap back
        e.SegmentResumed: 3,
        e.LegMuted: 2,
        e.RecordingPaused: 1,
        e.RecordingResumed: 1,
        e.RecordingStarted: 1,
        e.ConsultStarted: 1,
        e.ConsultParked: 1,
        e.ConsultResumed: 1,
        e.ConsultEnded: 2,  # joined, and left
        e.SegmentStarted: 2,
        e.SegmentEnded: 2,
        e.OfferMade: 2,
    }
    assert {kind: counted[kind] for kind in expected} == expected
