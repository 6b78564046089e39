"""The pages on the whole product: real calls seen coming in, found again, heard and priced."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from openseat.platform.settings import Settings
from openseat.testing.product import command

pytestmark = [
    pytest.mark.browser,
    pytest.mark.acceptance,
    pytest.mark.switch,
    pytest.mark.database,
]

SECRETS = {"admin": "demo_admin", "jincheng": "demo_client"}
SLOW_MS = 90_000
"""Bound for what waits on calls and projections."""

SignedIn = Callable[[str], Page]


@pytest.fixture
def signed_in(product: Settings, fresh_page: Callable[..., Page]) -> Iterator[SignedIn]:
    """Sign in to the real product as one of the demonstration's users."""

    def opened(login: str) -> Page:
        page = fresh_page()
        page.goto(f"http://127.0.0.1:{product.ports.web}/")
        page.get_by_label("用户名").fill(login)
        secret = product.secrets.read(SECRETS.get(login, "demo_agent"))
        page.get_by_label("密码", exact=True).fill(secret)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
        return page

    return opened


@pytest.fixture(scope="module")
def called(product: Settings) -> dict[str, object]:
    """The report of real calls through the carrier, finished; a mismatch raises."""
    said = command("run", "demo", "--calls", "6", "--agents", "3", "--json", settings=product)
    return json.loads(said[said.index("{") :])


def test_a_wrong_password_is_refused_by_the_real_server(product, fresh_page):
    page = fresh_page()
    page.goto(f"http://127.0.0.1:{product.ports.web}/")
    page.get_by_label("用户名").fill("nobody-of-that-name")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")


def test_the_floor_is_live_and_counts_the_calls(signed_in, called):
    page = signed_in("admin")
    expect(page.locator(".os-link-status")).to_have_text("实时")
    expect(page.get_by_role("table", name="队列")).to_contain_text("锦程客服")
    answered = page.locator("[data-figure=answered] dd")
    expect(answered).to_contain_text(re.compile(r"[1-9]\d* / [1-9]"), timeout=SLOW_MS)


def test_a_real_call_is_found_heard_and_priced(signed_in, called):
    page = signed_in("admin")
    page.get_by_role("link", name="呼叫记录").click()
    rows = page.get_by_role("table", name="呼叫").locator("tbody tr")
    expect(rows.filter(has_text="已接待").first).to_be_visible(timeout=SLOW_MS)
    rows.filter(has_text="已接待").filter(has_text="▶").first.click()
    call = page.get_by_role("dialog")
    expect(call.locator("[data-event='segment.started']")).to_be_visible()
    expect(call.locator("[data-event='call.ended']")).to_be_visible()
    player = call.get_by_role("group", name="录音播放器")
    expect(player.get_by_text("座席员", exact=True)).to_be_visible()
    player.get_by_role("button", name="播放").click()
    position = player.get_by_role("slider", name="播放位置")
    expect(position).not_to_have_attribute("aria-valuenow", "0")
    expect(player.get_by_role("alert")).to_have_count(0)
    expect(call.locator("[data-test=price]")).to_have_text(re.compile(r"¥\d"))


def test_the_figures_open_down_to_the_calls(signed_in, called):
    page = signed_in("admin")
    page.get_by_role("link", name="当日指标").click()
    opening = page.get_by_title("查看对应的呼叫").first
    expect(opening).to_be_visible(timeout=SLOW_MS)
    number = int(opening.text_content() or 0)
    opening.click()
    expect(page.get_by_role("dialog").locator("tbody tr")).to_have_count(number)


def test_a_client_sees_its_own_calls_and_nothing_of_the_other(signed_in, called):
    page = signed_in("jincheng")
    expect(page.get_by_role("table", name="队列")).to_contain_text("锦程客服")
    expect(page.get_by_text("北斗")).to_have_count(0)
    for link in ("呼叫记录", "当日指标"):
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(link)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_text("北斗")).to_have_count(0)


def test_an_agent_signs_in_at_a_phone_and_changes_state(signed_in, called):
    page = signed_in("agent16")
    state = page.locator("[data-test=state]")
    page.get_by_role("button", name="签入").click()
    expect(state).to_have_text("空闲")
    page.keyboard.press("F4")
    page.get_by_role("menuitem", name="会议").click()
    expect(state).to_have_text("示忙")
    page.keyboard.press("F2")
    expect(state).to_have_text("空闲")
    page.get_by_role("region", name="座席状态").get_by_role("button", name="签出").click()
    page.get_by_role("dialog").get_by_role("button", name="签出").click()
    expect(page.get_by_role("heading", name="签入座席")).to_be_visible()


def test_a_trunk_is_tried_by_a_call_and_the_network_says_why_not(signed_in):
    page = signed_in("admin")
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/admin/trunks")
    page.locator("main tbody tr").first.click()
    # Nobody plays customers on the carrier now: it refuses every call, or fails once somebody has.
    page.locator("[data-test=test-number]").fill("+8613999999999")
    page.locator("[data-test=test-call]").click()
    result = page.locator("[data-test=test-result]")
    expect(result).to_contain_text("+8613999999999", timeout=SLOW_MS)
    expect(result.locator("dd").first).to_have_text(re.compile("拒接|网络故障"))
