"""One plausible example of each event, for its schema and for whoever reads the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import EnumMeta
from typing import Any, get_type_hints

from openseat.core.events import EVENTS, AgentState, Event, LegKind

FIELDS: Mapping[str, Any] = {
    "address": "phone-1001",
    "agent_id": "agent-1001",
    "agent_number": "1001",
    "answered": True,
    "answers": ({"name": "reason", "label": "来电原因", "value": "查询保单"},),
    "answered_ms": 184_220,
    "billable_ms": 192_480,
    "box": "jincheng-care",
    "bridge_id": "bridge-7-3",
    "by": "user-supervisor",
    "by_leg_id": "leg-7-91",
    "bytes": 3_079_724,
    "call_id": "call-7-41",
    "callback_id": "callback-7-2",
    "called": "+862388880001",
    "caller": "+8613800138000",
    "caller_name": "",
    "cause": 16,
    "client_id": "jincheng",
    "code": "resolved",
    "config_version": 12,
    "connected": True,
    "consulted": False,
    "count": 4,
    "counted": True,
    "credit_ms": 0,
    "dialled": False,
    "due_at": 1_767_229_200_000,
    "duration_ms": 192_480,
    "endpoint": "phone-1001",
    "entry_id": "entry-7-9",
    "estimated_wait_ms": 45_000,
    "flow_id": "jincheng-menu",
    "flow_version": 3,
    "form_id": "form-service",
    "form_version": 2,
    "forced_by": "",
    "group_id": "group-care",
    "group_ids": ("group-care",),
    "heard": True,
    "hold_ms": 6_200,
    "kind": "menu",
    "language": "zh-CN",
    "layout": "call",
    "leg_id": "leg-7-88",
    "legs": ("leg-7-88", "leg-7-90"),
    "live_legs": 24,
    "muted": True,
    "node": "floor-1-5f3a91c2",
    "notes": "已告知取件时间",
    "number": "+8613800138000",
    "number_id": "number-jincheng",
    "offer_id": "offer-7-15",
    "ok": True,
    "path": "main/2026/01/01/recording-7-6.wav",
    "playback_id": "told-prompt-7-20",
    "played_ms": 8_200,
    "position": 2,
    "preferred_agent_id": "",
    "previous_ms": 31_400,
    "priority": 0,
    "project_id": "jincheng-service",
    "prompt": "jincheng-terms",
    "queue_id": "jincheng-care",
    "queues": ("jincheng-care", "jincheng-claims"),
    "reachable": True,
    "reason": "",
    "recording_id": "recording-7-6",
    "restarted": False,
    "ring_ms": 4_120,
    "run_id": "run-7-4",
    "scale": 5,
    "score": 5,
    "segment_id": "segment-7-11",
    "service_level_ms": 20_000,
    "session_id": "session-7-1",
    "session_ms": 14_400_000,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "skills": {"mandarin": 3},
    "step_id": "main-menu",
    "supervision_id": "supervision-7-5",
    "supervisor_id": "agent-1000",
    "talk_ms": 171_900,
    "target_id": "jincheng-care",
    "target_kind": "queue",
    "test_id": "test-7-1",
    "token": 7,
    "trunk_id": "trunk-carrier",
    "until": 1_767_225_660_000,
    "wait_ms": 9_870,
}
"""Field → value, where an event has no value of its own in `OWN`."""

OWN: Mapping[str, Mapping[str, Any]] = {
    "agent.intended": {"state": AgentState.BUSY, "reason": "break"},
    "agent.signed_in": {"state": AgentState.IDLE},
    "agent.signed_out": {"previous": AgentState.IDLE, "cause": "own", "by": ""},
    "agent.state_changed": {
        "state": AgentState.AFTER_CALL_WORK,
        "previous": AgentState.TALKING,
        "previous_ms": 171_900,
    },
    "call.code_dialled": {"code": "busy", "outcome": "done"},
    "leg.rerouted": {"cause": 34},
    "phone.registered": {"address": "10.20.0.41:5060"},
    "call.refused": {"reason": "no_capacity", "cause": 34},
    "callback.promised": {"reason": "requested"},
    "consult.ended": {"outcome": "returned"},
    "flow.left": {"outcome": "queued"},
    "flow.stepped": {"state": {"stack": [{"flow_id": "jincheng-menu", "step_id": "main-menu"}]}},
    "leg.started": {"kind": LegKind.AGENT},
    "prompt.ended": {"outcome": "finished"},
    "supervision.ended": {"reason": "left"},
    "transfer.failed": {"reason": "unreachable"},
}
"""Event → its own values."""


def example_of(name: str) -> Event:
    """Return an example of the event `name`.

    Raises:
        KeyError: a field has no example yet; add one to `FIELDS`.
    """
    cls = EVENTS[name]
    hints = get_type_hints(cls)
    own = OWN.get(name, {})
    values: dict[str, Any] = {}
    for field in fields(cls):
        hint = hints[field.name]
        if field.name in own:
            values[field.name] = own[field.name]
        elif isinstance(hint, EnumMeta):
            values[field.name] = next(iter(hint))
        else:
            values[field.name] = FIELDS[field.name]
    made: Event = cls(**values)
    return made
