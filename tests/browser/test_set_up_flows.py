"""The flow editor on the real API: drawn, checked, tried, published, compared, taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.database]

NOON = "2026-05-06 12:00:00"


def step(page: Page, step_id: str) -> Locator:
    """A step on the canvas."""
    return page.locator(f"[data-step='{step_id}']")


def way(page: Page, step_id: str, field: str) -> Locator:
    """The dot on the right of a step from which a way out is drawn."""
    return step(page, step_id).locator(f".vue-flow__handle[data-handleid='{field}']")


def drag(page: Page, start: Locator, end: Locator) -> None:
    """Drag with the mouse, in small steps as a hand does."""
    a, b = start.bounding_box(), end.bounding_box()
    assert a
    assert b
    page.mouse.move(a["x"] + a["width"] / 2, a["y"] + a["height"] / 2)
    page.mouse.down()
    page.mouse.move(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2, steps=12)
    page.mouse.up()


def pick(page: Page, label: str, option: str) -> None:
    """Choose an option of the select with a label in the form at the right."""
    page.get_by_role("complementary").get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option).filter(visible=True).first.click()


def stored(page: Page, flow_id: str) -> dict[str, Any]:
    """A flow as the API gives it."""
    return page.request.get(f"{page.url.split('/admin')[0]}/api/v1/flows/{flow_id}").json()


def draw(page: Page, name: str) -> str:
    """Begin a new flow and return its id."""
    page.get_by_role("button", name="新建").click()
    page.get_by_role("dialog").get_by_label("名称").fill(name)
    page.get_by_role("button", name="开始绘制").click()
    expect(step(page, "hang-up")).to_be_visible()
    return page.url.rpartition("/")[2]


def test_a_flow_is_drawn_connected_checked_and_published(real_page):
    page = real_page("/admin/flows")
    flow_id = draw(page, "春节值班")
    state = page.get_by_role("status").filter(has_text="·")
    expect(state).to_contain_text("可以发布")

    page.get_by_role("navigation", name="步骤").get_by_role("button", name="播放").click()
    expect(step(page, "announce")).to_have_attribute("data-mark", "error")
    expect(state).to_contain_text("处错误")
    page.get_by_role("button", name="添加播放内容").click()
    page.get_by_role("combobox", name="播放内容 1").click()
    page.keyboard.type("welcome-beidou")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="显示全部").click()
    drag(page, way(page, "announce", "next"), step(page, "hang-up").locator(".gist"))
    page.get_by_role("button", name="设为起点").click()
    expect(state).to_contain_text("可以发布")
    expect(step(page, "announce")).not_to_have_attribute("data-mark", re.compile(".+"))

    page.get_by_role("button", name="发布").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("第一版")
    page.get_by_role("dialog").get_by_role("button", name="发布").click()
    expect(page.get_by_text("线上第 1 版")).to_be_visible()
    flow = stored(page, flow_id)
    assert flow["published_number"] == 1
    steps = {one["id"]: one for one in flow["draft"]["steps"]}
    assert flow["draft"]["start"] == "announce"
    assert steps["announce"]["prompt"] == ["prompt:welcome-beidou"]
    assert steps["announce"]["next"] == "hang-up"


def test_changes_are_taken_back_and_done_again_from_the_keyboard(real_page):
    page = real_page("/admin/flows")
    draw(page, "撤销重做")
    palette = page.get_by_role("navigation", name="步骤")
    palette.get_by_role("button", name="排队").click()
    palette.get_by_role("button", name="语音留言").click()
    expect(page.locator("[data-step]")).to_have_count(3)
    step(page, "voicemail").click()
    page.keyboard.press("Delete")
    expect(page.locator("[data-step]")).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(step(page, "voicemail")).to_be_visible()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-step]")).to_have_count(1)
    for _ in range(3):
        page.keyboard.press("Control+y")
    expect(page.locator("[data-step]")).to_have_count(2)
    expect(step(page, "queue")).to_be_visible()


def test_a_flow_is_built_with_the_keyboard_alone(real_page):
    page = real_page("/admin/flows")
    flow_id = draw(page, "只用键盘")
    palette = page.get_by_role("navigation", name="步骤")
    palette.get_by_role("button", name="切换语言").focus()
    page.keyboard.press("Enter")
    expect(step(page, "language")).to_be_visible()
    # The way out is chosen in the form: no dragging needed.
    page.get_by_role("complementary").get_by_label("下一步", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("hang-up")
    expect(page.get_by_role("option", name="hang-up").filter(visible=True)).to_have_count(1)
    page.keyboard.press("Enter")
    name = page.get_by_label("步骤名")
    name.fill("in-english")
    page.keyboard.press("Tab")
    expect(step(page, "in-english")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    steps = {one["id"]: one for one in stored(page, flow_id)["draft"]["steps"]}
    assert steps["in-english"]["next"] == "hang-up"

    before = steps["in-english"]["position"]
    page.locator(".vue-flow__node[data-id='in-english']").focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    steps = {one["id"]: one for one in stored(page, flow_id)["draft"]["steps"]}
    assert steps["in-english"]["position"][1] > before[1]


def test_a_finding_leads_to_its_step(real_page):
    page = real_page("/admin/flows")
    draw(page, "有错误")
    page.get_by_role("navigation", name="步骤").get_by_role("button", name="排队").click()
    page.locator(".vue-flow__pane").click(position={"x": 5, "y": 5})
    page.get_by_role("tab", name="检查").click()
    findings = page.get_by_role("complementary").get_by_role("list")
    expect(findings).to_contain_text("“队列”必填")
    findings.get_by_role("button").filter(has_text="必填").click()
    expect(page.get_by_role("heading", name="排队")).to_be_visible()
    page.get_by_role("button", name="发布").click()
    page.get_by_role("dialog").get_by_role("button", name="发布").click()
    expect(page.get_by_role("alert").filter(has_text="不能发布").first).to_be_visible()


def test_the_simulated_caller_walks_presses_keys_and_hears(real_page):
    page = real_page("/admin/flows/beidou-menu")
    page.get_by_role("tab", name="试走").click()
    trial = page.get_by_role("region", name="模拟来电")
    trial.get_by_placeholder("现在").fill(NOON)
    page.keyboard.press("Enter")
    trial.get_by_role("button", name="拨入").click()
    log = trial.get_by_role("list")
    expect(log).to_contain_text("北斗物流")
    expect(step(page, "welcome")).to_have_class(re.compile(r"\bhere\b"))
    trial.get_by_role("button", name="听完").click()
    expect(step(page, "menu")).to_have_class(re.compile(r"\bhere\b"))
    trial.get_by_role("group", name="电话按键").get_by_role("button", name="3").click()
    expect(step(page, "track")).to_have_class(re.compile(r"\bhere\b"))
    for key in "12345#":
        page.keyboard.press(key)
    expect(log).to_contain_text("您输入的是")
    expect(trial.get_by_role("status")).to_have_text("正在播放")
    trial.get_by_role("button", name="退一步").click()
    expect(step(page, "track")).to_have_class(re.compile(r"\bhere\b"))
    trial.get_by_role("button", name="客户挂断").click()
    expect(trial.get_by_role("status")).to_have_text("流程结束")


def test_versions_are_compared_and_taken_back(real_page):
    page = real_page("/admin/flows/jincheng-menu")
    expect(page.get_by_text("线上第 1 版")).to_be_visible()
    before = stored(page, "jincheng-menu")["draft"]
    menu = next(one for one in before["steps"] if one["kind"] == "menu")
    page.get_by_role("button", name="显示全部").click()
    step(page, menu["id"]).click()
    page.get_by_label("重试次数").fill("4")
    page.keyboard.press("Tab")
    page.get_by_role("tab", name="版本").click()
    changes = page.locator(f"[data-change='{menu['id']}']")
    expect(changes).to_contain_text("重试次数")
    expect(changes.locator("ins")).to_have_text("4")
    expect(page.locator("[data-change]")).to_have_count(1)

    page.get_by_role("button", name="发布").click()
    page.get_by_role("dialog").get_by_role("button", name="发布").click()
    expect(page.get_by_text("线上第 2 版")).to_be_visible()
    first = page.get_by_role("listitem").filter(has_text="第 1 版")
    first.get_by_role("button", name="回退到此版").click()
    page.get_by_role("dialog").get_by_role("button", name="回退到此版").click()
    expect(page.get_by_text("线上第 1 版")).to_be_visible()
    assert stored(page, "jincheng-menu")["published_number"] == 1


def test_a_sub_flow_is_made_and_opened_from_the_step(real_page):
    page = real_page("/admin/flows")
    draw(page, "总机")
    page.get_by_role("navigation", name="步骤").get_by_role("button", name="子流程").click()
    pick(page, "语音流程*", "北斗物流导航")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    page.get_by_role("link", name="打开这个流程").click()
    expect(page.get_by_role("textbox", name="名称", exact=True)).to_have_value("北斗物流导航")
    page.go_back()
    expect(page.get_by_role("textbox", name="名称", exact=True)).to_have_value("总机")


def test_two_people_at_one_flow_do_not_overwrite_each_other(real_page):
    page = real_page("/admin/flows")
    flow_id = draw(page, "两个人")
    other = real_page(f"/admin/flows/{flow_id}")
    for one, title in ((page, "排队"), (other, "语音留言")):
        one.get_by_role("navigation", name="步骤").get_by_role("button", name=title).click()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    other.keyboard.press("Control+s")
    asked = other.get_by_role("dialog", name="草稿已被他人修改")
    asked.get_by_role("button", name="载入对方的").click()
    expect(step(other, "queue")).to_be_visible()
    expect(step(other, "voicemail")).to_have_count(0)


def test_a_client_draws_its_own_flows_and_sees_no_others(real_page):
    page = real_page("/admin/flows", "jincheng")
    table = page.get_by_role("table", name="语音流程")
    expect(table).to_contain_text("锦程")
    expect(table).not_to_contain_text("北斗")
    menu = page.get_by_role("navigation", name="设置菜单")
    expect(menu.get_by_role("link", name="营业时间")).to_be_visible()
    for hidden in ("登录账号", "中继线路", "座席员", "审计记录"):
        expect(menu.get_by_role("link", name=hidden)).to_have_count(0)
    draw(page, "锦程夜间")
    page.goto(page.url.rpartition("/")[0] + "/beidou-menu")
    expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 1920])
def test_the_editor_is_whole_in_english(real_page, width):
    page = real_page("/admin/flows/shared-menu", width=width, language="en")
    expect(page.get_by_text("Version 1 is live")).to_be_visible()
    expect(page.locator("[data-step]").first).to_be_visible()
    left = page.locator("aside, header, nav").all_inner_texts()
    assert not re.search(r"\b(flow|step|setup|trial)\.[a-z]+", " ".join(left))
