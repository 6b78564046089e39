"""Facts of a call as those see them who may not know agents' own numbers or notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from openseat.core.masking import HIDDEN
from openseat.history.field_rules import NOTES, TELEPHONES, readable_facts
from openseat.platform.auth import Principal

MOBILE = "+8613900077001"


@dataclass(frozen=True)
class Somebody:
    permissions: frozenset[str]
    agent_id: str | None = None


def facts(*held: str, agent_id: str | None = None) -> list[dict[str, Any]]:
    who = cast("Principal", Somebody(frozenset(held), agent_id))
    answers = [{"name": "reason", "label": "原因", "value": "搬家"}]
    leg = {"leg_id": "l", "address": MOBILE, "agent_id": "a1"}
    rows = [
        {"type": "leg.started", "data": {**leg, "kind": "agent", "trunk_id": "t"}},
        {"type": "leg.started", "data": {**leg, "kind": "agent", "trunk_id": "", "address": "p"}},
        {"type": "leg.started", "data": {**leg, "kind": "customer", "trunk_id": "t"}},
        {"type": "segment.disposed", "data": {"agent_id": "a1", "code": "c", "notes": "记"}},
        {"type": "segment.disposed", "data": {"agent_id": "a1", "notes": "", "answers": answers}},
    ]
    return [row["data"] for row in readable_facts(rows, who)]


def test_an_agents_number_is_hidden_where_they_were_called_at_it_and_nowhere_else() -> None:
    outside, inside, customer, *_ = facts(NOTES)
    assert outside["address"] == HIDDEN
    assert inside["address"] == "p"
    assert customer["address"] == MOBILE
    assert facts(TELEPHONES)[0]["address"] == MOBILE


def test_notes_and_answers_are_hidden_and_that_there_are_some_is_not() -> None:
    noted, answered = facts(TELEPHONES)[3:]
    assert (noted["notes"], noted["code"]) == (HIDDEN, "c")
    assert answered["notes"] == ""
    assert answered["answers"] == [{"name": "reason", "label": "原因", "value": HIDDEN}]
    assert facts(NOTES)[3]["notes"] == "记"


@pytest.mark.parametrize("at", range(5))
def test_nobody_is_kept_from_their_own(at: int) -> None:
    assert facts(agent_id="a1")[at] == facts(NOTES, TELEPHONES)[at]
