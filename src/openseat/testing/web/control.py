"""What the stand-in does when a supervisor commands the floor."""

from __future__ import annotations

from datetime import datetime
from math import sin
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from openseat.testing.web.floor import iso, millis
from openseat.testing.web.stand_in import StandIn


def _moment(at: int) -> dict[str, Any]:
    """A minute of a day that goes up and down."""
    tide = sin(at / 2_400_000) + 1
    return {
        "at": iso(at),
        "waiting": round(3 * tide),
        "offered": round(6 * tide) + 2,
        "answered": round(6 * tide) + 1,
        "abandoned": 1 if tide > 1.6 else 0,
        "service_level": 0.95 - 0.12 * tide,
        "occupancy": 0.55 + 0.17 * tide,
        "states": {
            "talking": round(5 * tide) + 3,
            "idle": 8 - round(3 * tide),
            "after_call_work": 3,
            "busy": 2,
            "outbound_only": 1,
            "signed_out": 1,
        },
    }


def control(router: APIRouter, stand_in: StandIn) -> None:
    """Other people's states, their conversations, whole calls; the own phone answers at once."""

    @router.post("/floor/agents/{agent_id}/state", status_code=204)
    async def force_state(agent_id: str, request: Request) -> None:
        asked = await request.json()
        reason = "forced" if asked["state"] == "busy" else ""
        stand_in.agent(agent_id, state=asked["state"], reason=reason, since=millis())

    @router.post("/floor/agents/{agent_id}/sign-out", status_code=204)
    async def force_sign_out(agent_id: str) -> None:
        stand_in.agent(agent_id, state="signed_out", since=millis())

    @router.post("/floor/agents/{agent_id}/supervision", status_code=204)
    async def supervise(agent_id: str, request: Request) -> None:
        asked = await request.json()
        if asked["mode"] == "intercept":
            stand_in.agent(agent_id, state="after_call_work", call_id="", since=millis())
            own: dict[str, Any] = {"state": "talking", "call_id": asked["call_id"]}
            stand_in.agent(stand_in.own_agent_id, supervising=None, **own, since=millis())
            return
        running = {"agent_id": agent_id, "state": "there", **asked}
        stand_in.agent(stand_in.own_agent_id, supervising=running)

    @router.delete("/me/supervision", status_code=204)
    async def leave() -> None:
        stand_in.agent(stand_in.own_agent_id, supervising=None)

    own: dict[str, list[str]] = {}

    @router.get("/floor/agents/{agent_id}/posting")
    async def read_posting(agent_id: str) -> Any:
        served = stand_in.tables["agents"][agent_id]["queues"]
        set_up = own.setdefault(agent_id, served)
        moved = [
            {
                "queue_id": queue_id,
                "serves": queue_id in served,
                "until": None,
                "posted_by": "u-lead",
                "posted_at": "2026-11-21T08:00:00Z",
            }
            for queue_id in sorted({*served} ^ {*set_up})
        ]
        return {"queues": served, "own_queues": set_up, "items": moved}

    @router.put("/floor/agents/{agent_id}/posting", status_code=204)
    async def post_agent(agent_id: str, request: Request) -> None:
        stand_in.agent(agent_id, queues=(await request.json())["queues"])

    @router.delete("/floor/agents/{agent_id}/posting", status_code=204)
    async def end_posting(agent_id: str) -> None:
        stand_in.agent(agent_id, queues=own[agent_id])

    @router.get("/floor/course")
    async def course(request: Request) -> Any:
        asked = request.query_params
        stand_in.courses.append(dict(asked))
        now = millis() // 60_000 * 60_000
        first = round(datetime.fromisoformat(asked["since"]).timestamp() * 1000)
        return {"step_s": 60, "points": [_moment(at) for at in range(first, now, 60_000)]}

    set_up: dict[str, dict[str, int]] = {}
    ends: dict[tuple[str, str], str | None] = {}

    def give(agent_ids: list[str], asked: dict[str, Any]) -> None:
        for agent_id in agent_ids:
            held = stand_in.tables["agents"][agent_id]["skills"]
            set_up.setdefault(agent_id, held)
            ends.update(((agent_id, one), asked["until"]) for one in asked["skills"])
            levels = {one: level for one, level in {**held, **asked["skills"]}.items() if level}
            stand_in.agent(agent_id, skills=levels)

    @router.get("/floor/agents/{agent_id}/skills")
    async def read_skills(agent_id: str) -> Any:
        held = stand_in.tables["agents"][agent_id]["skills"]
        own = set_up.setdefault(agent_id, held)
        changed = [
            {
                "skill_id": one,
                "level": held.get(one, 0),
                "until": ends.get((agent_id, one)),
                "posted_by": "u-lead",
                "posted_at": "2026-11-21T08:00:00Z",
            }
            for one in sorted({*held} | {*own})
            if held.get(one) != own.get(one)
        ]
        return {"skills": held, "own_skills": own, "items": changed}

    @router.put("/floor/agents/{agent_id}/skills", status_code=204)
    async def post_skills(agent_id: str, request: Request) -> None:
        give([agent_id], await request.json())

    @router.delete("/floor/agents/{agent_id}/skills", status_code=204)
    async def return_skills(agent_id: str) -> None:
        stand_in.agent(agent_id, skills=set_up[agent_id])

    @router.post("/floor/skills", status_code=204)
    async def post_skills_of_several(request: Request) -> None:
        asked = await request.json()
        give(asked["agents"], asked)

    @router.post("/floor/calls/{call_id}/end", status_code=204)
    async def cut_off(call_id: str) -> Response:
        stand_in.move({}, {"calls": [call_id]})
        return Response(status_code=204)
