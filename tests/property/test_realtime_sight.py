"""A stale view with the changes since equals a fresh view: for every viewer, on any history."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core.masking import Veil
from openseat.realtime.gateway import Gateway
from openseat.realtime.sight import (
    AgentSight,
    ClientSight,
    OperatorSight,
    RangedSight,
    Sight,
    SupervisorSight,
    delta,
    snapshot,
)
from openseat.realtime.state import TABLES, FeedBroken, FloorState

CLIENTS = ["", "north", "south"]
AGENTS = ["a1", "a2", "a3"]
QUEUES = ["q1", "q2"]
GROUPS = ["g1", "g2"]
NUMBER = "+8613800000001"
MASKED = Veil(frozenset({"p1"}), frozenset({"north"}))
SERVES = (frozenset({"a1"}), frozenset({"f1"}))
SEATED = (frozenset({"a3"}), frozenset[str](), "a3")
SIGHTS: list[Sight] = [
    OperatorSight(),
    ClientSight("north"),
    ClientSight("south"),
    SupervisorSight(frozenset({"g1"}), frozenset({"q1"}), frozenset({"a1"})),
    SupervisorSight(frozenset(), frozenset({"q1", "q2"}), frozenset()),
    AgentSight("a2", frozenset({"q2"})),
    AgentSight("a2", frozenset({"q2"}), MASKED),
    SupervisorSight(frozenset(), frozenset({"q1", "q2"}), frozenset(), MASKED),
    OperatorSight(MASKED),
    ClientSight("north", MASKED),
    *(
        RangedSight(owner, frozenset(clients), frozenset(projects), frozenset({"q1"}), *people)
        for owner in (OperatorSight(), ClientSight("north"), OperatorSight(MASKED))
        for clients, projects in ((["south"], ["p1"]), ([], ["p2"]), ([], []))
        for people in (
            (frozenset({"a1"}), frozenset({"f1"})),
            (frozenset({"a3"}), frozenset(), "a3"),
        )
    ),
]


def row(table: str, key: str) -> st.SearchStrategy[dict[str, Any]]:
    common = {
        "client_id": st.sampled_from(CLIENTS),
        "project_id": st.sampled_from(["", "p1", "p2"]),
        "since": st.integers(0, 3),
    }
    match table:
        case "agents":
            return st.fixed_dictionaries(
                {
                    "agent_id": st.just(key),
                    "group_id": st.sampled_from(GROUPS),
                    "queues": st.just(QUEUES),
                    "call_id": st.sampled_from(["", "c1"]),
                    "handled": st.integers(0, 3),
                    **common,
                }
            )
        case "queues":
            return st.fixed_dictionaries({"queue_id": st.just(key), **common})
        case "calls":
            return st.fixed_dictionaries(
                {
                    "call_id": st.just(key),
                    "queue_id": st.sampled_from(["", *QUEUES]),
                    "agent_id": st.sampled_from(["", *AGENTS]),
                    "agent_ids": st.lists(st.sampled_from(AGENTS), unique=True),
                    "direction": st.sampled_from(["inbound", "outbound"]),
                    "caller": st.just(NUMBER),
                    "called": st.just(NUMBER),
                    "variables": st.sampled_from([{}, {"pop_note": f"of {NUMBER[3:]}"}]),
                    "parties": st.sampled_from([[], [{"agent_id": "", "name": NUMBER}]]),
                    **common,
                }
            )
        case _:
            return st.fixed_dictionaries({"trunk_id": st.just(key), "reachable": st.booleans()})


KEYS = {"agents": AGENTS, "queues": QUEUES, "calls": ["c1", "c2", "c3"], "trunks": ["t1"]}


@st.composite
def change(draw: st.DrawFn) -> dict[str, Any]:
    placed: dict[str, dict[str, Any]] = {}
    gone: dict[str, list[str]] = {}
    for table, keys in KEYS.items():
        for key in keys:
            match draw(st.sampled_from(["stay", "stay", "set", "gone"])):
                case "set":
                    placed.setdefault(table, {})[key] = draw(row(table, key))
                case "gone":
                    gone.setdefault(table, []).append(key)
    cell = {"cell_id": "main", "calls": draw(st.integers(0, 2)), "switch_reachable": True}
    return {"feed": "delta", "set": placed, "gone": gone, "cell": cell}


histories = st.lists(change(), max_size=12)


def numbered(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "no": n, "at": n, "epoch": 1} for n, one in enumerate(changes, 1)]


def first() -> dict[str, Any]:
    return {"feed": "snapshot", "no": 0, "at": 0, "epoch": 1}


def applied(view: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    """What a browser does with a frame."""
    assert frame["after"] <= view["no"] < frame["no"]
    tables = {name: dict(view[name]) for name in TABLES}
    for name in TABLES:
        tables[name] |= frame["set"].get(name, {})
        for key in frame["gone"].get(name, []):
            del tables[name][key]
    return {**view, **tables, "no": frame["no"], "at": frame["at"], "cell": frame["cell"]}


def test_supervisors_are_told_that_a_line_is_down_and_not_what_was_tried_on_it() -> None:
    line = {"trunk_id": "t1", "reachable": False, "test": {"number": "+8613800000002"}}
    supervisor = SupervisorSight(frozenset({"g1"}), frozenset({"q1"}), frozenset())
    assert supervisor.see("trunks", line) == {"trunk_id": "t1", "reachable": False}
    assert OperatorSight().see("trunks", line) == line


RANGED = [one for one in SIGHTS if isinstance(one, RangedSight)]


@given(st.sampled_from(sorted(KEYS)), st.sampled_from(RANGED), st.data())
def test_a_ranged_view_never_tells_of_a_contact_beyond_its_range(
    table: str, sight: RangedSight, data: st.DataObject
) -> None:
    there = data.draw(row(table, data.draw(st.sampled_from(KEYS[table]))))
    seen = sight.see(table, there)
    if seen is None:
        return
    inside = there["client_id"] in sight.client_ids or there["project_id"] in sight.project_ids
    own = sight.agent_id != "" and sight.agent_id in (
        there.get("agent_id"), *there.get("agent_ids", ())
    )  # fmt: skip
    match table:
        case "queues":
            assert inside
        case "calls":
            assert inside or own
        case "agents":
            assert inside or own or not seen.get("call_id")
            assert set(seen.get("queues", ())) <= {"q1"}
        case _:
            raise AssertionError("lines are of every client")


@given(histories, st.sampled_from(SIGHTS), st.data())
def test_a_stale_filtered_view_with_the_changes_since_equals_a_fresh_one(
    history: list[dict[str, Any]], sight: Sight, data: st.DataObject
) -> None:
    state = FloorState.of(first())
    joined = data.draw(st.integers(0, len(history)), label="joined after")
    view = snapshot(state, sight)
    for frame in numbered(history):
        made = state.apply(frame)
        if made.no == joined:
            view = snapshot(state, sight)
        elif made.no > joined or joined == 0:
            view = applied(view, delta(1, made, sight))
    if len(history) >= joined:
        assert view == {**snapshot(state, sight), "cell": view["cell"]}
        assert not history or view["cell"] == snapshot(state, sight)["cell"]


@given(histories, st.sampled_from([sight for sight in SIGHTS if getattr(sight, "veil", None)]))
def test_whoever_may_not_know_a_number_is_never_told_it(
    history: list[dict[str, Any]], sight: Sight
) -> None:
    state = FloorState.of(first())
    for frame in numbered(history):
        told = delta(1, state.apply(frame), sight)
        for seen in (
            *told["set"].get("calls", {}).values(),
            *snapshot(state, sight)["calls"].values(),
        ):
            if MASKED.covers(seen["project_id"], seen["client_id"]):
                other = "caller" if seen["direction"] == "outbound" else "called"
                assert NUMBER[3:] not in json.dumps({**seen, other: ""})


@given(histories, st.sampled_from(CLIENTS[1:]))
def test_a_client_is_never_told_a_row_or_an_id_of_another(
    history: list[dict[str, Any]], client_id: str
) -> None:
    state, sight = FloorState.of(first()), ClientSight(client_id)
    shown: set[tuple[str, str]] = set()
    for frame in numbered(history):
        told = delta(1, state.apply(frame), sight)
        for table, rows in told["set"].items():
            for key, seen in rows.items():
                assert seen["client_id"] == client_id
                assert "queues" not in seen or table != "agents"
                shown.add((table, key))
        for table, keys in told["gone"].items():
            # Only what was shown can go; anything else would tell that it exists.
            assert {(table, key) for key in keys} <= shown
        assert "calls" not in told["cell"]


@given(histories, st.sampled_from(SIGHTS), st.data())
def test_a_viewer_that_comes_back_ends_with_the_same_rows_as_one_that_stayed(
    history: list[dict[str, Any]], sight: Sight, data: st.DataObject
) -> None:
    async def scenario() -> None:
        gateway = Gateway(feed=None)  # type: ignore[arg-type]  # frames are given by hand
        gateway.take(first())
        lost = data.draw(st.integers(0, len(history)), label="lost after")
        viewer = gateway.join(sight, None)
        view = json.loads(viewer.frames.get_nowait())
        for frame in numbered(history):
            if frame["no"] == lost + 1:
                gateway.leave(viewer)
            gateway.take(frame)
            while frame["no"] <= lost and not viewer.frames.empty():
                view = applied(view, json.loads(viewer.frames.get_nowait()))
        back = gateway.join(sight, (1, view["no"]))
        while not back.frames.empty():
            view = applied(view, json.loads(back.frames.get_nowait()))
        assert gateway.state is not None
        fresh = json.loads(json.dumps(snapshot(gateway.state, sight)))
        assert {name: view[name] for name in TABLES} == {name: fresh[name] for name in TABLES}
        assert view["cell"] == fresh["cell"]

    asyncio.run(scenario())


async def test_a_viewer_of_another_epoch_gets_a_fresh_snapshot() -> None:
    gateway = Gateway(feed=None)  # type: ignore[arg-type]  # frames are given by hand
    gateway.take(first())
    back = gateway.join(OperatorSight(), (0, 0))
    assert '"feed":"snapshot"' in back.frames.get_nowait()


async def test_a_slow_viewer_is_dropped_with_a_reason_and_the_others_go_on() -> None:
    gateway = Gateway(feed=None)  # type: ignore[arg-type]  # frames are given by hand
    gateway.take(first())
    slow, quick = gateway.join(OperatorSight(), None), gateway.join(OperatorSight(), None)
    trunks = [{"t1": {"trunk_id": "t1", "reachable": bool(n % 2)}} for n in range(300)]
    moves = [{"feed": "delta", "set": {"trunks": one}, "gone": {}, "cell": {}} for one in trunks]
    for frame in numbered(moves):
        gateway.take(frame)
        quick.frames.get_nowait()
    assert slow.closed == (4408, "too slow")
    assert quick.closed is None


async def test_what_concerns_others_is_not_even_mentioned_and_leaves_no_gap() -> None:
    gateway = Gateway(feed=None)  # type: ignore[arg-type]  # frames are given by hand
    gateway.take({**first(), "cell": {"cell_id": "main"}})
    early = gateway.join(AgentSight("a1", frozenset()), None)
    early.frames.get_nowait()
    cell = {"cell_id": "main"}
    rows = [("a2", 1), ("a2", 2), ("a1", 3), ("a2", 4), ("a1", 5)]
    for frame in numbered(
        [
            {"feed": "delta", "cell": cell, "gone": {},
             "set": {"agents": {key: {"agent_id": key, "since": since}}}}
            for key, since in rows
        ]
    ):  # fmt: skip
        gateway.take(frame)
        if frame["no"] == 4:
            late = gateway.join(AgentSight("a1", frozenset()), (1, 3))
    told = [json.loads(early.frames.get_nowait()) for _ in range(2)]
    assert [(one["after"], one["no"]) for one in told] == [(0, 3), (3, 5)]
    assert early.frames.empty()
    only = json.loads(late.frames.get_nowait())
    assert (only["after"], only["no"]) == (3, 5)


async def test_a_restarted_floor_gives_every_viewer_a_fresh_snapshot() -> None:
    gateway = Gateway(feed=None)  # type: ignore[arg-type]  # frames are given by hand
    gateway.take(first())
    viewer = gateway.join(OperatorSight(), None)
    viewer.frames.get_nowait()
    gateway.take({**first(), "epoch": 2, "trunks": {"t1": {"trunk_id": "t1", "reachable": True}}})
    assert '"epoch":2' in viewer.frames.get_nowait()


def test_a_change_out_of_turn_is_refused_and_nothing_is_changed() -> None:
    state = FloorState.of(first())
    with pytest.raises(FeedBroken):
        state.apply({"feed": "delta", "no": 2, "at": 1, "epoch": 1, "set": {}, "gone": {}})
    with pytest.raises(FeedBroken):
        state.apply({"feed": "delta", "no": 1, "at": 1, "epoch": 2, "set": {}, "gone": {}})
    assert state == FloorState.of(first())
