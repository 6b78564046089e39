"""Script, form and notes of a contact on the whole product: they travel with a transferred call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.async_api import expect

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
    await expect(frame.locator("#said")).to_have_text(f"customer {customer.caller}")
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
