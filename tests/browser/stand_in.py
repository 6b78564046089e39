"""A stand-in for the API, so that pages can be seen in every state: full, empty, slow, failing.

It answers as the real API does, holds its data in memory, and lets a test move the floor.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import stand_in_data as made
import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse, Response

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
PASSWORD = "right-horse-42"
ROLES = {
    "admin": ("operator_admin", None, None, "系统管理员"),
    "lead": ("supervisor", None, "a-1001", "王磊"),
    "agent": ("agent", None, "a-1002", "李娜"),
    "bank": ("client_user", "c-hx", None, "恒信银行客服部"),
}
WATCHING = ["figures.read", "floor.watch", "history.read", "queues.read", "recordings.read"]


def problem(status: int, code: str, detail: str = "", **headers: str) -> JSONResponse:
    """A problem document."""
    return JSONResponse(
        {"type": f"urn:openseat:problem:{code}", "status": status, "code": code, "detail": detail},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


class StandIn:
    """The stand-in's state, and what tests do to it."""

    def __init__(self, pages: Path) -> None:
        self.pages = pages
        self.url = ""
        self.user: str | None = None
        self.failing: set[str] = set()
        """Paths below /api/v1 that answer with an internal error."""
        self.slow = False
        self.tables = made.floor_tables()
        self.calls = made.history()
        self.no = 100
        self.epoch = 3
        self.deltas: dict[int, dict[str, Any]] = {}
        self.received: list[tuple[str, str, Any, str]] = []
        """Changes asked for: method, path, body, CSRF token."""
        self.since_asked: list[str | None] = []
        self.refuse_feed = False
        self._sockets: dict[WebSocket, asyncio.Queue[dict[str, Any] | None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    # -- what tests do -------------------------------------------------------------

    def empty(self) -> None:
        """Let nothing have happened and nobody be there."""
        self.tables = {"agents": {}, "queues": {}, "calls": {}, "trunks": {}}
        self.calls = []

    def move(self, changes: dict[str, Any], gone: dict[str, list[str]] | None = None) -> None:
        """Change rows of the floor and tell every page."""
        for table, rows in changes.items():
            self.tables[table].update(rows)
        for table, ids in (gone or {}).items():
            for one in ids:
                self.tables[table].pop(one, None)
        self.no += 1
        frame = {
            "feed": "delta", "no": self.no, "epoch": self.epoch, "at": made.millis(),
            "set": changes, "gone": gone or {},
        }  # fmt: skip
        self.deltas[self.no] = frame
        self._everywhere(frame)

    def agent(self, agent_id: str, **changes: Any) -> None:
        """Change an agent's row."""
        row = {**self.tables["agents"][agent_id], **changes}
        self.move({"agents": {agent_id: row}})

    def cut(self) -> None:
        """Drop every realtime connection."""
        self._everywhere(None)

    def _everywhere(self, frame: dict[str, Any] | None) -> None:
        if self._loop is not None:
            for queue in list(self._sockets.values()):
                self._loop.call_soon_threadsafe(queue.put_nowait, frame)

    # -- what it answers -----------------------------------------------------------

    def session(self) -> dict[str, Any]:
        role, client_id, agent_id, name = ROLES[self.user or "admin"]
        permissions = [] if role == "agent" else list(WATCHING)
        if agent_id:
            permissions += ["agents.self", "floor.watch"]
        return {
            "user": {
                "id": f"u-{self.user}", "login": self.user, "name": name, "role": role,
                "client_id": client_id, "agent_id": agent_id, "language": "zh-CN",
                "permissions": sorted(set(permissions)),
            },
            "csrf_token": "csrf-of-this-session",
            "expires_at": None,
        }  # fmt: skip

    def seat(self) -> dict[str, Any]:
        agent_id = ROLES[self.user or "lead"][2] or "a-1001"
        row = self.tables["agents"][agent_id]
        return {
            **{k: row[k] for k in ("agent_id", "number", "name", "state", "reason", "endpoint")},
            **{k: row[k] for k in ("since", "intended", "call_id", "segment_id", "reachable")},
            "wrap_up_until": row["until"],
            "busy_reasons": ["break", "meeting", "training"],
            "endpoints": [f"phone-{row['number']}", "phone-2001"],
            "group_id": row["group_id"], "live": True, "handled": row["handled"],
            "talk_ms": row["talk_ms"],
        }  # fmt: skip

    def screen_pop(self) -> dict[str, Any] | None:
        row = self.tables["agents"][self.seat()["agent_id"]]
        call = self.tables["calls"].get(row["call_id"])
        if call is None:
            return None
        return {
            **{k: call[k] for k in ("call_id", "direction", "caller", "called", "client_id")},
            "project_id": call["project_id"], "queue_id": call["queue_id"],
            "segment_id": row["segment_id"], "started_at": made.iso(call["started_at"]),
            "history": [one for one in self.calls if one["outcome"] == "served"][:6],
        }  # fmt: skip

    def snapshot(self) -> dict[str, Any]:
        return {
            "feed": "snapshot", "no": self.no, "epoch": self.epoch, "at": made.millis(),
            **self.tables,
            "cell": {"cell_id": "main", "calls": len(self.tables["calls"]),
                     "switch_reachable": True},
        }  # fmt: skip


def application(stand_in: StandIn) -> FastAPI:  # noqa: C901, PLR0915 - one small function a path
    """The stand-in as a web application."""
    app = FastAPI()
    root = "/api/v1"

    @app.middleware("http")
    async def front(request: Request, call_next: Any) -> Response:
        path = request.url.path.removeprefix(root)
        if stand_in.slow and path != "/session":
            await asyncio.sleep(30)
        if path in stand_in.failing:
            return problem(500, "internal")
        if path != request.url.path and path != "/session" and stand_in.user is None:
            return problem(401, "session.required")
        if request.method not in {"GET", "HEAD"}:
            body = await request.body()
            token = request.headers.get("X-OpenSeat-CSRF", "")
            stand_in.received.append((request.method, path, body.decode(), token))
        answer = await call_next(request)
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    def page(rows: list[dict[str, Any]], request: Request) -> dict[str, Any]:
        limit = int(request.query_params.get("limit", 50))
        start = int(request.query_params.get("cursor", 0))
        following = start + limit
        return {
            "items": rows[start:following],
            "next_cursor": str(following) if following < len(rows) else None,
        }

    @app.post(root + "/session")
    async def sign_in(request: Request) -> Any:
        asked = await request.json()
        if asked["login"] == "locked":
            return problem(429, "sign_in.throttled", **{"Retry-After": "42"})
        if asked["login"] not in ROLES or asked["password"] != PASSWORD:
            return problem(401, "session.refused")
        stand_in.user = asked["login"]
        return stand_in.session()

    @app.get(root + "/session")
    async def read_session() -> Any:
        return stand_in.session() if stand_in.user else problem(401, "session.required")

    @app.delete(root + "/session", status_code=204)
    async def sign_out() -> None:
        stand_in.user = None

    def names(path: str, rows: list[dict[str, Any]]) -> None:
        async def listing(request: Request) -> Any:
            return page(rows, request)

        app.get(root + path)(listing)

    names("/clients", [{"id": i, "name": n} for i, n in made.CLIENTS.items()])
    names(
        "/projects",
        [{"id": i, "name": n, "client_id": c} for i, (n, c) in made.PROJECTS.items()],
    )
    names(
        "/queues",
        [
            {"id": i, "name": n, "project_id": p, "client_id": made.client_of(i)}
            for i, (n, p) in made.QUEUES.items()
        ],
    )
    names("/agents", [{"id": i, "number": no, "name": n} for i, (no, n) in made.AGENTS.items()])
    names("/agent-groups", [{"id": i, "name": n} for i, n in made.GROUPS.items()])
    names("/flows", [{"id": i, "name": n} for i, n in made.FLOWS.items()])

    @app.get(root + "/calls")
    async def calls(request: Request) -> Any:
        asked = request.query_params
        rows = [
            row
            for row in stand_in.calls
            if asked.get("outcome", row["outcome"]) == row["outcome"]
            and asked.get("queue_id", "") in {"", *row["queue_ids"]}
            and asked.get("number", "") in row["caller"] + row["called"]
        ]
        sort = asked.get("sort", "-started_at")
        rows.sort(key=lambda row: row[sort.lstrip("-")] or 0, reverse=sort.startswith("-"))
        return page(rows, request)

    def call_of(call_id: str) -> dict[str, Any] | None:
        return next((row for row in stand_in.calls if row["call_id"] == call_id), None)

    @app.get(root + "/calls/{call_id}")
    async def call(call_id: str) -> Any:
        return call_of(call_id) or problem(404, "not_found")

    @app.get(root + "/calls/{call_id}/events")
    async def events(call_id: str) -> Any:
        found = call_of(call_id)
        return {"items": made.journal(found) if found else [], "next_cursor": None}

    @app.get(root + "/calls/{call_id}/recordings")
    async def recordings(call_id: str) -> Any:
        found = call_of(call_id)
        if found is None or not found["recorded"]:
            return {"items": [], "next_cursor": None}
        length = found["talk_s"]
        return {
            "items": [
                {"recording_id": "r-1", "segment_id": "", "layout": "call", "started_at": None,
                 "duration_s": length, "bytes": length * 32_000, "sha256": "9f86d081884c7d65" * 4}
            ],
            "next_cursor": None,
        }  # fmt: skip

    @app.get(root + "/calls/{call_id}/charges")
    async def charges(call_id: str) -> Any:
        found = call_of(call_id)
        if found is None or not found["talk_s"]:
            return {"items": [], "total": None, "currency": "CNY"}
        minutes = -(-int(found["talk_s"]) // 60)
        amount = f"{minutes * 0.15:.2f}"
        return {
            "items": [{"kind": "minutes_in", "quantity": str(minutes), "unit": "minute",
                       "unit_price": "0.15", "amount": amount}],
            "total": amount, "currency": "CNY",
        }  # fmt: skip

    @app.get(root + "/recordings/{recording_id}/waveform")
    async def waveform(recording_id: str) -> Any:
        return {
            "duration_s": 30,
            "channels": [
                {"side": "customer", "peaks": made.peaks(30, 1)},
                {"side": "agent", "peaks": made.peaks(30, 2)},
            ],
        }

    @app.get(root + "/recordings/{recording_id}/audio")
    async def audio(request: Request) -> Response:
        whole = made.stereo_wav(30)
        asked = request.headers.get("Range", "")
        if not asked.startswith("bytes="):
            return Response(whole, media_type="audio/wav", headers={"Accept-Ranges": "bytes"})
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, stop = int(first or 0), min(int(last or len(whole) - 1), len(whole) - 1)
        return Response(
            whole[start : stop + 1],
            206,
            {"Content-Range": f"bytes {start}-{stop}/{len(whole)}", "Accept-Ranges": "bytes"},
            "audio/wav",
        )

    @app.get(root + "/figures")
    async def figures(request: Request) -> Any:
        if not stand_in.calls:
            return made.figures([], agent=False)
        by = request.query_params["by"]
        names = {
            "queue": {key: name for key, (name, _) in made.QUEUES.items()},
            "project": {key: name for key, (name, _) in made.PROJECTS.items()},
            "agent": {key: name for key, (_, name) in made.AGENTS.items()},
            "client": made.CLIENTS,
        }[by]
        return made.figures(list(names.items()), agent=by == "agent")

    @app.get(root + "/figures/calls")
    async def calls_behind(request: Request) -> Any:
        rows = [
            {"call_id": row["call_id"], "start": row["started_at"], "value": 1}
            for row in stand_in.calls[:40]
        ]
        return page(rows, request)

    @app.get(root + "/me/figures")
    async def own_figures() -> Any:
        agent_id = stand_in.seat()["agent_id"]
        return made.figures([(agent_id, made.AGENTS[agent_id][1])], agent=True)

    @app.get(root + "/me/agent")
    async def seat() -> Any:
        return stand_in.seat()

    @app.get(root + "/me/agent/screen-pop")
    async def screen_pop() -> Any:
        return stand_in.screen_pop() or Response(status_code=204)

    def act(path: str, change: Any) -> None:
        async def acted(request: Request) -> None:
            stand_in.agent(stand_in.seat()["agent_id"], **change(await request.json()))

        app.post(root + path, status_code=204)(acted)

    fresh = {"reason": "", "until": None, "call_id": "", "segment_id": ""}
    act(
        "/me/agent/sign-in",
        lambda asked: {**fresh, "state": "idle", "since": made.millis(), **asked},
    )
    act("/me/agent/state", lambda asked: {**fresh, "since": made.millis(), **asked})
    act(
        "/me/agent/sign-out",
        lambda _: {**fresh, "state": "signed_out", "since": made.millis(), "endpoint": ""},
    )
    act(
        "/me/agent/wrap-up",
        lambda asked: {"until": (stand_in.seat()["wrap_up_until"] or 0) + asked["extra_s"] * 1000},
    )

    @app.post(root + "/segments/{segment_id}/disposition", status_code=204)
    async def dispose(segment_id: str) -> None:
        """Kept in `received`."""

    @app.websocket(root + "/realtime")
    async def realtime(socket: WebSocket) -> None:
        await socket.accept()
        stand_in.since_asked.append(socket.query_params.get("since"))
        if stand_in.user is None or stand_in.refuse_feed:
            await socket.close(4401)
            return
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        stand_in._loop = asyncio.get_running_loop()
        stand_in._sockets[socket] = queue
        since = int(socket.query_params.get("since", -1))
        try:
            if all(no in stand_in.deltas for no in range(since + 1, stand_in.no + 1)) and since > 0:
                for no in range(since + 1, stand_in.no + 1):
                    await socket.send_json(stand_in.deltas[no])
                await socket.send_json({"feed": "alive", "no": stand_in.no, "at": made.millis()})
            else:
                await socket.send_json(stand_in.snapshot())
            while (frame := await queue.get()) is not None:
                await socket.send_json(frame)
            await socket.close(1012)
        except (WebSocketDisconnect, RuntimeError):
            pass  # the page left
        finally:
            stand_in._sockets.pop(socket, None)

    @app.get("/{path:path}")
    async def pages(path: str) -> Response:
        file = stand_in.pages / path
        if path.startswith("api/"):
            return problem(404, "not_found")
        return FileResponse(file if path and file.is_file() else stand_in.pages / "index.html")

    return app


@contextlib.contextmanager
def running(stand_in: StandIn, port: int = 0) -> Iterator[StandIn]:
    """Serve ``stand_in`` on a loopback port, a free one unless told otherwise."""
    config = uvicorn.Config(
        application(stand_in), host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    started = threading.Event()
    normal = server.startup

    async def startup(*arguments: Any, **named: Any) -> None:
        await normal(*arguments, **named)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    thread.start()
    if not started.wait(20):
        raise TimeoutError("the stand-in does not start")
    stand_in.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield stand_in
    finally:
        stand_in.cut()
        server.should_exit = True
        thread.join(10)


def wander(stand_in: StandIn, seed: int = 1) -> None:
    """Let something happen on the floor: one agent goes on to the next state."""
    rng = random.Random(seed)
    following = {
        "idle": "ringing", "ringing": "talking", "talking": "wrap_up", "wrap_up": "idle",
        "holding": "talking", "busy": "idle",
    }  # fmt: skip
    agent_id = rng.choice(list(stand_in.tables["agents"]))
    state = following.get(stand_in.tables["agents"][agent_id]["state"])
    if state is not None:
        stand_in.agent(agent_id, state=state, since=made.millis(), reason="")
