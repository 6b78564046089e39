"""Lists and forms of the set-up on the real API: made, refused, changed, deleted safely."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.database]


def field(page: Page, name: str) -> Locator:
    """A field of the open form by its name in the API."""
    return page.locator(f".os-noun-form [data-field='{name}']")


def choose(page: Page, name: str, option: str) -> None:
    """Choose an option in a select of the form."""
    field(page, name).get_by_role("combobox").first.click()
    page.get_by_role("option", name=option, exact=True).filter(visible=True).click()


def save(page: Page) -> None:
    """Save the form."""
    page.get_by_role("dialog").get_by_role("button", name="保存").click()


def row(page: Page, text: str) -> Locator:
    """A row of the list."""
    return page.locator("main tbody tr").filter(has_text=text)


def test_an_agent_is_made_with_every_mistake_told_first(real_page):
    page = real_page("/admin/agents")
    page.get_by_role("button", name="新建").click()
    save(page)
    for name in ("number", "name", "group_id"):
        expect(field(page, name).get_by_role("alert")).to_have_text("必填。")
    expect(field(page, "number").get_by_role("textbox")).to_be_focused()
    field(page, "number").get_by_role("textbox").fill("1001")
    field(page, "name").get_by_role("textbox").fill("赵敏")
    choose(page, "group_id", "一组")
    save(page)
    # Only the server knows that the number is taken; it is told at the field.
    expect(field(page, "number").get_by_role("alert")).to_contain_text("已被使用")
    field(page, "number").get_by_role("textbox").fill("1701")
    choose(page, "skills", "英语")
    field(page, "skills").get_by_label("英语的等级").fill("7")
    save(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row(page, "赵敏")).to_contain_text("英语")


def test_a_group_in_use_is_not_deleted_and_says_by_whom(real_page):
    page = real_page("/admin/agent-groups")
    row(page, "一组").click()
    form = page.get_by_role("dialog", name="座席组 一组")
    form.get_by_role("button", name="删除").click()
    page.get_by_role("dialog", name="删除").get_by_role("button", name="删除").click()
    refused = form.get_by_role("alert")
    expect(refused).to_contain_text("仍在使用")
    refused.get_by_role("link", name="王芳").click()
    expect(page.get_by_role("dialog", name="座席员 王芳")).to_be_visible()
    expect(page).to_have_url(page.url.partition("/admin")[0] + "/admin/agents/agent-1001")


def test_a_skill_is_made_renamed_deleted_and_all_of_it_is_on_record(real_page):
    page = real_page("/admin/skills")
    page.get_by_role("button", name="新建").click()
    field(page, "name").get_by_role("textbox").fill("粤语")
    page.keyboard.press("Control+s")
    row(page, "粤语").click()
    field(page, "name").get_by_role("textbox").fill("广东话")
    page.keyboard.press("Control+s")
    row(page, "广东话").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    page.get_by_role("dialog", name="删除").get_by_role("button", name="删除").click()
    expect(page.get_by_text("已删除“广东话”")).to_be_visible()
    page.get_by_role("link", name="审计记录").click()
    for done in ("删除技能", "修改技能", "新建技能"):
        expect(row(page, done).first).to_be_visible()
    row(page, "修改技能").first.click()
    entry = page.get_by_role("dialog", name="修改技能")
    expect(entry.locator("del")).to_have_text("粤语")
    expect(entry.locator("ins")).to_have_text("广东话")


def test_a_form_that_somebody_else_overtook_is_not_saved_over_theirs(real_page):
    page, other = (real_page("/admin/queues/beidou-parcels") for _ in range(2))
    for one, name in ((page, "北斗查询"), (other, "北斗快查")):
        field(one, "name").get_by_role("textbox").fill(name)
    save(page)
    expect(row(page, "北斗查询")).to_be_visible()
    save(other)
    expect(other.get_by_role("dialog").get_by_role("alert")).to_contain_text("已被他人修改")
    other.get_by_role("button", name="重新载入").click()
    expect(field(other, "name").get_by_role("textbox")).to_have_value("北斗查询")


def test_unsaved_changes_are_not_lost_by_a_slip(real_page):
    page = real_page("/admin/projects/beidou-service")
    field(page, "name").get_by_role("textbox").fill("别的名字")
    page.locator(".os-noun-form").get_by_role("button", name="取消").click()
    asked = page.get_by_role("dialog", name="放弃修改")
    asked.get_by_role("button", name="取消").click()
    expect(field(page, "name").get_by_role("textbox")).to_have_value("别的名字")
    page.locator(".os-noun-form").get_by_role("button", name="取消").click()
    page.get_by_role("dialog", name="放弃修改").get_by_role("button", name="放弃修改").click()
    expect(page.locator(".os-noun-form")).to_have_count(0)


def test_hours_with_a_lunch_break_and_the_public_holidays(real_page):
    page = real_page("/admin/hours/new")
    field(page, "name").get_by_role("textbox").fill("午休")
    add = field(page, "weekly").get_by_role("button", name="周一添加一段时间")
    add.click()
    monday = field(page, "weekly").get_by_label("周一结束")
    monday.fill("12")
    monday.press("Tab")
    expect(monday).to_have_value("12:00")
    add.click()
    field(page, "weekly").get_by_label("周一开始").nth(1).fill("1130")
    save(page)
    expect(field(page, "weekly").get_by_role("alert")).to_contain_text("不重叠")
    field(page, "weekly").get_by_label("周一开始").nth(1).fill("13:30")
    field(page, "weekly").get_by_role("button", name="周一的时间用于周二至周五").click()
    save(page)
    row(page, "午休").click()
    expect(field(page, "weekly").get_by_label("周五开始").nth(1)).to_have_value("13:30")
    page.keyboard.press("Escape")

    page.get_by_role("link", name="节假日历").click()
    page.get_by_role("button", name="新建").click()
    field(page, "name").get_by_role("textbox").fill("法定")
    page.get_by_role("button", name="填入法定节假日和调休").click()
    days = field(page, "days")
    expect(days.get_by_label("2026-02-28开始")).to_have_value("09:00")
    save(page)
    expect(row(page, "法定")).to_contain_text("39")


def test_a_phone_gets_a_password_that_is_shown_once(real_page):
    page = real_page("/admin/phones/new")
    field(page, "id").get_by_role("textbox").fill("desk-77")
    save(page)
    row(page, "desk-77").click()
    page.get_by_role("button", name="生成新密码").click()
    page.get_by_role("dialog", name="生成新密码").get_by_role("button", name="生成新密码").click()
    expect(page.get_by_text("密码只显示这一次")).to_be_visible()
    password = page.locator(".password dd").nth(4).inner_text()
    assert len(password) > 20
    expect(page.get_by_role("img", name="二维码：SIP 账号").locator("svg")).to_be_visible()
    expect(page.locator("[data-test=phone-account]")).to_contain_text("desk-77")
    page.reload()
    expect(field(page, "id").get_by_role("textbox")).to_have_value("desk-77")
    expect(page.get_by_text(password)).to_have_count(0)


def test_agents_are_taken_out_edited_and_brought_back_after_a_preview(real_page, tmp_path):
    page = real_page("/admin/agents")
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name="CSV 文件").click()
    rows = list(csv.reader(io.StringIO(taken.value.path().read_text("utf-8-sig"))))
    number, name = rows[0].index("工号"), rows[0].index("姓名")
    wanted = next(one for one in rows if one[number] == "1016")
    wanted[name] = "林小雪"
    fresh = ["" for _ in wanted]
    fresh[number], fresh[name] = "1801", "新来的"

    def write(lines: list[list[str]]) -> str:
        path = tmp_path / "agents.csv"
        text = io.StringIO()
        csv.writer(text).writerows(lines)
        # As Excel of a Chinese Windows saves it.
        path.write_bytes(text.getvalue().encode("gb18030"))
        return str(path)

    page.get_by_role("button", name="导入").click()
    dialog = page.get_by_role("dialog", name="导入座席员")
    dialog.locator("input[type=file]").set_input_files(write([*rows, fresh]))
    expect(dialog.get_by_role("status")).to_contain_text("处错误")
    expect(dialog.locator("tbody tr")).to_contain_text(["座席组"])
    expect(dialog.get_by_role("button", name="全部导入")).to_be_disabled()

    fresh[rows[0].index("座席组")] = "一组"
    dialog.locator("input[type=file]").set_input_files(write([*rows, fresh]))
    expect(dialog.get_by_role("status")).to_contain_text("新建 1 行，修改 1 行")
    expect(dialog.locator("ins")).to_have_text("林小雪")
    dialog.get_by_role("button", name="全部导入").click()
    expect(row(page, "林小雪")).to_be_visible()
    expect(row(page, "新来的")).to_be_visible()


def test_lists_are_searched_narrowed_and_say_when_nothing_is_found(real_page):
    page = real_page("/admin/numbers")
    expect(row(page, "+8621")).not_to_have_count(0)
    page.get_by_role("textbox", name="搜索").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有符合条件的内容")).to_be_visible()
    page.get_by_role("link", name="队列").click()
    page.get_by_role("combobox", name="企业客户").click()
    page.get_by_role("option", name="锦程保险").click()
    expect(row(page, "锦程客服")).to_be_visible()
    expect(row(page, "北斗投诉")).to_have_count(0)


def test_a_supervisor_has_no_set_up(real_page):
    page = real_page("/admin/users", "supervisor")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("系统设置")
    expect(page.get_by_role("link", name="系统设置")).to_have_count(0)


def test_the_codes_of_the_phones_are_the_operators_settings(real_page):
    page = real_page("/admin/operators")
    page.locator("main tbody tr").first.click()
    expect(field(page, "code_sign_in").get_by_role("textbox")).to_have_value("*81")
    field(page, "service_number").get_by_role("textbox").fill("+862150109099")
    field(page, "code_echo").get_by_role("textbox").fill("*8")
    save(page)
    expect(field(page, "code_echo").get_by_role("alert")).to_have_text("与另一个功能码冲突。")
    field(page, "code_echo").get_by_role("textbox").fill("*88")
    save(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_agent_gets_a_telephone_and_a_pin_that_is_never_shown(real_page):
    page = real_page("/admin/agents")
    row(page, "1001").first.click()
    field(page, "telephone").get_by_role("textbox").fill("+8613700000001")
    field(page, "pin").locator("input").fill("47110815")
    save(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    row(page, "1001").first.click()
    expect(field(page, "telephone").get_by_role("textbox")).to_have_value("+8613700000001")
    expect(field(page, "pin").locator("input")).to_have_value("")


def test_a_test_call_without_a_floor_says_so(real_page):
    page = real_page("/admin/trunks")
    page.locator("main tbody tr").first.click()
    page.locator("[data-test=test-number]").fill("+8613700000001")
    page.locator("[data-test=test-call]").click()
    expect(page.locator(".test").get_by_role("alert")).to_be_visible()


def test_a_role_is_held_to_chosen_projects(real_page):
    page = real_page("/admin/roles/new")
    field(page, "name").get_by_role("textbox").fill("车险质检")
    expect(field(page, "range")).to_contain_text("所管理的组和队列")
    # What a kind of user cannot be held to is not offered.
    choose(page, "kind", "管理员")
    expect(field(page, "range")).to_contain_text("全部")
    expect(field(page, "project_ids")).to_have_count(0)
    choose(page, "range", "指定客户和项目")
    save(page)
    expect(field(page, "project_ids").get_by_role("alert")).to_contain_text("至少选择一个")
    choose(page, "project_ids", "车险理赔")
    save(page)
    expect(row(page, "车险质检")).to_contain_text("指定客户和项目")
    row(page, "车险质检").click()
    expect(field(page, "project_ids")).to_contain_text("车险理赔")
