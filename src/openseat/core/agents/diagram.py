"""The picture of the agents' table: docs/reference/agent-states.md, made from what `decide` does.

Every state is tried with every stimulus, under each circumstance that matters,
and what comes out is drawn. Make the page anew with

    PYTHONPATH=src python -c \
        'from openseat.core.agents.diagram import page; print(page(), end="")' \
        > docs/reference/agent-states.md
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from openseat.core.agents.agent import ENGAGED, Agent, apply
from openseat.core.agents.decision import decide
from openseat.core.agents.stimuli import (
    Connect,
    EndConsult,
    HoldCall,
    JoinConference,
    LinkBack,
    LinkLost,
    OfferOver,
    Release,
    Reserve,
    ResumeCall,
    Ring,
    StartConsult,
    Stimulus,
    Tick,
)
from openseat.core.config import AgentConfig
from openseat.core.errors import CoreError, UnknownTransition
from openseat.core.events import AgentState
from openseat.core.identity import CountingIds
from openseat.core.inputs import (
    ChangePhone,
    EndpointChanged,
    ExtendAfterCallWork,
    SetBusy,
    SetIdle,
    SetOutboundOnly,
    SignIn,
    SignOut,
)

SAMPLES: Final[tuple[Stimulus, ...]] = (
    SignIn(agent_id="a", endpoint="phone"),
    ChangePhone(agent_id="a", endpoint="other"),
    SignOut(agent_id="a"),
    SetIdle(agent_id="a"),
    SetBusy(agent_id="a", reason="meeting"),
    SetOutboundOnly(agent_id="a"),
    ExtendAfterCallWork(agent_id="a", extra_ms=10_000),
    EndpointChanged(agent_id="a", reachable=False),
    Reserve("call"),
    Ring("call"),
    Connect("call", "segment"),
    HoldCall(),
    ResumeCall(),
    StartConsult(),
    EndConsult(),
    JoinConference(),
    Release(after_call_work_ms=30_000),
    OfferOver(),
    LinkLost(),
    LinkBack(),
    Tick(),
)
"""One stimulus of each type."""

_NOW: Final = 100_000
_CONFIG: Final = AgentConfig(agent_id="a", number="1001", name="", group_id="g")

_ABOUT: Final = """\
# Agent states

Made from the table in `openseat.core.agents`; a test compares the two.

An agent leaves a contact for after-call work, then for what was intended meanwhile (busy, outbound
only, sign-out), else idle. A contact begun from busy or outbound only leads back there. Nothing
that people ask for takes effect during a contact; a desktop that is lost during one matters only
after it, unless the agent's phone was in it: then the customer goes back to the queue when the
grace time is over. An agent who is away longer than the grace time is signed out.

The diagram leaves out what returns to the same state, and draws `contact` for the four states of a
conversation.
"""


def sample(state: AgentState) -> Agent:
    """An agent who is in `state` since 10 s, in a session of 60 s."""
    agent = Agent(agent_id="a")
    if state is AgentState.SIGNED_OUT:
        return agent
    agent.state, agent.since, agent.signed_in_at = state, _NOW - 10_000, _NOW - 60_000
    agent.session_id, agent.endpoint = "session", "phone"
    if state in ENGAGED:
        agent.call_id = "call"
    if state is AgentState.BUSY:
        agent.reason = "break"
    if state is AgentState.AFTER_CALL_WORK:
        agent.segment_id, agent.after_call_work_until = "segment", _NOW + 10_000
    if state is AgentState.DISCONNECTED:
        agent.link_lost, agent.grace_until = True, _NOW + 10_000
    return agent


def _circumstances(state: AgentState) -> list[Agent]:
    """The same state with what else decides where it leads."""
    plain = sample(state)
    found = [plain]
    if state in ENGAGED or state is AgentState.AFTER_CALL_WORK:
        found += [
            replace(plain, intended=AgentState.BUSY, intended_reason="break"),
            replace(plain, intended=AgentState.OUTBOUND_ONLY),
            replace(plain, intended=AgentState.SIGNED_OUT),
        ]
    if state in ENGAGED:
        found.append(replace(plain, link_lost=True))
    if state is AgentState.AFTER_CALL_WORK:
        found.append(replace(plain, after_call_work_until=_NOW))
        found += [replace(one, after_call_work_until=_NOW) for one in found[1:4]]
    if state is AgentState.DISCONNECTED:
        found += [
            replace(plain, grace_until=_NOW),
            replace(plain, intended=AgentState.BUSY, intended_reason="break"),
            replace(plain, intended=AgentState.OUTBOUND_ONLY),
            replace(plain, restored=AgentState.AFTER_CALL_WORK, after_call_work_until=_NOW + 5_000),
        ]
    return found


def outcomes(state: AgentState, stimulus: Stimulus) -> tuple[list[AgentState], str]:
    """Where a stimulus can lead, and the code of the refusal where it is refused.

    No states and no code: the table has no such pair.
    """
    reached: dict[AgentState, None] = {}
    variants = [stimulus]
    if isinstance(stimulus, Release):
        variants.append(Release(after_call_work_ms=0))
    for agent in _circumstances(state):
        for variant in variants:
            after = replace(agent)
            try:
                for event in decide(agent, variant, _NOW, _CONFIG, CountingIds("1")):
                    apply(after, event, _NOW)
            except UnknownTransition:
                return [], ""
            except CoreError as refusal:
                return [], refusal.code
            reached[after.state] = None
    order = list(AgentState)
    return sorted(reached, key=order.index), ""


def mermaid() -> str:
    """The diagram of what changes the state."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for state in AgentState:
        for stimulus in SAMPLES:
            for target in outcomes(state, stimulus)[0]:
                if target is not state:
                    ends = (_node(state), _node(target))
                    arrows.setdefault(ends, []).append(type(stimulus).__name__)
    lines = ["stateDiagram-v2", "    [*] --> signed_out"]
    lines += ["    state contact {"]
    lines += [
        f"        {start} --> {end}: {', '.join(names)}"
        for (start, end), names in arrows.items()
        if start in _CONTACT and end in _CONTACT
    ]
    lines += ["    }"]
    merged: dict[tuple[str, str], list[str]] = {}
    for (start, end), names in arrows.items():
        if start in _CONTACT and end in _CONTACT:
            continue
        ends = ("contact" if start in _CONTACT else start, "contact" if end in _CONTACT else end)
        known = merged.setdefault(ends, [])
        known += [name for name in names if name not in known]
    lines += [
        f"    {start} --> {end}: {', '.join(names)}" for (start, end), names in merged.items()
    ]
    return "\n".join(lines)


_CONTACT: Final = ("talking", "holding", "consulting", "conferencing")


def _node(state: AgentState) -> str:
    return state.value


def _cell(state: AgentState, stimulus: Stimulus) -> str:
    reached, code = outcomes(state, stimulus)
    if code:
        return f"`{code}`"
    if not reached:
        return "—"
    return " · ".join("=" if target is state else target.value for target in reached)


def page() -> str:
    """The whole page."""
    states = list(AgentState)
    rows = [
        "| stimulus | " + " | ".join(states) + " |",
        "|---" * (len(states) + 1) + "|",
    ]
    rows += [
        f"| {type(stimulus).__name__} | "
        + " | ".join(_cell(state, stimulus) for state in states)
        + " |"
        for stimulus in SAMPLES
    ]
    return "\n".join(
        [
            _ABOUT,
            "```mermaid",
            mermaid(),
            "```",
            "",
            "## Every state and every stimulus",
            "",
            "`=` the state stays · several names: it depends on what is intended, on the desktop,",
            "or on the time · `code`: refused with that error · —: cannot happen, a typed fault.",
            "",
            *rows,
            "",
        ]
    )
