"""Thresholds set in the page, and the alarms of a floor that moves, before the real API."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from openseat.testing.figure_rows import put_figures
from openseat.testing.link_floor import agent
from openseat.testing.web.live_floor import standing_in

pytestmark = [pytest.mark.browser, pytest.mark.database]


def pictured(page: Page, name: str) -> None:
    """Keep a picture for whoever looks at the pages."""
    folder = os.environ.get("OPENSEAT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def queue(queue_id: str, name: str, waiting: int, **more: Any) -> dict[str, Any]:
    day = {
        "offered": 40, "answered": 30, "abandoned": 2, "short_abandoned": 1, "overflowed": 0,
        "within_service_level": 24, "wait_ms": 300_000, "talk_ms": 4_000_000,
    }  # fmt: skip
    return {
        "queue_id": queue_id, "client_id": "beidou", "project_id": "beidou-service", "name": name,
        "service_level_ms": 20_000, "waiting": waiting, "idle": 2, "signed_in": 5, "talking": 3,
        "longest_since": (time.time_ns() // 1_000_000 - 30_000) if waiting else None,
        "today": day, **more,
    }  # fmt: skip


def floor_rows(waiting: int) -> dict[str, Any]:
    now = time.time_ns() // 1_000_000
    return {
        "queues": {
            "beidou-parcels": queue("beidou-parcels", "北斗查件", waiting),
            "beidou-complaints": queue("beidou-complaints", "北斗投诉", 0),
        },
        "agents": {
            f"agent-10{number:02}": agent(
                f"agent-10{number:02}", group_id="group-two", number=f"10{number:02}",
                name=f"座席{number:02}", state="busy" if number == 2 else "idle",
                since=now - 600_000,
            )
            for number in range(2, 10)
        },
    }  # fmt: skip


def test_a_threshold_is_set_raises_colours_is_acknowledged_and_ends(real_site, real_page):
    with standing_in(real_site.settings) as floor:
        floor.show(**floor_rows(0))
        boss = real_page("/alarms", login="supervisor2")
        expect(boss.get_by_text("没有告警")).to_be_visible()
        boss.get_by_role("tab", name="阈值").click()
        pictured(boss, "thresholds-empty")
        boss.get_by_role("button", name="新建阈值").click()
        form = boss.get_by_role("dialog", name="新建阈值")
        form.get_by_role("textbox", name="名称").fill("查件排队过多")
        form.get_by_role("combobox", name="对象").click()
        expect(boss.get_by_role("option").filter(visible=True)).to_have_count(2)
        boss.get_by_role("option", name="查件").filter(visible=True).first.click()
        form.get_by_role("spinbutton", name="持续多少秒才告警").fill("0")
        form.get_by_role("spinbutton", name="恢复后持续多少秒才解除").fill("0")
        form.get_by_text("严重").click()
        pictured(boss, "threshold-form")
        form.get_by_role("button", name="保存").dblclick()
        expect(form).to_have_count(0)
        expect(boss.get_by_role("row").filter(has_text="查件排队过多")).to_have_count(1)
        pictured(boss, "thresholds")
        watching = real_page("/floor", login="supervisor2", width=1920)
        expect(watching.get_by_role("table").first).to_contain_text("北斗查件")
        floor.show(**floor_rows(6))
        strip = watching.get_by_role("alert", name="当前告警")
        expect(strip).to_contain_text("查件排队过多")
        expect(watching.locator("[data-alarm=critical]").first).to_contain_text("北斗查件")
        pictured(watching, "floor-alarm")
        strip.get_by_role("button", name="确认").click()
        expect(strip).to_have_count(0)
        expect(watching.locator("[data-alarm=critical]")).to_have_count(1)
        boss.get_by_role("tab", name="当前告警").click()
        expect(boss.get_by_role("row").filter(has_text="查件排队过多")).to_contain_text("郑班长")
        floor.show(**floor_rows(0))
        expect(watching.locator("[data-alarm=critical]")).to_have_count(0)
        expect(boss.get_by_text("没有告警")).to_be_visible()
        boss.get_by_role("tab", name="历史").click()
        expect(boss.get_by_role("row").filter(has_text="查件排队过多")).to_have_count(1)
        pictured(boss, "alarm-history")


def test_an_alarm_about_an_agent_colours_tile_and_row_and_is_taken_by_key(real_site, real_page):
    with standing_in(real_site.settings) as floor:
        floor.show(**floor_rows(0))
        boss = real_page("/floor", login="supervisor2", language="en")
        answer = boss.request.get(f"{real_site.url}/api/v1/session").json()
        made = boss.request.post(
            f"{real_site.url}/api/v1/thresholds",
            data={
                "name": "Busy for long", "scope": "group", "subject_id": "group-two",
                "measure": "state_time", "state": "busy", "limit": 300, "hold_s": 0,
            },
            headers={"X-OpenSeat-CSRF": answer["csrf_token"]},
        )  # fmt: skip
        assert made.ok, made.text()
        strip = boss.get_by_role("alert", name="Open")
        expect(strip).to_contain_text("An agent’s time in a state (s) · Busy")
        expect(boss.locator(".os-agent[data-alarm=warning]")).to_contain_text("1002")
        pictured(boss, "agent-alarm")
        boss.get_by_role("button", name="Table").click()
        row = boss.locator("tr[data-alarm=warning]")
        expect(row).to_contain_text("1002")
        expect(row).to_contain_text("Warning")
        boss.keyboard.press("Alt+y")
        expect(strip).to_have_count(0)
        # Somebody takes care of it, and it is still on.
        expect(row).to_have_count(1)


def test_webhooks_are_the_administrators_and_their_log_is_shown(real_site, real_page):
    admin = real_page("/alarms", width=1920)
    admin.get_by_role("tab", name="事件推送").click()
    admin.get_by_role("button", name="新建推送地址").click()
    form = admin.get_by_role("dialog", name="新建推送地址")
    form.get_by_role("textbox", name="名称").fill("值班平台")
    form.get_by_role("textbox", name="地址").fill("http://127.0.0.1:9/hook")
    form.get_by_role("button", name="保存").click()
    expect(admin.get_by_text("whsec_")).to_be_visible()
    row = admin.get_by_role("row").filter(has_text="值班平台")
    row.get_by_role("button", name="发送测试").click()
    expect(admin.get_by_text("测试事件已排队")).to_be_visible()
    row.get_by_role("button", name="投递记录").click()
    log = admin.get_by_role("dialog", name="投递记录")
    expect(log).to_contain_text("openseat.webhook.test")
    for _ in range(30):
        if "没有应答" in log.inner_text():
            break
        log.get_by_role("button", name="刷新").click()
        admin.wait_for_timeout(300)
    expect(log).to_contain_text("没有应答")
    pictured(admin, "webhooks")
    boss = real_page("/alarms", login="supervisor2")
    expect(boss.get_by_role("tab", name="阈值")).to_be_visible()
    expect(boss.get_by_role("tab", name="事件推送")).to_have_count(0)


def test_the_next_half_hour_is_told_where_there_is_history(real_site, real_page):
    week, quarter = 7 * 86_400_000, 900_000
    now = time.time_ns() // 1_000_000

    async def history() -> None:
        for weeks in (1, 2):
            first = (now - weeks * week) // quarter * quarter
            # None in the quarter that is under way: today has had nobody in it, and would be
            # taken for a quiet day in the last minutes of it.
            for place in range(1, 5):
                await put_figures(
                    real_site.settings.database_url("floor"), "beidou-parcels",
                    first + place * quarter, offered=90, handled=84, abandoned=6,
                    talk_ms=84 * 200_000, answered_wait_ms=600_000, abandoned_wait_ms=180_000,
                )  # fmt: skip

    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, history()).result()
    with standing_in(real_site.settings) as floor:
        floor.show(**floor_rows(0))
        boss = real_page("/floor", login="supervisor2", width=1920)
        panel = boss.locator("section").filter(has_text="未来半小时")
        row = panel.get_by_role("row").filter(has_text="查件")
        expect(row).to_contain_text("–")
        # Five are signed in, and more are needed.
        expect(row.locator(".short")).to_have_count(1)
        expect(panel.get_by_role("row")).to_have_count(2)
        pictured(boss, "forecast")
