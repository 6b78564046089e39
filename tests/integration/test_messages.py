"""Messages between supervisors and agents: delivered, read, acknowledged, answered, on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from openseat.testing.api import Api, every, running_api, settings_for
from openseat.testing.database import Database

pytestmark = pytest.mark.database

OWN, STRANGE = "agent-1002", "agent-1001"
"""Of group two, which the second supervisor manages; and of group one."""


@pytest.fixture
async def api(fresh_database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    async with running_api(settings_for(fresh_database, tmp_path)) as running:
        yield running


async def send(who: httpx.AsyncClient, audience: str, subject: str | None, **more: Any) -> Any:
    body = {"audience": audience, "audience_id": subject, "text": "请尽快回到座位", **more}
    return await who.post("/floor/messages", json=body)


async def inbox(who: httpx.AsyncClient) -> dict[str, Any]:
    return (await who.get("/me/messages")).raise_for_status().json()


async def test_an_agent_reads_acknowledges_and_answers_and_the_sender_sees_it(api: Api) -> None:
    boss, agent = await api.sign_in("supervisor2"), await api.sign_in("agent2")
    made = (await send(boss, "agent", OWN, urgent=True)).raise_for_status().json()
    assert (made["recipients"], made["read"], made["acknowledged"]) == (1, 0, 0)
    found = await inbox(agent)
    assert (found["unread"], found["unacknowledged"]) == (1, 1)
    (message,) = found["items"]
    assert (message["text"], message["urgent"], message["read_at"]) == (
        "请尽快回到座位",
        True,
        None,
    )
    path = f"/me/messages/{message['id']}"
    assert (await agent.post(f"{path}/read")).status_code == 204
    assert (await inbox(agent))["unread"] == 0
    assert (await inbox(agent))["unacknowledged"] == 1
    for _ in range(2):
        assert (await agent.post(f"{path}/acknowledgement")).status_code == 204
    assert (await agent.post(f"{path}/reply", json={"text": "马上"})).status_code == 201
    detail = (await boss.get(f"/floor/messages/{made['id']}")).json()
    assert (detail["read"], detail["acknowledged"], detail["replies"]) == (1, 1, 1)
    assert detail["receipts"][0]["replies"] == ["马上"]
    (answer,) = (await inbox(boss))["items"]
    assert (answer["text"], answer["answers"]) == ("马上", "请尽快回到座位")
    admin = await api.sign_in("admin")
    for action in ("message.sent", "message.acknowledged", "message.answered"):
        entries = (await admin.get("/audit", params={"action": action})).json()["items"]
        assert len(entries) == 1, action
        assert "座位" not in str(entries)


async def test_a_message_reaches_who_is_meant_inside_the_managed_range_only(api: Api) -> None:
    boss, admin = await api.sign_in("supervisor2"), await api.sign_in("admin")
    mine = {one["id"] for one in await every(boss, "/agents") if one["group_id"] == "group-two"}
    for audience, subject in (("group", "group-two"), ("everyone", None)):
        made = (await send(boss, audience, subject)).raise_for_status().json()
        detail = (await boss.get(f"/floor/messages/{made['id']}")).json()
        assert 0 < detail["recipients"] == len(detail["receipts"]) <= len(mine)
    served = (await send(boss, "queue", "beidou-parcels")).raise_for_status().json()
    assert served["audience_name"]
    assert 0 < served["recipients"] <= len(mine)
    for audience, subject in (
        ("agent", STRANGE),
        ("group", "group-one"),
        ("queue", "jincheng-care"),
        ("agent", "agent-none"),
    ):
        answer = await send(boss, audience, subject)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), audience
    asked = {"action": "access.refused", "actor_id": "user-supervisor2"}
    entries = (await admin.get("/audit", params=asked)).json()["items"]
    assert {"group-one", "jincheng-care", STRANGE} <= {one["subject_id"] for one in entries}
    stranger = await api.sign_in("agent1")
    assert (await inbox(stranger))["items"] == []
    whole = (await send(admin, "everyone", None)).json()
    assert whole["recipients"] > served["recipients"]
    assert (await inbox(stranger))["unread"] == 1


async def test_what_is_sent_to_others_is_not_there(api: Api) -> None:
    boss, other = await api.sign_in("supervisor2"), await api.sign_in("agent1")
    made = (await send(boss, "agent", OWN)).json()
    for part in ("read", "acknowledgement"):
        assert (await other.post(f"/me/messages/{made['id']}/{part}")).status_code == 404
    answer = await other.post(f"/me/messages/{made['id']}/reply", json={"text": "?"})
    assert answer.status_code == 404
    lead = await api.sign_in("supervisor")
    assert (await lead.get(f"/floor/messages/{made['id']}")).status_code == 404


async def test_agents_send_none_of_their_own_accord_and_clients_have_none(api: Api) -> None:
    agent, client = await api.sign_in("agent2"), await api.sign_in("beidou")
    assert (await send(agent, "agent", OWN)).status_code == 403
    assert (await client.get("/me/messages")).status_code == 403
    assert (await send(client, "everyone", None)).status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "长" * 1001, "a\x00b"])
async def test_a_text_is_neither_empty_nor_endless(api: Api, text: str) -> None:
    boss = await api.sign_in("supervisor2")
    assert (await send(boss, "agent", OWN, text=text)).status_code == 422


async def test_pages_go_on_where_the_last_one_ended(api: Api) -> None:
    boss, agent = await api.sign_in("supervisor2"), await api.sign_in("agent2")
    for number in range(5):
        (await send(boss, "agent", OWN, text=f"第{number}条")).raise_for_status()
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await agent.get("/me/messages", params=query)).json()
        seen += [one["text"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"第{number}条" for number in (4, 3, 2, 1, 0)]
    assert [one["text"] for one in await every(boss, "/floor/messages")] == seen
