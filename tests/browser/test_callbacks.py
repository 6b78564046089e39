"""The list of promised call-backs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_promises_are_seen_by_state_and_lead_to_their_calls(open_page, stand_in):
    page = open_page("/callbacks")
    rows = page.get_by_role("table", name="回呼").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("已逾期")
    expect(rows.nth(1)).to_contain_text("待回呼")
    expect(rows.nth(1)).to_contain_text("语音流程")
    page.locator(".filters .choice").first.click()
    page.get_by_role("option", name="已回呼").click()
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name=re.compile(r"\d\d:\d\d")).last.click()
    expect(page.get_by_role("dialog")).to_contain_text(stand_in.calls[9]["call_id"])
    page.keyboard.press("Escape")
    stand_in.failing = {"/callbacks"}
    page.get_by_role("columnheader", name="应回呼时间").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("internal")
    stand_in.failing = set()
    stand_in.empty()
    page.get_by_role("alert").get_by_role("button", name="重试").click()
    expect(page.get_by_text("没有符合条件的回呼")).to_be_visible()
