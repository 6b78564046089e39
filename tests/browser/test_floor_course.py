"""The floor over the last hours: charts of what was noted, for what is looked at."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from openseat.testing.web.floor import millis

pytestmark = pytest.mark.browser

CHARTS = (
    "排队、接听、放弃的走势和未来半小时预计的图",
    "服务水平和占用率走势的折线图",
    "各状态座席员数走势的面积图",
)


def hours_asked(asked) -> float:
    since = datetime.fromisoformat(asked["since"]).timestamp()
    return (millis() / 1000 - since) / 3600


def drawn(page, label: str) -> int:
    """How many colours a chart has, grey ones apart."""
    canvas = page.get_by_role("img", name=label).locator("canvas")
    return canvas.evaluate(
        """canvas => {
            const { width, height } = canvas
            const data = canvas.getContext('2d').getImageData(0, 0, width, height).data
            const found = new Set()
            for (let i = 0; i < data.length; i += 4) {
                const [r, g, b, a] = data.slice(i, i + 4)
                const coloured = Math.max(r, g, b) - Math.min(r, g, b) > 60
                if (a > 200 && coloured) found.add(`${r},${g},${b}`)
            }
            return found.size
        }"""
    )


def test_the_last_hours_are_drawn_and_follow_what_is_chosen(open_page, stand_in):
    page = open_page("/floor")
    charts = page.locator("[data-points]")
    expect(charts).to_have_attribute("data-points", "60")
    for label in CHARTS:
        expect(page.get_by_role("img", name=label).locator("canvas")).to_be_visible()
        assert drawn(page, label) >= 2, label
    assert 0.99 < hours_asked(stand_in.courses[-1]) < 1.05
    page.get_by_role("combobox", name="时间范围").click(force=True)
    page.get_by_role("option", name="最近 4 小时").click()
    expect(charts).to_have_attribute("data-points", "240")
    page.locator(".client").click()
    page.get_by_role("option", name="优乐电商").click()
    # Agents belong to no client alone.
    expect(page.get_by_role("img", name=CHARTS[2])).to_have_count(0)
    expect(page.get_by_role("img", name=CHARTS[0])).to_be_visible()
    assert stand_in.courses[-1]["client_id"] == "c-yl"
    page.reload()
    expect(charts).to_have_attribute("data-points", "240")


def test_a_course_that_cannot_be_read_says_so_and_is_tried_again(open_page, stand_in):
    stand_in.failing.add("/floor/course")
    page = open_page("/floor")
    panel = page.locator("section").filter(has=page.get_by_role("heading", name="走势与预测"))
    expect(panel.get_by_role("alert")).to_be_visible()
    stand_in.failing.clear()
    panel.get_by_role("button", name="重试").click()
    expect(page.locator("[data-points]")).to_be_visible()
