"""A wallboard is laid out by pointer and keys, and shown by a link on a screen of its own."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from openseat.testing.link_floor import agent
from openseat.testing.web.live_floor import standing_in

pytestmark = [pytest.mark.browser, pytest.mark.database]


def pictured(page: Page, name: str) -> None:
    """Keep a picture for whoever looks at the pages."""
    folder = os.environ.get("OPENSEAT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def rows(waiting: int) -> dict[str, Any]:
    now = time.time_ns() // 1_000_000
    day = {
        "offered": 40, "answered": 34, "abandoned": 2, "short_abandoned": 1, "overflowed": 0,
        "within_service_level": 33, "wait_ms": 300_000, "talk_ms": 4_000_000,
    }  # fmt: skip
    return {
        "queues": {
            name: {
                "queue_id": name, "client_id": "beidou", "project_id": "beidou-service",
                "name": label, "service_level_ms": 20_000, "waiting": count, "idle": 2,
                "signed_in": 5, "talking": 3, "longest_since": now if count else None,
                "today": day,
            }
            for name, label, count in (
                ("beidou-parcels", "北斗查件", waiting), ("beidou-complaints", "北斗投诉", 0),
            )
        },
        "agents": {
            f"agent-10{number:02}": agent(
                f"agent-10{number:02}", group_id="group-two", number=f"10{number:02}",
                name=f"座席{number:02}", state=("idle", "talking", "busy")[number % 3], since=now,
            )
            for number in range(2, 10)
        },
    }  # fmt: skip


def test_a_board_is_laid_out_shown_by_its_link_followed_and_revoked(
    real_site, real_page, fresh_page
):
    with standing_in(real_site.settings) as floor:
        floor.show(**rows(3))
        boss = real_page("/screens", login="supervisor2", width=1920)
        pictured(boss, "screens-empty")
        boss.get_by_role("button", name="新建大屏").click()
        adding = boss.get_by_role("group", name="添加")
        for kind in ("指标", "队列列表", "座席", "告警", "时钟"):
            adding.get_by_role("button", name=kind, exact=True).click()
        # By keys: the figure one row down, wider, and back where nothing is in the way.
        figure = boss.get_by_role("button", name="指标，第 1 列第 1 行，3 乘 2")
        figure.press("ArrowLeft")
        expect(figure).to_have_count(1)
        clock = boss.get_by_role("button", name="时钟")
        before = clock.filter(has_text=":").last.get_attribute("aria-label")
        # By pointer: the clock to the right end of where it may go.
        tile = boss.locator("[data-tile]").last
        box = tile.bounding_box()
        assert box is not None
        boss.mouse.move(box["x"] + 20, box["y"] + 12)
        boss.mouse.down()
        boss.mouse.move(box["x"] + 20, box["y"] + 12 + box["height"] * 1.1, steps=6)
        boss.mouse.up()
        expect(tile).not_to_have_attribute("aria-label", before or "")
        tile.press("Shift+ArrowRight")
        boss.get_by_role("textbox", name="名称").fill("一号大屏")
        pictured(boss, "screens-designer")
        boss.get_by_role("button", name="保存").click()
        expect(boss.get_by_text("有未保存的修改")).to_have_count(0)
        links = boss.get_by_role("region", name="链接")
        links.get_by_role("textbox", name="放在哪里").fill("前台")
        links.get_by_role("button", name="生成链接").click()
        link = links.locator("code").inner_text()
        screen = fresh_page(width=1920)
        screen.goto(link)
        expect(screen.locator(".kind-figure .value")).to_have_text("3")
        expect(screen.get_by_role("table")).to_contain_text("北斗查件")
        floor.show(**rows(7))
        expect(screen.locator(".kind-figure .value")).to_have_text("7")
        pictured(screen, "screen")
        links.get_by_role("button", name="吊销").click()
        boss.get_by_role("dialog").get_by_role("button", name="吊销").click()
        expect(screen.get_by_text("这个链接已经失效")).to_be_visible()
        expect(links).to_contain_text("还没有链接")


def test_a_screen_says_when_what_it_shows_is_old_and_comes_back(real_site, real_page, fresh_page):
    pages = [
        {"seconds": 5, "tiles": [
            {"kind": "figure", "figure": "waiting", "x": 0, "y": 0, "w": 4, "h": 3},
        ]},
        {"seconds": 5, "tiles": [{"kind": "text", "text": "欢迎", "x": 0, "y": 0, "w": 4, "h": 3}]},
    ]  # fmt: skip
    with standing_in(real_site.settings) as floor:
        floor.show(**rows(4))
        boss = real_page("/floor", login="supervisor2")
        token = boss.request.get(f"{real_site.url}/api/v1/session").json()["csrf_token"]
        headers = {"X-OpenSeat-CSRF": token, "Content-Type": "application/json"}

        def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = boss.request.post(
                f"{real_site.url}/api/v1{path}", data=json.dumps(body), headers=headers
            )
            assert answer.ok, answer.text()
            return answer.json()

        board = post("/wallboards", {"name": "二号大屏", "pages": pages})
        link = post(f"/wallboards/{board['id']}/links", {"name": "大厅"})
        screen = fresh_page(width=1920)
        screen.goto(f"{real_site.url}/screen#{link['secret']}")
        expect(screen.locator(".kind-figure .value")).to_have_text("4")
        # The pages take turns.
        expect(screen.get_by_text("欢迎")).to_be_visible()
        expect(screen.locator(".kind-figure .value")).to_have_text("4")
    # The floor is gone: after a while without a sign of life the screen says so.
    expect(screen.get_by_role("alert")).to_contain_text("连接中断", timeout=60_000)
    with standing_in(real_site.settings, epoch=7) as floor:
        floor.show(**rows(6))
        expect(screen.get_by_role("alert")).to_have_count(0, timeout=60_000)
        expect(screen.locator(".kind-figure .value")).to_have_text("6", timeout=60_000)
