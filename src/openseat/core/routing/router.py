"""The router: pairs waiting contacts with ready agents."""

from __future__ import annotations

from openseat.core.config import CellConfig, Strategy
from openseat.core.identity import Instant, Milliseconds
from openseat.core.routing.contact import Announcement, Contact, Match, Overflow


class Router:
    """Waiting contacts and ready agents of a cell."""

    def __init__(self, config: CellConfig, seed: int = 0) -> None:
        self._seed = seed
        self._waiting: dict[str, Contact] = {}
        self._offered: dict[str, Contact] = {}
        self._ready: dict[str, Instant] = {}
        self.configure(config)

    def configure(self, config: CellConfig) -> None:
        """Take a new picture of the directory."""
        self._config = config

    def staff(self, agent_id: str, *, present: bool) -> None:
        """Tell that an agent's session began or ended."""

    def agent_ready(
        self, agent_id: str, idle_since: Instant, handled: int, occupancy: float
    ) -> None:
        """An agent may be offered contacts."""
        self._ready[agent_id] = idle_since

    def agent_gone(self, agent_id: str) -> None:
        """An agent may not be offered contacts any more."""
        self._ready.pop(agent_id, None)

    def add(self, contact: Contact) -> None:
        """A contact enters its queue."""
        self._waiting[contact.entry_id] = contact

    def remove(self, entry_id: str) -> None:
        """A contact left, waiting or offered; unknown ones are ignored."""
        self._waiting.pop(entry_id, None)
        self._offered.pop(entry_id, None)

    def contact(self, entry_id: str) -> Contact | None:
        """The contact of an entry, waiting or offered."""
        return self._waiting.get(entry_id) or self._offered.get(entry_id)

    def refused(self, entry_id: str, agent_id: str, now: Instant) -> None:
        """An offer came to nothing; the contact waits on where it was."""
        contact = self._offered.pop(entry_id, None)
        if contact is not None:
            self._waiting[entry_id] = contact

    def match(self, now: Instant) -> list[Match]:
        """Pair everything that can be paired now."""
        made: list[Match] = []
        for contact in list(self._waiting.values()):
            able = [
                agent_id
                for agent_id, _ in sorted(self._ready.items(), key=lambda item: item[1])
                if contact.queue_id in self._config.agents[agent_id].queues
            ]
            if able:
                queue = self._config.queues[contact.queue_id]
                chosen = able if queue.strategy is Strategy.RING_ALL else able[:1]
                for agent_id in chosen:
                    del self._ready[agent_id]
                self._offered[contact.entry_id] = self._waiting.pop(contact.entry_id)
                made.append(Match(contact.entry_id, contact.queue_id, tuple(chosen)))
        return made

    def expired(self, now: Instant) -> list[Overflow]:
        """Contacts that leave their queue unserved."""
        return []

    def announcements(self, now: Instant) -> list[Announcement]:
        """Callers who are to be told where they stand."""
        return []

    def next_deadline(self) -> Instant | None:
        """When the router must be looked at again."""
        return None

    def position(self, entry_id: str) -> int:
        """Place in the queue, from 1."""
        return list(self._waiting).index(entry_id) + 1

    def estimated_wait(self, entry_id: str, now: Instant) -> Milliseconds | None:
        """Expected further wait, None while nothing is known."""
        return None

    def served(self, queue_id: str, now: Instant) -> None:
        """A contact of the queue was answered."""
