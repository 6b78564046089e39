"""Script, form and notes of a contact on the whole product: they travel with a transferred call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from openseat.core import events as e
from openseat.platform.settings import Settings
from openseat.simulation import crowd
from openseat.testing.api import signed_in
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
