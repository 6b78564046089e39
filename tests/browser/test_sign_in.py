"""Signing in, by keyboard, with every answer the server may give."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from openseat.testing.web.stand_in import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(page, login, password=PASSWORD):
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_a_supervisor_signs_in_by_keyboard_and_sees_the_floor(open_page):
    page = open_page("/", user=None)
    expect(page).to_have_url(re.compile("/sign-in$"))
    expect(page.get_by_label("用户名")).to_be_focused()
    sign_in(page, "lead")
    expect(page.get_by_role("heading", level=1)).to_have_text("现场监控")


def test_a_wrong_password_is_said_plainly_and_the_password_asked_for_again(open_page):
    page = open_page("/sign-in", user=None)
    sign_in(page, "admin", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    expect(page.get_by_role("alert")).to_contain_text("session.refused")
    expect(page.get_by_label("密码", exact=True)).to_be_focused()
    expect(page.get_by_label("密码", exact=True)).to_have_value("")


def test_too_many_attempts_lock_the_form_and_count_down(open_page):
    page = open_page("/sign-in", user=None)
    sign_in(page, "locked")
    expect(page.get_by_role("alert")).to_contain_text("秒后重试")
    expect(page.get_by_role("button", name="登录")).to_be_disabled()


def test_caps_lock_is_noticed(open_page):
    page = open_page("/sign-in", user=None)
    page.get_by_label("密码", exact=True).focus()
    page.evaluate(
        """() => document.querySelector('#password').dispatchEvent(
            new KeyboardEvent('keydown', {key: 'A', modifierCapsLock: true, bubbles: true}))"""
    )
    expect(page.locator("#caps-lock")).to_contain_text("大写锁定已打开")


def test_the_language_is_switched_and_remembered(open_page):
    page = open_page("/sign-in", user=None)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("User name")).to_be_visible()
    page.reload()
    expect(page.get_by_label("User name")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_an_ended_session_leads_back_to_where_one_was(open_page, stand_in):
    page = open_page("/calls?first=2026-11-01&last=2026-11-22")
    expect(page.get_by_role("table")).to_be_visible()
    # What the page asks for at its own start is answered before the session ends.
    expect(page.get_by_role("status").filter(has_text="第 1 页")).to_be_visible()

    def end_the_session(route: Route) -> None:
        # Only now: a page that asked for something else before would leave before the click.
        stand_in.user = None
        route.continue_()

    page.route("**/api/v1/calls?*", end_the_session)
    page.get_by_role("button", name="重置").click()
    expect(page.get_by_text("登录已过期")).to_be_visible()
    sign_in(page, "admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("呼叫记录")


def test_no_address_of_somebody_else_is_followed_after_signing_in(open_page):
    page = open_page("/sign-in?next=//example.com/", user=None)
    sign_in(page, "admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("现场监控")


def test_nothing_of_the_session_is_kept_where_scripts_could_read_it(open_page):
    page = open_page("/floor")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert "csrf" not in kept


def test_signing_out_forgets_the_session(open_page, stand_in):
    page = open_page("/floor")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("用户名")).to_be_visible()
    assert stand_in.user is None
    assert ("DELETE", "/session", "", "csrf-of-this-session") in stand_in.received


@pytest.mark.parametrize(
    ("user", "entries"),
    [
        ("admin", ["现场监控", "呼叫记录", "回呼", "当日指标", "告警"]),
        ("lead", ["现场监控", "座席工作台", "呼叫记录", "回呼", "当日指标", "告警"]),
        ("agent", ["座席工作台"]),
        ("bank", ["现场监控", "呼叫记录", "回呼", "当日指标"]),
    ],
)
def test_everybody_is_offered_what_is_theirs(open_page, user, entries):
    page = open_page("/", user=user)
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu.get_by_role("listitem")).to_have_text(entries)


def test_an_agent_is_led_away_from_the_floor(open_page):
    page = open_page("/floor", user="agent")
    expect(page.get_by_role("heading", level=1)).to_have_text("座席工作台")


def test_a_client_chooses_among_no_clients_and_sees_no_agents_by_name(open_page):
    page = open_page("/calls", user="bank")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("columnheader", name="企业客户")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="座席员")).to_have_count(0)


def test_an_unknown_address_says_so(open_page):
    page = open_page("/no/such/page")
    expect(page.get_by_text("没有这个页面")).to_be_visible()
