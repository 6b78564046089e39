"""Messages between supervisor and agent, seen in two browsers before the real API."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.database]


def pictured(page, name: str) -> None:
    """Keep a picture for whoever looks at the pages."""
    folder = os.environ.get("OPENSEAT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_an_urgent_message_is_acknowledged_by_key_and_answered_and_survives_a_reload(real_page):
    agent = real_page("/agent", login="agent2")
    expect(agent.get_by_role("button", name="消息，0 条未读")).to_be_visible()
    focused = agent.get_by_role("button", name="签入").first
    focused.focus()
    boss = real_page("/floor", login="supervisor2", width=1920)
    boss.get_by_role("button", name="发消息").click()
    dialog = boss.get_by_role("dialog", name="发消息")
    expect(dialog.get_by_role("button", name="发送")).to_be_disabled()
    dialog.get_by_role("textbox", name="内容").fill("请尽快回到座位\n北斗快运排队增多")
    dialog.get_by_text("紧急：每个人都要确认").click()
    pictured(boss, "message-compose")
    dialog.get_by_role("button", name="发送").dblclick()
    expect(dialog).to_have_count(0)
    strip = agent.get_by_role("alert", name="消息")
    expect(strip).to_contain_text("请尽快回到座位")
    expect(focused).to_be_focused()
    pictured(agent, "message-strip")
    agent.reload()
    expect(strip).to_contain_text("请尽快回到座位")
    agent.keyboard.press("Alt+i")
    drawer = agent.get_by_role("dialog", name="消息")
    expect(drawer.get_by_role("listitem")).to_have_count(1)
    drawer.get_by_role("button", name="回复", exact=True).click()
    drawer.get_by_role("textbox", name="回复内容").fill("马上到")
    pictured(agent, "message-drawer")
    drawer.get_by_role("textbox", name="回复内容").press("Control+Enter")
    expect(drawer).to_contain_text("已确认")
    agent.keyboard.press("Escape")
    expect(strip).to_have_count(0)
    answer = boss.get_by_role("status", name="消息")
    expect(answer).to_contain_text("马上到")
    boss.keyboard.press("Alt+u")
    expect(answer).to_have_count(0)
    boss.keyboard.press("Alt+i")
    sent = boss.get_by_role("dialog", name="消息")
    sent.get_by_role("tab", name="发出的").click()
    expect(sent).to_contain_text("已确认 1，回复 1")
    sent.get_by_role("button", name="查看回执").click()
    expect(sent).to_contain_text("马上到")
    pictured(boss, "message-sent")


def test_a_plain_message_waits_to_be_read_in_english_too(real_page):
    boss = real_page("/floor", login="supervisor2", language="en")
    boss.get_by_role("button", name="Message", exact=True).click()
    dialog = boss.get_by_role("dialog", name="Send a message")
    dialog.get_by_role("textbox", name="Text").fill("Lunch at noon")
    dialog.get_by_role("textbox", name="Text").press("Control+Enter")
    expect(dialog).to_have_count(0)
    agent = real_page("/agent", login="agent2", language="en")
    strip = agent.get_by_role("status", name="Messages")
    expect(strip).to_contain_text("Lunch at noon")
    agent.keyboard.press("Alt+u")
    expect(strip).to_have_count(0)
    expect(agent.get_by_role("button", name="Messages, 0 unread")).to_be_visible()
