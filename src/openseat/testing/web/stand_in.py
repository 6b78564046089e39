"""The stand-in's state, and what tests do to it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from openseat.testing.web import floor, past
from openseat.testing.web.floor import Row

PASSWORD = "right-horse-42"  # noqa: S105 - opens nothing but the stand-in
ROLES = {
    "admin": ("operator_admin", None, None, "系统管理员"),
    "lead": ("supervisor", None, "a-1001", "王磊"),
    "agent": ("agent", None, "a-1002", "李娜"),
    "bank": ("client_user", "c-hx", None, "恒信银行客服部"),
}
"""Login → role, client, agent, name."""

_NOUNS = "agents billing clients figures flows history projects queues recordings skills"
_WATCHER = frozenset({*(f"{noun}.read" for noun in _NOUNS.split()), "floor.watch", "operator.read"})
_PERMISSIONS = {
    "operator_admin": _WATCHER | {"floor.control"},
    "supervisor": _WATCHER | {"agents.self", "floor.control"},
    "agent": frozenset({"agents.self", "floor.watch", "operator.read"}),
    "client_user": _WATCHER - {"agents.read"},
}


class Feed:
    """The realtime connections of every open page."""

    def __init__(self) -> None:
        self.since_asked: list[str | None] = []
        """From where each connection asked to go on, in their order."""
        self.refusing = False
        self._pages: set[asyncio.Queue[Row | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def join(self) -> asyncio.Queue[Row | None]:
        """Return what a new connection is told; None ends it."""
        self._loop = asyncio.get_running_loop()
        told: asyncio.Queue[Row | None] = asyncio.Queue()
        self._pages.add(told)
        return told

    def leave(self, told: asyncio.Queue[Row | None]) -> None:
        """Forget a connection."""
        self._pages.discard(told)

    def tell(self, frame: Row | None) -> None:
        """Tell every page, from any thread."""
        if self._loop is not None:
            for told in list(self._pages):
                self._loop.call_soon_threadsafe(told.put_nowait, frame)


class StandIn:
    """An API held in memory."""

    def __init__(self, pages: Path) -> None:
        self.pages = pages
        self.url = ""
        """Where it is served."""
        self.user: str | None = None
        """Login of the one session there is."""
        self.failing: set[str] = set()
        """Paths below /api/v1 that answer with an internal error."""
        self.zone = "Asia/Shanghai"
        """Whose clock the figures go by."""
        self.slow = False
        """Whether everything but the session waits until this is over."""
        self.tables = floor.floor_tables()
        self.calls = past.history()
        self.received: list[tuple[str, str, str, str]] = []
        """Changes asked for: method, path, body, CSRF token."""
        self.outcomes: list[Row] = []
        self.courses: list[Row] = []
        """What courses of the floor were asked for."""
        self.min_busy_s = 0
        self.busy_reasons: list[Row] = []
        self.script: Row | None = None
        self.client_page: Row | None = None
        self.form: Row | None = None
        self.parts: list[Row] = []
        """Dispositions of every project; none: those that everybody has."""
        self.feed = Feed()
        self.no, self.epoch = 100, 3
        self.deltas: dict[int, Row] = {}

    # -- what tests do -------------------------------------------------------------

    def empty(self) -> None:
        """Let nothing have happened and nobody be there."""
        self.tables = {"agents": {}, "queues": {}, "calls": {}, "trunks": {}, "phones": {}}
        self.calls = []

    def move(
        self, changes: dict[str, dict[str, Row]], gone: dict[str, list[str]] | None = None
    ) -> None:
        """Change rows of the floor and tell every page."""
        for table, rows in changes.items():
            self.tables[table].update(rows)
        for table, ids in (gone or {}).items():
            for one in ids:
                self.tables[table].pop(one, None)
        self.no += 1
        frame = {**self._frame("delta"), "set": changes, "gone": gone or {}}
        self.deltas[self.no] = frame
        self.feed.tell(frame)

    def agent(self, agent_id: str, **changes: Any) -> None:
        """Change an agent's row."""
        self.move({"agents": {agent_id: {**self.tables["agents"][agent_id], **changes}}})

    def queue(self, queue_id: str, **changes: Any) -> None:
        """Change a queue's row."""
        self.move({"queues": {queue_id: {**self.tables["queues"][queue_id], **changes}}})

    def cut(self) -> None:
        """Drop every realtime connection."""
        self.feed.tell(None)

    # -- what it answers -----------------------------------------------------------

    @property
    def own_agent_id(self) -> str:
        """The agent behind the signed-in user."""
        return ROLES[self.user or "lead"][2] or "a-1001"

    def session(self) -> Row:
        """Who is signed in."""
        role, client_id, agent_id, name = ROLES[self.user or "admin"]
        return {
            "user": {
                "id": f"u-{self.user}",
                "login": self.user,
                "name": name,
                "role": role,
                "client_id": client_id,
                "agent_id": agent_id,
                "language": "zh-CN",
                "permissions": sorted(_PERMISSIONS[role]),
            },
            "csrf_token": "csrf-of-this-session",
            "expires_at": None,
        }

    def seat(self) -> Row:
        """The signed-in agent's seat."""
        row = self.tables["agents"][self.own_agent_id]
        return {
            **row,
            "after_call_work_until": row["until"],
            "busy_reasons": ["break", "meeting", "training"],
            "min_busy_s": self.min_busy_s,
            "endpoints": [f"phone-{row['number']}", "phone-2001"],
            "browser_phone": f"browser-{row['agent_id']}",
            "telephone": f"telephone-{row['agent_id']}",
            "telephone_number": "+8613700001001",
            "live": True,
        }

    def screen_pop(self) -> Row | None:
        """The signed-in agent's contact, with the customer's earlier calls."""
        agent = self.tables["agents"][self.own_agent_id]
        call = self.tables["calls"].get(agent["call_id"])
        if call is None:
            return None
        earlier = [one for one in self.calls if one["outcome"] == "served"][:6]
        return {
            **call,
            "segment_id": agent["segment_id"],
            "started_at": floor.iso(call["started_at"]),
            "history": earlier,
            "dispositions": self.outcomes,
            "script": self.script,
            "page": self.client_page,
            "form": self.form,
            "parts": self.parts,
            "names": {
                **floor.CLIENTS,
                **{key: name for key, (name, _) in (floor.PROJECTS | floor.QUEUES).items()},
                **{key: name for key, (_, name) in floor.AGENTS.items()},
            },
        }

    def log(self) -> Row:
        """The signed-in agent's promises, and the calls beside them."""
        mine = [one for one in self.calls if self.own_agent_id in one["agent_ids"]][:20]
        due = floor.iso(floor.millis() + 3_600_000)
        promise = {
            "callback_id": "callback-3-1",
            "client_id": "c-hx",
            "project_id": "",
            "agent_id": self.own_agent_id,
            "number": "+8613700001234",
            "reason": "requested",
            "promised_at": floor.iso(floor.millis()),
            "due_at": due,
        }
        named = {key: name for key, (name, _) in floor.PROJECTS.items()}
        return {"calls": mine, "callbacks": [promise], "names": {**floor.CLIENTS, **named}}

    def own_calls(self) -> Row:
        """The signed-in agent's own calls."""
        mine = [one for one in self.calls if self.own_agent_id in one["agent_ids"]][:20]
        named = {key: name for key, (name, _) in floor.PROJECTS.items()}
        return {
            "items": [past.own_call(one) for one in mine],
            "next_cursor": None,
            "names": {**floor.CLIENTS, **named},
            "dispositions": [],
        }

    def destinations(self) -> Row:
        """Whom the signed-in agent can reach."""
        own = self.tables["agents"][self.own_agent_id]
        colleagues = [
            {name: row[name] for name in ("agent_id", "number", "name", "group_id", "state")}
            | {"ready": row["state"] == "idle", "own_group": row["group_id"] == own["group_id"]}
            for row in self.tables["agents"].values()
            if row["state"] != "signed_out" and row is not own
        ]
        return {
            "colleagues": sorted(colleagues, key=lambda one: (not one["ready"], one["number"])),
            "groups": _places({key: (name, "") for key, name in floor.GROUPS.items()}),
            "queues": _places(floor.QUEUES),
            "flows": _places({key: (name, "") for key, name in floor.FLOWS.items()}),
            "projects": _places(floor.PROJECTS),
        }

    def prompts(self) -> Row:
        """What can be played to the customer."""
        said = {"language": "zh-CN", "text": "请您稍候。", "duration_ms": 2_400}
        return {"items": [{"name": "please-wait", **said}], "language": "zh-CN"}

    def snapshot(self) -> Row:
        """The frame a page starts from."""
        cell = {"cell_id": "main", "calls": len(self.tables["calls"]), "switch_reachable": True}
        return {**self._frame("snapshot"), **self.tables, "cell": cell}

    def since(self, no: int) -> list[Row] | None:
        """What came after frame ``no``, or None when that is not known any more."""
        wanted = range(no + 1, self.no + 1)
        if any(one not in self.deltas for one in wanted):
            return None
        return [self.deltas[one] for one in wanted]

    def alive(self) -> Row:
        """A sign of life."""
        return self._frame("alive")

    def _frame(self, kind: str) -> Row:
        return {"feed": kind, "no": self.no, "epoch": self.epoch, "at": floor.millis()}


def _places(named: dict[str, tuple[str, str]]) -> list[Row]:
    return [
        {"id": key, "name": name, "client_id": "", "client_name": ""}
        for key, (name, _) in named.items()
    ]
