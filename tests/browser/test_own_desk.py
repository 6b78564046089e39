"""The agent's own things on the desk, on the real API: calls, and what was said about them."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from playwright.sync_api import Page, expect

from openseat.journal.writer import JournalWriter
from openseat.platform.settings import Settings
from openseat.testing.link_floor import agent
from openseat.testing.own_day import CUSTOMER, MINE, OwnDay
from openseat.testing.own_sound import give_sound
from openseat.testing.web.live_floor import standing_in
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.browser, pytest.mark.database]

HOUR = 3_600_000


def now() -> int:
    return time.time_ns() // 1_000_000


async def told(settings: Settings, spool: Path) -> None:
    """Have the day happen, which ended a moment ago; agents may hear their own recordings."""
    dsn = settings.database_url("floor")
    facts = OwnDay(now() - HOUR).facts()
    writer = JournalWriter(dsn, cell_id="main", spool_folder=spool)
    await writer.open()
    await writer.append(facts)
    await writer.close()
    await Projector(dsn, cell_id="main", projections=projections()).catch_up()
    await give_sound(dsn, settings.paths.recordings, facts, spool)
    connection = await asyncpg.connect(settings.database_url("superuser"))
    await connection.execute("update projects set own_recordings_days = 30")
    await connection.close()


@pytest.fixture(scope="module")
def desk_site(real_site, tmp_path_factory) -> Iterator[Callable[[Callable[..., Page]], Page]]:
    """The real site with a floor on which the agent sits, idle, after a short day."""
    with ThreadPoolExecutor(1) as apart:
        spool = tmp_path_factory.mktemp("spool")
        apart.submit(asyncio.run, told(real_site.settings, spool)).result()
    with standing_in(real_site.settings) as floor:
        floor.show(agents={MINE: agent(MINE, endpoint="1001", since=now())})

        def opened(real_page: Callable[..., Page], **options: object) -> Page:
            page = real_page("/agent", login="agent1", **options)
            expect(page.locator("[data-test=state]")).to_have_text("空闲")
            return page

        yield opened


def pictured(page: Page, name: str) -> None:
    """Keep a picture for whoever looks at the pages."""
    folder = os.environ.get("OPENSEAT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def widen(page: Page) -> None:
    """Show more days than today: the day may have begun before midnight."""
    page.get_by_role("combobox", name="日期范围").first.click()
    page.get_by_role("button", name="近 7 天").click()


def rows(page: Page):
    return page.get_by_role("table", name="我的通话").locator("tbody tr")


def test_all_own_calls_are_found_opened_and_called_back_by_keys_alone(desk_site, real_page):
    page = desk_site(real_page)
    page.keyboard.press("Alt+l")
    drawer = page.get_by_role("dialog", name="我的通话")
    expect(drawer.get_by_role("textbox", name="号码")).to_be_focused()
    widen(page)
    expect(rows(page)).to_have_count(4)
    expect(rows(page).nth(2)).to_contain_text("未接")
    expect(rows(page).nth(3)).to_contain_text("保单 A-17 已解释")
    drawer.get_by_role("textbox", name="号码").focus()
    page.keyboard.type("3800138")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    rows(page).first.focus()
    page.keyboard.press("Enter")
    call = page.locator("[data-test=own-call]")
    expect(call.get_by_role("heading", level=3)).to_be_focused()
    expect(call).to_contain_text(CUSTOMER)
    expect(call.locator("[data-step] > span")).to_have_text(
        [
            "来电在您的话机振铃",
            "您与客户接通",
            "您让客户等待（保持）",
            "您取回了客户",
            "您把客户转给了 李娜",
            "您的通话结束，共 0:40 · 转接后结束",
            "您填写了小结：已解决",
        ],
    )
    pictured(page, "own-call")
    # What the colleague wrote afterwards travels with the call.
    expect(call).to_contain_text("同事的备注")
    page.keyboard.press("Tab")
    expect(call.get_by_role("button", name=f"呼叫 {CUSTOMER}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer).to_be_hidden()
    field = page.get_by_role("region", name="外呼").get_by_role("textbox", name="电话号码")
    expect(field).to_have_value(CUSTOMER)
    expect(field).to_be_focused()


def test_the_log_is_narrowed_by_what_became_of_calls_and_by_what_was_written(desk_site, real_page):
    page = desk_site(real_page)
    page.locator("[data-test=all-calls]").click()
    widen(page)
    expect(rows(page)).to_have_count(4)
    page.get_by_role("combobox", name="全部结果").press("Enter")
    page.get_by_role("option", name="未接", exact=True).click()
    expect(rows(page)).to_have_count(1)
    rows(page).first.click()
    steps = page.locator("[data-test=own-call] [data-step] > span")
    expect(steps).to_have_text(["来电在您的话机振铃", "您没有接听 （振铃 0:05）"])
    page.get_by_role("button", name="返回列表").click()
    page.get_by_role("button", name="重置").click()
    widen(page)
    page.get_by_role("textbox", name="备注中的文字").fill("premium 100%")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("+8613700007777")


def test_a_missed_call_stands_on_the_desk_itself(desk_site, real_page):
    page = desk_site(real_page)
    latest = page.locator(".log li")
    expect(latest).to_have_count(4)
    expect(latest.filter(has_text="未接")).to_contain_text("+8613911112222")
    latest.filter(has_text="忙线").get_by_role("button", name="+8613700008888", exact=True).click()
    expect(page.locator("[data-test=own-call] [data-step] > span")).to_have_text(["您呼叫了客户"])


def test_the_own_part_of_a_recorded_call_is_heard_at_the_desk(desk_site, real_page):
    page = desk_site(real_page)
    page.locator(".log li").get_by_role("button", name=CUSTOMER, exact=True).click()
    heard = page.locator("[data-test=own-recordings]")
    expect(heard.get_by_role("slider")).to_be_visible()
    # Heard, not taken away.
    expect(heard.get_by_role("link")).to_have_count(0)
    heard.get_by_role("button", name="播放", exact=True).click()
    expect(heard.get_by_role("button", name="暂停", exact=True)).to_be_visible()
    # The sound moves on: it is really played.
    expect(heard.locator(".time")).to_contain_text(re.compile(r"^0:0[1-9] / 0:40$"))
    pictured(page, "own-recording")


def test_targets_set_on_the_figures_page_are_held_against_the_day_at_the_desk(desk_site, real_page):
    admin = real_page("/figures")
    admin.locator("[data-test=targets]").click()
    drawer = admin.get_by_role("dialog", name="座席目标")
    drawer.get_by_role("combobox", name="座席组").click()
    admin.get_by_role("option", name="一组", exact=True).click()
    drawer.get_by_role("spinbutton", name="接待量").fill("500")
    drawer.get_by_role("spinbutton", name="平均处理时长").fill("90")
    pictured(admin, "targets")
    drawer.locator("[data-test=save-targets]").click()
    expect(admin.get_by_text("目标已保存")).to_be_visible()
    page = desk_site(real_page)
    day = page.locator("[data-test=own-day]")
    handled = day.locator("[data-measure=handled]")
    expect(handled).to_contain_text("目标 ≥ 500")
    expect(handled).to_contain_text("进行中")
    expect(day.locator("[data-reason=break]")).to_be_visible()
    day.scroll_into_view_if_needed()
    pictured(page, "own-day")


def test_busy_time_by_reason_stands_on_the_figures_page(desk_site, real_page):
    page = real_page("/figures?by=agent")
    table = page.get_by_role("table", name="示忙时长（按原因）")
    expect(table.locator("tbody tr").filter(has_text="会议")).to_contain_text("5:00")
    expect(table.locator("tbody tr").filter(has_text="小休")).to_contain_text("11:00")
    pictured(page, "busy-times")
