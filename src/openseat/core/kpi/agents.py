"""What agents' states add to the figures; their time is split at interval borders."""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.identity import Instant, Milliseconds
from openseat.core.kpi.intervals import split
from openseat.core.kpi.ledger import Ledger
from openseat.core.kpi.open import Open, OpenAgent
from openseat.core.kpi.place import Place
from openseat.core.kpi.tally import STATE_FIELDS


def signed_in(open_: Open, fact: e.Fact, event: e.AgentSignedIn, ledger: Ledger) -> None:
    """A session begins: one sign-in."""
    agent = OpenAgent(
        agent_id=event.agent_id,
        place=Place(client_id=fact.client_id, agent_id=event.agent_id, group_id=event.group_id),
        state=event.state,
        since=fact.at,
    )
    open_.agents[event.agent_id] = agent
    ledger.tally(agent.place, fact.at).sign_ins += 1


def state_changed(open_: Open, fact: e.Fact, event: e.AgentStateChanged, ledger: Ledger) -> None:
    """The time of the state that was left; a busy spell below the minimum passes for idle."""
    agent = open_.agents.get(event.agent_id)
    if agent is None:
        return
    counted = event.counted or event.previous is not e.AgentState.BUSY
    spent = event.previous if counted else e.AgentState.IDLE
    _leave_state(agent, spent, fact.at, event.previous_ms, ledger)
    agent.state = event.state
    agent.since = fact.at


def signed_out(open_: Open, fact: e.Fact, event: e.AgentSignedOut, ledger: Ledger) -> None:
    """The time of the last state of a session."""
    agent = open_.agents.get(event.agent_id)
    if agent is not None:
        _leave_state(agent, event.previous, fact.at, event.previous_ms, ledger)
        del open_.agents[event.agent_id]


def _leave_state(
    agent: OpenAgent, state: e.AgentState, at: Instant, spent_ms: Milliseconds, ledger: Ledger
) -> None:
    began = at - spent_ms
    spend(ledger, agent, state, began, at)
    if state is e.AgentState.BUSY:
        ledger.tally(agent.place, began).breaks += 1
    elif state is e.AgentState.AFTER_CALL_WORK and agent.segment is not None:
        spot = agent.segment
        ledger.tally(spot.place, spot.at).after_call_work_ms += spent_ms


def spend(
    ledger: Ledger, agent: OpenAgent, state: e.AgentState, start: Instant, end: Instant
) -> None:
    """Enter the time from `start` to `end` as spent in a state."""
    name = STATE_FIELDS[state]
    for at, spent_ms in split(start, end):
        tally = ledger.tally(agent.place, at)
        setattr(tally, name, getattr(tally, name) + spent_ms)
