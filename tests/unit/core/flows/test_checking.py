"""What keeps a flow from being published."""

from __future__ import annotations

import pytest

from openseat.core.flows import Environment, Severity, check, examine, parse, publishable, say
from openseat.core.flows.entering import MAX_DEPTH
from openseat.core.flows.parse import MAX_PROBLEMS, MAX_STEPS
from openseat.testing.flows import END, definition, step

SPOKEN = say.vocabulary("number", "zh-CN") | say.vocabulary("digits", "en")
KNOWN = Environment(
    queues={"care"},
    hours={"office"},
    agents={"agent-1"},
    groups={"group-1"},
    projects={"p1": "c1", "p2": "c2"},
    prompts={"zh-CN": {"hello", "menu"} | SPOKEN, "en": {"hello"} | SPOKEN},
)
HELLO = step("hello", "announce", prompt=["prompt:hello"], next="end")


def found(*steps, known=KNOWN, **head):
    problems = check(parse(definition(*steps, **head), flow_id="main"), known)
    return [(problem.code, problem.step_id, dict(problem.arguments)) for problem in problems]


def knowing(**flows):
    made = {flow_id: parse(one, flow_id=flow_id) for flow_id, one in flows.items()}
    return Environment(queues=KNOWN.queues, hours=KNOWN.hours, prompts=KNOWN.prompts, flows=made)


def test_a_sound_flow_has_no_problems():
    assert found(HELLO, END) == []
    assert publishable(examine(definition(HELLO, END), KNOWN))


class TestEdges:
    def test_a_start_that_is_no_step(self):
        assert found(HELLO, END, start="x") == [("flow.start_unknown", "", {"start": "x"})]

    def test_a_missing_edge_is_a_dead_end(self):
        assert found(HELLO | {"next": "m"}, step("m", "goto")) == [
            ("flow.edge_missing", "m", {"field": "next"})
        ]

    def test_an_edge_to_nowhere(self):
        assert found(step("a", "goto", next="b")) == [
            ("flow.step_unknown", "a", {"field": "next", "step": "b"})
        ]

    def test_a_step_that_nothing_leads_to(self):
        assert found(HELLO, END, step("lost", "hang_up")) == [("flow.step_unreachable", "lost", {})]

    def test_edges_of_choices_and_branches(self):
        compare = {"kind": "compare", "left": "{{caller}}", "operator": "is_set"}
        steps = [
            step(
                "m", "menu", prompt=["prompt:hello"], choices={"1": "x"}, invalid="c", timeout="c"
            ),
            step("c", "condition", branches=[{"tests": [compare]}]),
        ]
        assert found(*steps) == [
            ("flow.step_unknown", "m", {"field": "choices.1", "step": "x"}),
            ("flow.edge_missing", "c", {"field": "branches[0].next"}),
            ("flow.edge_missing", "c", {"field": "otherwise"}),
        ]

    def test_a_queue_needs_only_one_edge(self):
        assert found(step("q", "queue", queue="care")) == [
            ("flow.edge_missing", "q", {"field": "overflowed"})
        ]
        assert found(step("q", "queue", queue="care", overflowed="end"), END) == []

    def test_a_jump_to_another_flow_needs_no_edge_for_failing(self):
        known = knowing(other=definition(END))
        assert found(step("t", "transfer", to="flow", target="other"), known=known) == []


class TestReferences:
    @pytest.mark.parametrize(
        ("made", "code"),
        [
            (step("a", "queue", queue="x", overflowed="end"), "flow.unknown_queue"),
            (step("a", "transfer", to="queue", target="x", failed="end"), "flow.unknown_queue"),
            (step("a", "transfer", to="agent", target="x", failed="end"), "flow.unknown_agent"),
            (step("a", "transfer", to="group", target="x", failed="end"), "flow.unknown_group"),
            (step("a", "transfer", to="flow", target="x"), "flow.unknown_flow"),
            (step("a", "transfer", to="outside", target="x", failed="end"), "flow.bad_number"),
            (step("a", "transfer", to="queue", target="{{caller}}", failed="end"),
             "flow.target_not_literal"),
            (step("a", "transfer", to="flow", target="{{caller}}"), "flow.target_not_literal"),
            (step("a", "subflow", flow="x", next="end"), "flow.unknown_flow"),
            (step("a", "assign", client="x", project="p1", next="end"), "flow.unknown_client"),
            (step("a", "assign", client="c1", project="x", next="end"), "flow.unknown_project"),
            (step("a", "assign", client="c1", project="p2", next="end"),
             "flow.project_of_another_client"),
            (step("a", "callback", hours="x", next="end", invalid="end"), "flow.unknown_hours"),
        ],
    )  # fmt: skip
    def test_what_is_not_there_is_told(self, made, code):
        assert code in [problem[0] for problem in found(made, END)]

    @pytest.mark.parametrize(
        "made",
        [
            step("a", "transfer", to="agent", target="agent-1", failed="end"),
            step("a", "transfer", to="agent", target="{{agent_id}}", failed="end"),
            step("a", "transfer", to="outside", target="+86 21 50101001", failed="end"),
            step("a", "assign", client="c1", project="p1", next="end"),
        ],
    )
    def test_what_is_there_is_not(self, made):
        assert found(made, END) == []

    def test_hours_inside_conditions(self):
        tests = [{"kind": "hours", "hours": "office"}, {"kind": "holiday", "hours": "x"}]
        made = step("c", "condition", branches=[{"tests": tests, "next": "end"}], otherwise="end")
        assert found(made, END) == [
            ("flow.unknown_hours", "c", {"field": "branches[0].tests[1].hours", "id": "x"})
        ]


class TestPrompts:
    def test_one_that_is_missing_is_told_for_each_language(self):
        made = step("a", "announce", prompt=["prompt:menu", "prompt:no", "silence:500"], next="end")
        assert found(made, END, languages=["zh-CN", "en"]) == [
            ("flow.prompt_missing", "a", {"prompt": "no", "language": "zh-CN"}),
            ("flow.prompt_missing", "a", {"prompt": "menu", "language": "en"}),
            ("flow.prompt_missing", "a", {"prompt": "no", "language": "en"}),
        ]

    def test_data_needs_the_words_it_is_spoken_with(self):
        spoken = step("s", "say", form="digits", value="1", next="a")
        listed = step("a", "announce", prompt=["digits:{{caller}}"], next="end")
        silent = Environment(prompts={"zh-CN": {"digit-1"}})
        wanted = say.vocabulary("digits", "zh-CN") - {"digit-1"}
        assert {
            (at, arguments["prompt"])
            for _, at, arguments in found(spoken, listed, END, known=silent)
        } == {(at, name) for at in ("s", "a") for name in wanted}

    def test_a_language_that_the_flow_does_not_list(self):
        assert found(step("l", "language", language="en", next="end"), END) == [
            ("flow.language_not_listed", "l", {"language": "en"})
        ]

    def test_a_sub_flow_that_lacks_a_language(self):
        known = knowing(other=definition(step("r", "return")))
        made = step("s", "subflow", flow="other", next="end")
        assert found(made, END, known=known, languages=["zh-CN", "en"]) == [
            ("flow.subflow_lacks_language", "s", {"flow": "other", "language": "en"})
        ]


class TestFields:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [({"shortest": 5, "longest": 4}, "shortest"), ({"lowest": 5, "highest": 4}, "lowest")],
    )
    def test_bounds_that_cross(self, fields, field):
        made = step(
            "c", "collect", prompt=["prompt:hello"], into="x", next="end", invalid="end",
            timeout="end", **fields,
        )  # fmt: skip
        assert found(made, END) == [("flow.bounds_crossed", "c", {"field": field})]

    @pytest.mark.parametrize("fields", [{"lowest": 4}, {"highest": 4}, {"lowest": 4, "highest": 4}])
    def test_bounds_that_do_not(self, fields):
        made = step(
            "c", "collect", prompt=["prompt:hello"], into="x", next="end", invalid="end",
            timeout="end", **fields,
        )  # fmt: skip
        assert found(made, END) == []

    def test_a_time_zone_that_is_none(self):
        made = step("s", "say", form="digits", value="1", zone="Mars/Base", next="end")
        assert ("flow.unknown_zone", "s", {"zone": "Mars/Base"}) in found(made, END)

    def test_a_test_that_never_holds(self):
        def branch(**test):
            return {"tests": [{"kind": "compare", "left": "a", **test}], "next": "end"}

        made = step(
            "c", "condition", otherwise="end",
            branches=[
                branch(operator="one_of"),
                branch(operator="one_of", values=["a"]),
                branch(operator="equals", right="a"),
            ],
        )  # fmt: skip
        problems = check(parse(definition(made, END)), KNOWN)
        assert [(p.code, p.severity) for p in problems] == [("flow.never_true", Severity.WARNING)]
        assert publishable(problems)


class TestLoops:
    def test_going_round_without_waiting(self):
        assert found(step("a", "goto", next="b"), step("b", "set", next="a")) == [
            ("flow.loop_without_waiting", "a", {"steps": "a → b → a"})
        ]

    def test_a_long_way_round_is_shortened(self):
        steps = [step(f"s{n}", "goto", next=f"s{(n + 1) % 20}") for n in range(20)]
        [(_, _, arguments)] = found(*steps)
        assert arguments["steps"] == "s0 → s1 → s2 → s3 → s4 → s5 → s6 → s7 → … → s0"

    @pytest.mark.parametrize(
        "first",
        [
            HELLO | {"next": "back"},
            step("hello", "queue", queue="care", overflowed="end", served="back"),
            step("hello", "rate", prompt=["prompt:hello"], next="back"),
        ],
    )
    def test_going_round_with_a_wait_is_fine(self, first):
        assert (
            found(
                first, step("back", "goto", next="hello"), *([END] if "overflowed" in first else [])
            )
            == []
        )

    @pytest.mark.parametrize(
        "first",
        [
            step("a", "queue", queue="care", overflowed="a"),
            step("a", "queue", queue="care", overflowed="end", full="a"),
            step("a", "transfer", to="agent", target="{{agent_id}}", failed="a"),
            step("a", "http", url="https://x.example/", next="end", failed="a"),
        ],
    )
    def test_what_can_fail_at_once_is_no_wait(self, first):
        more = [END] if "end" in first.values() else []
        assert ("flow.loop_without_waiting", "a", {"steps": "a → a"}) in found(first, *more)

    def test_a_sub_flow_waits_only_if_every_way_through_it_does(self):
        loop = [step("s", "subflow", flow="inner", next="s")]
        waits = definition(HELLO | {"next": "back"}, step("back", "return"))
        assert found(*loop, known=knowing(inner=waits)) == []
        hurries = definition(
            step("c", "condition", branches=[{"tests": [{"kind": "hours", "hours": "office"}],
                                              "next": "back"}], otherwise="hello"),
            HELLO | {"next": "back"}, step("back", "return"),
        )  # fmt: skip
        assert found(*loop, known=knowing(inner=hurries)) == [
            ("flow.loop_without_waiting", "s", {"steps": "s → s"})
        ]

    def test_flows_that_jump_to_each_other(self):
        away = knowing(
            other=definition(step("t", "transfer", to="flow", target="third")),
            third=definition(step("s", "subflow", flow="back", next="end"), END),
            back=definition(step("t", "transfer", to="flow", target="main")),
        )
        known = Environment(flows={**away.flows, "main": parse(definition(END))})
        assert found(step("t", "transfer", to="flow", target="other"), known=known) == [
            ("flow.loop_through_flows", "", {"flows": "main → other → third → main"})
        ]

    def test_sub_flows_that_call_each_other(self):
        known = knowing(
            other=definition(step("s", "subflow", flow="main", next="end"), END),
            main=definition(END),
        )
        assert found(step("s", "subflow", flow="other", next="end"), END, known=known) == [
            ("flow.subflow_cycle", "", {"flows": "main → other → main"})
        ]

    def test_a_jump_into_flows_that_call_each_other(self):
        known = knowing(
            one=definition(step("s", "subflow", flow="two", next="end"), END),
            two=definition(step("s", "subflow", flow="one", next="end"), END),
        )
        assert found(step("t", "transfer", to="flow", target="one"), known=known) == []

    def test_too_many_sub_flows_inside_each_other(self):
        def chain(length):
            back = step("r", "return")
            flows = {
                f"f{n}": definition(step("s", "subflow", flow=f"f{n + 1}", next="r"), back)
                for n in range(length)
            }
            return knowing(**flows, **{f"f{length}": definition(back)})

        first = step("s", "subflow", flow="f0", next="end")
        assert found(first, END, known=chain(MAX_DEPTH - 2)) == []
        assert found(first, END, known=chain(MAX_DEPTH)) == [
            ("flow.nested_too_deep", "", {"most": MAX_DEPTH})
        ]
        jump = step("t", "transfer", to="flow", target="f0")
        assert found(jump, known=chain(2 * MAX_DEPTH)) == []


class TestVariables:
    SAID = step("s", "announce", prompt=["digits:{{x}}"], next="end")

    def test_one_that_nothing_sets_is_a_warning(self):
        problems = check(parse(definition(self.SAID, END)), KNOWN)
        assert [(p.code, p.severity, dict(p.arguments)) for p in problems] == [
            ("flow.variable_unset", Severity.WARNING, {"variable": "x"})
        ]

    @pytest.mark.parametrize("head", [{"variables": {"x": ""}}, {"expects": ["x"]}])
    def test_one_that_the_flow_declares_is_fine(self, head):
        assert found(self.SAID, END, **head) == []

    def test_one_that_is_given_is_fine(self):
        assert found(step("s", "announce", prompt=["digits:{{caller}}"], next="end"), END) == []

    def test_one_that_is_set_on_one_way_only_is_a_warning(self):
        made = step(
            "c", "collect", prompt=["prompt:hello"], into="x", next="s", invalid="s", timeout="end"
        )
        assert found(made, self.SAID, END) == [("flow.variable_unset", "s", {"variable": "x"})]
        assert found(made | {"invalid": "end"}, self.SAID, END) == []

    def test_one_that_a_sub_flow_may_set_is_fine(self):
        known = knowing(
            inner=definition(step("i", "subflow", flow="deeper", next="r"), step("r", "return")),
            deeper=definition(step("d", "set", values={"x": "1"}, next="r"), step("r", "return")),
        )
        assert (
            found(step("a", "subflow", flow="inner", next="s"), self.SAID, END, known=known) == []
        )

    def test_unknown_sub_flows_set_nothing(self):
        steps = (step("a", "subflow", flow="none", next="s"), self.SAID, END)
        assert [code for code, _, _ in found(*steps)] == [
            "flow.unknown_flow",
            "flow.variable_unset",
        ]

    def test_sums_set_their_variable_too(self):
        assert found(step("a", "set", add={"x": 1}, next="s"), self.SAID, END) == []


def test_errors_come_before_warnings():
    made = step("s", "announce", prompt=["digits:{{x}}"])
    assert [code for code, _, _ in found(made)] == ["flow.edge_missing", "flow.variable_unset"]


def test_no_more_problems_than_anybody_reads():
    lost = [step(f"s{n}", "hang_up") for n in range(MAX_STEPS)]
    assert len(found(*lost)) == MAX_PROBLEMS
