"""Every page by axe-core: contrast, labels, structure; both languages, empty and failing too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from openseat.testing.web.axe import violations
from openseat.testing.web.contact import desk

pytestmark = pytest.mark.browser

PAGES: dict[str, tuple[str, str | None]] = {
    "sign-in": ("/sign-in", None),
    "desk": ("/agent", "agent"),
    "floor": ("/floor", "admin"),
    "wallboard": ("/wallboard", "admin"),
    "calls": ("/calls", "admin"),
    "figures": ("/figures", "admin"),
}


def faultless(page: Page) -> None:
    """Hold a page to the rules, once nothing moves or is faded in any more."""
    assert violations(page) == []


def english(page: Page) -> None:
    """Show a page in English: by its own switch, or loaded anew where it has none."""
    switch = page.locator(".os-languages button[lang=en]")
    if switch.count():
        switch.click()
    else:
        page.evaluate("localStorage.setItem('openseat.language', 'en')")
        page.reload()
    expect(page.locator("html[lang=en]")).to_have_count(1)
    expect(page.locator(".os-card, form").first).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_faults_in_either_language(open_page, name):
    path, user = PAGES[name]
    page = open_page(path, user=user, bypass_csp=True)
    expect(page.locator(".os-card, form").first).to_be_visible()
    faultless(page)
    english(page)
    faultless(page)


@pytest.mark.parametrize("name", ["desk", "floor", "calls", "figures"])
def test_a_page_that_cannot_have_its_data_has_no_faults(open_page, name):
    path, user = PAGES[name]
    page = open_page("/sign-in", user=user, bypass_csp=True)
    page.route(
        lambda url: any(part in url for part in ("/me/agent", "/v1/calls", "/v1/figures")),
        lambda route: route.fulfill(status=503, json={"code": "floor.unavailable", "status": 503}),
    )
    page.goto(page.url.removesuffix("/sign-in") + path)
    faultless(page)


def test_a_desk_with_everything_on_it_has_no_faults(open_page, stand_in):
    page = desk(open_page, stand_in, bypass_csp=True)
    page.get_by_text("客户档案").or_(page.locator("[data-test=client-page]")).first.wait_for()
    page.locator(".codes label").nth(1).click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-question=reason]").get_by_role("alert")).to_be_visible()
    faultless(page)
    english(page)
    faultless(page)
