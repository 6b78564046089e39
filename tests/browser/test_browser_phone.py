"""The phone in the agent's page on the whole product: real WebRTC, heard on the carrier's side."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from openseat.core import events as e
from openseat.platform.processes import ProcessRecord
from openseat.platform.settings import Settings
from openseat.platform.status import child_record
from openseat.simulation.stage import Party
from openseat.testing.api import signed_in
from openseat.testing.desks import CUSTOMER, FIRST, LIMIT_MS, SECOND, Desks, desks
from openseat.testing.headset import tone_file
from openseat.testing.tones import channels, hears

pytestmark = [
    pytest.mark.browser,
    pytest.mark.acceptance,
    pytest.mark.switch,
    pytest.mark.database,
]

OUTSIDE = "+8613711112222"
PROMPT = 1760
"""Hertz of what an agent plays to a customer."""


@pytest.fixture
async def scene(product: Settings, tmp_path: Path) -> AsyncIterator[Desks]:
    async with desks(product, tmp_path) as made:
        yield made


async def shows(page: Page, test: str, words: str | re.Pattern[str]) -> None:
    await expect(page.locator(f"[data-test={test}]")).to_have_text(words, timeout=LIMIT_MS)


async def loud(page: Page, name: str) -> None:
    """Wait until a level meter of the page shows a voice."""
    meter = page.get_by_role("meter", name=name).first
    await expect(meter).to_have_attribute(
        "aria-valuenow", re.compile(r"[3-9]\d|100"), timeout=LIMIT_MS
    )


async def test_a_call_is_taken_in_the_page_and_each_side_is_heard_and_recorded(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    await loud(page, "对方音量")
    await shows(page, "network", re.compile("网络"))
    await asyncio.sleep(1)
    await customer.hang_up()
    await scene.until_state(page, "空闲")

    async def stored() -> bool:
        return bool([r for r in await scene.events(e.RecordingWasStored) if not r.segment_id])

    await scene.until(stored, "no recording is stored")
    (whole,) = [r for r in await scene.events(e.RecordingWasStored) if not r.segment_id]
    left, right = channels(scene.settings.paths.recordings / whole.path)
    assert (hears(left, CUSTOMER), hears(left, FIRST)) == (True, False)
    assert (hears(right, FIRST), hears(right, CUSTOMER)) == (True, False)


async def test_a_call_survives_the_reload_of_its_page(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    await page.reload()
    await scene.until_state(page, "通话")
    await scene.until_heard(customer, FIRST)
    await loud(page, "对方音量")
    assert len(await scene.events(e.LegReplaced)) == 1
    await page.locator("[data-test=hang-up]").click()
    async with asyncio.timeout(20):
        await customer.gone.wait()
    (segment,) = await scene.events(e.SegmentEnded)
    assert segment.ended_by is e.EndedBy.AGENT


async def test_a_ringing_page_that_is_reloaded_rings_again(scene: Desks):
    page = await scene.seat()
    customer = await scene.call()
    await expect(page.locator("[data-test=answer]")).to_be_visible()
    await page.reload()
    await page.locator("[data-test=answer]").click()
    await scene.meets(customer)
    await scene.until_heard(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(page, "空闲")


async def test_two_tabs_do_not_fight_and_the_voice_follows_the_phone(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    second = scene.watch(await page.context.new_page())
    await second.goto(page.url)
    await shows(second, "phone", "话机正在另一个页面中使用")
    await scene.until_heard(customer, FIRST)
    await second.get_by_role("button", name="在此页面使用").click()
    await shows(second, "phone", "话机就绪")
    await shows(page, "phone", "话机正在另一个页面中使用")
    await loud(second, "对方音量")
    await scene.until_heard(customer, FIRST)
    await second.locator("[data-test=hang-up]").click()
    await scene.until_state(second, "空闲")


async def test_a_call_that_is_refused_goes_on_waiting(scene: Desks):
    page = await scene.seat()
    customer = await scene.call()
    await page.locator("[data-test=refuse]").click()

    async def refused() -> bool:
        return e.OfferResult.REFUSED in [o.result for o in await scene.events(e.OfferEnded)]

    await scene.until(refused, "the offer is not refused")
    assert not customer.gone.is_set()
    await customer.hang_up()
    await scene.until_state(page, "空闲")


async def test_on_hold_and_muted_the_customer_does_not_hear_the_agent(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    await page.locator("[data-test=hold]").click()
    await scene.until_state(page, "保持")
    await asyncio.sleep(0.5)
    assert not await scene.hears(customer, FIRST)
    await page.locator("[data-test=hold]").click()
    await scene.until_state(page, "通话")
    await scene.until_heard(customer, FIRST)
    await page.locator("[data-test=mute]").click()
    await expect(page.locator("[data-test=mute]")).to_contain_text("取消静音")
    await asyncio.sleep(0.5)
    assert not await scene.hears(customer, FIRST)
    await page.locator("[data-test=mute]").click()
    await scene.until_heard(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(page, "空闲")


async def test_keys_are_heard_by_the_customer(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await page.keyboard.press("Alt+k")
    pad = page.get_by_role("group", name="按键")
    for key in "159#":
        await pad.get_by_role("button", name=key, exact=True).click()

        async def heard(key: str = key) -> bool:
            return customer.keys_heard.endswith(key)

        await scene.until(heard, f"{key} is not heard")
    assert customer.keys_heard == "159#"
    await customer.hang_up()
    await scene.until_state(page, "空闲")


async def test_a_customer_is_sent_on_to_a_telephone_outside(scene: Desks):
    page = await scene.seat()
    outside = scene.expect_outside(OUTSIDE)
    customer = await scene.talk(page)
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await dialog.get_by_role("tab", name="外线号码").click()
    await dialog.get_by_label("电话号码").fill(OUTSIDE)
    await page.keyboard.press("Control+Enter")
    async with asyncio.timeout(20):
        friend = await outside.get()
    await scene.until_state(page, "空闲")
    await scene.until_heard(friend, CUSTOMER)
    assert not await scene.hears(customer, FIRST)
    await friend.hang_up()
    async with asyncio.timeout(20):
        await customer.gone.wait()
    (made,) = await scene.events(e.TransferMade)
    assert (made.target_kind, made.target_id, made.consulted) == ("outside", OUTSIDE, False)


async def test_a_colleague_is_consulted_swapped_conferred_with_and_given_the_call(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    colleague = await scene.seat(SECOND)
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await expect(dialog.get_by_role("option", selected=True)).to_be_visible(timeout=LIMIT_MS)
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Enter")
    await colleague.locator("[data-test=answer]").click()
    await shows(page, "consulted", re.compile("正在与"))
    await asyncio.sleep(0.5)
    assert not await scene.hears(customer, FIRST)
    await page.keyboard.press("Alt+s")
    await shows(page, "consulted", re.compile("等待中"))
    await scene.until_heard(customer, FIRST)
    assert not await scene.hears(customer, SECOND)
    await page.keyboard.press("Alt+s")
    await scene.until_state(page, "咨询")
    await page.keyboard.press("Alt+g")
    await scene.until_state(page, "三方")
    await scene.until_heard(customer, FIRST)
    await scene.until_heard(customer, SECOND)
    party = page.get_by_role("list", name="会议各方").get_by_role("listitem")
    await party.get_by_role("button", name="静音").click()
    await expect(party.get_by_role("button", name="取消静音")).to_be_visible()
    await asyncio.sleep(0.5)
    assert not await scene.hears(customer, SECOND)
    await party.get_by_role("button", name="取消静音").click()
    await page.locator("[data-test=hang-up]").click()
    await scene.until_state(page, "空闲")
    await scene.until_heard(customer, SECOND)
    assert not await scene.hears(customer, FIRST)
    await scene.until_state(colleague, "通话")
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")
    ended = await scene.events(e.SegmentEnded)
    assert len({segment.agent_id for segment in ended}) == 2


async def test_a_queue_is_asked_and_its_next_agent_sees_the_customer(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    colleague = await scene.seat(SECOND)
    await colleague.keyboard.press("F8")
    await scene.until_state(colleague, "仅呼出")
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await dialog.get_by_role("tab", name="队列").click()
    await dialog.get_by_label("搜索名称或工号").fill("crowd")
    await expect(dialog.get_by_role("option", selected=True)).to_have_text("crowd")
    await page.keyboard.press("Enter")
    await shows(page, "consulted", re.compile("正在队列“crowd”中等待"))
    await loud(page, "对方音量")  # the queue's music
    assert not await scene.hears(customer, FIRST)
    await colleague.keyboard.press("F2")
    await colleague.locator("[data-test=answer]").click()
    await shows(page, "consulted", re.compile("正在与"))
    await expect(colleague.get_by_role("main")).to_contain_text(customer.caller)
    assert not await scene.hears(customer, FIRST)
    await page.keyboard.press("Alt+c")
    await scene.until_state(colleague, "通话")
    await scene.until_heard(customer, SECOND)
    assert not await scene.hears(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")
    (entered,) = await scene.events(e.QueueEntered)
    (taken,) = await scene.events(e.ConsultTaken)
    assert entered.queue_id == taken.queue_id == "crowd"


async def test_a_prompt_is_played_to_the_customer_by_whoever_has_them(scene: Desks):
    sound = tone_file(scene.folder, PROMPT).read_bytes()
    async with signed_in(scene.settings, "admin") as admin:
        made = await admin.post(
            "/prompts",
            data={"name": "long-tone", "language": "zh-CN"},
            files={"file": ("tone.wav", sound, "audio/wav")},
        )
        assert made.status_code == 201, made.text
        try:
            await _played(scene)
        finally:
            await admin.delete(f"/prompts/{made.json()['id']}")


async def _play(page: Page) -> None:
    await page.keyboard.press("Alt+v")
    dialog = page.get_by_role("dialog", name="向客户播放语音")
    await dialog.get_by_label("搜索名称或内容").fill("long-tone")
    await expect(dialog.get_by_role("option", selected=True)).to_contain_text("long-tone")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-test=silence]")).to_contain_text("long-tone")


async def _played(scene: Desks) -> None:
    page = await scene.seat()
    customer = await scene.talk(page)
    await _play(page)
    assert await scene.hears(customer, PROMPT)
    assert await scene.hears(customer, FIRST)
    await loud(page, "对方音量")
    await page.keyboard.press("Alt+v")
    await expect(page.locator("[data-test=prompt]")).to_be_visible()
    await asyncio.sleep(0.5)
    assert not await scene.hears(customer, PROMPT)
    await scene.until_heard(customer, FIRST)
    colleague = await scene.seat(SECOND)
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await expect(dialog.get_by_role("option", selected=True)).to_be_visible(timeout=LIMIT_MS)
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Control+Enter")
    await colleague.locator("[data-test=answer]").click()
    await scene.until_state(colleague, "通话")
    await _play(colleague)
    assert await scene.hears(customer, PROMPT)
    await colleague.keyboard.press("Alt+h")
    await scene.until_state(colleague, "保持")
    await asyncio.sleep(0.5)
    assert not await scene.hears(customer, PROMPT)
    await expect(colleague.locator("[data-test=prompt]")).to_be_disabled()
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")
    told = await scene.events(e.PromptEnded)
    assert [one.outcome for one in told] == ["stopped", "cut_off"]
    assert len({one.agent_id for one in told}) == 2


async def test_a_ring_of_the_group_is_picked_up_by_a_colleague(scene: Desks):
    page = await scene.seat()
    customer = await scene.call()
    await expect(page.locator("[data-test=answer]")).to_be_visible()
    colleague = await scene.seat(SECOND)
    await colleague.keyboard.press("Alt+j")
    await scene.meets(customer)
    await scene.until_state(colleague, "通话")
    await scene.until_state(page, "空闲")
    await scene.until_heard(customer, SECOND)
    assert not await scene.hears(customer, FIRST)
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")


async def test_a_network_that_comes_back_brings_the_voice_back(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    await page.context.set_offline(True)
    await asyncio.sleep(5)
    assert not customer.gone.is_set()
    await page.context.set_offline(False)
    await shows(page, "phone", "话机就绪")
    await scene.until_heard(customer, FIRST)
    await loud(page, "对方音量")
    await customer.hang_up()
    await scene.until_state(page, "空闲")


async def test_a_page_that_is_closed_sends_its_customer_back_to_the_queue(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    await scene.until_heard(customer, FIRST)
    await page.context.close()
    colleague = await scene.seat(SECOND)
    await colleague.locator("[data-test=answer]").click(timeout=90_000)
    await scene.until_state(colleague, "通话")
    await scene.until_heard(customer, SECOND)
    await customer.hang_up()
    await scene.until_state(colleague, "空闲")
    first, second = await scene.events(e.SegmentEnded)
    assert first.ended_by is e.EndedBy.SYSTEM
    assert second.ended_by is e.EndedBy.CUSTOMER


async def test_a_floor_that_is_killed_in_a_consultation_changes_nothing(scene: Desks):
    page = await scene.seat()
    outside = scene.expect_outside(OUTSIDE)
    customer = await scene.talk(page)
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await dialog.get_by_role("tab", name="外线号码").click()
    await dialog.get_by_label("电话号码").fill(OUTSIDE)
    await page.keyboard.press("Enter")
    async with asyncio.timeout(20):
        friend = await outside.get()
    await scene.until_heard(friend, FIRST)
    record = ProcessRecord.read(child_record(scene.settings.paths.run, "floor"))
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    await scene.until_heard(friend, FIRST)
    await expect(page.locator("[data-test=complete]")).to_be_enabled(timeout=LIMIT_MS)

    async def taken_over() -> bool:
        return bool(await scene.events(e.FloorTookOver))

    await scene.until(taken_over, "no floor takes over")
    await page.locator("[data-test=complete]").click()
    await scene.until_state(page, "空闲")
    await scene.until_heard(friend, CUSTOMER)
    assert not customer.gone.is_set()
    await friend.hang_up()
    async with asyncio.timeout(20):
        await customer.gone.wait()


async def test_a_customer_is_called_from_the_page(scene: Desks):
    page = await scene.seat()
    outside = scene.expect_outside(OUTSIDE)
    await page.keyboard.press("Alt+o")
    await page.keyboard.type(OUTSIDE)
    await expect(page.locator("[data-test=dial]")).to_be_enabled(timeout=LIMIT_MS)
    await page.keyboard.press("Enter")
    async with asyncio.timeout(20):
        customer = await outside.get()
    await scene.until_state(page, "通话")
    await scene.until_heard(customer, FIRST)
    await loud(page, "对方音量")
    await page.keyboard.press("Alt+x")
    async with asyncio.timeout(20):
        await customer.gone.wait()
    (started,) = await scene.events(e.CallStarted)
    assert (started.direction, started.called) == (e.Direction.OUTBOUND, OUTSIDE)
    assert customer.caller.lstrip("+") == started.caller.lstrip("+")
    # During the call the key would say what comes after it; here it is to end after-call work.
    await scene.until_state(page, "话后处理")
    await page.keyboard.press("F2")
    await scene.until_state(page, "空闲")


async def test_a_call_back_is_promised_and_kept(scene: Desks):
    page = await scene.seat()
    customer = await scene.talk(page)
    tomorrow = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    due = page.get_by_role("combobox", name="回呼时间")
    await due.fill(tomorrow.strftime("%Y-%m-%d 10:30"))
    await due.press("Enter")
    await page.locator("[data-test=callback]").click()
    await expect(page.get_by_text("已预约回呼")).to_be_visible()
    await customer.hang_up()
    await scene.until_state(page, "空闲")
    (promised,) = await scene.events(e.CallbackPromised)
    assert promised.number == customer.caller
    await page.get_by_role("tab", name=re.compile("待回呼")).click()
    owed = page.get_by_role("listitem").filter(has_text=customer.caller)
    await expect(owed).to_be_visible()
    outside = scene.expect_outside(customer.caller)
    await owed.get_by_role("button").click()
    await page.keyboard.press("Enter")
    async with asyncio.timeout(20):
        again = await outside.get()
    await scene.until_heard(again, FIRST)
    await again.hang_up()
    await scene.until_state(page, "话后处理")
    await page.keyboard.press("F2")
    await scene.until_state(page, "空闲")
    await expect(owed).to_have_count(0)
    await page.get_by_role("tab", name="最近通话").click()
    await expect(page.get_by_text(customer.caller).first).to_be_visible()


async def test_a_call_needs_no_mouse_from_its_ring_to_its_disposition(scene: Desks):
    page = await scene.seat()
    customer = await scene.call()
    await expect(page.locator("[data-test=answer]")).to_be_visible()
    await page.keyboard.press("Alt+a")
    await scene.meets(customer)
    await scene.until_state(page, "通话")
    await page.keyboard.press("Alt+h")
    await scene.until_state(page, "保持")
    await page.keyboard.press("Alt+h")
    await scene.until_state(page, "通话")
    await page.keyboard.press("Alt+n")
    await page.keyboard.type("客户询问派送时间")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("已保存")).to_be_visible()
    await page.keyboard.press("Alt+x")
    async with asyncio.timeout(20):
        await customer.gone.wait()
    (disposed,) = await scene.events(e.SegmentDisposed)
    assert disposed.notes == "客户询问派送时间"


async def test_an_agent_hears_themselves_by_way_of_the_switch(scene: Desks):
    page = await scene.seat()
    await page.get_by_role("button", name="耳机与测试").click()
    await page.locator("[data-test=echo]").click()
    await loud(page.get_by_role("dialog"), "对方音量")
    await page.locator("[data-test=echo]").click()
    await shows(page, "echo", "回声测试")
    await page.get_by_role("button", name="完成").click()


async def test_an_agent_goes_on_at_a_telephone_outside_and_comes_back(scene: Desks):
    """The page stays; the voice is at a mobile, behind a key that no voicemail presses."""
    number = "+8613700000555"
    page = await scene.seat()
    connection = await asyncpg.connect(scene.settings.database_url("owner"))
    try:
        await connection.execute("select set_config('openseat.scope', 'operator', false)")
        for agent_id in scene.seated:
            await connection.execute(
                "update agents set telephone = $2 where id = $1", agent_id, number
            )
    finally:
        await connection.close()
    await page.reload()
    await scene.until_state(page, "空闲")
    rung: asyncio.Queue[Party] = asyncio.Queue()

    async def rings(_: str, party: Party) -> None:
        await rung.put(party)
        await party.gone.wait()

    scene.stage.answer_at(number, rings)

    async def chosen() -> bool:
        # The button opens the menu or closes it, and the telephone comes into it some time after.
        item = page.get_by_role("menuitem", name=f"外线电话 {number}")
        if not await item.is_visible():
            await page.locator("[data-test=change-phone]").click()
        try:
            await item.click(timeout=1_500)
        except PlaywrightTimeoutError:
            return False
        return True

    await scene.until(chosen, "the page does not know the telephone")

    async def moved() -> bool:
        return bool(await scene.events(e.AgentMoved))

    await scene.until(moved, "the agent stays where they are")
    customer = await scene.call()
    async with asyncio.timeout(60):
        telephone = await rung.get()
    await telephone.answer()
    await asyncio.sleep(2)
    assert not customer.up.is_set(), "a voicemail would have the customer"
    await telephone.press("1")
    await scene.meets(customer)
    scene.hum(telephone, SECOND)
    await scene.until_state(page, "通话")
    assert await scene.hears(customer, SECOND)
    assert await scene.hears(telephone, CUSTOMER)
    await page.keyboard.press("Alt+h")
    await scene.until_state(page, "保持")
    await page.keyboard.press("Alt+h")
    await scene.until_state(page, "通话")
    assert await scene.hears(telephone, CUSTOMER)
    await page.keyboard.press("Alt+x")
    await scene.until_state(page, "空闲")
    await page.locator("[data-test=change-phone]").click()
    await page.get_by_role("menuitem", name="浏览器话机（耳机）").click()
    await shows(page, "phone", "话机就绪")
    await scene.talk(page)
    await page.keyboard.press("Alt+x")
    await scene.until_state(page, "空闲")
