"""Setting up what agents see and write: forms with a preview, scripts, clients' own pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.database]


def choose(page: Page, name: str, option: str) -> None:
    """Choose an option in a select of the form."""
    page.locator(f".os-noun-form [data-field='{name}']").get_by_role("combobox").first.click()
    page.get_by_role("option", name=option, exact=True).filter(visible=True).click()


def begin(page: Page, name: str) -> None:
    """Open a new row's form, and say whose it is."""
    page.get_by_role("button", name="新建").click()
    page.locator("[data-field='name']").get_by_role("textbox").fill(name)
    choose(page, "client_id", "锦程保险")


def save(page: Page) -> None:
    """Save the form."""
    page.get_by_role("dialog").get_by_role("button", name="保存").click()


def test_a_form_is_made_with_a_preview_and_its_mistakes_are_told(real_page):
    page = real_page("/admin/forms")
    begin(page, "登记表")
    page.get_by_role("button", name="添加问题").click()
    page.get_by_label("问题", exact=True).fill("来电原因")
    page.locator("[data-at='0'] .kind").click()
    page.get_by_role("option", name="单选").click()
    save(page)
    field = page.locator(".field[data-field='fields']")
    expect(field.get_by_role("alert").first).to_contain_text("没有可选项")
    page.get_by_label("选项，每行一个").fill("查询\n投诉")
    page.get_by_label("填写说明").fill("按客户原话选择")
    page.get_by_text("必填", exact=True).click()
    preview = page.locator("[data-test=form-preview]")
    expect(preview).to_contain_text("来电原因*")
    expect(preview).to_contain_text("按客户原话选择")
    preview.locator(".el-select").click()
    expect(page.get_by_role("option", name="投诉")).to_be_visible()
    page.keyboard.press("Escape")
    save(page)
    expect(page.locator("main tbody tr").filter(has_text="登记表")).to_contain_text("锦程保险")


def test_a_script_is_written_with_a_preview_that_obeys_nothing_in_it(real_page):
    page = real_page("/admin/scripts", login="jincheng")
    page.get_by_role("button", name="新建").click()
    page.locator("[data-field='name']").get_by_role("textbox").fill("开场")
    choose(page, "client_id", "锦程保险")
    page.locator("[data-field='body']").get_by_role("textbox").fill(
        "## 问候\n您好 {{caller}}\n<img src=x onerror=alert(1)>"
    )
    preview = page.locator("[data-test=script-preview]")
    expect(preview).to_contain_text("您好 +8613800138000")
    expect(preview.locator("img")).to_have_count(0)
    save(page)
    expect(page.locator("main tbody tr").filter(has_text="开场")).to_be_visible()


def test_a_clients_page_that_could_harm_is_refused_with_the_reason(real_page):
    page = real_page("/admin/client-pages")
    begin(page, "CRM")
    url = page.locator("[data-field='url']").get_by_role("textbox")
    url.fill("javascript:alert(1)")
    page.locator("[data-field='secret'] input").fill("a-secret-of-the-client")
    save(page)
    expect(page.locator("[data-field='url']").get_by_role("alert")).to_contain_text("https://")
    url.fill("https://crm.example.com/pop?phone={{caller}}")
    save(page)
    expect(page.locator("main tbody tr").filter(has_text="crm.example.com")).to_be_visible()
