"""What has happened in the made-up call centre: calls, their events, recordings and figures."""

from __future__ import annotations

import io
import math
import random
import struct
import wave
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from openseat.core.kpi import Calendar, Width
from openseat.testing.web.floor import AGENTS, QUEUES, Row, client_of, iso, millis

SIDES = ("customer", "agent")


def history(count: int = 130, seed: int = 3) -> list[Row]:
    """Calls of today, newest first."""
    rng = random.Random(seed)  # noqa: S311 - made-up data
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
                "written": [],
                "score": rng.choice([None, 4, 5, 5]) if served else None,
                "scale": 5,
                "recorded": served,
            }
        )
    return rows


def callbacks(calls: list[Row]) -> list[Row]:
    """Promises made in the latest calls: one late, one open, one kept."""
    hour = 3_600_000
    whens = ((-hour, None), (hour, None), (-hour, -2 * hour))
    return [
        {
            "callback_id": f"callback-{number}",
            "client_id": call["client_id"],
            "project_id": call["project_id"],
            "queue_id": next(iter(call["queue_ids"]), ""),
            "agent_id": "" if number else next(iter(AGENTS)),
            "number": call["caller"],
            "reason": "requested",
            "call_id": call["call_id"],
            "promised_at": call["started_at"],
            "due_at": iso(millis() + due),
            "kept_at": None if kept is None else iso(millis() + kept),
            "kept_call_id": "" if kept is None else calls[9]["call_id"],
        }
        for number, (call, (due, kept)) in enumerate(zip(calls, whens, strict=False))
    ]


def own_call(call: Row) -> Row:
    """A call as the agent who took it sees it."""
    outbound = call["direction"] == "outbound"
    same = ("call_id", "direction", "client_id", "project_id", "talk_s", "hold_s", "ended_at",
            "score", "scale", "recorded")  # fmt: skip
    return {
        **{name: call[name] for name in same},
        "at": call["started_at"],
        "number": call["called" if outbound else "caller"],
        "caller_name": "",
        "queue_id": call["queue_ids"][0] if call["queue_ids"] else "",
        "result": "talked",
        "cause": 16,
        "rings_missed": 0,
        "transferred": False,
        "parts": [],
    }


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
        {
            "seq": no,
            "stream": f"call:{call['call_id']}",
            "no": no,
            "at": iso(start + offset),
            "type": kind,
            "version": 1,
            "data": data,
        }
        for no, (offset, kind, data) in enumerate(facts, 1)
    ]


def recordings(call: Row) -> list[Row]:
    """A served call's recording."""
    if not call["recorded"]:
        return []
    length = call["talk_s"]
    return [
        {
            "recording_id": "r-1",
            "segment_id": "",
            "layout": "call",
            "started_at": None,
            "duration_s": length,
            "bytes": length * 32_000,
            "sha256": "9f86d081884c7d65" * 4,
            "box": "",
        }
    ]


def charges(call: Row) -> Row:
    """What a call costs, by whole minutes."""
    seconds = -(-int(call["talk_s"]) // 60) * 60
    amount = f"{seconds / 60 * 0.15:.2f}"
    minutes = {"kind": "minutes", "tier": 0, "seconds": seconds, "price": "0.15000000"}
    return {
        "call_id": call["call_id"],
        "state": "estimated" if seconds else "free",
        "rate_plan_id": "plan-1",
        "invoice_id": None,
        "invoice_number": None,
        "currency": "CNY",
        "billable_s": call["duration_s"],
        "amount": amount if seconds else None,
        "charges": [{**minutes, "amount": amount}] if seconds else [],
    }


def waveform(seconds: int) -> Row:
    """Two people who talk in turn."""
    sides = [{"side": side, "peaks": peaks(seconds, n)} for n, side in enumerate(SIDES)]
    return {"duration_s": seconds, "channels": sides}


def peaks(seconds: float, seed: int) -> list[float]:
    """Loudness of somebody who talks and listens in turn."""
    rng = random.Random(seed)  # noqa: S311 - made-up data
    values: list[float] = []
    while len(values) < seconds * 10:
        talking = rng.random() < 0.5
        quietest, loudest = (0.25, 0.95) if talking else (0, 0.04)
        values += [rng.uniform(quietest, loudest) for _ in range(rng.randint(10, 45))]
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
    rng = random.Random(seed)  # noqa: S311 - made-up data
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
        "after_call_work_s": answered * 21.0,
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
        "average_after_call_work_s": rng.uniform(12, 38) if some else None,
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


def figures(keys: list[tuple[str, str]], zone: str, day: str | None = None) -> Row:
    """Figures of a day (of today) by half hours; the last of several keys had no calls yet."""
    starts, first, last = half_hours(zone, day)
    half = timedelta(minutes=30)
    worked = timedelta(hours=8)
    totals = [
        _figure_row(
            key,
            name,
            first,
            first + (timedelta(0) if key == keys[-1][0] and n else worked),
            n,
        )
        for n, (key, name) in enumerate(keys)
    ]
    items = [
        _figure_row(key, name, start, start + half, 31 * n + place)
        for place, (key, name) in enumerate(keys[: max(1, len(keys) - 1)])
        for n, start in enumerate(starts)
    ]
    return {
        "interval": "30m",
        "time_zone": zone,
        "start": first.isoformat(),
        "end": last.isoformat(),
        "version": 1,
        "starts": [start.isoformat() for start in starts],
        "items": items,
        "totals": totals,
    }


def own_day(found: Row) -> Row:
    """An agent's figures as the desk shows them, against one target."""
    day = found["totals"][0]
    held = [
        {"measure": "handled", "value": day["counts"]["handled"], "target": 40,
         "lower_is_better": False, "judgement": "met"},
        {"measure": "occupancy", "value": day["kpis"]["occupancy"], "target": None,
         "lower_is_better": False, "judgement": None},
    ]  # fmt: skip
    return {
        "at": found["start"],
        "time_zone": found["time_zone"],
        "version": 1,
        "day": day,
        "halves": found["items"],
        "starts": found["starts"],
        "held": held,
        "projects": [],
        "busy": [],
    }


def half_hours(zone: str, day: str | None) -> tuple[list[datetime], datetime, datetime]:
    """The half hours of a past day, of today those from eight on that have begun; start and end."""
    clock, now = ZoneInfo(zone), millis()
    noon = datetime.combine(date.fromisoformat(day), time(12), clock) if day else None
    whole = Calendar(clock, Width.DAY).interval(int(noon.timestamp()) * 1000 if noon else now)
    halves = [one.start for one in Calendar(clock, Width.HALF_HOUR).between(whole.start, whole.end)]
    if now in whole:
        halves = [one for one in halves[16:40] if one <= now] or halves[:1]
    shown = [datetime.fromtimestamp(one / 1000, clock) for one in (*halves, whole.start, whole.end)]
    return shown[:-2], shown[-2], shown[-1]
