"""What an agent sees of a contact and fills in: script, client's page, form, colleagues' notes."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from openseat.testing.web.contact import BY_COLLEAGUE, ME, desk
from openseat.testing.web.floor import millis

pytestmark = pytest.mark.browser


def asked(stand_in, path):
    return [json.loads(body or "{}") for _, where, body, _ in stand_in.received if where == path]


def test_script_clients_page_and_colleagues_notes_are_shown(open_page, stand_in):
    page = desk(open_page, stand_in)
    script = page.locator("[data-test=script]")
    expect(script.get_by_role("heading", name="问候")).to_be_visible()
    expect(script.locator("strong")).to_have_text("恒信银行")
    # What a script holds beside Markdown is text.
    expect(script).to_contain_text("<b onclick=alert(1)>x</b>")
    expect(script.locator("b, a")).to_have_count(0)
    frame = page.frame_locator("[data-test=client-page] iframe")
    expect(frame.get_by_role("heading", name="客户档案 金卡")).to_be_visible()
    holder = page.locator("[data-test=client-page] iframe")
    expect(holder).to_have_attribute("referrerpolicy", "no-referrer")
    assert "allow-top-navigation" not in (holder.get_attribute("sandbox") or "")
    notes = page.locator("[data-test=colleague-notes]")
    expect(notes).to_contain_text("客户要求改日再谈")
    expect(notes).to_contain_text("旧问题")


def test_a_form_is_checked_and_saved_with_the_disposition_by_keys_alone(open_page, stand_in):
    page = desk(open_page, stand_in)
    page.get_by_text("需跟进", exact=True).click()
    page.keyboard.press("Control+Enter")
    reason = page.locator("[data-question=reason]")
    expect(reason.get_by_role("alert")).to_have_text("必填。")
    assert asked(stand_in, "/segments/segment-77/disposition") == []
    # The first field that is wrong has the focus: it is filled in without a mouse.
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(reason).to_contain_text("投诉")
    policy = page.locator("[data-question=policy]").get_by_role("textbox")
    policy.fill("12")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-question=policy]").get_by_role("alert")).to_have_text(
        "格式不符合要求。"
    )
    expect(policy).to_be_focused()
    policy.fill("P123456")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已保存")).to_be_visible()
    assert asked(stand_in, "/segments/segment-77/disposition") == [
        {
            "code": "follow_up",
            "notes": "",
            "form_id": "form-1",
            "form_version": 3,
            "answers": {"reason": "投诉", "policy": "P123456"},
        }
    ]


def test_the_page_of_a_client_opens_in_a_tab_where_it_is_set_up_so(open_page, stand_in):
    page = desk(open_page, stand_in)
    expect(page.locator("[data-test=client-page] iframe")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="在新标签页打开").click()
    tab = opened.value
    tab.wait_for_load_state()
    expect(tab.get_by_role("heading", name="客户档案 金卡")).to_be_visible()
    assert tab.evaluate("window.opener") is None


def test_a_call_of_the_past_shows_the_form_as_it_was_filled_in(open_page, stand_in):
    stand_in.calls[0]["written"] = [BY_COLLEAGUE]
    call_id = stand_in.calls[0]["call_id"]
    page = open_page(f"/calls/{call_id}")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("旧问题")
    expect(drawer).to_contain_text("客户要求改日再谈")


def test_own_busy_reasons_have_their_names_colours_and_limits_on_desk_and_floor(
    open_page, stand_in
):
    stand_in.busy_reasons[:] = [
        {"id": "r1", "code": "reports", "name_zh": "写报告", "name_en": "Reports",
         "colour": "calm", "counts_as": "work", "limit_s": 60, "position": 0, "active": True,
         "version": 1, "created_at": "2026-01-01T00:00:00Z"},
    ]  # fmt: skip
    stand_in.min_busy_s = 600
    stand_in.agent(ME, state="busy", reason="reports", call_id="", segment_id="", queue_id="",
                   client_id="",
                   since=millis() - 120_000)  # fmt: skip
    page = open_page("/agent", user="agent")
    expect(page.locator(".reason")).to_have_text("写报告")
    expect(page.locator("[data-test=state].tone-calm")).to_be_visible()
    expect(page.locator(".bar time.over")).to_be_visible()
    # Why going idle now would not count as a break.
    expect(page.locator("[data-test=too-short]")).to_contain_text("示忙不足 600 秒")
    floor = open_page("/floor", user="lead", language="en")
    tile = floor.locator(".os-agent").filter(has_text="Reports")
    expect(tile).to_be_visible()
    expect(tile.locator("time.over")).to_be_visible()


def test_today_is_that_of_the_calls_and_not_of_the_browser(open_page, stand_in):
    page = open_page("/floor", zone="Pacific/Honolulu")
    page.route(
        "**/api/v1/projects*",
        lambda route: route.fulfill(
            json={
                "items": [
                    {"id": "p", "name": "项目", "client_id": "c", "time_zone": "Pacific/Kiritimati"}
                ],
                "next_cursor": None,
            }
        ),
    )
    with page.expect_request(lambda one: "/api/v1/calls?" in one.url) as asked:
        page.goto(stand_in.url + "/calls")
    # A whole day apart: Kiritimati is always at the next date.
    there = page.evaluate(
        "new Intl.DateTimeFormat('sv-SE', {timeZone: 'Pacific/Kiritimati'}).format(new Date())"
    )
    assert f"first_day={there}" in asked.value.url
    assert f"last_day={there}" in asked.value.url
