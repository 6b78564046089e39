"""Prices, usage and invoices on a real database, over HTTP: traceable, reproducible, by tenant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from openseat.billing import demo
from openseat.billing.check import check_seconds
from openseat.billing.service import invoice_preview
from openseat.core import events as e
from openseat.core.events import Fact
from openseat.journal.writer import JournalWriter
from openseat.platform.database import Database as Pool
from openseat.platform.database import OperatorScope
from openseat.platform.settings import Settings
from openseat.testing.api import Api, every, running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.stories import Story
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = pytest.mark.database

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAY = {"first_day": "2026-05-01", "end_day": "2026-06-01"}
JUNE = {"first_day": "2026-06-01", "end_day": "2026-07-01"}

Told = tuple[str, str, datetime, float, float]
"""Call, client, start, seconds before the answer, connected seconds."""


def at(month: int, day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


MAY_CALLS: tuple[Told, ...] = (
    ("may-1", "jincheng", at(5, 3), 2, 61),
    ("may-2", "jincheng", at(5, 4), 2, 30),
    ("may-3", "beidou", at(5, 4), 2, 90.5),
    ("may-4", "jincheng", at(5, 5), 5, 0),
    # Over the end of the month: it belongs to the month in which it ended.
    ("june-1", "jincheng", at(5, 31, 23, 59), 0, 120),
)


def story(calls: Sequence[Told], *, late: datetime | None = None) -> list[Fact]:
    made = Story()
    for name, client, start, ring_s, connected_s in calls:
        stream = f"call:{name}"
        started = round(start.timestamp() * 1000)
        answered = started + round(1000 * ring_s)
        ended = answered + round(1000 * connected_s)
        for moment, event in (
            (
                started,
                e.CallStarted(
                    direction=e.Direction.INBOUND,
                    leg_id=f"{name}-leg",
                    caller="+861",
                    called="+862",
                    client_id=client,
                    project_id=f"{client}-service",
                ),
            ),
            *([(answered, e.CallAnswered(leg_id=f"{name}-leg"))] if connected_s else []),
            (
                ended,
                e.CallEnded(
                    ended_by=e.EndedBy.CUSTOMER,
                    cause=16,
                    answered=bool(connected_s),
                    duration_ms=ended - started,
                    billable_ms=ended - answered,
                ),
            ),
        ):
            made.tell(moment, stream, client, event)
    if late is not None:
        made.tell(round(late.timestamp() * 1000), "cell:main", "", e.SwitchWasLost())
    return made.facts()


class Office:
    """An installation with the demonstration's contracts, into whose journal a test writes."""

    def __init__(self, database: Database, settings: Settings, api: Api, folder: Path) -> None:
        self.database, self.settings, self.api, self.folder = database, settings, api, folder

    async def live(self, facts: Sequence[Fact], *, folded: bool = True) -> None:
        writer = JournalWriter(self.database.url("floor"), cell_id="main", spool_folder=self.folder)
        await writer.open()
        await writer.append(facts)
        await writer.close()
        if folded:
            await self.fold()

    async def fold(self) -> None:
        projector = Projector(
            self.database.url("floor"), cell_id="main", projections=projections(), pace_s=0
        )
        await projector.catch_up()

    async def ask(self, call: Any, *arguments: Any) -> Any:
        pool = Pool(self.database.url("app"), pool_size=1, overflow=0)
        try:
            async with pool.tenant_session(OperatorScope()) as session:
                return await call(session, *arguments)
        finally:
            await pool.close()


EMPTIED = (
    "journal, cell_lease, projection_cursor, usage_calls, usage_storage, figures, figure_calls,"
    " figure_state, calls, segments, agent_time, recordings, recording_files, invoice_charges,"
    " invoice_lines, invoices, invoice_counters, rate_plans, seat_leases, number_leases"
)
"""What a test may have written; to empty it is far quicker than to make the floor anew."""


@pytest.fixture(scope="module")
def installation(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Its folder lives as long as its database: the passwords in both belong together."""
    return settings_for(database, tmp_path_factory.mktemp("home"))


@pytest.fixture
async def office(
    database: Database, installation: Settings, tmp_path: Path
) -> AsyncIterator[Office]:
    owner = await asyncpg.connect(database.url("superuser"))
    try:
        await owner.execute(f"truncate {EMPTIED}")
    finally:
        await owner.close()
    async with running_api(installation) as api:
        assert await demo.seed(installation)
        assert not await demo.seed(installation)
        yield Office(database, installation, api, tmp_path / "spool")


async def make(client: Any, plan: str, days: dict[str, str], status: int = 201) -> Any:
    answer = await client.post("/invoices", json={"rate_plan_id": plan, **days})
    assert answer.status_code == status, answer.text
    return answer.json()


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


SEATS = {"client_id": "beidou", "seat_type": "shared", "seats": 3, "first_day": "2026-02-01"}


class TestContracts:
    async def test_a_lease_is_made_once_for_one_key_and_ended(self, office: Office):
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

    async def test_a_number_is_classed_by_its_pattern(self, office: Office):
        admin = await office.api.sign_in("admin")
        body = {"client_id": "beidou", "number": "+8640012388", "first_day": "2026-02-01"}
        made = (await admin.post("/number-leases", json=body)).raise_for_status()
        assert made.json()["number_class"] == "AAB"
        path = f"/number-leases/{made.json()['id']}"
        match = {"If-Match": made.headers["ETag"]}
        ended = await admin.patch(path, json={"end_day": None}, headers=match)
        assert ended.json()["version"] == 2

    async def test_a_plan_is_listed_read_and_ended_but_not_before_its_invoices(
        self, office: Office
    ):
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
    async def test_a_plan_that_cannot_be_is_refused(
        self, office: Office, change: dict[str, Any], code: str
    ):
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
