"""A made-up call centre for the stand-in API: two clients, four queues, two dozen agents."""

from __future__ import annotations

import io
import math
import random
import struct
import time
import wave
from datetime import UTC, datetime, timedelta
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
NAMES = (
    "王磊 李娜 张伟 刘洋 陈静 杨帆 赵敏 黄强 周婷 吴昊 徐丽 孙鹏 胡月 朱军 高洁 林涛 何琳 郭勇 马超 罗兰 "
    "梁宇 宋佳 郑凯 谢婉"
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
        "handled": 0,
        "talk_ms": 0,
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
        **changes,
    }


def floor_tables(seed: int = 7) -> dict[str, dict[str, Row]]:
    """A busy floor in the middle of a working day."""
    rng = random.Random(seed)
    now = millis()
    agents: dict[str, Row] = {}
    calls: dict[str, Row] = {}
    states = (
        ["talking"] * 9 + ["idle"] * 5 + ["wrap_up"] * 3 + ["busy"] * 2
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
        if state == "wrap_up":
            row["until"] = now + 25_000
        if state in {"talking", "ringing", "holding", "wrap_up"}:
            queue_id = rng.choice(list(QUEUES))
            row |= {"queue_id": queue_id, "client_id": client_of(queue_id)}
            if state != "wrap_up":
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
            one for one in agents.values() if queue_id in one["queues"] and one["state"] != "signed_out"
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
        "trunks": {"t-1": {"trunk_id": "carrier", "reachable": True}},
    }


def history(count: int = 130, seed: int = 3) -> list[Row]:
    """Calls of today, newest first."""
    rng = random.Random(seed)
    outcomes = ["served"] * 14 + ["abandoned"] * 2 + ["self_service", "voicemail", "unanswered"]
    rows = []
    at = millis()
    midnight = int(
        datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    )
    step = max(1, (at // 1000 - midnight) // (count + 1))
    for number in range(count):
        at -= step * 1000
        queue_id = rng.choice(list(QUEUES))
        outcome = rng.choice(outcomes)
        served = outcome == "served"
        wait, talk = rng.randint(2, 60), rng.randint(20, 400) if served else 0
        outbound = rng.random() < 0.12
        mobile, line = f"+861{rng.randint(3_000_000_000, 9_999_999_999)}", "+862161234567"
        rows.append(
            {
                "call_id": f"call-2-{9000 - number}",
                "direction": "outbound" if outbound else "inbound",
                "caller": line if outbound else mobile,
                "called": mobile if outbound else line,
                "client_id": client_of(queue_id),
                "project_id": QUEUES[queue_id][1],
                "queue_ids": [] if outcome == "self_service" else [queue_id],
                "agent_ids": [rng.choice(list(AGENTS))] if served else [],
                "started_at": iso(at),
                "answered_at": iso(at + 1000),
                "ended_at": iso(at + (wait + talk + 12) * 1000),
                "wait_s": wait,
                "talk_s": talk,
                "hold_s": rng.choice([0, 0, 0, 25]) if served else 0,
                "duration_s": wait + talk + 12,
                "outcome": outcome,
                "ended_by": "customer",
                "score": rng.choice([None, 4, 5, 5]) if served else None,
                "scale": 5,
                "recorded": served,
                "amount": f"{talk / 60 * 0.15:.4f}" if served else "0.0000",
                "currency": "CNY",
            }
        )
    return rows


def journal(call: Row) -> list[Row]:
    """The events of a served call."""
    start = int(datetime.fromisoformat(call["started_at"]).timestamp() * 1000)
    agent = call["agent_ids"][0] if call["agent_ids"] else "a-1001"
    queue = call["queue_ids"][0] if call["queue_ids"] else "q-card"
    wait, talk = int(call["wait_s"] * 1000), int(call["talk_s"] * 1000)
    up = start + 12_000 + wait
    facts: list[tuple[int, str, Row]] = [
        (0, "call.started", {"direction": call["direction"], "caller": call["caller"],
                             "called": call["called"], "leg_id": "leg-1"}),
        (80, "call.answered", {"leg_id": "leg-1"}),
        (90, "flow.entered", {"run_id": "run-1", "flow_id": "f-main", "flow_version": 3}),
        (100, "flow.stepped", {"run_id": "run-1", "step_id": "welcome", "kind": "announce"}),
        (7000, "call.assigned", {"client_id": call["client_id"],
                                 "project_id": call["project_id"]}),
        (12_000, "queue.entered", {"entry_id": "e-1", "queue_id": queue, "priority": 0}),
        (12_010, "offer.made", {"offer_id": "o-1", "agent_id": agent, "leg_id": "leg-2",
                                "queue_id": queue}),
        (12_000 + wait, "offer.ended", {"offer_id": "o-1", "agent_id": agent,
                                        "result": "accepted", "ring_ms": wait - 10}),
        (12_000 + wait, "queue.left", {"entry_id": "e-1", "queue_id": queue,
                                       "outcome": "answered", "wait_ms": wait,
                                       "agent_id": agent}),
        (12_000 + wait, "segment.started", {"segment_id": "s-1", "agent_id": agent,
                                            "group_id": "g-1", "leg_id": "leg-2",
                                            "via": "queue", "queue_id": queue}),
        (12_050 + wait, "recording.started", {"recording_id": "r-1", "leg_id": "leg-1",
                                              "layout": "call"}),
        (12_000 + wait + talk, "segment.ended", {"segment_id": "s-1", "agent_id": agent,
                                                 "talk_ms": talk, "hold_ms": 0,
                                                 "ended_by": "customer", "queue_id": queue}),
        (12_000 + wait + talk, "leg.ended", {"leg_id": "leg-1", "cause": 16,
                                             "answered_ms": talk}),
        (12_000 + wait + talk, "call.ended", {"ended_by": "customer", "cause": 16,
                                              "answered": True, "duration_ms": up - start + talk,
                                              "billable_ms": up - start + talk}),
        (16_000 + wait + talk, "segment.disposed", {"segment_id": "s-1", "agent_id": agent,
                                                    "code": "resolved", "notes": "已补发账单"}),
    ]  # fmt: skip
    return [
        {"no": no, "at": iso(start + offset), "type": kind, "version": 1, "data": data}
        for no, (offset, kind, data) in enumerate(facts, 1)
    ]


def peaks(seconds: float, seed: int) -> list[float]:
    """Loudness of somebody who talks and listens in turn."""
    rng = random.Random(seed)
    values: list[float] = []
    while len(values) < seconds * 10:
        talking = rng.random() < 0.5
        for _ in range(rng.randint(10, 45)):
            values.append(rng.uniform(0.25, 0.95) if talking else rng.uniform(0, 0.04))
    return [round(value, 3) for value in values[: int(seconds * 10)]]


def stereo_wav(seconds: int, rate: int = 8000) -> bytes:
    """A tone on each side: 440 Hz for the customer, 660 Hz for the agent."""
    frames = bytearray()
    for n in range(seconds * rate):
        left = int(6000 * math.sin(2 * math.pi * 440 * n / rate))
        right = int(6000 * math.sin(2 * math.pi * 660 * n / rate))
        frames += struct.pack("<hh", left, right)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(frames))
    return file.getvalue()


def _figure_row(key: str, name: str, start: datetime, end: datetime, seed: int) -> Row:
    rng = random.Random(seed)
    hours = (end - start).total_seconds() / 3600
    offered = int(rng.uniform(20, 60) * hours)
    abandoned, short, overflowed = int(offered * 0.05), int(offered * 0.02), int(offered * 0.01)
    answered = offered - abandoned - short - overflowed
    within = int(answered * rng.uniform(0.7, 0.95))
    counts: dict[str, float] = {
        "offered": offered,
        "answered": answered,
        "abandoned": abandoned,
        "short_abandoned": short,
        "overflowed": overflowed,
        "queued": offered,
        "within_target": within,
        "answered_wait_s": answered * 11.0,
        "abandoned_wait_s": abandoned * 40.0,
        "talk_s": answered * 150.0,
        "hold_s": answered * 6.0,
        "wrap_up_s": answered * 21.0,
        "handled": answered,
        "calls_transferred": int(answered * 0.05),
        "offers_missed": rng.randint(0, 3),
        "ratings": answered // 3,
        "signed_in_s": 3600 * hours,
        "idle_s": 700 * hours,
        "busy_s": 300 * hours,
    }
    some = answered > 0
    kpis = {
        "service_level_abandons_missed": within / offered if offered else None,
        "abandon_rate": abandoned / offered if offered else None,
        "average_speed_of_answer_s": rng.uniform(5, 22) if some else None,
        "average_queue_s": rng.uniform(6, 24) if some else None,
        "average_time_to_abandon_s": rng.uniform(20, 80) if abandoned else None,
        "average_talk_s": rng.uniform(110, 210) if some else None,
        "average_hold_s": rng.uniform(0, 18) if some else None,
        "average_wrap_up_s": rng.uniform(12, 38) if some else None,
        "average_handle_s": rng.uniform(150, 260) if some else None,
        "transfer_rate": rng.uniform(0.01, 0.08) if some else None,
        "calls_per_hour": rng.uniform(7, 14) if some else None,
        "occupancy": rng.uniform(0.55, 0.92) if some else None,
        "satisfaction": rng.uniform(0.8, 1) if some else None,
    }
    return {
        "key": key,
        "name": name,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "counts": counts,
        "kpis": kpis,
    }


def figures(keys: list[tuple[str, str]], *, agent: bool) -> Row:
    """Figures of today by half hours; the last of several keys had no calls yet."""
    half = timedelta(minutes=30)
    starts = half_hours()
    day = today_start()
    totals = [
        _figure_row(key, name, day, day + timedelta(hours=0 if key == keys[-1][0] and n else 8), n)
        for n, (key, name) in enumerate(keys)
    ]
    items = [
        _figure_row(key, name, start, start + half, hash((key, n)) % 999)
        for key, name in keys[: max(1, len(keys) - 1)]
        for n, start in enumerate(starts)
    ]
    return {
        "by": "agent" if agent else "queue",
        "interval": "30m",
        "time_zone": "Asia/Shanghai",
        "start": day.isoformat(),
        "end": (day + timedelta(days=1)).isoformat(),
        "version": 1,
        "starts": [start.isoformat() for start in starts],
        "items": items,
        "totals": totals,
    }


def today_start() -> datetime:
    """Local midnight."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def half_hours() -> list[datetime]:
    """The half hours of today from eight on that have begun."""
    now = datetime.now().astimezone()
    start = today_start() + timedelta(hours=8)
    found = []
    while start < now and len(found) < 24:
        found.append(start)
        start += timedelta(minutes=30)
    return found or [today_start()]
