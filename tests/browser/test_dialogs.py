"""Every page of the set-up and every dialog: by axe-core in both languages, and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from openseat.testing.web.axe import violations
from openseat.testing.web.contact import desk

pytestmark = pytest.mark.browser

DIALOG = "[role=dialog]"


class Walk:
    """One visit to a page, on which faults are gathered and nothing is loaded anew."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: dict[str, list[str]] = {}

    def speak(self, language: str) -> None:
        """Change the language of the page at hand."""
        self.page.locator(f".os-languages button[lang={language}]").click()
        expect(self.page.locator(f"html[lang={language}]")).to_have_count(1)

    def visit(self, address: str) -> None:
        """Go there by the menu."""
        self.page.locator(f"nav a[href='{address}']").click()
        expect(self.page.locator(f"nav a.router-link-active[href='{address}']")).to_be_visible()

    def hold(self, name: str, part: str = "html") -> None:
        """Hold what is shown to the rules."""
        self.faults[name] = violations(self.page, part)

    def opened(self, name: str, opener: Locator | str, *, at: Locator | None = None) -> None:
        """Open a dialog by a button or a key, hold it to the rules, close it by Escape.

        Whoever works by keyboard is then where they were, or at ``at``.
        """
        before = self.page.get_by_role("dialog").filter(visible=True)
        expect(before).to_have_count(0)
        if isinstance(opener, str):
            self.page.keyboard.press(opener)
        else:
            opener.focus()
            opener.press("Enter")
        expect(before).to_have_count(1)
        expect(self.page.get_by_role("dialog").locator("[role=status].loading")).to_have_count(0)
        self.hold(name, DIALOG)
        self.page.keyboard.press("Escape")
        expect(before, f"{name}: Escape closes what nobody has touched").to_have_count(0)
        place = at or (opener if isinstance(opener, Locator) else None)
        if place is not None:
            expect(place, f"{name}: the keyboard comes back").to_be_focused()

    def faultless(self, least: int) -> None:
        """No fault was found in at least so many places."""
        assert len(self.faults) >= least
        assert {where: found for where, found in self.faults.items() if found} == {}


@pytest.mark.database
def test_the_set_up_page_by_page_with_its_forms(real_page):
    page = real_page("/admin", bypass_csp=True)
    walk = Walk(page)
    menu = page.get_by_role("navigation").last.get_by_role("link")
    expect(menu.first).to_be_visible()
    walk.hold("what all pages have around them")
    for address in [link.get_attribute("href") or "" for link in menu.all()]:
        walk.visit(address)
        expect(page.locator("main").get_by_role("heading").first).to_be_visible()
        walk.hold(address, "main")
        for button in ("新建", "导入"):
            opener = page.locator("main .os-card-head").get_by_role("button", name=button)
            if opener.count():
                walk.opened(f"{address}: {button}", opener)
        walk.speak("en")
        walk.hold(f"{address}, in English", "main")
        row = page.locator("main tbody tr[tabindex]").first
        # The row of a flow opens the canvas, that of a prompt plays it.
        if row.count() and not address.endswith(("/flows", "/prompts")):
            walk.opened(f"{address}: a row", row)
        walk.speak("zh-CN")
    walk.faultless(70)


@pytest.mark.database
def test_what_was_typed_is_not_lost_by_escape(real_page):
    page = real_page("/admin/agents")
    opener = page.get_by_role("button", name="新建")
    opener.press("Enter")
    form = page.locator(".os-noun-form")
    name = form.locator("[data-field=name]").get_by_role("textbox")
    name.fill("赵敏")
    for answer, left in (("Escape", 1), ("Enter", 0)):
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name="放弃修改")).to_be_visible()
        page.keyboard.press(answer)
        expect(page.get_by_role("dialog", name="放弃修改")).to_have_count(0)
        expect(form).to_have_count(left)


@pytest.mark.database
def test_alarms_figures_messages_and_screens(real_page):
    page = real_page("/alarms", width=1920, bypass_csp=True)
    walk = Walk(page)
    for tab, opener in {
        "当前告警": "", "历史": "", "阈值": "新建阈值", "事件推送": "新建推送地址",
    }.items():  # fmt: skip
        page.get_by_role("tab", name=tab).click()
        walk.hold(f"alarms: {tab}")
        if opener:
            walk.opened(opener, page.get_by_role("button", name=opener).first)
    walk.opened("messages", "Alt+i")
    walk.opened("the account", page.locator("header .who"))
    walk.visit("/figures")
    walk.opened("targets", page.locator("[data-test=targets]"))
    walk.visit("/floor")
    walk.opened("a message", page.get_by_role("button", name="发消息"))
    walk.speak("en")
    walk.opened("a message, in English", page.get_by_role("button", name="Message", exact=True))
    walk.speak("zh-CN")
    walk.visit("/screens")
    page.get_by_role("button", name="新建大屏").first.click()
    expect(page.locator(".os-wall-canvas")).to_be_visible()
    kinds = page.get_by_role("group", name="添加").get_by_role("button")
    for kind in kinds.all()[:8]:
        kind.click()
    walk.hold("the designer, full")
    walk.faultless(11)


def test_the_floor_and_the_calls_behind_it(open_page):
    page = open_page("/floor", user="lead", width=1920, bypass_csp=True)
    walk = Walk(page)
    agent = page.locator(".os-agent").filter(has_text="李娜")
    for language, names in {
        "zh-CN": ("调整队列", "调整技能", "强制示闲"),
        "en": ("Move between queues", "Change skills", "Force idle"),
    }.items():
        walk.speak(language)
        for name in names:
            agent.get_by_role("button").click()
            item = page.get_by_role("menuitem", name=name)
            item.focus()
            walk.opened(name, "Enter")
    walk.speak("zh-CN")
    walk.visit("/calls")
    walk.opened("a call", page.locator("main tbody tr[tabindex]").first)
    walk.visit("/figures")
    walk.opened("calls behind a figure", page.locator("main .os-link.figure").first)
    walk.faultless(8)


def test_the_desk_in_a_call(open_page, stand_in):
    stand_in.agent("a-1002", endpoint="browser-a-1002")
    page = desk(open_page, stand_in, bypass_csp=True)
    walk = Walk(page)
    target = page.locator("[data-test=target]")
    expect(target).to_be_visible()
    for language in ("zh-CN", "en"):
        walk.speak(language)
        walk.opened(f"{language}: whom to send the customer to", target)
        walk.opened(f"{language}: what to play", page.locator("[data-test=prompt]"))
        walk.opened(f"{language}: own calls", "Alt+l")
        walk.opened(f"{language}: headset", page.locator(".headset"))
    walk.faultless(8)
