"""From JSON to flows, and the hostile JSON in between."""

from __future__ import annotations

import importlib.util
import json
import math
import re
from pathlib import Path

import jsonschema
import pytest

from openseat.core.flows import Environment, FlowInvalid, check, examine, parse
from openseat.core.flows.parse import MAX_PROBLEMS, MAX_STEPS, read
from openseat.core.flows.schema import schema
from openseat.core.flows.steps import STEPS, Announce, Menu
from openseat.testing.flows import END, definition, step

CLONE = Path(__file__).resolve().parents[4]
_SPEC = importlib.util.spec_from_file_location("flow_contract", CLONE / "tools/flow_contract.py")
flow_contract = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(flow_contract)

FULL = definition(
    step("a", "announce", prompt=["prompt:hello"], next="m", note="says hello", position=[1, -2]),
    step("m", "menu", prompt=["prompt:menu"], choices={"1": "a", "#": "end"}, invalid="end",
         timeout="end"),
    END,
    variables={"tries": "0"}, expects=["account"],
)  # fmt: skip


def codes(made):
    return [(problem.code, problem.step_id) for problem in read(made)[1]]


def test_a_definition_becomes_a_flow():
    flow = parse(FULL, flow_id="f", version=3)
    assert (flow.flow_id, flow.version, flow.name) == ("f", 3, "a flow")
    assert flow.steps["a"] == Announce(prompt=("prompt:hello",), next="m")
    assert isinstance(flow.steps["m"], Menu)
    assert flow.steps["m"].choices == {"1": "a", "#": "end"}
    assert (flow.variables, flow.expects) == ({"tries": "0"}, ("account",))


def test_the_published_schema_is_the_codes():
    assert flow_contract.CONTRACT.read_text(encoding="utf-8") == flow_contract.contract(), (
        "write it anew: python tools/flow_contract.py"
    )


def test_the_editors_forms_are_what_the_steps_say() -> None:
    assert flow_contract.EDITOR.read_text(encoding="utf-8") == flow_contract.editor(), (
        "write it anew: python tools/flow_contract.py"
    )


def test_the_schema_is_one_and_accepts_what_parses():
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(FULL, schema())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"schema": 2}, "flow.wrong_schema"),
        ({"schema": True}, "flow.wrong_schema"),
        ({"schema": 1.0}, "flow.wrong_schema"),
        ({"name": ""}, "flow.wrong_length"),
        ({"name": 7}, "flow.wrong_type"),
        ({"name": "a\x00b"}, "flow.wrong_text"),
        ({"name": "\ud800"}, "flow.wrong_text"),
        ({"start": "a b"}, "flow.wrong_text"),
        ({"languages": []}, "flow.wrong_length"),
        ({"languages": "en"}, "flow.wrong_type"),
        ({"languages": ["fr"]}, "flow.unknown_word"),
        ({"languages": [["en"]]}, "flow.wrong_type"),
        ({"variables": []}, "flow.wrong_type"),
        ({"variables": {"A": ""}}, "flow.wrong_text"),
        ({"variables": {7: ""}}, "flow.wrong_type"),
        ({"variables": {f"v{n}": "" for n in range(201)}}, "flow.wrong_length"),
        ({"colour": "red"}, "flow.unknown_field"),
        ({"steps": {}}, "flow.no_steps"),
        ({"steps": []}, "flow.no_steps"),
        ({"steps": ["a"]}, "flow.step_not_an_object"),
    ],
)
def test_a_bad_head_is_told(change, code):
    made = {**FULL, **change}
    assert code in [problem.code for problem in read(made)[1]]
    with pytest.raises(FlowInvalid) as refused:
        parse(made)
    assert refused.value.problems


@pytest.mark.parametrize("missing", ["schema", "name", "start", "languages", "steps"])
def test_a_missing_head_field_is_told(missing):
    made = {name: value for name, value in FULL.items() if name != missing}
    assert read(made)[1]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"kind": "announce"}, "flow.bad_step_id"),
        ({"id": 5, "kind": "announce"}, "flow.bad_step_id"),
        (step("x", "dance"), "flow.unknown_kind"),
        ({"id": "x"}, "flow.unknown_kind"),
        (step("x", "announce"), "flow.field_missing"),
        (step("x", "announce", prompt=[]), "flow.wrong_length"),
        (step("x", "announce", prompt="hello"), "flow.wrong_type"),
        (step("x", "announce", prompt=["file:/etc/passwd"]), "flow.wrong_text"),
        (step("x", "announce", prompt=["prompt:../../x"]), "flow.wrong_text"),
        (step("x", "announce", prompt=["prompt:{{name}}"]), "flow.wrong_text"),
        (step("x", "announce", prompt=["prompt:a"], barge_in=1), "flow.wrong_type"),
        (step("x", "announce", prompt=["prompt:a"], next=None), "flow.wrong_type"),
        (step("x", "announce", prompt=["prompt:a"], shout=True), "flow.unknown_field"),
        (step("x", "announce", prompt=["prompt:a"], note=5), "flow.wrong_type"),
        (step("x", "announce", prompt=["prompt:a"], position=[1]), "flow.wrong_length"),
        (step("x", "menu", prompt=["prompt:a"], choices={"E": "end"}), "flow.wrong_text"),
        (step("x", "menu", prompt=["prompt:a"], choices={"11": "end"}), "flow.wrong_length"),
        (step("x", "menu", prompt=["prompt:a"], choices={}), "flow.wrong_length"),
        (step("x", "hang_up", cause=0), "flow.out_of_range"),
        (step("x", "hang_up", cause=True), "flow.wrong_type"),
        (step("x", "hang_up", cause=16.0), "flow.wrong_type"),
        (step("x", "hang_up", cause=math.nan), "flow.wrong_type"),
        (step("x", "hang_up", cause=10**400), "flow.out_of_range"),
        (step("x", "http", url="ftp://a/b"), "flow.wrong_text"),
        (step("x", "http", url="https://{{host}}/b"), "flow.wrong_text"),
        (step("x", "http", url="https://user@host/b"), "flow.wrong_text"),
        (step("x", "condition", branches=["x"]), "flow.wrong_type"),
        (step("x", "condition", branches=[{"tests": ["x"]}]), "flow.wrong_type"),
        (step("x", "condition", branches=[{"tests": [{"kind": "magic"}]}]), "flow.unknown_word"),
        (step("x", "condition", branches=[{"tests": [{"kind": "hours"}]}]), "flow.field_missing"),
    ],
)
def test_a_bad_step_is_told_with_its_place(bad, code):
    found = codes({**FULL, "steps": [*FULL["steps"], bad]})
    assert found == [(code, bad["id"] if isinstance(bad.get("id"), str) else "")]


def test_two_steps_of_one_id_are_told():
    assert codes({**FULL, "steps": [*FULL["steps"], END]}) == [("flow.step_id_twice", "end")]


def nested(levels):
    made = []
    for _ in range(levels):
        made = [made]
    return made


def circle():
    made = {}
    made["steps"] = [made]
    return made


@pytest.mark.parametrize(
    "hostile",
    [
        None, 5, math.nan, "flow", [], nested(100_000), circle(),
        {**FULL, "steps": nested(100_000)},
        {**FULL, "steps": [nested(100_000)]},
        {**FULL, "steps": [{**END, "cause": nested(100_000)}]},
        {**FULL, "steps": [{**END, "note": "x" * 10**7}]},
        {**FULL, "steps": [{"id": "x" * 10**7, "kind": "y" * 10**7}]},
        {**FULL, "steps": [END] * 10**6},
        {**FULL, "name": "x" * 10**7},
        {**FULL, **{f"extra{n}": n for n in range(10_000)}},
        {**FULL, "steps": [{"kind": []}] * MAX_STEPS},
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_hostile_input_gives_problems_and_nothing_else(hostile):
    problems = examine(hostile, Environment())
    assert 0 < len(problems) <= MAX_PROBLEMS
    assert len(json.dumps([problem.as_json() for problem in problems])) < 100_000


def test_every_kind_of_step_is_described():
    described = schema()["$defs"]
    assert set(described) == set(STEPS)
    for kind, made in described.items():
        assert made["description"], kind
        assert all(
            one.get("description") for one in made["properties"].values() if "const" not in one
        )


def test_the_reference_page_is_the_codes():
    page = flow_contract.REFERENCE.read_text(encoding="utf-8")
    assert flow_contract.with_reference(page) == page, (
        "write it anew: python tools/flow_contract.py"
    )


def test_the_reference_page_tells_every_code_of_a_problem():
    page = flow_contract.REFERENCE.read_text(encoding="utf-8")
    folder = Path(check.__code__.co_filename).parent
    raised = {
        code
        for name in ("parse", "shapes", "check")
        for code in re.findall(r'"(flow\.[a-z_]+)"', (folder / f"{name}.py").read_text("utf-8"))
    }
    raised |= {f"flow.unknown_{kind}" for kind in ("queue", "flow", "hours", "client", "project")}
    assert [code for code in sorted(raised) if f"`{code}`" not in page] == []


def test_the_examples_of_the_reference_page_can_be_read():
    page = flow_contract.REFERENCE.read_text(encoding="utf-8")
    examples = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    assert len(examples) == 4
    for example in examples:
        made = example if isinstance(example, dict) else definition(*example)
        assert read(made)[1] == ()
