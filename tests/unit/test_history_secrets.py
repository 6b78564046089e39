"""A call's timeline names a flow's variables, and shows only what was meant to be seen."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from openseat.core.flows.template import GIVEN, VARIABLE_NAME
from openseat.core.masking import HIDDEN
from openseat.history.secrets import without_secrets

NAMES = st.from_regex(f"(pop_)?{VARIABLE_NAME}", fullmatch=True)


def stepped(**state: object) -> dict[str, object]:
    return {"seq": 1, "type": "flow.stepped", "data": {"step_id": "ask", "state": state}}


def test_a_card_number_is_hidden_and_what_is_for_the_agent_is_not() -> None:
    row = stepped(
        variables={"card": "6222020", "pop_account": "88", "caller": "+86138", "tries": ""},
        digits="6222",
        typed="1",
        phase="collecting",
    )
    (shown,) = without_secrets([row])
    assert shown["data"] == {
        "step_id": "ask",
        "state": {
            "variables": {
                "card": HIDDEN, "pop_account": "88", "caller": "+86138", "tries": "",
            },
            "digits": HIDDEN,
            "typed": HIDDEN,
            "phase": "collecting",
        },
    }  # fmt: skip


def test_other_facts_stay_as_they_are_and_the_journals_own_is_not_touched() -> None:
    row = stepped(variables={"pin": "1234"}, digits="", typed="")
    other = {"seq": 2, "type": "call.started", "data": {"variables": {"pin": "x"}}}
    before = json.dumps([row, other])
    shown = without_secrets([row, other])
    assert shown[1] == other
    assert shown[0]["data"]["state"]["digits"] == ""
    assert json.dumps([row, other]) == before


@given(st.dictionaries(NAMES, st.text(min_size=1)))
def test_no_value_is_seen_unless_its_name_says_so(variables: dict[str, str]) -> None:
    (row,) = without_secrets([stepped(variables=variables)])
    shown = row["data"]["state"]["variables"]
    assert shown.keys() == variables.keys()
    for name, value in shown.items():
        meant = name in GIVEN or name.startswith("pop_")
        assert value == (variables[name] if meant else HIDDEN)
