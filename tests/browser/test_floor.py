"""The live floor: what is shown, what changes, and what happens when the connection is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from openseat.testing.web.floor import call_row, millis

pytestmark = pytest.mark.browser


def tile(page, name):
    return page.get_by_role("listitem").filter(has_text=name)


def figure(page, key):
    return page.locator(f"[data-figure={key}] dd")


def test_a_change_on_the_floor_is_on_the_page_without_reloading(open_page, stand_in):
    page = open_page("/floor")
    expect(tile(page, "吴昊")).to_contain_text("空闲")
    stand_in.agent("a-1010", state="busy", reason="meeting", since=millis() - 65_000)
    expect(tile(page, "吴昊")).to_contain_text("示忙")
    expect(tile(page, "吴昊")).to_contain_text("会议")
    expect(tile(page, "吴昊").locator("time")).to_have_text("1:05", timeout=30_000)


def test_timers_run_on_by_themselves(open_page, stand_in):
    page = open_page("/floor")
    stand_in.agent("a-1010", state="idle", since=millis())
    shown = tile(page, "吴昊").locator("time")
    first = shown.text_content() or ""
    expect(shown).not_to_have_text(first)
    second = shown.text_content() or ""
    expect(shown).not_to_have_text(second)


def test_timers_go_by_the_servers_clock(open_page, stand_in, fresh_page):
    page = fresh_page()
    page.clock.install()
    page.clock.set_system_time(millis() / 1000 - 7200)  # This machine is two hours late.
    stand_in.user = "admin"
    stand_in.agent("a-1010", since=millis() - 125_000)
    page.goto(stand_in.url + "/floor")
    expect(tile(page, "吴昊").locator("time")).to_contain_text("2:0")


def test_calls_come_and_go(open_page, stand_in):
    page = open_page("/floor")
    calls = page.get_by_role("table", name="进行中的呼叫")
    expect(calls).to_be_visible()
    stand_in.move({"calls": {"call-9": call_row("call-9", caller="+8613912345678")}})
    row = calls.get_by_role("row").filter(has_text="+8613912345678")
    expect(row).to_contain_text("语音导航")
    stand_in.move({}, {"calls": ["call-9"]})
    expect(row).to_have_count(0)


def test_figures_follow_the_queues_and_undefined_ones_are_a_dash(open_page, stand_in):
    stand_in.empty()
    page = open_page("/floor")
    expect(figure(page, "serviceLevel")).to_have_text("–")
    expect(figure(page, "longest")).to_have_text("–")
    expect(page.get_by_text("还没有队列")).to_be_visible()
    expect(page.get_by_text("现在没有呼叫")).to_be_visible()


def test_queues_show_who_waits(open_page, stand_in):
    page = open_page("/floor")
    stand_in.queue("q-loan", waiting=17, longest_since=millis() - 90_000)
    row = page.get_by_role("table", name="队列").get_by_role("row").filter(has_text="贷款咨询")
    expect(row).to_contain_text("17")
    expect(row).to_contain_text("1:3")


def test_agents_are_found_filtered_and_sorted(open_page):
    page = open_page("/floor")
    agents = page.locator(".os-agent")
    expect(agents).to_have_count(24)
    page.get_by_role("group", name="按状态筛选").first.get_by_role("button", name="示忙").click()
    expect(agents).to_have_count(2)
    page.get_by_role("button", name="全部 24").click()
    page.get_by_label("工号、姓名、号码、队列").fill("1003")
    expect(agents).to_have_count(1)
    expect(agents).to_contain_text("张伟")
    page.get_by_label("工号、姓名、号码、队列").fill("没有这个人")
    expect(page.get_by_text("没有符合条件的座席员")).to_be_visible()


def test_the_table_of_agents_sorts_by_every_column_and_is_remembered(open_page):
    page = open_page("/floor")
    page.get_by_role("button", name="表格").click()
    table = page.get_by_role("table", name="座席员")
    table.get_by_role("button", name="接待量").click()
    table.get_by_role("button", name="接待量").click()
    header = table.get_by_role("columnheader", name="接待量")
    expect(header).to_have_attribute("aria-sort", "descending")
    handled = [int(one) for one in table.locator("tbody tr td:nth-child(9)").all_text_contents()]
    assert handled == sorted(handled, reverse=True)
    page.reload()
    expect(page.get_by_role("table", name="座席员")).to_be_visible()


def test_one_client_is_looked_at_alone(open_page):
    page = open_page("/floor")
    page.locator(".client").click()
    page.get_by_role("option", name="优乐电商").click()
    queues = page.get_by_role("table", name="队列").locator("tbody tr")
    expect(queues).to_have_count(1)
    expect(queues).to_contain_text("订单售后")


def test_a_lost_connection_is_shown_and_taken_up_where_it_broke(open_page, stand_in):
    page = open_page("/floor")
    status = page.locator(".os-link-status")
    expect(status).to_have_text("实时")
    stand_in.user = None  # The next connection is refused until somebody signs in again.
    stand_in.feed.refusing = True
    stand_in.cut()
    expect(page.get_by_role("alert")).to_contain_text("不是最新的")
    expect(status).to_contain_text("请重新登录")


def test_changes_during_a_lost_connection_are_caught_up(open_page, stand_in):
    page = open_page("/floor")
    expect(page.locator(".os-link-status")).to_have_text("实时")
    no = stand_in.no
    stand_in.cut()
    stand_in.agent("a-1010", state="busy", reason="training")
    expect(tile(page, "吴昊")).to_contain_text("培训")
    expect(page.locator(".os-link-status")).to_have_text("实时")
    assert stand_in.feed.since_asked[-1] == str(no)


def test_a_gap_in_the_stream_brings_a_whole_snapshot(open_page, stand_in):
    page = open_page("/floor")
    expect(page.locator(".os-link-status")).to_have_text("实时")
    stand_in.no += 5  # Frames that the page never saw.
    stand_in.agent("a-1010", state="busy", reason="break")
    expect(tile(page, "吴昊")).to_contain_text("小休")
    assert stand_in.feed.since_asked[-1] is None


def test_unwell_trunks_raise_an_alarm(open_page, stand_in):
    page = open_page("/floor")
    stand_in.move({"trunks": {"t-1": {"trunk_id": "carrier", "reachable": False}}})
    expect(page.get_by_role("alert")).to_contain_text("中继 carrier 不可达")


def test_the_wallboard_shows_the_floor_large(open_page, stand_in):
    page = open_page("/floor", width=1920)
    page.get_by_role("button", name="大屏看板").click()
    expect(page.get_by_role("heading", name="呼叫中心现场")).to_be_visible()
    size = page.locator("[data-figure=waiting] dd").evaluate("e => getComputedStyle(e).fontSize")
    assert float(size.removesuffix("px")) >= 48
    expect(page.get_by_role("listitem").filter(has_text="空闲").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("现场监控")


def test_the_floor_is_exported_as_it_is_shown(open_page):
    page = open_page("/floor")
    with page.expect_download() as caught:
        page.get_by_role("button", name="导出 CSV: 队列").click()
    text = caught.value.path().read_bytes().decode("utf-8")
    assert text.startswith("\ufeff队列,企业客户,等待")
    assert len(text.strip().splitlines()) == 5


@pytest.mark.parametrize("width", [1440, 1920])
@pytest.mark.parametrize("path", ["/floor", "/calls", "/figures", "/agent", "/wallboard"])
def test_no_page_is_wider_than_its_window(open_page, path, width):
    page = open_page(path, user="lead", width=width)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading").first).to_be_visible()
    for one in ("document.documentElement", "document.querySelector('.page') ?? document.body"):
        assert page.evaluate(f"({one}).scrollWidth <= ({one}).clientWidth")
