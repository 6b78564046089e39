"""Invoices on a real database, over HTTP: traceable, reproducible, each client its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from openseat.billing import demo
from openseat.billing.check import check_seconds
from openseat.billing.service import invoice_preview
from openseat.core import events as e
from openseat.platform.settings import Settings
from openseat.testing.api import every, settings_for
from openseat.testing.database import Database
from openseat.testing.office import (
    JUNE,
    MAY,
    MAY_CALLS,
    Office,
    at,
    make,
    running_office,
    story,
)
from openseat.testing.stories import Story

pytestmark = pytest.mark.database


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


async def test_an_invoice_is_made_once_and_leads_to_its_calls(office: Office):
    await office.live(story(MAY_CALLS))
    admin = await office.api.sign_in("admin")
    made = await make(admin, "jincheng-2026", MAY)
    lines = {line["kind"]: line for line in made["lines"]}
    # 61 s are charged as 66, 30 s as the least of 60; 0.30 less 5 per cent.
    assert lines["minutes"]["quantity"] == "126"
    assert lines["minutes"]["price"] == "0.285"
    assert lines["minutes"]["amount"] == "0.60"
    assert lines["minutes"]["calls"] == 2
    assert lines["seats"]["amount"] == "46400.00"
    assert made["total"] == str(sum(Decimal(line["amount"]) for line in made["lines"]))
    assert made["call_seconds"] == "91.000"
    assert made["number"].endswith("-000001")

    again = await make(admin, "jincheng-2026", MAY, 200)
    assert again == made
    other = await make(admin, "beidou-2026", MAY)
    assert other["number"].endswith("-000002")
    assert {line["kind"] for line in other["lines"]} >= {"minutes", "calls", "seats", "numbers"}

    path = f"/invoices/{made['id']}/lines/{lines['minutes']['no']}/charges"
    charges = await every(admin, path)
    assert [charge["call_id"] for charge in charges] == ["may-1", "may-2"]
    page = (await admin.get(path, params={"limit": "1"})).json()
    assert page["next_cursor"]
    assert sum(Decimal(charge["amount"]) for charge in charges) == Decimal("0.5985")
    assert (await admin.get(f"/invoices/{made['id']}")).json() == made
    check = (await admin.get(f"/invoices/{made['id']}/check")).json()
    assert check == {"reproduced": True, "differences": []}


async def test_a_call_belongs_to_the_month_in_which_it_ended(office: Office):
    await office.live(story(MAY_CALLS))
    admin = await office.api.sign_in("admin")
    await make(admin, "jincheng-2026", MAY)
    june = await make(admin, "jincheng-2026", JUNE)
    assert june["call_seconds"] == "120.000"


async def test_an_end_that_was_journalled_late_is_on_the_next_invoice(office: Office):
    await office.live(story(MAY_CALLS))
    admin = await office.api.sign_in("admin")
    await make(admin, "jincheng-2026", MAY)
    # The switch told only afterwards that this call of May had ended.
    await office.live(story([("may-late", "jincheng", at(5, 20), 0, 600)]))
    check = await admin.get(f"/invoices/{(await every(admin, '/invoices'))[0]['id']}/check")
    assert check.json()["reproduced"] is True
    june = await make(admin, "jincheng-2026", JUNE)
    assert june["call_seconds"] == "720.000"
    assert (await admin.get(f"/invoices/{june['id']}/check")).json()["reproduced"] is True


async def test_an_invoice_that_was_tampered_with_is_not_reproduced(office: Office):
    await office.live(story(MAY_CALLS))
    admin = await office.api.sign_in("admin")
    made = await make(admin, "jincheng-2026", MAY)
    owner = await asyncpg.connect(office.database.url("superuser"))
    try:
        await owner.execute("update invoices set total = total + 1")
        await owner.execute("update invoice_lines set amount = amount + 1 where kind = 'seats'")
        await owner.execute("delete from invoice_charges")
        await owner.execute(
            "delete from invoice_lines where no = (select max(no) from invoice_lines)"
        )
    finally:
        await owner.close()
    check = (await admin.get(f"/invoices/{made['id']}/check")).json()
    assert check["reproduced"] is False
    assert len(check["differences"]) == 3


async def test_no_one_can_change_an_invoice_at_run_time(office: Office):
    await office.live(story(MAY_CALLS))
    await make(await office.api.sign_in("admin"), "jincheng-2026", MAY)
    connection = await asyncpg.connect(office.database.url("app"))
    try:
        await connection.execute("select set_config('openseat.scope', 'operator', false)")
        for table in ("invoices", "invoice_lines", "invoice_charges"):
            for statement in (f"update {table} set client_id = client_id", f"delete from {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"first_day": "2026-05-01", "end_day": "2026-05-01"}, "value.invalid"),
        ({"first_day": "2025-12-01", "end_day": "2026-01-02"}, "rate_plan.none"),
        ({"first_day": "2026-05-01", "end_day": "2099-01-01"}, "invoice.period_open"),
    ],
)
async def test_a_period_that_cannot_be_invoiced_is_refused(
    office: Office, days: dict[str, str], code: str
):
    admin = await office.api.sign_in("admin")
    answer = await admin.post("/invoices", json={"rate_plan_id": "jincheng-2026", **days})
    assert answer.json()["code"] == code


async def test_usage_that_is_not_counted_yet_is_waited_for(office: Office):
    await office.live(story(MAY_CALLS), folded=False)
    admin = await office.api.sign_in("admin")
    body = {"rate_plan_id": "jincheng-2026", **MAY}
    answer = await admin.post("/invoices", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "invoice.usage_behind")
    await office.fold()
    await make(admin, "jincheng-2026", MAY)


async def test_overlapping_periods_are_refused_and_unknown_plans_not_found(office: Office):
    admin = await office.api.sign_in("admin")
    await make(admin, "jincheng-2026", MAY)
    days = {"first_day": "2026-05-15", "end_day": "2026-06-15"}
    answer = await admin.post("/invoices", json={"rate_plan_id": "jincheng-2026", **days})
    assert answer.json()["code"] == "invoice.period_overlaps"
    answer = await admin.post("/invoices", json={"rate_plan_id": "nothing", **MAY})
    assert answer.status_code == 404
    for path in ("/invoices/nothing", "/rate-plans/nothing", "/calls/nothing/charges"):
        assert (await admin.get(path)).status_code == 404


async def test_two_requests_at_once_make_one_invoice(office: Office):
    await office.live(story(MAY_CALLS))
    admin = await office.api.sign_in("admin")
    body = {"rate_plan_id": "jincheng-2026", **MAY}
    answers = await asyncio.gather(*(admin.post("/invoices", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_invoices_are_listed_newest_first_page_by_page(office: Office):
    admin = await office.api.sign_in("admin")
    for plan in ("jincheng-2026", "beidou-2026"):
        for days in (MAY, JUNE):
            await make(admin, plan, days)
    page = (await admin.get("/invoices", params={"limit": "3"})).json()
    rest = (await admin.get("/invoices", params={"cursor": page["next_cursor"]})).json()
    numbers = [one["number"] for one in page["items"] + rest["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 4
    mine = await admin.get("/invoices", params={"client_id": "beidou"})
    assert {one["client_id"] for one in mine.json()["items"]} == {"beidou"}
    bad = await admin.get("/invoices", params={"cursor": "WzQxMDI0NDQ4MDAwMDEsImEiXQ"})
    assert bad.json()["code"] == "cursor.invalid"


async def test_a_client_sees_its_own_bills_and_nobody_elses(office: Office):
    await office.live(story(MAY_CALLS))
    admin, beidou = await office.api.sign_in("admin"), await office.api.sign_in("beidou")
    mine = await make(admin, "beidou-2026", MAY)
    theirs = await make(admin, "jincheng-2026", MAY)
    assert [one["id"] for one in await every(beidou, "/invoices")] == [mine["id"]]
    assert (await beidou.get(f"/invoices/{mine['id']}")).json() == mine
    assert (await beidou.get(f"/invoices/{mine['id']}/check")).json()["reproduced"] is True
    assert (await beidou.get("/rate-plans/beidou-2026/preview")).status_code == 200
    assert (await beidou.get("/calls/may-3/charges")).json()["state"] == "invoiced"
    for path in (
        f"/invoices/{theirs['id']}",
        f"/invoices/{theirs['id']}/check",
        f"/invoices/{theirs['id']}/lines/1/charges",
        "/rate-plans/jincheng-2026",
        "/rate-plans/jincheng-2026/preview",
        "/calls/may-1/charges",
    ):
        assert (await beidou.get(path)).status_code == 404, path
    for path in ("/rate-plans", "/seat-leases", "/number-leases"):
        rows = await every(beidou, path)
        assert {row["client_id"] for row in rows} == {"beidou"}
    answer = await beidou.post("/invoices", json={"rate_plan_id": "beidou-2026", **JUNE})
    assert answer.status_code == 403


async def test_billed_seconds_are_the_journals(office: Office):
    await office.live(story(MAY_CALLS))
    start = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1000
    end = start + 365 * 86_400_000
    found = await office.ask(check_seconds, start, end)
    assert found.agrees
    assert (found.calls, found.usage_ms) == (5, 301_500)
    assert (await office.ask(check_seconds, start, end, "beidou")).usage_ms == 90_500
    owner = await asyncpg.connect(office.database.url("superuser"))
    try:
        await owner.execute("update usage_calls set billable_ms = 0 where call_id = 'may-1'")
    finally:
        await owner.close()
    assert not (await office.ask(check_seconds, start, end)).agrees


async def test_a_preview_takes_every_plan_of_the_client_in_force(office: Office):
    await office.live(story(MAY_CALLS))
    (found,) = await office.ask(invoice_preview, "jincheng", date(2025, 12, 1), date(2026, 6, 1))
    assert found.reach.period.first == demo.BEGINS
    assert found.call_ms == 91_000
    assert await office.ask(invoice_preview, "nobody", date(2026, 5, 1), date(2026, 6, 1)) == []
    admin = await office.api.sign_in("admin")
    preview = (await admin.get("/rate-plans/jincheng-2026/preview", params=MAY)).json()
    made = await make(admin, "jincheng-2026", MAY)
    assert preview["lines"] == made["lines"]
    assert preview["total"] == made["total"]
    backwards = {"first_day": "2026-05-02", "end_day": "2026-05-01"}
    answer = await admin.get("/rate-plans/jincheng-2026/preview", params=backwards)
    assert answer.json()["code"] == "value.invalid"


async def test_recordings_beyond_the_quota_are_charged_for_the_time_they_are_kept(
    office: Office,
):
    stored = Story()
    half = round(at(5, 16, 12).timestamp() * 1000)
    for part in ("", "s1"):
        stored.tell(
            half,
            f"recording:r/{part or 'whole'}",
            "jincheng",
            e.RecordingWasStored(
                call_id="c",
                recording_id="r",
                segment_id=part,
                path="p",
                sha256="0",
                bytes=5_000_000_000 if part else 3_192_000_000,
                duration_ms=1,
            ),
        )
    await office.live(stored.facts())
    made = await make(await office.api.sign_in("admin"), "jincheng-2026", MAY)
    (line,) = [line for line in made["lines"] if line["kind"] == "storage"]
    # 8,192 MB for half of the 31 days: 4,096 on average, 2,048 of them beyond the quota.
    assert Decimal(line["quantity"]) == round(Decimal("20.48") * 31 / 365, 6)
    assert line["amount"] == "20.87"
