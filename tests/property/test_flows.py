"""Random flows, random callers: nothing crashes, everything ends, a restart changes nothing."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openseat.core.flows import Environment, HungUp, Phase, Run, examine, interpreter, publishable
from openseat.core.flows.actions import (
    AnswerCall,
    Connected,
    Deadline,
    Digit,
    Fetched,
    Finish,
    PlayFinished,
    Returned,
)
from openseat.core.flows.graph import reachable
from openseat.core.flows.parse import parse, read
from openseat.core.flows.say import expand, vocabulary
from openseat.core.flows.steps import KEYS, STEPS
from openseat.testing.flows import END, START, definition, library, step

KNOWN = Environment(
    queues={"q"}, hours={"h"}, agents={"a"}, groups={"g"}, projects={"p": "c"},
    prompts={
        language: {"x"} | {
            name
            for form in ("number", "digits", "money", "date", "time", "datetime")
            for name in vocabulary(form, language)
        }
        for language in ("zh-CN", "en")
    },
)  # fmt: skip

PROMPT = st.lists(
    st.sampled_from(["prompt:x", "number:{{n}}", "digits:{{caller}}", "silence:200"]),
    min_size=1, max_size=2,
)  # fmt: skip
SPAN = st.sampled_from([100, 5_000])
TEXT = st.sampled_from(["", "1", "{{n}}", "{{caller}}", "{{d}}x"])


@st.composite
def steps(draw: st.DrawFn, name: str, names: list[str], inner: list[str]) -> dict[str, Any]:
    """Draw a step with edges among `names`, and sub-flows among `inner`."""
    edge = st.sampled_from(names)
    menu = st.dictionaries(st.sampled_from(KEYS), edge, min_size=1, max_size=4)
    compare = st.fixed_dictionaries({
        "kind": st.just("compare"), "left": TEXT, "right": TEXT,
        "operator": st.sampled_from(["equals", "less", "contains", "is_set"]),
    })  # fmt: skip
    test = compare | st.just({"kind": "hours", "hours": "h"})
    branch = st.fixed_dictionaries({"tests": st.lists(test, min_size=1, max_size=2), "next": edge})
    kinds: dict[str, dict[str, Any]] = {
        "announce": {"prompt": PROMPT, "barge_in": st.booleans(), "next": edge},
        "menu": {
            "prompt": PROMPT, "choices": menu, "barge_in": st.booleans(), "invalid": edge,
            "timeout": edge, "retries": st.integers(0, 1), "timeout_ms": SPAN,
        },
        "collect": {
            "prompt": PROMPT, "into": st.just("d"), "longest": st.integers(2, 3), "next": edge,
            "shortest": st.integers(1, 2), "invalid": edge, "timeout": edge,
            "retries": st.integers(0, 1), "terminator": st.sampled_from(["", "#"]),
        },
        "say": {"form": st.sampled_from(["number", "money", "time"]), "value": st.just("{{n}}"),
                "next": edge},
        "condition": {"branches": st.lists(branch, min_size=1, max_size=2), "otherwise": edge},
        "set": {"values": st.dictionaries(st.just("n"), TEXT), "add": st.just({"n": 1}),
                "next": edge},
        "http": {"url": st.just("https://x.example/?{{d}}"), "next": edge, "failed": edge,
                 "save": st.just({"d": "a.0"}) | st.just({})},
        "queue": {"queue": st.just("q"), "overflowed": edge, "served": edge,
                  "keys": st.dictionaries(st.sampled_from(KEYS), edge, max_size=2)},
        "transfer": {"to": st.just("agent"), "target": TEXT.filter(bool) , "failed": edge},
        "voicemail": {"box": st.just("b"), "prompt": st.just([]) | PROMPT, "next": edge},
        "record": {"next": edge, "failed": edge},
        "rate": {"prompt": PROMPT, "next": edge},
        "callback": {"number": TEXT.filter(bool), "next": edge, "invalid": edge},
        "assign": {"client": st.just("c"), "project": st.just("p"), "next": edge},
        "language": {"language": st.sampled_from(["zh-CN", "en"]), "next": edge},
        "subflow": {"flow": st.sampled_from(inner or ["none"]), "next": edge},
        "return": {},
        "goto": {"next": edge},
        "hang_up": {},
    }  # fmt: skip
    assert kinds.keys() == STEPS.keys()
    kind = draw(st.sampled_from([one for one in kinds if inner or one != "subflow"]))
    return step(name, kind, **{field: draw(value) for field, value in kinds[kind].items()})


@st.composite
def flows(draw: st.DrawFn, inner: list[str]) -> dict[str, Any]:
    """Draw a flow without the steps that nothing leads to."""
    names = [f"s{n}" for n in range(draw(st.integers(1, 7)))]
    made = [draw(steps(name, [*names, "end"], inner)) for name in names]
    whole = definition(*made, END, languages=["zh-CN", "en"], variables={"n": "1"}, expects=["d"])
    used = reachable(parse(whole))
    return whole | {"steps": [one for one in whole["steps"] if one["id"] in used]}


HAPPENINGS = (
    st.sampled_from(KEYS).map(lambda key: Digit(digit=key))
    | st.builds(PlayFinished, ok=st.booleans())
    | st.just(Deadline())
    | st.just(Connected())
    | st.sampled_from(
        ["served", "overflowed", "timeout", "full", "unstaffed", "failed", "done", "?"]
    ).map(lambda outcome: Returned(outcome=outcome))
    | st.builds(
        Fetched,
        status=st.sampled_from([0, 200, 500]),
        body=st.sampled_from(["", "{}", '{"a": [7]}', "["]),
    )
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flow_that_passes_the_check_bears_every_caller(data):
    inner = data.draw(flows([]))
    main = data.draw(flows(["inner"]))
    known = Environment(
        queues=KNOWN.queues, hours=KNOWN.hours, agents=KNOWN.agents, groups=KNOWN.groups,
        projects=KNOWN.projects, prompts=KNOWN.prompts, flows={"inner": parse(inner)},
    )  # fmt: skip
    assume(publishable(examine(inner, KNOWN)))
    assume(publishable(examine(main, known, flow_id="main")))
    books = library(main=main, inner=inner)
    now = START
    run, asked = interpreter.start(books, "main", language="zh-CN", now=now, given={"caller": "1"})
    everything = list(asked)
    for happened in data.draw(st.lists(HAPPENINGS, max_size=40)):
        if run.done:
            break
        assert run.deadline is not None or run.phase is Phase.TALKING
        late = isinstance(happened, Deadline) and run.deadline is not None
        now = max(now, run.deadline or 0) if late else now + 100
        twin = Run.load(json.loads(json.dumps(run.save())), books)
        asked = interpreter.resume(run, happened, now)
        assert interpreter.resume(twin, happened, now) == asked
        assert twin.save() == run.save()
        everything += asked
    if not run.done:
        interpreter.again(Run.load(run.save(), books), now)
        everything += interpreter.resume(run, HungUp(), now)
    assert run.done
    assert run.deadline is None
    ends = [action for action in everything if isinstance(action, Finish)]
    assert ends == everything[-1:]
    assert ends[0].outcome != "failed"
    assert sum(isinstance(action, AnswerCall) for action in everything) <= 1
    assert interpreter.resume(run, Digit(digit="1"), now) == ()


@settings(max_examples=200, deadline=None)
@given(flows([]), st.data())
def test_even_an_unchecked_flow_never_crashes(made, data):
    for one in made["steps"]:
        for field in data.draw(st.sets(st.sampled_from(sorted(one)))):
            if isinstance(one[field], str) and field not in {"id", "kind"}:
                one[field] = data.draw(st.sampled_from(["s0", "nowhere", "{{x}}", "{{", "9"]))
    flow, _ = read(made)
    assume(flow is not None)
    now = START
    run, _ = interpreter.start(library(main=made), "main", language="en", now=now)
    for happened in data.draw(st.lists(HAPPENINGS, max_size=20)):
        now += 10_000_000
        interpreter.resume(run, happened, now)
    interpreter.resume(run, HungUp(), now)
    assert run.done


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["announce", "menu", "end", "prompt:x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["id", "kind", "prompt", "next", "choices", "schema", "steps"])
        | st.text(max_size=4), inner, max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON, flows([]), st.data())
def test_whatever_json_is_given_the_check_answers_with_problems(junk, made, data):
    json.dumps([problem.as_json() for problem in examine(junk, KNOWN)])
    one = data.draw(st.sampled_from(made["steps"]))
    one[data.draw(st.sampled_from([*one, "extra"]))] = junk
    json.dumps([problem.as_json() for problem in examine(made, KNOWN)])


@given(st.sampled_from(["number", "money", "date", "time", "datetime", "position", "wait",
                        "agent", "digits"]),
       st.text(max_size=30) | st.integers(-(10**16), 10**16).map(str)
       | st.decimals(allow_nan=False, places=3).map(str),
       st.sampled_from(["", "@CNY", "@USD", "@EUR", "@UTC", "@Asia/Shanghai", "@x"]),
       st.sampled_from(["zh-CN", "en"]))  # fmt: skip
def test_whatever_is_said_is_said_with_known_words(kind, data, suffix, language):
    assert set(expand(f"{kind}:{data}{suffix}", language)) <= vocabulary(kind, language)


def value_of_chinese(names: tuple[str, ...]) -> int:
    """Read a Chinese number back."""
    total = section = last = 0
    for name in names:
        word = name.removeprefix("num-").removeprefix("in-")
        if word in {"wan", "yi"}:
            scale = 10**4 if word == "wan" else 10**8
            if word == "yi":
                total, section = (total + section + last) * scale, 0
            else:
                total, section = total + (section + last) * scale, 0
            last = 0
        else:
            number = 2 if word == "liang" else int(word)
            section, last = section + last, number
    return total + section + last


@given(st.integers(0, 10**12 - 1))
def test_a_chinese_number_read_back_is_the_number(number):
    assert value_of_chinese(expand(f"number:{number}", "zh-CN")) == number


def value_of_english(names: tuple[str, ...]) -> int:
    """Read an English number back."""
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = part = 0
    for name in names:
        word = name.removeprefix("num-")
        if word == "hundred":
            part *= 100
        elif word in scales:
            total, part = total + part * scales[word], 0
        else:
            part += int(word)
    return total + part


@given(st.integers(0, 10**15 - 1))
def test_an_english_number_read_back_is_the_number(number):
    assert value_of_english(expand(f"number:{number}", "en")) == number
