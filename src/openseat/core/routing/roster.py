"""Queues and agents of one picture of the directory, linked for the router."""

from __future__ import annotations

from openseat.core.config import CellConfig, Strategy
from openseat.core.routing.line_up import LineUp
from openseat.core.routing.member import Member
from openseat.core.routing.share import Share


class Roster:
    """All queues and agents; made anew with every picture.

    From the roster before it, it takes over who is present and ready, where
    round robin and the shares of clients stand, and the queues' pace.
    """

    def __init__(self, config: CellConfig, seed: int, before: Roster | None) -> None:
        self._config = config
        self.busy: dict[LineUp, None] = {}
        """Queues in which a contact waits for any able agent."""
        self.queues = {
            queue_id: LineUp(queue, self.busy) for queue_id, queue in config.queues.items()
        }
        self.members: dict[str, Member] = {}
        self.shares: dict[frozenset[str], Share] = {} if before is None else before.shares
        in_order = sorted(
            config.agents.values(),
            key=lambda agent: (len(agent.number), agent.number, agent.agent_id),
        )
        for order, agent in enumerate(in_order):
            member = self.members[agent.agent_id] = Member(agent, order, seed)
            for queue_id in agent.queues:
                queue = self.queues.get(queue_id)
                if queue is not None and queue not in member.queues:
                    member.queues[queue] = len(member.queues)
                    queue.members.append(member)
                    if queue.config.strategy is Strategy.ROUND_ROBIN:
                        member.circles.append(queue)
            clients = frozenset(queue.client_id for queue in member.queues)
            if len(clients) > 1:
                member.share = self.shares.setdefault(clients, Share())
        if before is not None:
            self._take_over(before)
        for queue in self.queues.values():
            queue.pool(queue.config.skills, 0)  # so that no caller waits for it to be made

    def _take_over(self, before: Roster) -> None:
        for queue_id, queue in self.queues.items():
            old = before.queues.get(queue_id)
            if old is not None:
                queue.turn = old.turn
                queue.pace, queue.paced = old.pace, old.paced
                queue.mark = old.mark
        for agent_id, member in self.members.items():
            known = before.members.get(agent_id)
            if known is not None:
                member.present = known.present
                member.ready = member.fresh = known.ready
                member.idle_since = known.idle_since
                member.handled = known.handled
                member.occupancy = known.occupancy
                for queue in member.queues:
                    queue.staff += member.present

    def pictures(self, config: CellConfig) -> bool:
        """Whether queues and agents are those of `config`."""
        return self._config.queues == config.queues and self._config.agents == config.agents

    def serving(self, agent_id: str, queue: LineUp) -> Member | None:
        """An agent, if they serve the queue."""
        member = self.members.get(agent_id)
        return member if member is not None and queue in member.queues else None
