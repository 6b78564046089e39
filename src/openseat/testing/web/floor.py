"""A made-up call centre: two clients, four queues, two dozen agents, in the middle of a day."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]

CLIENTS = {"c-hx": "恒信银行", "c-yl": "优乐电商"}
PROJECTS = {
    "p-card": ("信用卡服务", "c-hx"),
    "p-loan": ("贷款咨询", "c-hx"),
    "p-shop": ("订单售后", "c-yl"),
}
QUEUES = {
    "q-card": ("信用卡咨询", "p-card"),
    "q-lost": ("挂失专线", "p-card"),
    "q-loan": ("贷款咨询", "p-loan"),
    "q-shop": ("订单售后", "p-shop"),
}
GROUPS = {"g-1": "一组", "g-2": "二组"}
SKILLS = {"s-en": "英语", "s-card": "信用卡业务", "s-loan": "贷款业务", "s-vip": "贵宾服务"}
NAMES = (
    "王磊 李娜 张伟 刘洋 陈静 杨帆 赵敏 黄强 周婷 吴昊 徐丽 孙鹏 "
    "胡月 朱军 高洁 林涛 何琳 郭勇 马超 罗兰 梁宇 宋佳 郑凯 谢婉"
).split()
AGENTS = {f"a-{1001 + n}": (str(1001 + n), name) for n, name in enumerate(NAMES)}
FLOWS = {"f-main": "主菜单"}


def millis() -> int:
    """The clock of the stand-in."""
    return time.time_ns() // 1_000_000


def iso(at: int) -> str:
    """An instant as the API writes it."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z")


def client_of(queue_id: str) -> str:
    """The client that a queue works for."""
    return PROJECTS[QUEUES[queue_id][1]][1]


def agent_row(agent_id: str, **changes: Any) -> Row:
    """A row of the feed's table `agents`, signed out unless told otherwise."""
    number, name = AGENTS[agent_id]
    position = list(AGENTS).index(agent_id)
    return {
        "agent_id": agent_id,
        "number": number,
        "name": name,
        "group_id": "g-1" if position % 2 == 0 else "g-2",
        "state": "signed_out",
        "reason": "",
        "since": millis(),
        "until": None,
        "intended": None,
        "endpoint": "",
        "call_id": "",
        "segment_id": "",
        "queue_id": "",
        "client_id": "",
        "reachable": True,
        "queues": list(QUEUES)[: 2 + position % 3],
        "auto_answer": [],
        "skills": {"s-card": 5 + position % 4, **({"s-en": 6} if position % 3 == 0 else {})},
        "handled": 0,
        "talk_ms": 0,
        "supervising": None,
        **changes,
    }


def queue_row(queue_id: str, **changes: Any) -> Row:
    """A row of the feed's table `queues`, on which nothing happened yet."""
    name, project_id = QUEUES[queue_id]
    return {
        "queue_id": queue_id,
        "client_id": client_of(queue_id),
        "project_id": project_id,
        "name": name,
        "service_level_ms": 20_000,
        "waiting": 0,
        "longest_since": None,
        "idle": 0,
        "signed_in": 0,
        "talking": 0,
        "today": dict.fromkeys(
            (
                "offered",
                "answered",
                "abandoned",
                "short_abandoned",
                "overflowed",
                "within_service_level",
                "wait_ms",
                "talk_ms",
            ),
            0,
        ),
        **changes,
    }


def call_row(call_id: str, **changes: Any) -> Row:
    """A row of the feed's table `calls`: one that has just come in."""
    now = millis()
    return {
        "call_id": call_id,
        "client_id": "c-hx",
        "project_id": "p-card",
        "direction": "inbound",
        "caller": "+8613800138000",
        "called": "+862161234567",
        "state": "flow",
        "since": now,
        "started_at": now,
        "queue_id": "",
        "agent_id": "",
        "recording": False,
        "recording_paused": False,
        "agent_ids": [],
        "host_id": "",
        "parties": [],
        "consult": None,
        **changes,
    }


def floor_tables(seed: int = 7) -> dict[str, dict[str, Row]]:
    """A busy floor in the middle of a working day."""
    rng = random.Random(seed)  # noqa: S311 - made-up data
    now = millis()
    agents: dict[str, Row] = {}
    calls: dict[str, Row] = {}
    states = (
        ["talking"] * 9 + ["idle"] * 5 + ["after_call_work"] * 3 + ["busy"] * 2
        + ["ringing", "holding", "outbound_only", "disconnected", "signed_out"]
    )  # fmt: skip
    for agent_id, state in zip(AGENTS, states, strict=True):
        since = now - rng.randint(4, 420) * 1000
        row = agent_row(
            agent_id,
            state=state,
            since=since,
            endpoint=f"phone-{AGENTS[agent_id][0]}",
            handled=rng.randint(8, 46),
            talk_ms=rng.randint(1_800_000, 9_000_000),
        )
        if state == "busy":
            row["reason"] = rng.choice(["break", "meeting", "training"])
        if state == "after_call_work":
            row["until"] = now + 25_000
        if state in {"talking", "ringing", "holding", "after_call_work"}:
            queue_id = rng.choice(list(QUEUES))
            row |= {"queue_id": queue_id, "client_id": client_of(queue_id)}
            if state != "after_call_work":
                call_id = f"call-3-{1000 + len(calls)}"
                row |= {"call_id": call_id, "segment_id": f"segment-3-{len(calls)}"}
                calls[call_id] = call_row(
                    call_id,
                    caller=f"+861{rng.randint(3_000_000_000, 9_999_999_999)}",
                    client_id=client_of(queue_id),
                    project_id=QUEUES[queue_id][1],
                    queue_id=queue_id,
                    agent_id=agent_id,
                    state=state,
                    since=since,
                    started_at=since - rng.randint(15, 80) * 1000,
                    recording=state != "ringing",
                )
        agents[agent_id] = row
    for state, count in (("waiting", 5), ("flow", 3)):
        for _ in range(count):
            call_id = f"call-3-{1000 + len(calls)}"
            since = now - rng.randint(3, 70) * 1000
            queue_id = rng.choice(["q-card", "q-card", "q-shop"]) if state == "waiting" else ""
            calls[call_id] = call_row(
                call_id,
                caller=f"+861{rng.randint(3_000_000_000, 9_999_999_999)}",
                queue_id=queue_id,
                state=state,
                since=since,
                started_at=since - 20_000,
            )
    queues = {}
    for queue_id in QUEUES:
        offered = rng.randint(120, 640)
        abandoned, short, overflowed = (int(offered * share) for share in (0.04, 0.01, 0.02))
        answered = offered - abandoned - short - overflowed
        waiting = [
            one["since"]
            for one in calls.values()
            if one["state"] == "waiting" and one["queue_id"] == queue_id
        ]
        serving = [
            one
            for one in agents.values()
            if queue_id in one["queues"] and one["state"] != "signed_out"
        ]
        queues[queue_id] = queue_row(
            queue_id,
            waiting=len(waiting),
            longest_since=min(waiting, default=None),
            idle=sum(one["state"] == "idle" for one in serving),
            signed_in=len(serving),
            talking=sum(one["state"] == "talking" for one in serving),
            today={
                "offered": offered,
                "answered": answered,
                "abandoned": abandoned,
                "short_abandoned": short,
                "overflowed": overflowed,
                "within_service_level": int(answered * rng.uniform(0.74, 0.93)),
                "wait_ms": answered * rng.randint(6000, 16000),
                "talk_ms": answered * 150_000,
            },
        )
    return {
        "agents": agents,
        "queues": queues,
        "calls": calls,
        "trunks": {"t-1": {"trunk_id": "carrier", "reachable": True, "test": None}},
    }
