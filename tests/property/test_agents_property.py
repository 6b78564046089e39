"""Random histories of an agent: time adds up, and facts alone rebuild the state."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.core import agents
from openseat.core.agents import Agent
from openseat.core.agents.agent import CONVERSING, ENGAGED
from openseat.core.agents.diagram import SAMPLES
from openseat.core.agents.stimuli import Connect, Release
from openseat.core.config import AgentConfig
from openseat.core.errors import CoreError
from openseat.core.events import (
    AgentSignedIn,
    AgentSignedOut,
    AgentState,
    AgentStateChanged,
    Event,
)
from openseat.core.identity import CountingIds
from openseat.core.inputs import SetBusy, SetIdle, SignIn, SignOut

MORE = (
    SignIn(agent_id="a", endpoint="other"),
    SetBusy(agent_id="a", reason="break"),
    SetBusy(agent_id="a", reason="break", by="boss"),
    SetIdle(agent_id="a", by="boss"),
    SignOut(agent_id="a", by="boss"),
    Release(after_call_work_ms=0),
    Connect("other call", "other segment"),
)

CONFIG = AgentConfig(
    agent_id="a", number="1", name="", group_id="g", min_busy_ms=5_000, grace_ms=9_000
)

steps = st.lists(
    st.tuples(
        st.sampled_from((*SAMPLES, *MORE)),
        st.sampled_from((0, 1, 999, 5_000, 10_000, 40_000, -3_000)),
        st.sampled_from((CONFIG, CONFIG, CONFIG, None)),
    ),
    max_size=60,
)


def live(history) -> tuple[Agent, list[tuple[Event, int]]]:
    agent, ids, now = Agent(agent_id="a"), CountingIds("1"), 1_000_000
    facts: list[tuple[Event, int]] = []
    begun = SignIn(agent_id="a", endpoint="phone")
    for stimulus, wait, config in [(begun, 0, CONFIG), *history]:
        now += wait
        try:
            events = agents.decide(agent, stimulus, now, config, ids)
        except CoreError:
            continue
        for event in events:
            agents.apply(agent, event, now)
            facts.append((event, now))
        check(agent)
    return agent, facts


def check(agent: Agent) -> None:
    """What holds of an agent at any time."""
    assert bool(agent.call_id) == (agent.state in ENGAGED)
    assert bool(agent.session_id) == agent.signed_in
    assert (agent.signed_in_at is not None) == agent.signed_in
    assert (agent.grace_until is not None) == (agent.state is AgentState.DISCONNECTED)
    assert (agents.deadline(agent) is not None) == (
        agent.state in {AgentState.AFTER_CALL_WORK, AgentState.DISCONNECTED}
    )
    assert bool(agent.reason) == (agent.state is AgentState.BUSY)
    if agent.state in {AgentState.IDLE, AgentState.BUSY, AgentState.OUTBOUND_ONLY}:
        assert not agent.link_lost
        assert agent.intended is None


@settings(deadline=None, max_examples=150)
@given(steps)
def test_state_durations_add_up_to_the_session(history):
    _, facts = live(history)
    spent, began, state = 0, 0, AgentState.SIGNED_OUT
    clock = 0
    for event, at in facts:
        if isinstance(event, AgentSignedIn | AgentStateChanged | AgentSignedOut):
            clock = max(clock, at)
        match event:
            case AgentSignedIn():
                spent, began, state = 0, clock, event.state
            case AgentStateChanged():
                assert event.previous is state, "states follow one another without a gap"
                assert event.previous_ms >= 0
                spent += event.previous_ms
                state = event.state
                assert spent == clock - began
            case AgentSignedOut():
                assert event.previous is state
                assert spent + event.previous_ms == event.session_ms
                state = AgentState.SIGNED_OUT
            case _:
                pass


@settings(deadline=None, max_examples=150)
@given(steps)
def test_facts_alone_rebuild_the_state(history):
    agent, facts = live(history)
    replayed = Agent(agent_id="a")
    for event, at in facts:
        agents.apply(replayed, event, at)
    assert replayed == agent


@settings(deadline=None, max_examples=150)
@given(steps)
def test_counters_agree_with_the_facts(history):
    agent, facts = live(history)
    talk = hold = idle = 0
    segments: list[str] = []
    released = None
    for event, at in facts:
        if isinstance(event, AgentSignedIn):
            talk = hold = idle = 0
            segments, released = [], None
        if not isinstance(event, AgentStateChanged):
            continue
        if event.previous in {AgentState.TALKING, AgentState.CONFERENCING}:
            talk += event.previous_ms
        elif event.previous in {AgentState.HOLDING, AgentState.CONSULTING}:
            hold += event.previous_ms
        elif event.previous is AgentState.IDLE:
            idle += event.previous_ms
        if event.previous in CONVERSING and event.state not in CONVERSING:
            released = at
        segments.append(event.segment_id)
    begun = sum(
        bool(now) and now != before for before, now in zip(["", *segments], segments, strict=False)
    )
    if agent.signed_in:
        assert (agent.talk_ms, agent.hold_ms, agent.idle_ms) == (talk, hold, idle)
        assert agent.handled == begun
        assert (agent.last_released_at is None) == (released is None)
