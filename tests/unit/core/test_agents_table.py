"""The agents' table is total: every state answers every stimulus, with facts or a typed error."""

from __future__ import annotations

import pytest

from openseat.core.agents import ENGAGED, STIMULI, TABLE, Agent, decide
from openseat.core.agents.diagram import SAMPLES, sample
from openseat.core.config import AgentConfig
from openseat.core.errors import CoreError, UnknownTransition
from openseat.core.events import EVENTS, AgentState
from openseat.core.identity import CountingIds

CONFIG = AgentConfig(agent_id="a", number="1001", name="Li", group_id="g")
NOW = 1_000_000

REFUSED = {
    (AgentState.SIGNED_OUT, name): "agent.not_signed_in"
    for name in ("SignOut", "SetIdle", "SetBusy", "SetOutboundOnly", "ExtendAfterCallWork")
}
REFUSED |= {(AgentState.SIGNED_OUT, "ChangePhone"): "agent.not_signed_in"}
REFUSED |= {(state, "ChangePhone"): "agent.engaged" for state in ENGAGED}
REFUSED |= {
    (state, "SignIn"): "agent.already_signed_in"
    for state in AgentState
    if state is not AgentState.SIGNED_OUT
}
REFUSED |= {
    (state, "ExtendAfterCallWork"): "agent.not_in_after_call_work"
    for state in AgentState
    if state not in (AgentState.SIGNED_OUT, AgentState.AFTER_CALL_WORK)
}

CONTACT = {
    *("Reserve", "Ring", "Connect", "HoldCall", "ResumeCall", "StartConsult"),
    *("EndConsult", "JoinConference", "Release", "OfferOver"),
}
OPEN = {
    AgentState.SIGNED_OUT: set[str](),
    AgentState.IDLE: {"Reserve", "Ring", "Connect"},
    AgentState.OUTBOUND_ONLY: {"Reserve", "Ring", "Connect"},
    AgentState.BUSY: {"Ring", "Connect"},
    AgentState.AFTER_CALL_WORK: {"Ring", "Connect"},
    AgentState.DISCONNECTED: {"Ring", "Connect"},
    AgentState.RESERVED: {"Ring", "Connect", "Release", "OfferOver"},
    AgentState.RINGING: {"Ring", "Connect", "Release", "OfferOver"},
}
"""What may become of contacts in a state; conversations: everything but a new offer."""


def test_the_samples_cover_every_stimulus():
    assert {type(stimulus) for stimulus in SAMPLES} == set(STIMULI)


@pytest.mark.parametrize("state", AgentState)
def test_every_state_has_a_row(state):
    assert state in TABLE
    assert set(TABLE[state]) <= set(STIMULI)


@pytest.mark.parametrize("stimulus", SAMPLES, ids=lambda stimulus: type(stimulus).__name__)
@pytest.mark.parametrize("state", AgentState)
def test_every_pair_is_handled_or_refused_with_a_type(state, stimulus):
    agent = sample(state)
    name = type(stimulus).__name__
    talks = CONTACT - {"Reserve", "Ring", "OfferOver"}
    if (state, name) in REFUSED:
        with pytest.raises(CoreError) as refusal:
            decide(agent, stimulus, NOW, CONFIG, CountingIds("1"))
        assert refusal.value.code == REFUSED[state, name]
    elif name in CONTACT and name not in OPEN.get(state, talks):
        with pytest.raises(UnknownTransition) as refusal:
            decide(agent, stimulus, NOW, CONFIG, CountingIds("1"))
        assert refusal.value.arguments == {"machine": "agent", "state": state, "stimulus": name}
    else:
        events = decide(agent, stimulus, NOW, CONFIG, CountingIds("1"))
        assert all(type(event) in EVENTS.values() for event in events)


def test_a_decision_does_not_touch_the_agent():
    agent = sample(AgentState.TALKING)
    before = sample(AgentState.TALKING)
    for stimulus in SAMPLES:
        try:
            decide(agent, stimulus, NOW, CONFIG, CountingIds("1"))
        except CoreError:
            continue
    assert agent == before


def test_an_agent_begins_signed_out():
    assert Agent(agent_id="a").state is AgentState.SIGNED_OUT
