"""An agent's day: the figures of the figures page, held against targets; busy time by reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import time_ns
from typing import Any

import httpx
import pytest
import pytest_asyncio

from openseat.core.events import AgentState, AgentStateChanged
from openseat.core.kpi.intervals import Calendar, Width
from openseat.journal.writer import JournalWriter
from openseat.testing.api import running_api, settings_for
from openseat.testing.database import Database
from openseat.testing.own_day import OwnDay
from openseat.worker.projector import Projector
from openseat.worker.registry import projections

pytestmark = [pytest.mark.database, pytest.mark.asyncio(loop_scope="module")]

MIDNIGHT = Calendar("Asia/Shanghai", Width.DAY).start(time_ns() // 1_000_000)
NOW = MIDNIGHT + 6 * 3_600_000 + 123
"""When everybody looks, whenever the test runs: nothing goes on between two readings."""


@dataclass(frozen=True)
class Desk:
    """The agent, who sets targets, and a supervisor of another group."""

    own: httpx.AsyncClient
    admin: httpx.AsyncClient
    lead: httpx.AsyncClient
    other: httpx.AsyncClient

    async def aim(self, scope: str, subject: str, **targets: float) -> httpx.Response:
        """Set targets as they should be, whatever they were."""
        path = f"/targets/{scope}/{subject}"
        before = (await self.admin.get(path)).raise_for_status().json()
        return await self.admin.put(
            path, json={"targets": targets}, headers={"If-Match": f'"{before["version"]}"'}
        )

    async def day(self) -> dict[str, Any]:
        return (await self.own.get("/me/day")).raise_for_status().json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("day")
    writer = JournalWriter(database.url("floor"), cell_id="main", spool_folder=folder / "spool")
    await writer.open()
    await writer.append(OwnDay(MIDNIGHT).facts())
    await writer.close()
    await Projector(database.url("floor"), cell_id="main", projections=projections()).catch_up()
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr("openseat.figures.api._now", lambda: NOW)
        async with running_api(settings_for(database, folder / "home")) as api:
            logins = ("agent1", "admin", "supervisor", "supervisor2")
            yield Desk(*[await api.sign_in(login) for login in logins])


def held(day: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["measure"]: one for one in day["held"]}


async def test_the_figures_are_those_of_the_figures_page(desk: Desk):
    day = await desk.day()
    asked = {"by": "agent", "agent_id": "agent-1001", "interval": "30m"}
    page = (await desk.admin.get("/figures", params=asked)).raise_for_status().json()
    assert day["day"] == page["totals"][0]
    assert day["halves"] == page["items"]
    assert day["starts"] == page["starts"]
    values = held(day)
    assert values["handled"]["value"] == day["day"]["counts"]["handled"] == 2
    for name in ("average_handle_s", "average_after_call_work_s"):
        assert values[name]["value"] == page["totals"][0]["kpis"][name]
    assert values["offers_taken"]["value"] == 0.5
    assert values["satisfaction"]["value"] is None


async def test_busy_time_by_reason_adds_up_to_the_busy_time_to_the_millisecond(desk: Desk):
    day = await desk.day()
    # The spell that was too short to count is idle time, here as everywhere.
    assert [(one["reason"], one["spent_s"], one["spells"]) for one in day["busy"]] == [
        ("break", 660.007, 2),
        ("meeting", 300.0, 1),
    ]
    assert sum(one["spent_s"] for one in day["busy"]) == pytest.approx(
        day["day"]["counts"]["busy_s"], abs=1e-9
    )
    assert day["day"]["counts"]["breaks"] == 3


async def test_a_reasons_limit_is_held_against_its_spells(desk: Desk):
    reason = {"code": "break", "name_zh": "小休", "name_en": "Break", "limit_s": 600}
    (await desk.admin.post("/busy-reasons", json=reason)).raise_for_status()
    assert (await desk.aim("group", "group-one", busy_within_limits=1)).status_code == 200
    day = await desk.day()
    found = {one["reason"]: (one["limit_s"], one["over"]) for one in day["busy"]}
    # Seven milliseconds over is over; a reason without a limit keeps to none.
    assert found == {"break": (600, 1), "meeting": (None, 0)}
    assert held(day)["busy_within_limits"]["value"] == 0.5
    assert held(day)["busy_within_limits"]["judgement"] == "missed"


async def test_targets_of_the_group_are_shown_with_how_the_figures_stand_to_them(desk: Desk):
    answer = await desk.aim("group", "group-one", handled=2, average_handle_s=48, offers_taken=0.9)
    assert answer.status_code == 200, answer.text
    values = held(await desk.day())
    assert (values["handled"]["target"], values["handled"]["judgement"]) == (2, "met")
    # (40 + 8 + 50 + 8) / 2 = 53 seconds, and fewer are better.
    assert values["average_handle_s"]["value"] == 53
    assert values["average_handle_s"]["lower_is_better"]
    assert values["average_handle_s"]["judgement"] == "missed"
    assert values["offers_taken"]["judgement"] == "missed"
    assert values["occupancy"]["target"] is None
    assert values["occupancy"]["judgement"] is None


async def test_a_projects_targets_are_held_against_what_was_done_for_it(desk: Desk):
    (await desk.aim("project", "jincheng-service", handled=3)).raise_for_status()
    (await desk.aim("project", "jincheng-motor", handled=3)).raise_for_status()
    found = (await desk.day())["projects"]
    assert [(one["project_id"], one["held"][0]["value"]) for one in found] == [
        ("jincheng-service", 2)
    ]
    answer = await desk.aim("project", "jincheng-service", occupancy=0.8)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"][0]["field"] == "targets.occupancy"


async def test_supervisors_set_targets_of_what_they_manage_and_of_nothing_else(desk: Desk):
    listed = (await desk.admin.get("/targets")).raise_for_status().json()
    assert {one["subject_id"] for one in listed} >= {"group-one", "jincheng-service"}
    path = "/targets/group/group-one"
    version = (await desk.admin.get(path)).json()["version"]
    body = {"json": {"targets": {"handled": 9}}, "headers": {"If-Match": f'"{version}"'}}
    for refused in (await desk.other.get(path), await desk.other.put(path, **body)):
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    seen = {one["subject_id"] for one in (await desk.other.get("/targets")).json()}
    assert "group-one" not in seen
    assert (await desk.lead.put(path, **body)).status_code == 200
    entries = (await desk.admin.get("/audit", params={"action": "targets.changed"})).json()["items"]
    assert entries[0]["subject_id"] == "group-one"
    assert entries[0]["detail"]["after"] == {"handled": 9}
    refusals = (await desk.admin.get("/audit", params={"action": "access.refused"})).json()["items"]
    assert "group-one" in {one["subject_id"] for one in refusals}


async def test_who_was_slower_is_told(desk: Desk):
    path = "/targets/group/group-two"
    body = {"targets": {"handled": 5}}
    first = await desk.admin.put(path, json=body, headers={"If-Match": '"0"'})
    assert first.status_code == 200
    again = await desk.admin.put(path, json=body, headers={"If-Match": '"0"'})
    assert (again.status_code, again.json()["code"]) == (412, "precondition.failed")
    blind = await desk.admin.put(path, json=body)
    assert (blind.status_code, blind.json()["code"]) == (428, "precondition.required")


@pytest.mark.parametrize("targets", [{"occupancy": 1.1}, {"handled": 0}, {"nobody_knows": 1}])
async def test_what_means_nothing_is_refused(desk: Desk, targets: dict[str, float]):
    answer = await desk.aim("group", "group-one", **targets)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_busy_time_by_reason_is_what_the_journal_says_to_the_millisecond(desk: Desk):
    told: dict[tuple[str, str], int] = {}
    reasons: dict[str, str] = {}
    for fact in OwnDay(MIDNIGHT).facts():
        event = fact.event
        if isinstance(event, AgentStateChanged):
            if event.previous is AgentState.BUSY and event.counted:
                key = (event.agent_id, reasons[event.agent_id])
                told[key] = told.get(key, 0) + event.previous_ms
            reasons[event.agent_id] = event.reason
    found = (await desk.admin.get("/figures/busy")).raise_for_status().json()["items"]
    assert {(one["key"], one["reason"]): one["spent_s"] for one in found} == {
        key: spent / 1000 for key, spent in told.items()
    }
    groups = (await desk.admin.get("/figures/busy", params={"by": "group"})).json()["items"]
    page = (await desk.admin.get("/figures", params={"by": "group"})).raise_for_status().json()
    busy = {row["key"]: row["counts"]["busy_s"] for row in page["totals"]}
    assert sum(one["spent_s"] for one in groups) == pytest.approx(busy["group-one"], abs=1e-9)
    assert {one["key"] for one in groups} == {"group-one"}


async def test_busy_time_is_seen_by_who_manages_the_agents(desk: Desk):
    seen = (await desk.lead.get("/figures/busy")).raise_for_status().json()["items"]
    assert {one["key"] for one in seen} == {"agent-1001"}
    assert (await desk.other.get("/figures/busy")).raise_for_status().json()["items"] == []
    other_day = {"day": "2026-01-01"}
    past = (await desk.admin.get("/figures/busy", params=other_day)).raise_for_status().json()
    assert past["items"] == []
    assert (await desk.own.get("/figures/busy")).status_code == 403
    bad = await desk.admin.get("/figures/busy", params={"day": "2026-02-31"})
    assert bad.status_code == 422
