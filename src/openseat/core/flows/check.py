"""What keeps a flow from being published, and what its author should look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from openseat.core import calendars
from openseat.core.errors import CoreError
from openseat.core.flows import graph, say
from openseat.core.flows.entering import MAX_DEPTH, phone_number
from openseat.core.flows.parse import MAX_PROBLEMS, read
from openseat.core.flows.problems import Problem, Severity
from openseat.core.flows.shapes import Media, Reference, Text, Variable
from openseat.core.flows.steps import (
    AssignClient,
    Collect,
    Compare,
    Condition,
    Flow,
    HttpRequest,
    Language,
    SayData,
    SetVariables,
    Step,
    SubFlow,
    Transfer,
    leaves,
)
from openseat.core.flows.template import GIVEN, names


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a flow may refer to. Holds only what its owner may see."""

    queues: Collection[str] = ()
    hours: Collection[str] = ()
    agents: Collection[str] = ()
    groups: Collection[str] = ()
    projects: Mapping[str, str] = field(default_factory=dict[str, str])
    """Project → its client."""
    flows: Mapping[str, Flow] = field(default_factory=dict[str, Flow])
    prompts: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    """Language → names of its prompts."""

    def knows(self, kind: str, name: str) -> bool:
        """Tell whether there is a `kind` of that id."""
        known: Mapping[str, Collection[str]] = {
            "queue": self.queues,
            "hours": self.hours,
            "agent": self.agents,
            "group": self.groups,
            "flow": self.flows,
            "project": self.projects,
            "client": self.projects.values(),
        }
        return name in known[kind]


def examine(
    definition: object, environment: Environment, *, flow_id: str = ""
) -> tuple[Problem, ...]:
    """Return all that is wrong with a JSON value as a flow. Never raises."""
    flow, problems = read(definition, flow_id=flow_id)
    return problems if flow is None or problems else check(flow, environment)


def check(flow: Flow, environment: Environment) -> tuple[Problem, ...]:
    """Return all that is wrong with a flow, errors first, at most `MAX_PROBLEMS`.

    A flow without errors can be published: whatever callers do, it goes on until
    it ends by itself or they hang up.
    """
    found = [
        *_edges(flow),
        *_references(flow, environment),
        *_prompts(flow, environment),
        *_fields(flow),
        *_loops(flow, environment),
        *_unset_variables(flow, environment),
    ]
    found.sort(key=lambda problem: problem.severity is Severity.WARNING)
    return tuple(found[:MAX_PROBLEMS])


def publishable(problems: Collection[Problem]) -> bool:
    """Tell whether none of the problems is an error."""
    return all(problem.severity is Severity.WARNING for problem in problems)


def _edges(flow: Flow) -> Iterator[Problem]:
    if flow.start not in flow.steps:
        yield Problem(code="flow.start_unknown", arguments={"start": flow.start})
        return
    for step_id, step in flow.steps.items():
        for arrow in graph.arrows(step):
            if arrow.to is None:
                yield Problem(
                    code="flow.edge_missing", step_id=step_id, arguments={"field": arrow.field}
                )
            elif arrow.to not in flow.steps:
                yield Problem(
                    code="flow.step_unknown",
                    step_id=step_id,
                    arguments={"field": arrow.field, "step": arrow.to},
                )
    reached = graph.reachable(flow)
    for step_id in flow.steps:
        if step_id not in reached:
            yield Problem(code="flow.step_unreachable", step_id=step_id)


def _references(flow: Flow, environment: Environment) -> Iterator[Problem]:
    for step_id, step in flow.steps.items():
        for leaf in leaves(step):
            if isinstance(leaf.shape, Reference) and not environment.knows(
                leaf.shape.to, leaf.value
            ):
                yield Problem(
                    code=f"flow.unknown_{leaf.shape.to}",
                    step_id=step_id,
                    arguments={"field": leaf.path, "id": leaf.value},
                )
        if isinstance(step, AssignClient):
            owner = environment.projects.get(step.project, step.client)
            if owner != step.client:
                yield Problem(
                    code="flow.project_of_another_client",
                    step_id=step_id,
                    arguments={"project": step.project, "client": step.client},
                )
        elif isinstance(step, Transfer):
            yield from _target(step_id, step, environment)


def _target(step_id: str, step: Transfer, environment: Environment) -> Iterator[Problem]:
    if names(step.target):
        if step.to in {"queue", "flow"}:
            yield Problem(
                code="flow.target_not_literal", step_id=step_id, arguments={"to": step.to}
            )
    elif step.to == "outside":
        if not phone_number(step.target):
            yield Problem(
                code="flow.bad_number", step_id=step_id, arguments={"number": step.target}
            )
    elif not environment.knows(step.to, step.target):
        yield Problem(
            code=f"flow.unknown_{step.to}",
            step_id=step_id,
            arguments={"field": "target", "id": step.target},
        )


def _prompts(flow: Flow, environment: Environment) -> Iterator[Problem]:
    for step_id, step in flow.steps.items():
        if isinstance(step, Language) and step.language not in flow.languages:
            yield Problem(
                code="flow.language_not_listed",
                step_id=step_id,
                arguments={"language": step.language},
            )
        for language in flow.languages:
            there = environment.prompts.get(language, ())
            for name in sorted(_wanted(step, language)):
                if name not in there:
                    yield Problem(
                        code="flow.prompt_missing",
                        step_id=step_id,
                        arguments={"prompt": name, "language": language},
                    )
            if isinstance(step, SubFlow):
                inner = environment.flows.get(step.flow)
                if inner is not None and language not in inner.languages:
                    yield Problem(
                        code="flow.subflow_lacks_language",
                        step_id=step_id,
                        arguments={"flow": step.flow, "language": language},
                    )


def _wanted(step: Step, language: str) -> set[str]:
    """Return the prompts that a step may play in a language."""
    wanted: set[str] = set()
    for leaf in leaves(step):
        if isinstance(leaf.shape, Media):
            kind, _, data = leaf.value.partition(":")
            if kind == "prompt":
                wanted.add(data)
            elif kind != "silence":
                wanted |= say.vocabulary(kind, language)
    if isinstance(step, SayData):
        wanted |= say.vocabulary(step.form, language)
    return wanted


def _fields(flow: Flow) -> Iterator[Problem]:
    """Find fields that are right one by one but not together."""
    for step_id, step in flow.steps.items():
        if isinstance(step, Collect):
            crossed = step.lowest is not None and (
                step.highest is not None and step.lowest > step.highest
            )
            if step.shortest > step.longest or crossed:
                yield Problem(
                    code="flow.bounds_crossed",
                    step_id=step_id,
                    arguments={"field": "lowest" if crossed else "shortest"},
                )
        elif isinstance(step, SayData):
            try:
                calendars.zone(step.zone)
            except CoreError:
                yield Problem(
                    code="flow.unknown_zone", step_id=step_id, arguments={"zone": step.zone}
                )
        elif isinstance(step, Condition):
            for n, branch in enumerate(step.branches):
                for test in branch.tests:
                    if isinstance(test, Compare) and test.operator == "one_of" and not test.values:
                        yield Problem(
                            code="flow.never_true",
                            step_id=step_id,
                            severity=Severity.WARNING,
                            arguments={"field": f"branches[{n}]"},
                        )


def _loops(flow: Flow, environment: Environment) -> Iterator[Problem]:
    flows = {**environment.flows, flow.flow_id: flow}
    calls = {
        flow_id: tuple(step.flow for step in one.steps.values() if isinstance(step, SubFlow))
        for flow_id, one in flows.items()
    }
    round_trip = graph.cycle(flow.flow_id, calls)
    if round_trip:
        yield Problem(code="flow.subflow_cycle", arguments={"flows": _drawn(round_trip)})
        return
    if _depth(flow.flow_id, calls) > MAX_DEPTH:
        yield Problem(code="flow.nested_too_deep", arguments={"most": MAX_DEPTH})
        return
    passages = graph.Passages(flows, MAX_DEPTH)
    own = graph.Passage()
    after = {step_id: passages.after(step, own) for step_id, step in flow.steps.items()}
    for step_id in flow.steps:
        stuck = graph.cycle(step_id, after)
        if stuck:
            yield Problem(
                code="flow.loop_without_waiting",
                step_id=stuck[0],
                arguments={"steps": _drawn(stuck)},
            )
            break
    jumps = {flow_id: tuple(passages.of(flow_id).jumps) for flow_id in flows}
    away = graph.cycle(flow.flow_id, jumps)
    if away:
        yield Problem(code="flow.loop_through_flows", arguments={"flows": _drawn(away)})


def _depth(flow_id: str, calls: Mapping[str, tuple[str, ...]]) -> int:
    """Return how many flows run inside each other at most; sub-flows do not go round."""
    depth: dict[str, int] = {}
    work = [flow_id]
    while work:
        at = work[-1]
        inner = calls.get(at, ())
        unknown = [one for one in inner if one not in depth]
        if unknown:
            work += unknown
        else:
            work.pop()
            depth[at] = 1 + max((depth[one] for one in inner), default=0)
    return depth[flow_id]


def _drawn(nodes: tuple[str, ...]) -> str:
    shown = list(nodes[:8]) + ["…"] * (len(nodes) > 8)
    return " → ".join([*shown, shown[0]])


# -- variables that are read before they are set -------------------------------------


def _unset_variables(flow: Flow, environment: Environment) -> Iterator[Problem]:
    if flow.start not in flow.steps:
        return
    known = {name: 1 << n for n, name in enumerate(sorted(_all_variables(flow, environment)))}
    everything = (1 << len(known)) - 1

    def mask(of: Collection[str]) -> int:
        return sum({known[name] for name in of})

    before = dict.fromkeys(flow.steps, everything)
    before[flow.start] = mask(GIVEN | flow.variables.keys() | set(flow.expects))
    ahead = [flow.start]
    came: set[str] = set()
    while ahead:
        step_id = ahead.pop()
        came.add(step_id)
        step = flow.steps[step_id]
        after = before[step_id] | mask(_writes(step, environment))
        for arrow in graph.arrows(step):
            if arrow.to not in flow.steps or arrow.to is None:
                continue
            held = before[step_id] if arrow.field != "next" else after
            narrowed = before[arrow.to] & held
            if narrowed != before[arrow.to] or arrow.to not in came:
                before[arrow.to] = narrowed
                came.add(arrow.to)
                ahead.append(arrow.to)
    for step_id, step in flow.steps.items():
        for name in sorted(_reads(step)):
            if not before[step_id] & known[name]:
                yield Problem(
                    code="flow.variable_unset",
                    step_id=step_id,
                    severity=Severity.WARNING,
                    arguments={"variable": name},
                )


def _all_variables(flow: Flow, environment: Environment) -> set[str]:
    found = set(GIVEN) | flow.variables.keys() | set(flow.expects)
    for step in flow.steps.values():
        found |= _reads(step) | _writes(step, environment)
    return found


def _reads(step: Step) -> set[str]:
    return {
        name
        for leaf in leaves(step)
        if isinstance(leaf.shape, Text) and leaf.shape.template
        for name in names(leaf.value)
    }


def _writes(step: Step, environment: Environment) -> set[str]:
    """Return the variables that a step sets when it goes on by `next`.

    Of a sub-flow: all that it or the flows inside it may set.
    """
    if isinstance(step, SubFlow):
        return _sets(step.flow, environment)
    if not isinstance(step, Collect | HttpRequest | SetVariables):
        return set()
    return {leaf.value for leaf in leaves(step) if isinstance(leaf.shape, Variable)}


def _sets(flow_id: str, environment: Environment) -> set[str]:
    found: set[str] = set()
    seen: set[str] = set()
    ahead = [flow_id]
    while ahead:
        one = ahead.pop()
        flow = environment.flows.get(one)
        if one in seen or flow is None:
            continue
        seen.add(one)
        found |= flow.variables.keys()
        for step in flow.steps.values():
            if isinstance(step, SubFlow):
                ahead.append(step.flow)
            else:
                found |= _writes(step, environment)
    return found
