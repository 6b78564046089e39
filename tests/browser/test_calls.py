"""The call history: finding, opening, listening, exporting."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SERVED = "call-2-8999"


def rows(page):
    return page.get_by_role("table", name="呼叫").locator("tbody tr")


def test_calls_are_paged_forth_and_back(open_page):
    page = open_page("/calls")
    expect(rows(page)).to_have_count(50)
    first = rows(page).first.text_content()
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_text("第 2 页，本页 50 条")).to_be_visible()
    assert rows(page).first.text_content() != first
    page.get_by_role("button", name="下一页").click()
    expect(rows(page)).to_have_count(30)
    expect(page.get_by_role("button", name="下一页")).to_be_disabled()
    page.get_by_role("button", name="上一页").click()
    page.get_by_role("button", name="上一页").click()
    expect(rows(page).first).to_have_text(first or "")


def test_filters_narrow_and_live_in_the_address(open_page):
    page = open_page("/calls")
    page.get_by_role("combobox", name="全部结果").click()
    page.get_by_role("option", name="放弃", exact=True).click()
    expect(page).to_have_url(re.compile("outcome=abandoned"))
    expect(rows(page).filter(has_text="放弃")).to_have_count(rows(page).count())
    page.reload()
    expect(rows(page).first).to_contain_text("放弃")
    page.get_by_role("button", name="重置").click()
    expect(page).not_to_have_url(re.compile("outcome"))


def test_calls_are_sorted_by_the_server(open_page):
    page = open_page("/calls")
    expect(rows(page)).to_have_count(50)
    talk = page.get_by_role("button", name="通话")
    talk.click()
    talk.click()
    expect(page.get_by_role("columnheader", name="通话")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(rows(page).first).to_contain_text(re.compile(r"6:[0-4]\d"))


def test_a_call_tells_what_happened_in_plain_words(open_page):
    page = open_page("/calls")
    rows(page).filter(has_text="已接待").first.press("Enter")
    drawer = page.get_by_role("dialog")
    events = drawer.locator(".os-timeline li")
    expect(events.first).to_contain_text("开始：")
    expect(drawer.locator("[data-event='segment.disposed']")).to_contain_text("已解决 已补发账单")
    expect(drawer.locator("[data-event='leg.ended']")).to_have_count(0)
    drawer.get_by_text("显示技术细节").click()
    expect(drawer.locator("[data-event='leg.ended']")).to_contain_text("原因码 16")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_call_has_an_address_of_its_own(open_page):
    page = open_page(f"/calls/{SERVED}", language="en")
    expect(page.get_by_role("dialog")).to_contain_text("Conversation with")
    expect(page.get_by_role("dialog").locator("[data-test=price]")).to_have_text(re.compile(r"¥\d"))


def test_a_recording_is_played_sought_and_seen(open_page):
    page = open_page(f"/calls/{SERVED}")
    player = page.get_by_role("group", name="录音播放器")
    expect(player.get_by_text("客户", exact=True)).to_be_visible()
    player.get_by_role("button", name="播放").click()
    expect(player.get_by_role("button", name="暂停")).to_be_visible()
    position = player.get_by_role("slider", name="播放位置")
    expect(position).not_to_have_attribute("aria-valuenow", "0")
    player.get_by_role("button", name="暂停").click()
    at = int(position.get_attribute("aria-valuenow") or 0)
    position.press("ArrowRight")
    expect(position).to_have_attribute("aria-valuenow", str(at + 5))
    drawn = player.locator("canvas").evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)"
    )
    assert drawn
    expect(player.locator(".mark")).to_have_count(1)


def test_the_export_has_every_filtered_row_and_reads_in_excel(open_page):
    page = open_page("/calls")
    expect(rows(page)).to_have_count(50)
    with page.expect_download() as caught:
        page.get_by_role("button", name="导出 CSV").click()
    raw = caught.value.path().read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = raw.decode("utf-8-sig").splitlines()
    assert len(lines) == 131
    assert lines[0].startswith("开始时间,方向,主叫,被叫")
    assert '"\t+86' in lines[1]


def test_nothing_found_says_what_to_do(open_page, stand_in):
    stand_in.empty()
    page = open_page("/calls")
    expect(page.get_by_text("没有符合条件的呼叫")).to_be_visible()
    expect(page.get_by_text("请放宽日期")).to_be_visible()


def test_a_failure_is_told_with_its_code_and_tried_again(open_page, stand_in):
    stand_in.failing = {"/calls"}
    page = open_page("/calls")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("服务器出现错误")
    expect(alert).to_contain_text("internal")
    stand_in.failing = set()
    alert.get_by_role("button", name="重试").click()
    expect(rows(page)).to_have_count(50)


def test_while_waiting_the_shape_of_the_table_is_there(open_page, stand_in):
    stand_in.slow = True
    page = open_page("/calls")
    expect(page.get_by_text("正在加载")).to_be_visible()
    expect(page.locator(".os-table .bone").first).to_be_visible()
    stand_in.slow = False
    expect(rows(page)).to_have_count(50)


def test_a_call_that_is_not_there_is_said_so(open_page):
    page = open_page("/calls/call-0-0")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("没有找到")
