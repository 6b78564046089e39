"""The audit trail's page tells whether the trail is whole."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_the_chain_is_verified_and_a_trail_that_was_cut_off_is_noticed(real_page):
    page = real_page("/admin/audit")
    page.get_by_role("button", name="校验完整性").click()
    expect(page.get_by_role("status").filter(has_text="审计记录完整")).to_be_visible()
    expect(page.locator("main tbody tr").first).to_contain_text("校验审计记录")
    head = page.evaluate("localStorage.getItem('openseat.audit.head')")
    page.get_by_role("button", name="校验完整性").click()
    expect(page.locator(".verdict code")).not_to_have_text(head)
    expect(page.get_by_role("status").filter(has_text="审计记录完整")).to_be_visible()
    # The head that this browser remembers is not in the trail any more.
    page.evaluate("localStorage.setItem('openseat.audit.head', `999999:${'0'.repeat(64)}`)")
    page.get_by_role("button", name="校验完整性").click()
    expect(page.get_by_role("alert").filter(has_text="不完整")).to_be_visible()
