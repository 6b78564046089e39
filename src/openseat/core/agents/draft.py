"""A decision in the making: facts so far, and the agent as those facts leave them."""

from __future__ import annotations

from copy import copy

from openseat.core.agents.agent import ENGAGED, Agent, apply
from openseat.core.config import AgentConfig
from openseat.core.events import (
    AgentIntended,
    AgentLinkChanged,
    AgentSignedOut,
    AgentState,
    AgentStateChanged,
    Event,
)
from openseat.core.identity import IdSource, Instant

DEFAULT_GRACE_MS = 30_000
"""Grace of an agent whom the directory no longer knows."""


class Draft:
    """Collects the facts of one decision.

    Every fact is applied to a copy of the agent at once, so that the next one of
    the same decision starts where it left off; the agent itself is not touched.
    """

    def __init__(
        self, agent: Agent, now: Instant, config: AgentConfig | None, ids: IdSource
    ) -> None:
        self.agent = copy(agent)
        self.now = max(now, agent.since)
        self.config = config
        self.ids = ids
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        """Add one fact."""
        self.events.append(event)
        apply(self.agent, event, self.now)

    def change(
        self,
        state: AgentState,
        *,
        reason: str = "",
        call_id: str | None = None,
        segment_id: str | None = None,
        by: str = "",
        until: Instant | None = None,
    ) -> None:
        """End the present state and begin another.

        Call and segment of a contact stay what they are unless given.
        """
        agent = self.agent
        of_contact = state in ENGAGED
        works = of_contact or state in (AgentState.AFTER_CALL_WORK, AgentState.DISCONNECTED)
        self.add(
            AgentStateChanged(
                agent_id=agent.agent_id,
                state=state,
                previous=agent.state,
                previous_ms=self.now - agent.since,
                reason=reason,
                call_id=(agent.call_id if works else "") if call_id is None else call_id,
                segment_id=(agent.segment_id if works else "")
                if segment_id is None
                else segment_id,
                forced_by=by,
                counted=not self._cancelled_break(state),
                until=until,
            )
        )

    def _cancelled_break(self, state: AgentState) -> bool:
        """Whether going to `state` takes back a busy state that was too short to count."""
        agent = self.agent
        return (
            agent.state is AgentState.BUSY
            and state is AgentState.IDLE
            and self.config is not None
            and self.now - agent.since < self.config.min_busy_ms
        )

    def sign_out(self, cause: str, by: str = "") -> None:
        """End the session; `cause` is own, forced or grace_expired."""
        agent = self.agent
        began = agent.since if agent.signed_in_at is None else agent.signed_in_at
        self.add(
            AgentSignedOut(
                agent_id=agent.agent_id,
                session_id=agent.session_id,
                previous=agent.state,
                previous_ms=self.now - agent.since,
                session_ms=self.now - began,
                cause=cause,
                by=by,
            )
        )

    def intend(self, state: AgentState, reason: str = "", by: str = "") -> None:
        """Note what the agent shall be later, unless it is that already."""
        agent = self.agent
        wish = None if state is AgentState.IDLE else state
        if (agent.intended, agent.intended_reason) != (wish, reason):
            self.add(AgentIntended(agent_id=agent.agent_id, state=state, reason=reason, by=by))

    def link(self, *, connected: bool) -> None:
        """Note that the desktop came or went, unless that is known."""
        if self.agent.link_lost is connected:
            self.add(AgentLinkChanged(agent_id=self.agent.agent_id, connected=connected))

    def settle(self) -> None:
        """Go where the agent belongs after a contact and its after-call work.

        That is what was intended, else idle; and from there to disconnected
        while the desktop is away.
        """
        agent = self.agent
        wish, reason, by = agent.intended, agent.intended_reason, agent.intended_by
        if wish is AgentState.SIGNED_OUT:
            self.sign_out("forced" if by else "own", by)
            return
        self.change(wish or AgentState.IDLE, reason=reason if wish else "", by=by)
        self.keep_if_lost()

    def keep_if_lost(self) -> None:
        """Begin the grace time if the desktop is away."""
        if self.agent.link_lost:
            grace_ms = DEFAULT_GRACE_MS if self.config is None else self.config.grace_ms
            self.change(AgentState.DISCONNECTED, until=self.now + grace_ms)
