"""Who sees which rows of the floor: pure functions of a row and the viewer's standing.

A sight never looks at other rows, so what a viewer must be told of a change
follows from the change alone, and a stale view with the filtered changes since
always equals a fresh filtered view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openseat.core.masking import NO_VEIL, Veil, mask, scrub
from openseat.realtime.state import TABLES, Change, FloorState, Row

Frame = dict[str, Any]

_AGENT_FOR_CLIENTS = (
    "agent_id",
    "number",
    "name",
    "state",
    "since",
    "call_id",
    "segment_id",
    "queue_id",
    "client_id",
    "reachable",
)
"""What a client may know of an agent who is on one of its contacts: nothing about other work."""


_QUEUE_FOR_AGENTS = (
    "queue_id",
    "client_id",
    "project_id",
    "name",
    "service_level_ms",
    "waiting",
    "longest_since",
)
"""What an agent may know of an own queue: how full it is. What else is in the row moves with every
state of every colleague, and would wake hundreds of desktops for nothing."""


def _veiled(table: str, row: Row, veil: Veil) -> Row:
    """Return a row without the numbers of customers and others outside, where they are hidden."""
    if not veil or table != "calls" or not veil.covers(row["project_id"], row["client_id"]):
        return row
    side = "called" if row["direction"] == "outbound" else "caller"
    parties = row.get("parties", ())
    strangers = [one["name"] for one in parties if not one["agent_id"]]
    seen: Row = scrub(row, [row[side], *strangers])
    seen[side] = mask(row[side])
    if parties:
        seen["parties"] = [
            after if before["agent_id"] else {**after, "name": mask(before["name"])}
            for before, after in zip(parties, seen["parties"], strict=True)
        ]
    return seen


@dataclass(frozen=True, slots=True)
class OperatorSight:
    """The operator's managers: everything."""

    veil: Veil = NO_VEIL

    def see(self, table: str, row: Row) -> Row | None:
        """Return the row as this viewer may see it, or None."""
        return _veiled(table, row, self.veil)


_TRUNK_FOR_SUPERVISORS = ("trunk_id", "reachable")
"""That a line is down concerns whoever runs a floor; what was tried on it does not."""


@dataclass(frozen=True, slots=True)
class SupervisorSight:
    """Managed groups and queues, and the calls in them."""

    group_ids: frozenset[str]
    queue_ids: frozenset[str]
    agent_ids: frozenset[str]
    """The agents of the managed groups, and the supervisor's own seat."""
    veil: Veil = NO_VEIL

    def see(self, table: str, row: Row) -> Row | None:
        """Return the row as this viewer may see it, or None."""
        match table:
            case "agents":
                mine = row["group_id"] in self.group_ids or row["agent_id"] in self.agent_ids
            case "queues":
                mine = row["queue_id"] in self.queue_ids
            case "calls":
                mine = row["queue_id"] in self.queue_ids or row["agent_id"] in self.agent_ids
            case "trunks":
                return {name: row[name] for name in _TRUNK_FOR_SUPERVISORS if name in row}
            case _:
                mine = True
        return _veiled(table, row, self.veil) if mine else None


@dataclass(frozen=True, slots=True)
class AgentSight:
    """An agent: the own seat, the own contact, and how full the own queues are."""

    agent_id: str
    queue_ids: frozenset[str]
    veil: Veil = NO_VEIL

    def see(self, table: str, row: Row) -> Row | None:
        """Return the row as this viewer may see it, or None."""
        match table:
            case "agents":
                mine = row["agent_id"] == self.agent_id
            case "calls":
                mine = self.agent_id in (row["agent_id"], *row.get("agent_ids", ()))
            case "queues" if row["queue_id"] in self.queue_ids:
                return {name: row[name] for name in _QUEUE_FOR_AGENTS if name in row}
            case _:
                mine = False
        return _veiled(table, row, self.veil) if mine else None


@dataclass(frozen=True, slots=True)
class ClientSight:
    """A client: its own queues and calls, and the agents who are on its contacts."""

    client_id: str
    veil: Veil = NO_VEIL

    def see(self, table: str, row: Row) -> Row | None:
        """Return the row as this viewer may see it, or None."""
        if table in {"trunks", "phones"} or row["client_id"] != self.client_id:
            return None
        if table == "agents":
            return {name: row[name] for name in _AGENT_FOR_CLIENTS if name in row}
        return _veiled(table, row, self.veil)


@dataclass(frozen=True, slots=True)
class RangedSight:
    """Of what another sight shows: chosen clients and projects, who serves them, the own seat."""

    owner: OperatorSight | SupervisorSight | ClientSight
    client_ids: frozenset[str]
    project_ids: frozenset[str]
    queue_ids: frozenset[str]
    agent_ids: frozenset[str]
    """Whoever serves a queue in the range, and the own seat."""
    phone_ids: frozenset[str] = frozenset()
    agent_id: str = ""
    """The own seat."""

    def see(self, table: str, row: Row) -> Row | None:
        """Return the row as this viewer may see it, or None."""
        seen = self.owner.see(table, row)
        if seen is None:
            return None
        match table:
            case "queues":
                return seen if self._covers(row) else None
            case "calls":
                taking = (row["agent_id"], *row.get("agent_ids", ()))
                own = bool(self.agent_id) and self.agent_id in taking
                return seen if own or self._covers(row) else None
            case "agents":
                return self._agent(row, seen)
            case "phones":
                return seen if row["endpoint"] in self.phone_ids else None
            case _:
                return None

    def _covers(self, row: Row) -> bool:
        return row["client_id"] in self.client_ids or row["project_id"] in self.project_ids

    def _agent(self, row: Row, seen: Row) -> Row | None:
        here = bool(row["call_id"]) and self._covers(row)
        if not here and row["agent_id"] not in self.agent_ids:
            return None
        if "queues" in seen:
            seen = {**seen, "queues": [one for one in seen["queues"] if one in self.queue_ids]}
        if row["agent_id"] == self.agent_id:
            return seen
        if "supervising" in seen:
            seen = {**seen, "supervising": None}
        if here or not row["call_id"]:
            return seen
        # At work for somebody else: that they are busy is all there is to know.
        return {**seen, **{name: "" for name in _OF_A_CONTACT if name in seen}}


_OF_A_CONTACT = ("call_id", "segment_id", "queue_id", "client_id", "project_id")
"""What an agent's row tells of the contact they are on."""

_CALL_FOR_SCREENS = (
    "call_id",
    "client_id",
    "project_id",
    "queue_id",
    "agent_id",
    "direction",
    "state",
    "since",
    "started_at",
)
"""What a screen on a wall may show of a call: nothing of the customer."""


@dataclass(frozen=True, slots=True)
class ScreenSight:
    """A big screen: what its owner sees, without the customers."""

    owner: OperatorSight | SupervisorSight | AgentSight | ClientSight | RangedSight | ScreenSight

    def see(self, table: str, row: Row) -> Row | None:
        """Return the row as this viewer may see it, or None."""
        seen = self.owner.see(table, row)
        if seen is None or table != "calls":
            return seen
        return {name: seen[name] for name in _CALL_FOR_SCREENS if name in seen}


Sight = OperatorSight | SupervisorSight | AgentSight | ClientSight | RangedSight | ScreenSight


def snapshot(state: FloorState, sight: Sight) -> Frame:
    """Return the frame a viewer starts from."""
    return {
        "feed": "snapshot",
        "epoch": state.epoch,
        "no": state.no,
        "at": state.at,
        **{
            name: {
                key: seen
                for key, row in state.tables[name].items()
                if (seen := sight.see(name, row)) is not None
            }
            for name in TABLES
        },
        "cell": _cell(state.cell, sight),
    }


def delta(epoch: int, change: Change, sight: Sight, after: int | None = None) -> Frame:
    """Return what a viewer is told of a change.

    `after` is the number of the last change that the viewer was told of: those between were about
    what others see. Without it that is the one before.
    """
    placed: dict[str, dict[str, Row]] = {}
    gone: dict[str, list[str]] = {}
    for name, rows in change.new.items():
        before = change.old[name]
        for key, row in rows.items():
            seen = None if row is None else sight.see(name, row)
            earlier = before[key]
            had = None if earlier is None else sight.see(name, earlier)
            if seen is None:
                if had is not None:
                    gone.setdefault(name, []).append(key)
            elif seen != had:
                placed.setdefault(name, {})[key] = seen
    return {
        "feed": "delta",
        "epoch": epoch,
        "after": change.no - 1 if after is None else after,
        "no": change.no,
        "at": change.at,
        "set": placed,
        "gone": gone,
        "cell": _cell(change.cell, sight),
    }


def concerns(change: Change, sight: Sight, frame: Frame) -> bool:
    """Whether the frame of a change tells the viewer anything."""
    moved = bool(frame["set"] or frame["gone"])
    return moved or frame["cell"] != _cell(change.was, sight)


def _cell(cell: Mapping[str, Any], sight: Sight) -> Row:
    """Return the cell's own row; how many calls there are in all is the operator's affair."""
    if isinstance(sight, OperatorSight):
        return dict(cell)
    return {name: value for name, value in cell.items() if name != "calls"}
