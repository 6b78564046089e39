"""The answer to a stimulus."""

from __future__ import annotations

from openseat.core.agents.agent import Agent
from openseat.core.agents.draft import Draft
from openseat.core.agents.stimuli import Stimulus
from openseat.core.agents.table import TABLE
from openseat.core.config import AgentConfig
from openseat.core.errors import UnknownTransition
from openseat.core.events import Event
from openseat.core.identity import IdSource, Instant


def decide(
    agent: Agent, stimulus: Stimulus, now: Instant, config: AgentConfig | None, ids: IdSource
) -> tuple[Event, ...]:
    """Say what happens to the agent, without changing it.

    `config` is None for an agent the directory no longer knows; `ids` names a
    new session. Raises `CoreError` for a command that is refused and
    `UnknownTransition` for what cannot happen in the agent's state.
    """
    handler = TABLE[agent.state].get(type(stimulus))
    if handler is None:
        raise UnknownTransition("agent", agent.state, type(stimulus).__name__)
    draft = Draft(agent, now, config, ids)
    handler(draft, stimulus)
    return tuple(draft.events)
