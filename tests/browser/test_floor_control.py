"""Supervisors act on the floor: by menu, by keyboard, with a question first, and only they."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from playwright.sync_api import expect

from openseat.testing.web import floor

pytestmark = pytest.mark.browser

WATCHED = "a-1002"
"""An agent who talks; the supervisor's own seat is a-1001."""


def seated(stand_in) -> None:
    """The supervisor is signed in at a phone and free."""
    stand_in.tables["agents"]["a-1001"] |= {"state": "idle", "call_id": "", "endpoint": "p"}


def menu_of(page, name):
    page.locator(".os-agent").filter(has_text=name).get_by_role("button").click()
    return page.get_by_role("menu")


def asked(stand_in):
    """Changes asked for of the floor, oldest first."""
    return [
        (method, path.removeprefix("/api/v1"), json.loads(body) if body else None)
        for method, path, body, token in stand_in.received
        if token == "csrf-of-this-session" and ("/floor/" in path or "/supervision" in path)
    ]


def test_listening_begins_at_once_and_changes_by_the_bar(open_page, stand_in):
    seated(stand_in)
    call_id = stand_in.tables["agents"][WATCHED]["call_id"]
    page = open_page("/floor", user="lead")
    menu_of(page, "李娜").get_by_role("menuitem", name="监听").click()
    bar = page.get_by_role("region", name="我的监控")
    expect(bar).to_contain_text("正在监听 1002 李娜")
    expect(bar.get_by_role("button", name="监听", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    bar.get_by_role("button", name="耳语指导").click()
    expect(bar).to_contain_text("耳语指导")
    bar.get_by_role("button", name="强插").click()
    page.get_by_role("dialog").get_by_role("button", name="强插").click()
    expect(bar).to_contain_text("已强插 1002 李娜 的通话")
    bar.get_by_role("button", name="结束监控").click()
    expect(bar).to_have_count(0)
    path = f"/floor/agents/{WATCHED}/supervision"
    assert asked(stand_in) == [
        ("POST", path, {"mode": mode, "call_id": call_id})
        for mode in ("listen", "whisper", "barge")
    ] + [("DELETE", "/me/supervision", None)]


def test_taking_over_is_asked_first_and_can_be_thought_better_of(open_page, stand_in):
    seated(stand_in)
    page = open_page("/floor", user="lead")
    menu_of(page, "李娜").get_by_role("menuitem", name="拦截接管").click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    assert asked(stand_in) == []
    menu_of(page, "李娜").get_by_role("menuitem", name="拦截接管").click()
    page.get_by_role("dialog").get_by_role("button", name="拦截接管").click()
    expect(page.locator(".os-agent").filter(has_text="李娜")).to_contain_text("话后处理")
    assert asked(stand_in)[0][2]["mode"] == "intercept"


def test_states_are_forced_after_a_question(open_page, stand_in):
    page = open_page("/floor", user="lead")
    forced = {
        "强制示闲": ("state", {"state": "idle"}),
        "强制示忙": ("state", {"state": "busy"}),
        "强制签出": ("sign-out", {}),
    }
    for count, action in enumerate(forced, start=1):
        menu_of(page, "李娜").get_by_role("menuitem", name=action).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("1002 李娜")
        dialog.get_by_role("button", name=action).click()
        expect(page.get_by_role("alert").filter(has_text="李娜").last).to_be_visible()
        expect(dialog).to_have_count(0)
        assert len(asked(stand_in)) == count
    assert asked(stand_in) == [
        ("POST", f"/floor/agents/{WATCHED}/{path}", body) for path, body in forced.values()
    ]


def test_a_call_is_ended_from_its_row_and_a_click_on_the_menu_does_not_open_it(open_page, stand_in):
    page = open_page("/floor", user="lead")
    calls = page.get_by_role("table", name="进行中的呼叫")
    call = stand_in.tables["calls"][stand_in.tables["agents"][WATCHED]["call_id"]]
    row = calls.get_by_role("row").filter(has_text=call["caller"])
    row.get_by_role("button").last.click()
    page.get_by_role("menuitem", name="强制拆线").click()
    page.get_by_role("dialog").get_by_role("button", name="强制拆线").click()
    expect(row).to_have_count(0)
    assert page.url.endswith("/floor")
    assert asked(stand_in) == [("POST", f"/floor/calls/{call['call_id']}/end", {})]


def test_an_agent_is_moved_between_queues_for_a_time_and_taken_back(open_page, stand_in):
    page = open_page("/floor", user="lead")
    before = stand_in.tables["agents"][WATCHED]["queues"]
    menu_of(page, "李娜").get_by_role("menuitem", name="调整队列").click()
    dialog = page.get_by_role("dialog", name="调整 1002 李娜 的队列")
    for queue_id in before:
        dialog.get_by_text(floor.QUEUES[queue_id][0]).click()
    dialog.get_by_text("订单售后").click()
    dialog.get_by_role("combobox", name="持续").click(force=True)
    page.get_by_role("option", name="30 分钟后自动恢复").click()
    dialog.get_by_role("button", name="调整", exact=True).click()
    expect(dialog).to_have_count(0)
    method, path, body = asked(stand_in)[-1]
    assert (method, path) == ("PUT", f"/floor/agents/{WATCHED}/posting")
    assert body["queues"] == ["q-shop"]
    left = datetime.fromisoformat(body["until"]).timestamp() - floor.millis() / 1000
    assert 1_700 < left <= 1_800
    menu_of(page, "李娜").get_by_role("menuitem", name="调整队列").click()
    dialog.get_by_role("button", name="恢复原有队列").click()
    expect(dialog).to_have_count(0)
    assert asked(stand_in)[-1][0] == "DELETE"
    assert stand_in.tables["agents"][WATCHED]["queues"] == before


def test_a_skill_is_given_until_a_time_and_given_back(open_page, stand_in):
    page = open_page("/floor", user="lead")
    before = stand_in.tables["agents"][WATCHED]["skills"]
    menu_of(page, "李娜").get_by_role("menuitem", name="调整技能").click()
    dialog = page.get_by_role("dialog", name="调整 1002 李娜 的技能")
    row = dialog.get_by_role("listitem").filter(has_text="贷款业务")
    expect(row).to_contain_text("无")
    submit = dialog.get_by_role("button", name="调整", exact=True)
    expect(submit).to_be_disabled()
    dialog.get_by_role("combobox", name="贷款业务 的级别").click(force=True)
    page.get_by_role("option", name="7 级").locator("visible=true").click()
    dialog.get_by_role("combobox", name="持续").click(force=True)
    page.get_by_role("option", name="到指定时刻自动恢复").click()
    expect(submit).to_be_disabled()
    dialog.get_by_label("恢复时刻").fill("23:59")
    submit.click()
    expect(dialog).to_have_count(0)
    method, path, body = asked(stand_in)[-1]
    assert (method, path) == ("PUT", f"/floor/agents/{WATCHED}/skills")
    assert body["skills"] == {"s-loan": 7}
    left = datetime.fromisoformat(body["until"]).timestamp() - floor.millis() / 1000
    assert 0 < left <= 86_400
    menu_of(page, "李娜").get_by_role("menuitem", name="调整技能").click()
    expect(row).to_contain_text("7 级（原为 无")
    dialog.get_by_role("button", name="恢复原有技能").click()
    expect(dialog).to_have_count(0)
    assert asked(stand_in)[-1][0] == "DELETE"
    assert stand_in.tables["agents"][WATCHED]["skills"] == before


def test_the_menu_is_worked_by_keyboard(open_page, stand_in):
    seated(stand_in)
    page = open_page("/floor", user="lead")
    button = page.locator(".os-agent").filter(has_text="李娜").get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="监听")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="强制拆线")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="耳语指导")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="我的监控")).to_contain_text("耳语指导")


def test_without_a_phone_it_says_why_nobody_can_be_listened_to(open_page, stand_in):
    stand_in.tables["agents"]["a-1001"] |= {"state": "signed_out"}
    page = open_page("/floor", user="lead")
    menu = menu_of(page, "李娜")
    expect(menu).to_contain_text("请先在座席工作台签入一部话机")
    listen = menu.get_by_role("menuitem", name="监听")
    expect(listen).to_be_disabled()
    listen.click(force=True)
    assert asked(stand_in) == []
    page.keyboard.press("Escape")


def test_a_refusal_is_shown(open_page, stand_in):
    page = open_page("/floor", user="lead")
    stand_in.failing.add(f"/floor/agents/{WATCHED}/state")
    menu_of(page, "李娜").get_by_role("menuitem", name="强制示闲").click()
    page.get_by_role("dialog").get_by_role("button", name="强制示闲").click()
    expect(page.locator(".el-message--error")).to_be_visible()


def test_clients_have_no_menus(open_page):
    page = open_page("/floor", user="bank")
    expect(page.locator(".os-agent").first).to_be_visible()
    expect(page.locator(".os-control-button")).to_have_count(0)


def test_the_floor_is_narrowed_to_a_group_and_a_queue(open_page):
    page = open_page("/floor", user="lead")
    agents = page.locator(".os-agent")
    expect(agents).to_have_count(24)
    page.locator(".group").first.click()
    page.get_by_role("option", name="二组").click()
    expect(agents).to_have_count(12)
    page.locator(".group").nth(1).click()
    page.get_by_role("option", name="挂失专线").click()
    queues = page.get_by_role("table", name="队列").locator("tbody tr")
    expect(queues).to_have_count(1)
