"""A floor of five hundred: few rows are drawn, all are reached, several are acted on together."""

from __future__ import annotations

import json
import random
import time

import pytest
from playwright.sync_api import Page, expect

from openseat.testing.web.floor import millis

pytestmark = pytest.mark.browser

AGENTS = 500
MOST_DRAWN = 80
"""Of 500; a screen has room for some thirty."""
CHANGES = 200


@pytest.fixture
def large(stand_in):
    """Five hundred agents, made of the two dozen."""
    few = list(stand_in.tables["agents"].values())
    stand_in.tables["agents"] |= {
        f"x-{number}": {
            **few[number % len(few)],
            "agent_id": f"x-{number}",
            "number": str(number),
            "name": f"座席{number}",
            "call_id": "",
        }
        for number in range(2000, 2000 + AGENTS - len(few))
    }
    return stand_in


def drawn(page: Page) -> int:
    return page.locator("[data-agent]").count()


def bodies(stand_in, part: str) -> list[tuple[str, object]]:
    return [
        (path.removeprefix("/api/v1"), json.loads(body) if body else None)
        for _, path, body, _ in stand_in.received
        if part in path
    ]


@pytest.mark.parametrize("view", ["卡片", "表格"])
def test_only_what_is_in_view_is_drawn_while_everything_changes(open_page, large, view):
    page = open_page("/floor", user="lead")
    page.get_by_role("button", name=view).click()
    expect(page.locator('[data-agent="a-1001"]')).to_be_visible()
    assert 12 <= drawn(page) <= MOST_DRAWN
    rng = random.Random(5)
    ids = list(large.tables["agents"])
    for _ in range(CHANGES):
        state = rng.choice(["idle", "busy", "after_call_work", "talking"])
        large.agent(rng.choice(ids), state=state, since=millis())
        time.sleep(0.02)
    assert drawn(page) <= MOST_DRAWN
    away = {"state": "busy", "reason": "meeting", "queue_id": "", "client_id": ""}
    large.agent("a-1002", **away, since=millis())
    expect(page.locator('[data-agent="a-1002"]')).to_contain_text("会议")
    page.locator('[data-agent="a-1001"]').focus()
    page.keyboard.press("End")
    last = f"x-{1999 + AGENTS - 24}"
    expect(page.locator(f'[data-agent="{last}"]')).to_be_focused()
    assert drawn(page) <= MOST_DRAWN
    expect(page.locator('[data-agent="a-1001"]')).to_have_count(0)
    page.keyboard.press("Home")
    expect(page.locator('[data-agent="a-1001"]')).to_be_focused()
    page.keyboard.press("PageDown")
    expect(page.locator("[data-agent]:focus")).to_have_count(1)


def test_agents_are_found_by_the_customers_number(open_page, large):
    page = open_page("/floor", user="lead")
    agent = large.tables["agents"]["a-1002"]
    caller = large.tables["calls"][agent["call_id"]]["caller"]
    page.get_by_label("工号、姓名、号码、队列").fill(caller)
    expect(page.locator("[data-agent]")).to_have_count(1)
    expect(page.locator("[data-agent]")).to_contain_text(caller)


def test_several_are_chosen_and_acted_on_with_one_question(open_page, large):
    page = open_page("/floor", user="lead")
    page.get_by_label("工号、姓名、号码、队列").fill("座席200")
    expect(page.locator('[data-agent="x-2000"]')).to_be_visible()
    page.locator('[data-agent="x-2000"]').focus()
    page.keyboard.press("Space")
    bar = page.get_by_role("region", name="对所选座席员的操作")
    expect(bar).to_contain_text("所选 1 名座席员")
    bar.get_by_role("button", name="选择全部 10 名").click()
    expect(bar).to_contain_text("所选 10 名座席员")
    signed_in = [
        one["agent_id"]
        for one in large.tables["agents"].values()
        if one["name"].startswith("座席200") and one["state"] != "signed_out"
    ]
    assert 0 < len(signed_in) <= 10
    bar.get_by_role("button", name="强制示忙").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"将所选 {len(signed_in)} 名座席员强制示忙")
    dialog.get_by_role("button", name="强制示忙").click()
    expect(page.get_by_role("alert").filter(has_text=f"{len(signed_in)} 名")).to_be_visible()
    expect(bar).to_have_count(0)
    asked = bodies(large, "/state")
    assert sorted(asked) == sorted(
        (f"/floor/agents/{one}/state", {"state": "busy"}) for one in signed_in
    )


def test_nobody_is_acted_on_who_is_not_shown(open_page, large):
    page = open_page("/floor", user="lead")
    search = page.get_by_label("工号、姓名、号码、队列")
    for number in (2001, 2002):
        search.fill(str(number))
        page.locator(f'[data-agent="x-{number}"]').focus()
        page.keyboard.press("Space")
    bar = page.get_by_role("region", name="对所选座席员的操作")
    expect(bar).to_contain_text("所选 1 名座席员")
    search.fill("座席200")
    expect(bar).to_contain_text("所选 2 名座席员")
    bar.get_by_role("button", name="调整技能").click()
    dialog = page.get_by_role("dialog", name="调整 所选 2 名座席员 的技能")
    dialog.get_by_role("combobox", name="英语 的级别").click(force=True)
    page.get_by_role("option", name="取消此技能").locator("visible=true").click()
    dialog.get_by_role("button", name="调整", exact=True).click()
    expect(dialog).to_have_count(0)
    ((path, body),) = bodies(large, "/floor/skills")
    assert path == "/floor/skills"
    assert sorted(body["agents"]) == ["x-2001", "x-2002"]
    assert (body["skills"], body["until"]) == ({"s-en": 0}, None)
