"""Figures of a day: tables, charts, and the calls behind every number."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Request, expect

pytestmark = pytest.mark.browser


def table(page):
    return page.locator("main .os-table").first


def test_queues_have_their_figures_and_undefined_ones_are_a_dash(open_page):
    page = open_page("/figures")
    rows = table(page).locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(page.get_by_role("img", name="每半小时接听")).to_be_visible()
    idle = rows.filter(has_text="订单售后")
    expect(idle).to_contain_text("–")


def test_a_number_opens_the_calls_behind_it(open_page):
    page = open_page("/figures")
    table(page).get_by_role("row").filter(has_text="信用卡咨询").get_by_title(
        "查看对应的呼叫"
    ).first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("信用卡咨询 · 进线")
    expect(drawer.locator("tbody tr")).to_have_count(25)
    drawer.get_by_role("button", name="更多").click()
    expect(drawer.locator("tbody tr")).to_have_count(40)
    drawer.locator("tbody tr").first.click()
    expect(page.get_by_role("heading", name="呼叫详情")).to_be_visible()


def test_a_name_shows_its_own_course(open_page):
    page = open_page("/figures")
    page.get_by_role("button", name="信用卡咨询").click()
    expect(page.get_by_role("button", name="显示全部")).to_be_visible()
    page.get_by_role("button", name="显示全部").click()
    expect(page.get_by_role("button", name="显示全部")).to_be_hidden()


def test_agents_have_figures_of_their_own(open_page):
    page = open_page("/figures")
    page.get_by_text("座席员", exact=True).click()
    expect(table(page).locator("tbody tr")).to_have_count(24)
    expect(page.get_by_role("columnheader", name="占线率")).to_be_visible()
    expect(page).to_have_url(re.compile("by=agent"))


def test_a_client_is_not_offered_agents_or_clients(open_page):
    page = open_page("/figures", user="bank")
    expect(table(page).locator("tbody tr").first).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(2)


def test_figures_are_exported(open_page):
    page = open_page("/figures")
    expect(table(page).locator("tbody tr")).to_have_count(4)
    with page.expect_download() as caught:
        page.get_by_role("button", name="导出 CSV").click()
    lines = caught.value.path().read_bytes().decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("队列,进线,接听,放弃")


def test_a_day_without_calls_says_so(open_page, stand_in):
    stand_in.empty()
    page = open_page("/figures")
    expect(page.get_by_text("这一天没有呼叫进入队列")).to_be_visible()


def test_a_failure_is_told_and_tried_again(open_page, stand_in):
    stand_in.failing = {"/figures"}
    page = open_page("/figures")
    expect(page.get_by_role("alert")).to_contain_text("internal")
    stand_in.failing = set()
    page.get_by_role("alert").get_by_role("button", name="重试").click()
    expect(table(page).locator("tbody tr")).to_have_count(4)


SHANGHAI, FAR = ZoneInfo("Asia/Shanghai"), "Pacific/Pago_Pago"
"""Nineteen hours apart: for most of the day it is another date there."""


def asked(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def day_shown(page: Page) -> str:
    return page.get_by_role("combobox", name="日期").input_value()


def test_today_is_that_of_the_projects_wherever_the_browser_is(open_page, stand_in):
    with_zone = open_page("/sign-in", user=None, zone=FAR)
    stand_in.user = "admin"
    before = datetime.now(SHANGHAI).date()
    with with_zone.expect_request("**/api/v1/figures?*") as sent:
        with_zone.goto(stand_in.url + "/figures")
    # Which day is today is left to the server; it is asked for none.
    assert asked(sent.value).keys().isdisjoint({"day", "from", "to"})
    expect(table(with_zone).locator("tbody tr")).to_have_count(4)
    assert day_shown(with_zone) in {str(before), str(datetime.now(SHANGHAI).date())}
    expect(with_zone.get_by_text("时间以 Asia/Shanghai 为准")).to_be_visible()


def test_a_browser_in_the_projects_zone_is_not_told_of_it(open_page):
    page = open_page("/figures")
    expect(table(page).locator("tbody tr")).to_have_count(4)
    expect(page.get_by_text("为准")).to_be_hidden()


def test_a_day_on_which_the_clock_is_put_back_has_25_hours(open_page, stand_in):
    stand_in.zone = "Europe/Berlin"
    page = open_page("/sign-in", user=None, zone="America/New_York")
    stand_in.user = "admin"
    with page.expect_response("**/api/v1/figures?*") as got:
        page.goto(stand_in.url + "/figures?day=2026-10-25")
    assert asked(got.value.request)["day"] == "2026-10-25"
    assert len(got.value.json()["starts"]) == 50
    expect(table(page).locator("tbody tr")).to_have_count(4)
    assert day_shown(page) == "2026-10-25"
    with page.expect_request("**/api/v1/figures/calls?*") as sent:
        table(page).get_by_title("查看对应的呼叫").first.click()
    span = [datetime.fromisoformat(asked(sent.value)[name]) for name in ("from", "to")]
    assert span[0] == datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin"))
    assert span[1] - span[0] == timedelta(hours=25)
