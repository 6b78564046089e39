"""Every page by axe-core: contrast, labels, structure; both languages, empty and failing too."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from openseat.bootstrap.pages import sources
from openseat.platform.settings import Settings
from openseat.testing.web.contact import desk

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

STILL = """Promise.all(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().iterations !== Infinity)
  .map(one => one.finished.catch(() => null))).then(() => null)"""
"""Waits until nothing moves or is faded in any more."""

PAGES: dict[str, tuple[str, str | None]] = {
    "sign-in": ("/sign-in", None),
    "desk": ("/agent", "agent"),
    "floor": ("/floor", "admin"),
    "wallboard": ("/wallboard", "admin"),
    "calls": ("/calls", "admin"),
    "figures": ("/figures", "admin"),
}


@functools.cache
def axe() -> str:
    """The checker's own program, from the browser packages."""
    paths = Settings.load().paths
    with sources(paths.clone, paths.cache, lambda _: None) as (_node, web):
        return (web / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds on a page: rule, place, what is wrong."""
    page.evaluate(axe())
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules},"
        " resultTypes: ['violations']})",
        RULES,
    )
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def faultless(page: Page) -> None:
    """Hold a page to the rules, once nothing moves or is faded in any more."""
    expect(page.locator(".bone").filter(visible=True)).to_have_count(0)
    page.evaluate(STILL)
    assert violations(page) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_faults(open_page, name, language):
    path, user = PAGES[name]
    page = open_page(path, user=user, language=language, bypass_csp=True)
    expect(page.locator(".os-card, form").first).to_be_visible()
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


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_desk_with_everything_on_it_has_no_faults(open_page, stand_in, language):
    page = desk(open_page, stand_in, language=language, bypass_csp=True)
    page.get_by_text("客户档案").or_(page.locator("[data-test=client-page]")).first.wait_for()
    page.locator(".codes label").nth(1).click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-question=reason]").get_by_role("alert")).to_be_visible()
    faultless(page)


@pytest.mark.database
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_set_up_has_no_faults_on_any_page_nor_in_a_form(real_page, language):
    page = real_page("/admin", language=language, bypass_csp=True)
    menu = page.get_by_role("navigation").last.get_by_role("link")
    expect(menu.first).to_be_visible()
    faults: dict[str, list[str]] = {}
    for address in [link.get_attribute("href") for link in menu.all()]:
        page.goto(page.url.partition("/admin")[0] + (address or ""))
        expect(page.locator("main").get_by_role("heading").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        expect(page.locator(".bone").filter(visible=True)).to_have_count(0)
        faults[f"{address}"] = violations(page)
        rows = page.locator("main tbody tr[tabindex]")
        if rows.count():
            rows.first.click()
            form = page.locator(".os-noun-form")
            if form.count():
                page.wait_for_load_state("networkidle")
                page.evaluate(STILL)
                faults[f"{address}, a row"] = violations(page)
    assert len(faults) > 20
    assert {where: found for where, found in faults.items() if found} == {}


@pytest.mark.database
@pytest.mark.parametrize("language", ["zh-CN"])
def test_newer_pages_have_no_faults(real_page, language):
    page = real_page("/alarms", language=language, bypass_csp=True)
    faults: dict[str, list[str]] = {}
    expect(page.get_by_role("tab").first).to_be_visible()
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_load_state("networkidle")
        page.evaluate(STILL)
        faults[f"alarms: {tab.inner_text()}"] = violations(page)
    page.goto(page.url.partition("/alarms")[0] + "/screens")
    page.get_by_role("button", name=("新建大屏", "New screen")[language == "en"]).first.click()
    expect(page.locator(".os-wall-canvas")).to_be_visible()
    for kind in page.locator(".main [role=group]").last.get_by_role("button").all()[:8]:
        kind.click()
    page.wait_for_load_state("networkidle")
    page.evaluate(STILL)
    faults["the designer, full"] = violations(page)
    assert len(faults) >= 5
    assert {where: found for where, found in faults.items() if found} == {}
