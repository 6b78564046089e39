"""Impatient hands without a telephone: what is clicked twice is done once, early or late."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

EARLY_MS, LATE_MS = 0, 250
"""The second click comes before the first one's answer, or when all of it has been done."""


def twice(page: Page, button: Locator, between_ms: int) -> None:
    """Click twice where a button is, whatever has come into its place after the first click."""
    expect(button).to_be_enabled()
    button.hover()
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for count in (1, 2):
        page.mouse.down(click_count=count)
        page.mouse.up(click_count=count)
        page.wait_for_timeout(between_ms)


def changes(stand_in: Any) -> list[str]:
    """What the floor was asked to change, and nothing else."""
    return [path.removeprefix("/api/v1") for _, path, *_ in stand_in.received]


@pytest.mark.parametrize("between_ms", [EARLY_MS, LATE_MS])
def test_the_state_bar_commands_once(open_page, stand_in, between_ms):
    stand_in.agent("a-1002", state="busy", call_id="", reason="break")
    page = open_page("/agent", user="agent")
    state = page.locator("[data-test=state]")
    actions = page.locator(".bar .actions")
    for button, shown in (("示闲", "空闲"), ("仅呼出", "仅呼出")):
        twice(page, actions.get_by_role("button", name=button), between_ms)
        expect(state).to_contain_text(shown)
    twice(page, actions.get_by_role("button", name="示忙"), between_ms)
    twice(page, page.get_by_role("menuitem", name="会议").filter(visible=True), between_ms)
    expect(state).to_contain_text("示忙")
    twice(page, actions.get_by_role("button", name="签出"), between_ms)
    twice(page, page.get_by_role("dialog").get_by_role("button", name="签出"), between_ms)
    expect(page.locator(".os-desk").get_by_role("button", name="签入")).to_be_visible()
    path = "/me/agent"
    assert changes(stand_in) == [f"{path}/state"] * 3 + [f"{path}/sign-out"]


@pytest.mark.parametrize("between_ms", [EARLY_MS, LATE_MS])
def test_a_menu_and_its_dialog_on_the_floor_command_once(open_page, stand_in, between_ms):
    page = open_page("/floor", user="lead")
    agent = page.locator(".os-agent").filter(has_text="李娜")
    agent.get_by_role("button").click()
    twice(page, page.get_by_role("menuitem", name="强制示闲"), between_ms)
    dialog = page.get_by_role("dialog")
    twice(page, dialog.get_by_role("button", name="强制示闲"), between_ms)
    expect(dialog).to_have_count(0)
    agent.get_by_role("button").click()
    page.get_by_role("menuitem", name="调整队列").click()
    twice(page, dialog.get_by_role("button", name="调整", exact=True), between_ms)
    expect(dialog).to_have_count(0)
    assert changes(stand_in) == [f"/floor/agents/a-1002/{one}" for one in ("state", "posting")]


@pytest.mark.database
@pytest.mark.parametrize("between_ms", [EARLY_MS, LATE_MS])
def test_forms_open_and_save_once(real_page, between_ms):
    page = real_page("/admin/skills")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    name = f"双击{between_ms}"
    twice(page, page.get_by_role("button", name="新建"), between_ms)
    form = page.locator(".os-noun-form")
    form.locator("[data-field=name]").get_by_role("textbox").fill(name)
    twice(page, page.get_by_role("dialog").get_by_role("button", name="保存"), between_ms)
    expect(page.locator("main tbody tr").filter(has_text=name)).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("nav a[href='/admin/flows']").click()
    twice(page, page.get_by_role("button", name="新建"), between_ms)
    page.get_by_role("dialog").locator("#flow-name").fill(name)
    twice(page, page.get_by_role("dialog").get_by_role("button", name="开始绘制"), between_ms)
    expect(page.locator(".os-admin.wide")).to_be_visible()
    posts = [url.rpartition("/api/v1/")[2] for url in sent]
    assert [one for one in posts if one in {"skills", "flows"}] == ["skills", "flows"]
