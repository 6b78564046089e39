"""Setting up while calls go on: what is new is heard by the next caller, and nobody is cut off."""

from __future__ import annotations

import asyncio
import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from playwright.async_api import expect

from openseat.core import events as e
from openseat.platform.access import CSRF_HEADER
from openseat.platform.settings import Settings
from openseat.simulation import crowd
from openseat.testing.headset import LIMIT_MS, humming_browser
from openseat.testing.tones import hears
from openseat.testing.world import CUSTOMER, FIRST, LIMIT_S, World, ended, running_world, talk

pytestmark = [pytest.mark.acceptance, pytest.mark.switch, pytest.mark.database]

NUMBER, TEST_NUMBER, DRAWN_NUMBER = "+862150109077", "+862150109078", "+862150109079"
SPRING, AUTUMN = 620, 1040
"""Hertz: what the prompt sounds like at first, and after it was replaced."""


@pytest.fixture
async def world(product: Settings) -> AsyncIterator[World]:
    async with running_world(product, 1) as made:
        yield made


@pytest.fixture
async def admin(product: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator at the API of the running product."""
    address = f"http://127.0.0.1:{product.ports.web}/api/v1"
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        secret = product.secrets.read("demo_admin")
        answer = await client.post("/session", json={"login": "admin", "password": secret})
        client.headers[CSRF_HEADER] = answer.raise_for_status().json()["csrf_token"]
        yield client


def tone(hertz: int, seconds: int = 5) -> dict[str, tuple[str, bytes, str]]:
    """Return an upload of a tone."""
    file = io.BytesIO()
    count = 16_000 * seconds
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16_000)
        samples = [round(12_000 * math.sin(2 * math.pi * hertz * n / 16_000)) for n in range(count)]
        written.writeframes(struct.pack(f"<{count}h", *samples))
    return {"file": ("prompt.wav", file.getvalue(), "audio/wav")}


def flow(prompt: str) -> dict[str, Any]:
    """Return a flow that plays a prompt and ends."""
    return {
        "schema": 1,
        "name": "季节问候",
        "start": "greet",
        "languages": ["zh-CN"],
        "steps": [
            {"id": "greet", "kind": "announce", "prompt": [f"prompt:{prompt}"], "next": "end"},
            {"id": "end", "kind": "hang_up"},
        ],
    }


async def ask(client: httpx.AsyncClient, method: str, path: str, **body: Any) -> Any:
    """Ask the API, with the version that was read for a change."""
    headers = {}
    if method == "PATCH":
        headers["If-Match"] = (await client.get(path)).raise_for_status().headers["etag"]
    answer = await client.request(method, path, headers=headers, **body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def known(world: World) -> None:
    """Wait until the floor works with the directory as it is now."""
    connection = await asyncpg.connect(world.settings.database_url("floor"))
    try:
        version = await connection.fetchval("select version from directory_state where id = 1")
    finally:
        await connection.close()

    async def configured() -> bool:
        return any(one.config_version >= version for one in await world.events(e.CellConfigured))

    await world.until(configured, f"the floor does not read version {version}")


async def greeting(world: World, name: str, number: str = NUMBER) -> list[int]:
    """Call a number to the flow's end and return which of the two tones was heard."""
    caller = await world.stage.dial(number, f"+8613700{name:0>6}")
    async with asyncio.timeout(LIMIT_S):
        await caller.up.wait()
        await caller.listen(f"greeting-{name}")
        await caller.gone.wait()
    (sound, *_) = await world.heard(f"greeting-{name}")
    return [hertz for hertz in (SPRING, AUTUMN) if hears(sound, hertz)]


async def test_flows_prompts_and_numbers_change_under_a_call_that_goes_on(
    world: World, admin: httpx.AsyncClient
):
    await world.ready(0)
    customer, phone = await talk(world)

    prompt = await ask(
        admin, "POST", "/prompts", data={"name": "season", "text": "春"}, files=tone(SPRING)
    )
    made = await ask(admin, "POST", "/flows", json={"name": "季节问候", "draft": flow("season")})
    path = f"/flows/{made['id']}"
    await ask(admin, "POST", f"{path}/publish", json={"note": "春"})
    await ask(admin, "POST", "/numbers", json={"e164": NUMBER, "flow_id": made["id"]})
    await known(world)
    assert await greeting(world, "1") == [SPRING]

    await ask(admin, "PUT", f"/prompts/{prompt['id']}/audio", files=tone(AUTUMN))
    assert await greeting(world, "2") == [AUTUMN]

    # A version that says nothing, then back to the one before.
    silent = {**flow("season"), "start": "end"}
    silent["steps"] = silent["steps"][1:]
    await ask(admin, "PATCH", path, json={"draft": silent})
    await ask(admin, "POST", f"{path}/publish", json={"note": "静"})
    await known(world)
    refused = await world.stage.dial(NUMBER, "+8613700000003")
    async with asyncio.timeout(LIMIT_S):
        await refused.gone.wait()
    assert not refused.up.is_set()
    await ask(admin, "POST", f"{path}/rollback", json={"number": 1})
    await known(world)
    assert await greeting(world, "4") == [AUTUMN]

    assert not customer.gone.is_set()
    await customer.hang_up()
    await ended(world, customer)
    assert phone.gone.is_set() or await asyncio.wait_for(phone.gone.wait(), LIMIT_S)


@pytest.mark.browser
async def test_a_flow_drawn_in_the_page_is_called_and_its_new_prompt_heard(
    world: World, admin: httpx.AsyncClient, tmp_path: Path
):
    """The whole way: a prompt uploaded, a flow drawn, checked and published, a number, a call."""
    secret, site = world.settings.secrets.read("demo_admin"), world.settings.ports.web
    sound = tmp_path / "drawn.wav"
    sound.write_bytes(tone(SPRING)["file"][1])
    async with humming_browser(tmp_path, CUSTOMER) as browser:
        page = await browser.new_page(locale="zh-CN")
        page.set_default_timeout(LIMIT_MS)
        await page.goto(f"http://127.0.0.1:{site}/admin/prompts")
        await page.get_by_label("用户名").fill("admin")
        await page.get_by_label("密码", exact=True).fill(secret)
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="新建").click()
        await page.get_by_label("提示名").fill("drawn")
        await page.get_by_label("文字内容").fill("画出来的问候")
        await page.locator("input[type=file]").set_input_files(sound)
        await page.get_by_role("dialog").get_by_role("button", name="保存").click()
        await expect(page.locator("main tbody tr").filter(has_text="drawn")).to_be_visible()

        await page.get_by_role("link", name="语音流程").click()
        await expect(page.get_by_role("heading", name="语音流程")).to_be_visible()
        await page.get_by_role("button", name="新建").click()
        await page.get_by_role("dialog").get_by_label("名称").fill("画出来的流程")
        await page.get_by_role("button", name="开始绘制").click()
        palette = page.get_by_role("navigation", name="步骤")
        await palette.get_by_role("button", name="播放").click()
        await page.get_by_role("button", name="添加播放内容").click()
        await page.get_by_role("combobox", name="播放内容 1").click()
        await page.keyboard.type("drawn")
        await page.keyboard.press("Enter")
        start = page.locator("[data-step=announce] .vue-flow__handle[data-handleid=next]")
        await start.drag_to(page.locator("[data-step=hang-up] .gist"))
        await page.get_by_role("button", name="设为起点").click()
        await expect(page.get_by_text("可以发布")).to_be_visible(timeout=LIMIT_MS)
        await page.get_by_role("button", name="发布").click()
        await page.get_by_role("dialog").get_by_role("button", name="发布").click()
        await expect(page.get_by_text("线上第 1 版")).to_be_visible(timeout=LIMIT_MS)

        await page.get_by_role("link", name="返回列表").click()
        await page.get_by_role("link", name="接入号码").click()
        await expect(page.get_by_role("heading", name="接入号码")).to_be_visible()
        await page.get_by_role("button", name="新建").click()
        form = page.locator(".os-noun-form")
        await form.locator("[data-field=e164]").get_by_role("textbox").fill(DRAWN_NUMBER)
        await form.locator("[data-field=flow_id]").get_by_role("combobox").click()
        await page.get_by_role("option", name="画出来的流程").click()
        await form.get_by_role("button", name="保存").click()
        await expect(page.locator("main tbody tr").filter(has_text=DRAWN_NUMBER)).to_be_visible()
    await known(world)
    assert await greeting(world, "21", DRAWN_NUMBER) == [SPRING]


async def test_a_draft_is_called_before_it_is_published(world: World, admin: httpx.AsyncClient):
    for name, hertz in (("draft-one", SPRING), ("draft-two", AUTUMN)):
        await ask(admin, "POST", "/prompts", data={"name": name}, files=tone(hertz))
    made = await ask(admin, "POST", "/flows", json={"name": "草稿", "draft": flow("draft-one")})
    number = {"e164": TEST_NUMBER, "flow_id": made["id"], "draft": True}
    await ask(admin, "POST", "/numbers", json=number)
    await known(world)
    assert await greeting(world, "11", TEST_NUMBER) == [SPRING]
    await ask(admin, "PATCH", f"/flows/{made['id']}", json={"draft": flow("draft-two")})
    await known(world)
    assert await greeting(world, "12", TEST_NUMBER) == [AUTUMN]
    assert (await ask(admin, "GET", f"/flows/{made['id']}"))["published_number"] is None
    await world.nothing_is_left()


async def test_everything_around_a_call_is_changed_and_both_go_on_talking(
    world: World, admin: httpx.AsyncClient
):
    await world.ready(0)
    customer, phone = await talk(world, 1.0)
    agent, queue = world.seats[0].agent_id, crowd.QUEUE
    trunks = (await admin.get("/trunks")).json()["items"]

    skill = await ask(admin, "POST", "/skills", json={"name": "变更中"})
    await ask(admin, "PATCH", f"/agents/{agent}", json={"skills": {skill["id"]: 3}, "queues": []})
    await ask(admin, "PATCH", f"/queues/{queue}", json={"strategy": "ring_all", "active": False})
    for trunk in trunks:
        changed = {"cost": trunk["cost"] + 7, "qualify_s": trunk["qualify_s"] + 1}
        await ask(admin, "PATCH", f"/trunks/{trunk['id']}", json=changed)
    hours = (await admin.get("/hours")).json()["items"][0]
    await ask(admin, "PATCH", f"/hours/{hours['id']}", json={"weekly": {}})
    await known(world)

    # What is heard from here on was said after all of it.
    await phone.listen("after-agent")
    await customer.listen("after-customer")
    await asyncio.sleep(3)
    assert not customer.gone.is_set()
    assert not phone.gone.is_set()
    await customer.hang_up()
    await ended(world, customer)
    assert hears((await world.heard("after-agent"))[0], CUSTOMER)
    assert hears((await world.heard("after-customer"))[0], FIRST)
    (segment,) = await world.events(e.SegmentEnded)
    assert segment.agent_id == agent
    (over,) = await world.events(e.CallEnded)
    assert over.ended_by == e.EndedBy.CUSTOMER
    await world.nothing_is_left()

    # As it was, for whoever comes next.
    await ask(admin, "PATCH", f"/agents/{agent}", json={"skills": {}, "queues": [queue]})
    await ask(admin, "PATCH", f"/queues/{queue}", json={"strategy": "longest_idle", "active": True})
    await ask(admin, "PATCH", f"/hours/{hours['id']}", json={"weekly": hours["weekly"]})
    for trunk in trunks:
        kept = {"cost": trunk["cost"], "qualify_s": trunk["qualify_s"]}
        await ask(admin, "PATCH", f"/trunks/{trunk['id']}", json=kept)
    await known(world)
