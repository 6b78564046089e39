"""A flow as a graph: its edges, and which of them cost the caller no time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from openseat.core.flows.shapes import Edge, MapOf, shape_of
from openseat.core.flows.steps import (
    Announce,
    Collect,
    Condition,
    Flow,
    Menu,
    Queue,
    RateService,
    Record,
    Return,
    SayData,
    Step,
    SubFlow,
    Transfer,
    Voicemail,
)


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge of a step; `to` is None where it is needed and missing."""

    field: str
    to: str | None


def arrows(step: Step) -> Iterator[Arrow]:
    """Yield the edges of a step: all that are drawn, and all that are needed."""
    if isinstance(step, Condition):
        for n, branch in enumerate(step.branches):
            yield Arrow(f"branches[{n}].next", branch.next)
        yield Arrow("otherwise", step.otherwise)
        return
    for item in fields(step):
        shape = shape_of(item)
        held: Any = getattr(step, item.name)
        if isinstance(shape, MapOf) and isinstance(shape.of, Edge):
            for key, to in held.items():
                yield Arrow(f"{item.name}.{key}", to)
        elif isinstance(shape, Edge) and (held is not None or _needed(step, item.name, shape)):
            yield Arrow(item.name, held)


def _needed(step: Step, name: str, shape: Edge) -> bool:
    jumps = isinstance(step, Transfer) and step.to == "flow" and name == "failed"
    return not shape.optional and not jumps


def reachable(flow: Flow) -> set[str]:
    """Return the ids of the steps that a call can come to."""
    seen: set[str] = set()
    ahead = [flow.start]
    while ahead:
        step_id = ahead.pop()
        if step_id in seen or step_id not in flow.steps:
            continue
        seen.add(step_id)
        ahead += [arrow.to for arrow in arrows(flow.steps[step_id]) if arrow.to is not None]
    return seen


_WAITING = (Announce, SayData, Menu, Collect, RateService, Voicemail, Record)


def instant(step: Step, *, returns: bool = True) -> tuple[str, ...]:
    """Return the steps that can follow at once, with no time passing for the caller.

    A queue can be full, a transfer can fail and a web service can answer at
    once. `returns` tells, for a sub-flow step, whether its flow can return at once.
    """
    if isinstance(step, _WAITING) or (isinstance(step, SubFlow) and not returns):
        return ()
    if isinstance(step, Queue):
        after = (step.overflowed, step.full, step.unstaffed)
    elif isinstance(step, Transfer):
        after = (step.failed,)
    else:
        after = tuple(arrow.to for arrow in arrows(step))
    return tuple(to for to in after if to is not None)


@dataclass(slots=True)
class Passage:
    """What a flow can come to with no time passing for the caller."""

    returns: bool = False
    jumps: set[str] = field(default_factory=set[str])
    """Flows that it can transfer to."""


class Passages:
    """Finds the passages of flows, each once."""

    def __init__(self, flows: Mapping[str, Flow], deepest: int) -> None:
        self._flows = flows
        self._deepest = deepest
        self._found: dict[str, Passage] = {}

    def of(self, flow_id: str, depth: int = 0) -> Passage:
        """Return a flow's passage; an unknown or too deeply nested flow has none."""
        if flow_id in self._found:
            return self._found[flow_id]
        made = self._found[flow_id] = Passage()  # stands for itself while sub-flows go round
        flow = self._flows.get(flow_id)
        if flow is None or depth > self._deepest:
            return made
        seen: set[str] = set()
        ahead = [flow.start]
        while ahead:
            step_id = ahead.pop()
            if step_id in seen or step_id not in flow.steps:
                continue
            seen.add(step_id)
            ahead += self.after(flow.steps[step_id], made, depth)
        return made

    def after(self, step: Step, into: Passage, depth: int = 0) -> tuple[str, ...]:
        """Return the steps that can follow at once, adding exits from the flow to `into`."""
        if isinstance(step, Return):
            into.returns = True
        elif isinstance(step, Transfer) and step.to == "flow":
            into.jumps.add(step.target)
        elif isinstance(step, SubFlow):
            inner = self.of(step.flow, depth + 1)
            into.jumps |= inner.jumps
            return instant(step, returns=inner.returns)
        return instant(step)


def cycle(start: str, after: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first cycle found from `start` in a graph, as its nodes in order, or ()."""
    path: list[str] = []
    place: dict[str, int] = {}
    settled: set[str] = set()
    work: list[tuple[str, Iterator[str]]] = []

    def enter(node: str) -> None:
        place[node] = len(path)
        path.append(node)
        work.append((node, iter(after.get(node, ()))))

    enter(start)
    while work:
        node, ahead = work[-1]
        to = next(ahead, None)
        if to is None:
            work.pop()
            path.pop()
            del place[node]
            settled.add(node)
        elif to in place:
            return tuple(path[place[to] :])
        elif to not in settled:
            enter(to)
    return ()
