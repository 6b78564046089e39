"""Script, form and notes of a contact on the whole product: they travel with a transferred call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.async_api import Page, expect

from openseat.core import events as e
from openseat.platform.settings import Settings
from openseat.simulation import crowd
from openseat.testing.api import signed_in
from openseat.testing.client_server import ClientServer, client_server
from openseat.testing.desks import LIMIT_MS, SECOND, Desks, desks

pytestmark = [
    pytest.mark.browser,
    pytest.mark.acceptance,
    pytest.mark.switch,
    pytest.mark.database,
]


NUMBER = "+862150109081"
ACCOUNT, CARD = "88214", "6222020"
ASKING = {
    "schema": 1,
    "name": "先问账号",
    "languages": ["zh-CN"],
    "start": "account",
    "steps": [
        {
            "id": "account", "kind": "collect", "into": "account", "shortest": 5, "longest": 5,
            "prompt": ["silence:1000"], "next": "card", "invalid": "end", "timeout": "end",
        },
        {
            "id": "card", "kind": "collect", "into": "card", "shortest": 7, "longest": 7,
            "prompt": ["silence:1000"], "next": "note", "invalid": "end", "timeout": "end",
        },
        {"id": "note", "kind": "set", "values": {"pop_account": "{{account}}"}, "next": "wait"},
        {"id": "wait", "kind": "queue", "queue": crowd.QUEUE, "overflowed": "end"},
        {"id": "end", "kind": "hang_up"},
    ],
}  # fmt: skip
"""A flow that learns an account for the agent's eyes, and a card number for nobody's."""


@pytest.fixture
async def scene(product: Settings, tmp_path: Path) -> AsyncIterator[Desks]:
    async with desks(product, tmp_path) as made:
        yield made


async def test_what_the_first_agent_wrote_is_before_the_second(scene: Desks):
    async with signed_in(scene.settings, "admin") as admin:
        queue = (await admin.get(f"/queues/{crowd.QUEUE}")).raise_for_status().json()
        of = {"client_id": queue["client_id"], "project_id": queue["project_id"]}
        asked = [{"name": "reason", "label": "来电原因", "required": True}]
        paths = []
        for path, body in (
            ("/scripts", {"name": "开场", "body": "您好，**{{caller}}**，工号 {{agent_number}}"}),
            ("/forms", {"name": "登记", "fields": asked}),
        ):
            answer = await admin.post(path, json={**of, **body})
            assert answer.status_code == 201, answer.text
            paths.append(f"{path}/{answer.json()['id']}")
        try:
            await _hand_over(scene)
        finally:
            for path in paths:
                assert (await admin.delete(path)).status_code == 204


SECRET = "a-secret-of-this-client"


async def test_the_clients_own_page_trusts_the_link_of_its_contact_and_no_other(
    scene: Desks, tmp_path: Path
):
    with client_server(tmp_path, SECRET) as crm:
        async with signed_in(scene.settings, "admin") as admin:
            queue = (await admin.get(f"/queues/{crowd.QUEUE}")).raise_for_status().json()
            body = {
                "client_id": queue["client_id"],
                "project_id": queue["project_id"],
                "name": "客户系统",
                "url": f"{crm.base}/pop?phone={{{{caller}}}}&call={{{{call_id}}}}",
                "secret": SECRET,
                "valid_s": 60,
            }
            made = await admin.post("/client-pages", json=body)
            assert made.status_code == 201, made.text
            try:
                await _opens_its_page(scene, crm)
            finally:
                path = f"/client-pages/{made.json()['id']}"
                assert (await admin.delete(path)).status_code == 204


async def _opens_its_page(scene: Desks, crm: ClientServer) -> None:
    page = await scene.seat()
    customer = await scene.talk(page)
    frame = page.frame_locator("[data-test=client-page] iframe")
    await expect(frame.locator("#said")).to_have_text(
        f"customer {customer.caller}", timeout=LIMIT_MS
    )
    (started,) = await scene.events(e.CallStarted)
    link, status = crm.asked[-1]
    assert status == 200
    # What anybody on the way could try: another customer, a longer life, no signature, another key.
    number = quote(customer.caller, safe="")
    until = parse_qs(urlsplit(link).query)["openseat_expires"][0]
    assert f"phone={number}" in link
    assert started.caller == customer.caller
    bare, _, signature = link.rpartition("&openseat_signature=")
    turned = f"{int(signature, 16) ^ 1:064x}"
    async with httpx.AsyncClient(base_url=crm.base, verify=False) as thief:  # noqa: S501 - the test's own certificate
        for forged in (
            link.replace(number, "%2B8613999999999"),
            link.replace(until, str(int(until) + 3600)),
            bare,
            f"{bare}&openseat_signature={turned}",
            link.replace("/pop?", "/admin?"),
        ):
            assert forged != link
            assert (await thief.get(forged)).status_code == 403, forged
        assert (await thief.get(link)).status_code == 200
        crm.ahead_s = 120
        assert (await thief.get(link)).status_code == 410
    # The page opened once more brings a link of its own time, which the clock ahead refuses too.
    card = page.locator("[data-test=client-page]")
    await card.get_by_role("button", name="重新载入").click()
    await expect(frame.locator("#said")).to_have_text("refused", timeout=LIMIT_MS)
    crm.ahead_s = 0
    await card.get_by_role("button", name="重新载入").click()
    await expect(frame.locator("#said")).to_have_text(
        f"customer {customer.caller}", timeout=LIMIT_MS
    )
    await customer.hang_up()
    await scene.until_state(page, "空闲")


async def _hand_over(scene: Desks) -> None:
    page = await scene.seat()
    customer = await scene.talk(page)
    await expect(page.locator("[data-test=script] strong")).to_have_text(customer.caller)
    reason = page.locator("[data-question=reason]").get_by_role("textbox")
    await expect(reason).to_be_visible(timeout=LIMIT_MS)
    await page.locator(".codes label").first.click()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-question=reason]").get_by_role("alert")).to_be_visible()
    await page.keyboard.type("要求改地址")
    await page.keyboard.press("Alt+n")
    await page.keyboard.type("已核对身份")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("已保存")).to_be_visible(timeout=LIMIT_MS)

    colleague = await scene.seat(SECOND)
    await page.keyboard.press("Alt+t")
    dialog = page.get_by_role("dialog", name="转接或咨询")
    await expect(dialog.get_by_role("option", selected=True)).to_be_visible(timeout=LIMIT_MS)
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_be_hidden()
    await colleague.locator("[data-test=answer]").click()
    await scene.until_state(colleague, "通话")
    await expect(colleague.locator("[data-test=script] strong")).to_have_text(customer.caller)
    notes = colleague.locator("[data-test=colleague-notes]")
    await expect(notes).to_contain_text("要求改地址", timeout=LIMIT_MS)
    await expect(notes).to_contain_text("已核对身份")
    await scene.until_heard(customer, SECOND)
    await customer.hang_up()
    async with asyncio.timeout(20):
        await customer.gone.wait()
    (disposed,) = await scene.events(e.SegmentDisposed)
    assert [dict(one) for one in disposed.answers] == [
        {"name": "reason", "label": "来电原因", "value": "要求改地址"}
    ]


async def test_what_a_caller_typed_for_the_agent_is_shown_and_nothing_else_of_it(scene: Desks):
    page = await scene.seat()
    async with signed_in(scene.settings, "admin") as admin:
        queue = (await admin.get(f"/queues/{crowd.QUEUE}")).raise_for_status().json()
        of = {"client_id": queue["client_id"], "project_id": queue["project_id"]}
        body = {"name": "账号", "body": "账号 **{{pop_account}}**，卡号 *{{card}}*"}
        script = await admin.post("/scripts", json={**of, **body})
        assert script.status_code == 201, script.text
        flow = await admin.post("/flows", json={**of, "name": ASKING["name"], "draft": ASKING})
        assert flow.status_code == 201, flow.text
        made = flow.json()["id"]
        published = await admin.post(f"/flows/{made}/publish", json={"note": ""})
        assert published.is_success, published.text
        number = await admin.post("/numbers", json={**of, "e164": NUMBER, "flow_id": made})
        assert number.status_code == 201, number.text
        try:
            await scene.known()
            await _typed(scene, page)
            await _timeline(scene)
        finally:
            for path in (f"/scripts/{script.json()['id']}", f"/numbers/{number.json()['id']}"):
                assert (await admin.delete(path)).status_code == 204


async def _typed(scene: Desks, page: Page) -> None:
    customer = await scene.stage.dial(NUMBER, "+8613100000881")
    for step, keys in (("account", ACCOUNT), ("card", CARD)):

        async def asked(step: str = step) -> bool:
            return any(one.step_id == step for one in await scene.events(e.FlowStepped))

        await scene.until(asked, f"the flow never asks for the {step}")
        await customer.press(keys)
    await page.locator("[data-test=answer]").click()
    await scene.until_state(page, "通话")
    shown = page.locator("[data-test=script]")
    await expect(shown.locator("strong")).to_have_text(ACCOUNT)
    await expect(shown).not_to_contain_text(CARD)
    await customer.hang_up()
    async with asyncio.timeout(20):
        await customer.gone.wait()


async def _timeline(scene: Desks) -> None:
    """The card's number stays in the journal, for the floor; those who look do not see it."""
    (last,) = [one for one in await scene.events(e.FlowStepped) if one.step_id == "wait"]
    assert last.state["variables"]["card"] == CARD
    facts = await scene.facts()
    (stream,) = {one.stream for one in facts if isinstance(one.event, e.FlowStepped)}
    async with signed_in(scene.settings, "admin") as admin:

        async def told() -> str:
            answer = await admin.get(f"/calls/{stream.removeprefix('call:')}/events")
            return answer.text if answer.is_success and "call.ended" in answer.text else ""

        await scene.until(told, "the call does not come into the history")
        text = await told()
    assert ACCOUNT in text
    assert CARD not in text
