"""One's own account: a new password, and tokens for programs, in the page and on the real API."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from openseat.testing.api import password_of

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_one_changes_the_password_and_makes_and_revokes_a_token(real_site, real_page):
    page = real_page("/calls", login="supervisor2")
    page.get_by_role("button", name="我的账户").click()
    drawer = page.get_by_role("dialog", name="我的账户")
    # A token works until it is revoked.
    drawer.get_by_label("用途").fill("每日报表")
    drawer.get_by_role("button", name="新建令牌").click()
    token = drawer.locator("code").inner_text()
    asked = {"headers": {"Authorization": f"Bearer {token}"}}
    assert httpx.get(f"{real_site.url}/api/v1/session", **asked).status_code == 200
    drawer.get_by_role("button", name="撤销").click()
    page.locator(".el-message-box").get_by_role("button", name="撤销").click()
    expect(drawer.get_by_text("还没有访问令牌")).to_be_visible()
    assert httpx.get(f"{real_site.url}/api/v1/session", **asked).status_code == 401
    # The password: what is wrong is said where it is.
    current = drawer.get_by_label("当前密码")
    fresh = drawer.get_by_label("新密码", exact=True)
    again = drawer.get_by_label("再次输入新密码")
    submit = drawer.get_by_role("button", name="修改密码")
    current.fill("not-the-password")
    fresh.fill("short")
    again.fill("shorter")
    expect(drawer.get_by_text("两次输入的新密码不一致")).to_be_visible()
    expect(submit).to_be_disabled()
    fresh.fill("a-longer-password")
    again.fill("a-longer-password")
    submit.click()
    expect(drawer.get_by_text("当前密码不正确")).to_be_visible()
    current.fill(password_of(real_site.settings, "supervisor2"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("密码已修改")).to_be_visible()
    # The page's own session goes on.
    page.reload()
    expect(page.get_by_role("button", name="我的账户")).to_be_visible()
    new = {"login": "supervisor2", "password": "a-longer-password"}
    assert httpx.post(f"{real_site.url}/api/v1/session", json=new).status_code == 200
