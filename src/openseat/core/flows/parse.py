"""From JSON to a flow, with a problem for everything that is not one."""

from __future__ import annotations

from typing import Any, cast

from openseat.core.flows.problems import FlowInvalid, Problem
from openseat.core.flows.shapes import (
    STEP_ID,
    ListOf,
    MapOf,
    OneOf,
    Text,
    Unreadable,
    Variable,
    Whole,
    read_fields,
)
from openseat.core.flows.steps import LANGUAGES, STEPS, Flow, Step

SCHEMA_VERSION = 1
"""Version of the JSON shape; written as `schema` in every definition."""

MAX_STEPS = 500
"""More steps than this want sub-flows."""

MAX_PROBLEMS = 100
"""No reader wants more at once."""

HEAD = {
    "name": Text(200, 1),
    "start": Text(64, 1, pattern=STEP_ID),
    "languages": ListOf(OneOf(LANGUAGES), most=len(LANGUAGES), least=1),
    "variables": MapOf(Variable(), Text(500), most=200),
    "expects": ListOf(Variable(), most=100),
}
"""Fields of a flow beside `schema` and `steps`."""

OPTIONAL_HEAD: dict[str, Any] = {"variables": {}, "expects": ()}
"""Those that may be missing, with what they are then."""

EDITOR_FIELDS = {
    "note": Text(1000),
    "position": ListOf(Whole(-1_000_000, 1_000_000), most=2, least=2),
}
"""Fields of a step that are for people and the editor; the interpreter never sees them."""


def parse(definition: object, *, flow_id: str = "", version: int = 0) -> Flow:
    """Return the flow that a JSON value describes.

    Raises `FlowInvalid` with every problem found. A flow that parses may still
    be unfit for publishing: see `openseat.core.flows.check`.
    """
    flow, problems = read(definition, flow_id=flow_id, version=version)
    if flow is None or problems:
        raise FlowInvalid(problems)
    return flow


def read(
    definition: object, *, flow_id: str = "", version: int = 0
) -> tuple[Flow | None, tuple[Problem, ...]]:
    """Return the flow without the steps that cannot be read, and what is wrong.

    There is no flow where the definition is not even an object with a head.
    Never raises, whatever the definition holds.
    """
    if not isinstance(definition, dict):
        return None, (Problem(code="flow.not_an_object"),)
    items = cast("dict[object, object]", definition)
    problems: list[Problem] = []
    schema = items.get("schema")
    if type(schema) is not int or schema != SCHEMA_VERSION:
        problems.append(Problem(code="flow.wrong_schema", arguments={"wanted": SCHEMA_VERSION}))
    problems += [
        Problem(code="flow.unknown_field", arguments={"field": str(name)[:60]})
        for name in list(items)[:MAX_PROBLEMS]
        if name not in HEAD and name not in {"schema", "steps"}
    ]
    head = _read_head(items, problems)
    steps = _read_steps(items.get("steps"), problems)
    if head is None or steps is None:
        return None, tuple(problems[:MAX_PROBLEMS])
    flow = Flow(flow_id=flow_id, version=version, steps=steps, **head)
    return flow, tuple(problems[:MAX_PROBLEMS])


def _read_head(items: dict[object, object], problems: list[Problem]) -> dict[str, Any] | None:
    head = dict(OPTIONAL_HEAD)
    whole = True
    for name, shape in HEAD.items():
        if name not in items:
            if name not in OPTIONAL_HEAD:
                whole = False
                problems.append(Problem(code="flow.field_missing", arguments={"field": name}))
            continue
        try:
            head[name] = shape.read(items[name], name)
        except Unreadable as flaw:
            whole = False
            problems.append(Problem(code=flaw.code, arguments=flaw.arguments))
    return head if whole else None


def _read_steps(listed: object, problems: list[Problem]) -> dict[str, Step] | None:
    if not isinstance(listed, list) or not listed:
        problems.append(Problem(code="flow.no_steps"))
        return None
    rows = cast("list[object]", listed)
    if len(rows) > MAX_STEPS:
        problems.append(
            Problem(code="flow.too_many_steps", arguments={"most": MAX_STEPS, "found": len(rows)})
        )
        return None
    steps: dict[str, Step] = {}
    for n, row in enumerate(rows):
        if not isinstance(row, dict):
            problems.append(Problem(code="flow.step_not_an_object", arguments={"position": n}))
            continue
        items = dict(cast("dict[object, object]", row))
        step_id = items.pop("id", None)
        try:
            name = Text(64, 1, pattern=STEP_ID).read(step_id, "id")
        except Unreadable:
            problems.append(Problem(code="flow.bad_step_id", arguments={"position": n}))
            continue
        if name in steps:
            problems.append(Problem(code="flow.step_id_twice", step_id=name))
            continue
        try:
            steps[name] = _read_step(items)
        except Unreadable as flaw:
            problems.append(Problem(code=flaw.code, step_id=name, arguments=flaw.arguments))
    return steps


def _read_step(items: dict[object, object]) -> Step:
    kind = items.pop("kind", None)
    if not isinstance(kind, str) or kind not in STEPS:
        found = kind[:60] if isinstance(kind, str) else type(kind).__name__
        raise Unreadable("flow.unknown_kind", "kind", kind=found)
    for name, shape in EDITOR_FIELDS.items():
        if name in items:
            shape.read(items.pop(name), name)
    return cast("Step", read_fields(STEPS[kind], items, ""))
