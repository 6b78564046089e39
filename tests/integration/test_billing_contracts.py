"""Rate plans and leases, and what a single call costs by them, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from openseat.core import events as e
from openseat.platform.settings import Settings
from openseat.testing.api import settings_for
from openseat.testing.database import Database
from openseat.testing.office import (
    JUNE,
    MAY,
    MAY_CALLS,
    SHANGHAI,
    Office,
    at,
    make,
    running_office,
    story,
)
from openseat.testing.stories import Story

pytestmark = pytest.mark.database

SEATS = {"client_id": "beidou", "seat_type": "shared", "seats": 3, "first_day": "2026-02-01"}


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Its folder lives as long as its database: the passwords in both belong together."""
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def office(
    database: Database, installation: Settings, tmp_path: Path
) -> AsyncIterator[Office]:
    async with running_office(database, installation, tmp_path / "spool") as running:
        yield running


async def test_the_price_of_a_call_is_estimated_until_it_is_invoiced(office: Office):
    facts = story(MAY_CALLS)
    running = story([("running", "jincheng", at(5, 6), 0, 1)])[:1]
    await office.live([*facts, *running])
    admin = await office.api.sign_in("admin")
    estimated = (await admin.get("/calls/may-1/charges")).json()
    assert (estimated["state"], estimated["amount"]) == ("estimated", "0.31")
    assert estimated["charges"] == [
        {"kind": "minutes", "tier": 0, "seconds": 66, "price": "0.285", "amount": "0.3135"}
    ]
    both = (await admin.get("/calls/may-3/charges")).json()
    assert [one["kind"] for one in both["charges"]] == ["minutes", "calls"]
    assert both["amount"] == "1.05"
    assert (await admin.get("/calls/may-4/charges")).json()["amount"] == "0.00"
    assert (await admin.get("/calls/running/charges")).json()["state"] == "running"
    made = await make(admin, "jincheng-2026", MAY)
    invoiced = (await admin.get("/calls/may-1/charges")).json()
    assert invoiced["state"] == "invoiced"
    assert invoiced["invoice_number"] == made["number"]
    assert (invoiced["amount"], invoiced["charges"]) == (
        estimated["amount"],
        estimated["charges"],
    )


async def test_a_calls_tier_depends_on_what_was_used_before_it(office: Office):
    admin = await office.api.sign_in("admin")
    prices = {
        "calls": [
            {
                "direction": "inbound",
                "tiers": [
                    {"from_seconds": 0, "per_minute": "6"},
                    {"from_seconds": 100, "per_minute": "3"},
                ],
                "first_s": 0,
                "step_s": 1,
            }
        ]
    }
    body = {
        "client_id": "jincheng",
        "project_id": "jincheng-service",
        "name": "服务项目",
        "currency": "CNY",
        "prices": prices,
        "valid_from": "2026-01-01",
    }
    plan = (await admin.post("/rate-plans", json=body)).raise_for_status().json()
    await office.live(story(MAY_CALLS))
    found = (await admin.get("/calls/may-2/charges")).json()
    assert found["rate_plan_id"] == plan["id"]
    # 61 s before it, 30 s of its own: all within the first 100.
    assert [(one["tier"], one["seconds"]) for one in found["charges"]] == [(0, 30)]
    long = story([("may-9", "jincheng", at(5, 9), 0, 29.2)])
    await office.live(long)
    found = (await admin.get("/calls/may-9/charges")).json()
    assert [(one["tier"], one["seconds"]) for one in found["charges"]] == [(0, 9), (1, 21)]
    assert found["amount"] == "1.95"
    # The project's calls are not the client's any more.
    whole = await make(admin, "jincheng-2026", MAY)
    assert whole["call_seconds"] == "0.000"
    part = await make(admin, plan["id"], MAY)
    assert part["call_seconds"] == "120.200"


async def test_a_call_that_no_plan_prices_is_free(office: Office):
    before = datetime(2025, 6, 1, 12, tzinfo=SHANGHAI)
    await office.live(story([("early", "jincheng", before, 0, 60)]))
    admin = await office.api.sign_in("admin")
    assert (await admin.get("/calls/early/charges")).json()["state"] == "free"
    outbound = Story()
    start = round(at(5, 1).timestamp() * 1000)
    outbound.tell(
        start,
        "call:out",
        "beidou",
        e.CallStarted(
            direction=e.Direction.OUTBOUND, leg_id="l", caller="1", called="2", client_id="beidou"
        ),
    )
    outbound.tell(
        start + 9000,
        "call:out",
        "beidou",
        e.CallEnded(
            ended_by=e.EndedBy.AGENT, cause=16, answered=True, duration_ms=9000, billable_ms=9000
        ),
    )
    await office.live(outbound.facts())
    assert (await admin.get("/calls/out/charges")).json()["state"] == "free"


async def test_a_lease_is_made_once_for_one_key_and_ended(office: Office):
    admin = await office.api.sign_in("admin")
    key = {"Idempotency-Key": "key-12345"}
    first = await admin.post("/seat-leases", json=SEATS, headers=key)
    again = await admin.post("/seat-leases", json=SEATS, headers=key)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    subject = first.json()["id"]
    path, end = f"/seat-leases/{subject}", {"end_day": "2026-03-01"}
    assert (await admin.patch(path, json=end)).status_code == 428
    match = {"If-Match": first.headers["ETag"]}
    ended = await admin.patch(path, json=end, headers=match)
    assert ended.json()["end_day"] == "2026-03-01"
    assert (await admin.patch(path, json=end, headers=match)).status_code == 412
    too_early = await admin.patch(
        path, json={"end_day": "2026-02-01"}, headers={"If-Match": ended.headers["ETag"]}
    )
    assert too_early.json()["code"] == "value.invalid"
    missing = await admin.patch("/seat-leases/none", json=end, headers=match)
    assert missing.status_code == 404


async def test_a_number_is_classed_by_its_pattern(office: Office):
    admin = await office.api.sign_in("admin")
    body = {"client_id": "beidou", "number": "+8640012388", "first_day": "2026-02-01"}
    made = (await admin.post("/number-leases", json=body)).raise_for_status()
    assert made.json()["number_class"] == "AAB"
    path = f"/number-leases/{made.json()['id']}"
    match = {"If-Match": made.headers["ETag"]}
    ended = await admin.patch(path, json={"end_day": None}, headers=match)
    assert ended.json()["version"] == 2


async def test_a_plan_is_listed_read_and_ended_but_not_before_its_invoices(office: Office):
    admin = await office.api.sign_in("admin")
    page = (await admin.get("/rate-plans", params={"limit": "1"})).json()
    rest = (await admin.get("/rate-plans", params={"cursor": page["next_cursor"]})).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == [
        "beidou-2026",
        "jincheng-2026",
    ]
    mine = (await admin.get("/rate-plans", params={"client_id": "beidou"})).json()
    assert [one["id"] for one in mine["items"]] == ["beidou-2026"]
    await make(admin, "beidou-2026", MAY)
    plan = await admin.get("/rate-plans/beidou-2026")
    match = {"If-Match": plan.headers["ETag"]}
    for day, status in (("2026-05-31", 409), ("2026-06-01", 200)):
        answer = await admin.patch(
            "/rate-plans/beidou-2026", json={"valid_until": day}, headers=match
        )
        assert answer.status_code == status
    answer = await admin.post("/invoices", json={"rate_plan_id": "beidou-2026", **JUNE})
    assert answer.json()["code"] == "rate_plan.none"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": "ZZZ"}, "currency.unknown"),
        ({"prices": {"calls": [{"direction": "inbound", "tiers": []}]}}, "request.invalid"),
        (
            {
                "prices": {
                    "calls": [
                        {
                            "direction": "inbound",
                            "tiers": [{"from_seconds": 5, "per_minute": "1"}],
                        }
                    ]
                }
            },
            "rate_plan.invalid",
        ),
        ({"client_id": "nobody"}, "reference.unknown"),
        ({"project_id": "beidou-service"}, "reference.unknown"),
        ({"name": "2026 年度合同"}, "value.taken"),
        ({"valid_until": "2026-01-01"}, "value.invalid"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused(office: Office, change: dict[str, Any], code: str):
    admin = await office.api.sign_in("admin")
    body = {
        "client_id": "jincheng",
        "name": "plan",
        "currency": "CNY",
        "prices": {},
        "valid_from": "2026-01-01",
    }
    answer = await admin.post("/rate-plans", json={**body, **change})
    assert answer.json()["code"] == code, answer.text
    good = await admin.post("/rate-plans", json=body)
    assert good.status_code == 201
