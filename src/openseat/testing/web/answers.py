"""What the stand-in answers over HTTP, area by area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from openseat.testing.web import floor, past
from openseat.testing.web.control import control
from openseat.testing.web.floor import Row
from openseat.testing.web.stand_in import PASSWORD, ROLES, StandIn


def problem(status: int, code: str, **headers: str) -> JSONResponse:
    """Return a problem document."""
    return JSONResponse(
        {"type": f"urn:openseat:problem:{code}", "status": status, "code": code, "detail": ""},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def page(rows: list[Row], request: Request) -> Row:
    """Return one page of a list."""
    limit = int(request.query_params.get("limit", 50))
    start = int(request.query_params.get("cursor", 0))
    following = start + limit
    return {
        "items": rows[start:following],
        "next_cursor": str(following) if following < len(rows) else None,
    }


def session(router: APIRouter, stand_in: StandIn) -> None:
    """Signing in and out."""

    @router.post("/session")
    async def sign_in(request: Request) -> Any:
        asked = await request.json()
        if asked["login"] == "locked":
            return problem(429, "sign_in.throttled", **{"Retry-After": "42"})
        if asked["login"] not in ROLES or asked["password"] != PASSWORD:
            return problem(401, "session.refused")
        stand_in.user = asked["login"]
        return stand_in.session()

    @router.get("/session")
    async def read_session() -> Any:
        return stand_in.session() if stand_in.user else problem(401, "session.required")

    @router.delete("/session", status_code=204)
    async def sign_out() -> None:
        stand_in.user = None

    company = {"name": "", "short_name": "", "logo": None}

    @router.get("/brand")
    async def brand() -> Row:
        return company

    @router.get("/brand/mine")
    async def own_brand() -> Row:
        return {"operator": company, "client": None}


def directory(router: APIRouter, stand_in: StandIn) -> None:
    """The names of everything."""
    lists: dict[str, list[Row]] = {
        "/clients": [{"id": i, "name": n} for i, n in floor.CLIENTS.items()],
        "/projects": [{"id": i, "name": n, "client_id": c} for i, (n, c) in floor.PROJECTS.items()],
        "/queues": [
            {"id": i, "name": n, "project_id": p, "client_id": floor.client_of(i)}
            for i, (n, p) in floor.QUEUES.items()
        ],
        "/agents": [{"id": i, "number": no, "name": n} for i, (no, n) in floor.AGENTS.items()],
        "/skills": [{"id": i, "name": n} for i, n in floor.SKILLS.items()],
        "/agent-groups": [{"id": i, "name": n} for i, n in floor.GROUPS.items()],
        "/flows": [{"id": i, "name": n} for i, n in floor.FLOWS.items()],
    }

    def listing(rows: list[Row]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Any:
            return page(rows, request)

        return answer

    for path, rows in lists.items():
        router.get(path)(listing(rows))
    router.get("/busy-reasons")(listing(stand_in.busy_reasons))


def calls(router: APIRouter, stand_in: StandIn) -> None:
    """The history, with events, recordings and prices."""

    def known(call_id: str) -> Row | None:
        return next((row for row in stand_in.calls if row["call_id"] == call_id), None)

    @router.get("/calls")
    async def list_calls(request: Request) -> Any:
        asked = request.query_params
        sort = asked.get("sort", "-started_at")
        rows = [
            row
            for row in stand_in.calls
            if asked.get("outcome", row["outcome"]) == row["outcome"]
            and asked.get("queue_id", "") in {"", *row["queue_ids"]}
            and asked.get("number", "") in row["caller"] + row["called"]
        ]
        rows.sort(key=lambda row: row[sort.lstrip("-")] or 0, reverse=sort.startswith("-"))
        return page(rows, request)

    @router.get("/callbacks")
    async def list_callbacks(request: Request) -> Any:
        state = request.query_params.get("state", "")
        rows = [
            row
            for row in past.callbacks(stand_in.calls)
            if state == "" or (state == "kept") == (row["kept_at"] is not None)
        ]
        return page(rows, request)

    @router.get("/calls/{call_id}")
    async def read_call(call_id: str) -> Any:
        return known(call_id) or problem(404, "not_found")

    @router.get("/calls/{call_id}/events")
    async def list_events(call_id: str) -> Any:
        call = known(call_id)
        return {"items": past.journal(call) if call else [], "next_cursor": None}

    @router.get("/calls/{call_id}/recordings")
    async def list_recordings(call_id: str) -> Any:
        call = known(call_id)
        return {"items": past.recordings(call) if call else [], "next_cursor": None}

    @router.get("/calls/{call_id}/charges")
    async def read_charges(call_id: str) -> Any:
        call = known(call_id)
        return past.charges(call) if call else problem(404, "not_found")


def recordings(router: APIRouter, _stand_in: StandIn) -> None:
    """The sound of every recording: the same half minute."""

    @router.get("/recordings/{recording_id}/waveform")
    async def read_waveform() -> Any:
        return past.waveform(30)

    @router.get("/recordings/{recording_id}/audio")
    async def read_audio(request: Request) -> Response:
        whole = past.stereo_wav(30)
        asked = request.headers.get("Range", "")
        headers = {"Accept-Ranges": "bytes"}
        if not asked.startswith("bytes="):
            return Response(whole, 200, headers, "audio/wav")
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, stop = int(first or 0), min(int(last or len(whole) - 1), len(whole) - 1)
        headers["Content-Range"] = f"bytes {start}-{stop}/{len(whole)}"
        return Response(whole[start : stop + 1], 206, headers, "audio/wav")


def figures(router: APIRouter, stand_in: StandIn) -> None:
    """The figures of today."""

    @router.get("/figures")
    async def read_figures(request: Request) -> Any:
        names = {
            "queue": {key: name for key, (name, _) in floor.QUEUES.items()},
            "project": {key: name for key, (name, _) in floor.PROJECTS.items()},
            "agent": {key: name for key, (_, name) in floor.AGENTS.items()},
            "client": floor.CLIENTS,
        }[request.query_params["by"]]
        keys = list(names.items()) if stand_in.calls else []
        return past.figures(keys, stand_in.zone, request.query_params.get("day"))

    @router.get("/figures/busy")
    async def read_busy_times() -> Any:
        row = {"reason": "break", "spent_s": 660.007, "spells": 2, "longest_s": 600.007, "over": 1}
        items = [
            {"key": key, "name": name, **row} for key, (_, name) in list(floor.AGENTS.items())[:3]
        ]
        return {"start": floor.iso(0), "end": floor.iso(0), "items": items}

    @router.get("/figures/calls")
    async def list_calls_behind(request: Request) -> Any:
        rows = [
            {"call_id": row["call_id"], "start": row["started_at"], "value": 1}
            for row in stand_in.calls[:40]
        ]
        return page(rows, request)

    @router.get("/me/day")
    async def read_own_day() -> Any:
        agent_id = stand_in.own_agent_id
        found = past.figures([(agent_id, floor.AGENTS[agent_id][1])], stand_in.zone)
        return past.own_day(found)

    @router.get("/me/figures")
    async def read_own_figures() -> Any:
        agent_id = stand_in.own_agent_id
        return past.figures([(agent_id, floor.AGENTS[agent_id][1])], stand_in.zone)


def desk(router: APIRouter, stand_in: StandIn) -> None:
    """The agent's own seat, and what an agent may do with it."""
    over = {"reason": "", "until": None, "call_id": "", "segment_id": ""}

    async def done() -> None:
        """Do nothing: what was asked is kept in `received`."""

    @router.get("/me/agent/screen-pop")
    async def read_screen_pop() -> Any:
        return stand_in.screen_pop() or Response(status_code=204)

    for path, answer in (
        ("/me/agent", stand_in.seat),
        ("/me/agent/log", stand_in.log),
        ("/me/calls", stand_in.own_calls),
        ("/me/agent/destinations", stand_in.destinations),
        ("/me/agent/prompts", stand_in.prompts),
    ):
        router.add_api_route(path, answer, response_model=None)

    for command in (
        "hold", "resume", "mute", "hang-up", "refuse", "transfer", "consult", "return", "complete",
        "swap", "conference", "conference/end", "keys", "dial", "recording", "recording/pause",
    ):  # fmt: skip
        router.add_api_route(f"/me/agent/{command}", done, methods=["POST"], status_code=204)

    @router.post("/me/agent/sign-in", status_code=204)
    async def sign_in(request: Request) -> None:
        asked = await request.json()
        change(**over, state="idle", endpoint=asked["endpoint"])

    @router.post("/me/agent/phone", status_code=204)
    async def change_phone(request: Request) -> None:
        change(**over, endpoint=(await request.json())["endpoint"])

    @router.post("/me/agent/state", status_code=204)
    async def set_state(request: Request) -> None:
        change(**{**over, **await request.json()})

    @router.post("/me/agent/sign-out", status_code=204)
    async def sign_out() -> None:
        change(**over, state="signed_out", endpoint="")

    @router.post("/me/agent/after-call-work", status_code=204)
    async def extend(request: Request) -> None:
        until = stand_in.seat()["after_call_work_until"] or 0
        extra = (await request.json())["extra_s"] * 1000
        stand_in.agent(stand_in.own_agent_id, until=until + extra)

    router.add_api_route("/segments/{segment_id}/callback", done, methods=["POST"], status_code=204)

    @router.post("/segments/{segment_id}/disposition", status_code=204)
    async def dispose() -> None:
        """Do nothing: what was asked is kept in `received`."""

    def change(**changes: Any) -> None:
        stand_in.agent(stand_in.own_agent_id, since=floor.millis(), **changes)


AREAS = (session, directory, calls, recordings, figures, desk, control)
"""Every area puts its answers on a router."""
