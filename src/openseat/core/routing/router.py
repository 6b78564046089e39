"""The router: pairs waiting contacts with ready agents.

How it stays fast and why it is fair is told in docs/decisions/routing.md.
"""

from __future__ import annotations

from typing import Final

from openseat.core.config import CellConfig
from openseat.core.identity import Instant, Milliseconds
from openseat.core.routing.agenda import Agenda, Due
from openseat.core.routing.choice import able, best_contact, prepare
from openseat.core.routing.contact import (
    FULL,
    TIMEOUT,
    UNSTAFFED,
    Announcement,
    Contact,
    Match,
    Overflow,
)
from openseat.core.routing.member import Member
from openseat.core.routing.roster import Roster
from openseat.core.routing.share import give_back
from openseat.core.routing.waiting import Phase, Waiting

REFUSAL_PAUSE_MS: Final[Milliseconds] = 10_000
"""How long a contact is not offered again to an agent who refused it or let it ring out."""


class Router:
    """Waiting contacts and ready agents of a cell.

    After any change call `match`, then `expired`; then nobody able is ready
    while a contact waits. `seed` settles ties between equal agents.
    """

    def __init__(self, config: CellConfig, seed: int = 0) -> None:
        self._seed = seed
        self._now: Instant = 0
        self._entries: dict[str, Waiting] = {}
        self._sent_on: dict[str, Waiting] = {}
        """Those of them that an agent sent here."""
        self._numbers = 0
        self._arrivals: list[Waiting] = []
        self._fresh: list[Member] = []
        self._overflows: list[Overflow] = []
        self._spells = 0
        self._agenda = Agenda()
        self._roster = Roster(config, seed, None)

    def configure(self, config: CellConfig) -> None:
        """Take a new picture of the directory; contacts and agents keep what they have.

        Contacts whose queue is gone overflow as unstaffed. Costs nothing when
        queues and agents are what they were.
        """
        if self._roster.pictures(config):
            return
        for waiting in self._entries.values():
            if waiting.phase is Phase.WAITING:
                self._leave_line(waiting)
                self._arrive(waiting)
        self._roster = Roster(config, self._seed, self._roster)
        for waiting in list(self._entries.values()):
            queue = self._roster.queues.get(waiting.queue.queue_id)
            if queue is not None:
                waiting.queue = queue
                if waiting.preferred is not None:
                    waiting.preferred = self._roster.serving(waiting.preferred.agent_id, queue)
            elif waiting.phase is Phase.ARRIVING:
                self._overflow(waiting, UNSTAFFED)
        self._fresh = [member for member in self._roster.members.values() if member.ready]

    # -- agents --------------------------------------------------------------------

    def staff(self, agent_id: str, *, present: bool) -> None:
        """Tell that an agent's session began or ended.

        A contact does not wait for a preferred agent who is not here, and a
        queue without staff may overflow.
        """
        member = self._roster.members.get(agent_id)
        if member is None or member.present is present:
            return
        member.present = present
        for queue in member.queues:
            queue.staff += 1 if present else -1
        if not present:
            self._left(member)
        for waiting in self._sent_on.values():
            if waiting.phase is Phase.WAITING and waiting.queue in member.queues:
                self._leave_line(waiting)
                self._arrive(waiting)

    def _left(self, member: Member) -> None:
        member.hide()
        for queue in member.queues:
            if not queue.staff and queue.config.overflow_when_unstaffed:
                for waiting in queue.everybody():
                    self._overflow(waiting, UNSTAFFED)
        for waiting in list(member.kept):
            self._leave_line(waiting)
            self._arrive(waiting)

    def agent_ready(
        self, agent_id: str, idle_since: Instant, handled: int, occupancy: float
    ) -> None:
        """An agent may be offered contacts; again, with other figures, replaces them.

        `handled` and `occupancy` are what fewest-calls and least-occupied
        compare. Agents unknown to the directory are ignored.
        """
        member = self._roster.members.get(agent_id)
        if member is None:
            return
        if not member.present:
            self.staff(agent_id, present=True)
        if member.ready:
            member.hide()
        member.ready = True
        member.idle_since = idle_since
        member.handled = handled
        member.occupancy = occupancy
        if not member.fresh:
            member.fresh = True
            self._fresh.append(member)

    def agent_gone(self, agent_id: str) -> None:
        """An agent may not be offered contacts any more; the session may go on."""
        member = self._roster.members.get(agent_id)
        if member is not None and member.ready:
            member.hide()

    # -- contacts ------------------------------------------------------------------

    def add(self, contact: Contact) -> None:
        """Let a contact enter its queue, in place of an earlier one with the same entry.

        One for a queue that does not exist overflows as unstaffed.
        """
        if contact.entry_id in self._entries:
            self.remove(contact.entry_id)
        queue = self._roster.queues.get(contact.queue_id)
        if queue is None:
            self._overflows.append(Overflow(contact.entry_id, contact.queue_id, None, UNSTAFFED))
            return
        self._numbers += 1
        waiting = Waiting(contact, queue, self._numbers)
        if contact.preferred_agent_id:
            waiting.preferred = self._roster.serving(contact.preferred_agent_id, queue)
        self._entries[contact.entry_id] = waiting
        if contact.sent_by:
            self._sent_on[contact.entry_id] = waiting
        self._arrive(waiting)

    def remove(self, entry_id: str) -> None:
        """A contact left, waiting or offered; unknown ones are ignored."""
        self._sent_on.pop(entry_id, None)
        waiting = self._entries.pop(entry_id, None)
        if waiting is None:
            return
        if waiting.phase is Phase.WAITING:
            self._leave_line(waiting)
        elif waiting.phase is Phase.OFFERED:
            waiting.queue.leaving = waiting.interval
        waiting.phase, waiting.spell = Phase.GONE, 0

    def contact(self, entry_id: str) -> Contact | None:
        """The contact of an entry, waiting or offered."""
        waiting = self._entries.get(entry_id)
        return None if waiting is None else waiting.contact

    def refused(self, entry_id: str, agent_id: str, now: Instant) -> None:
        """An offer came to nothing: refused, timed out or failed.

        When nobody rings any more the contact waits on at its old place. The
        agent is not offered it again for `REFUSAL_PAUSE_MS`, others are at once.
        """
        waiting = self._entries.get(entry_id)
        if waiting is None or agent_id not in waiting.offered:
            return
        waiting.offered.discard(agent_id)
        if waiting.barred is None:
            waiting.barred = {}
        waiting.barred[agent_id] = now + REFUSAL_PAUSE_MS
        waiting.preferred = None
        if waiting.offered:
            return
        if waiting.charge is not None:
            give_back(waiting.charge)
            waiting.charge = None
        if waiting.queue is self._roster.queues.get(waiting.queue.queue_id):
            self._arrive(waiting)
        else:
            self._overflow(waiting, UNSTAFFED)

    def served(self, queue_id: str, now: Instant) -> None:
        """The contact removed last from the queue was answered; feeds the estimate."""
        queue = self._roster.queues.get(queue_id)
        if queue is not None:
            queue.served(now)

    def _arrive(self, waiting: Waiting) -> None:
        waiting.phase = Phase.ARRIVING
        self._arrivals.append(waiting)

    def _leave_line(self, waiting: Waiting) -> None:
        waiting.spell = 0
        waiting.queue.take(waiting)

    # -- matching ------------------------------------------------------------------

    def match(self, now: Instant) -> list[Match]:
        """Pair everything that can be paired; agents in a match are ready no more."""
        self._now = now
        for _, waiting in self._agenda.take(Due.MOVE, now):
            waiting.queue.take(waiting)  # its other deadlines stay in force
            self._arrive(waiting)
        fresh = self._fresh
        if not self._arrivals:
            if len(fresh) == 1:
                self._fresh = []
                return self._match_one(fresh[0], now)
            if not fresh:
                return []
        arrivals = [one for one in self._arrivals if one.phase is Phase.ARRIVING]
        if len(arrivals) > 1:
            arrivals = self._in_order(arrivals, now)
        self._arrivals, self._fresh = [], []
        made: list[Match] = []
        if fresh:
            self._match_many(arrivals, fresh, now, made)
        else:
            for waiting in arrivals:
                prepare(waiting, now)
                ready = able(waiting)
                if ready:
                    made.append(self._offer(waiting, ready, now))
                else:
                    self._wait(waiting, now)
        for waiting in reversed(arrivals):
            if waiting.phase is Phase.WAITING:
                self._admit(waiting)
        return made

    def _match_one(self, member: Member, now: Instant) -> list[Match]:
        """The usual case: one agent became ready, and nothing else happened."""
        member.fresh = False
        if not member.ready:
            return []
        waiting = best_contact(member, self._roster.busy, now)
        if waiting is None:
            member.show()
            return []
        return [self._offer(waiting, [member], now)]

    def _match_many(
        self, arrivals: list[Waiting], fresh: list[Member], now: Instant, made: list[Match]
    ) -> None:
        """Several changes at once: agents choose contacts, contacts choose among the agents.

        Every new agent finds the contact that is next for them, and that contact
        takes the agent whom its queue puts first among all who are ready.
        """
        for waiting in arrivals:
            prepare(waiting, now)
            self._wait(waiting, now)
        for member in fresh:
            member.fresh = False
            if member.ready:
                member.show()
        for member in fresh:
            while member.ready:
                waiting = best_contact(member, self._roster.busy, now)
                if waiting is None:
                    break
                made.append(self._offer(waiting, able(waiting), now))
        for waiting in arrivals:
            if waiting.phase is Phase.WAITING:
                ready = able(waiting)
                if ready:
                    made.append(self._offer(waiting, ready, now))

    def _in_order(self, arrivals: list[Waiting], now: Instant) -> list[Waiting]:
        """Patience, priority with ageing, age; each once."""
        return sorted(dict.fromkeys(arrivals), key=lambda one: one.queue.place(one, now))

    def _offer(self, waiting: Waiting, members: list[Member], now: Instant) -> Match:
        queue = waiting.queue
        waiting.interval = None
        waiting.spell = 0
        if waiting.phase is Phase.WAITING:
            queue.take(waiting)
            waiting.interval = queue.interval(now)
        waiting.phase = Phase.OFFERED
        first = members[0]
        if first.share is not None:
            waiting.charge = first.share.charge(queue.client_id, queue.config.weight)
        queue.gave(first)
        for member in members:
            member.hide()
        agent_ids = tuple(member.agent_id for member in members)
        waiting.offered = set(agent_ids)
        return Match(waiting.contact.entry_id, queue.queue_id, agent_ids)

    # -- waiting and leaving -------------------------------------------------------

    def _wait(self, waiting: Waiting, now: Instant) -> None:
        waiting.phase = Phase.WAITING
        waiting.queue.put(waiting, now)
        if not waiting.spell:
            self._begin_spell(waiting, now)
        if waiting.move_at is not None:
            self._agenda.add(waiting.move_at, Due.MOVE, waiting, len(self._entries))

    def _begin_spell(self, waiting: Waiting, now: Instant) -> None:
        self._spells += 1
        waiting.spell = self._spells
        config, entered_at = waiting.queue.config, waiting.contact.entered_at
        live = len(self._entries)
        if config.max_wait_ms is not None:
            self._agenda.add(entered_at + config.max_wait_ms, Due.EXPIRE, waiting, live)
        if not waiting.entered:
            first, every = config.announce_first_ms, config.announce_every_ms
            if first is None:
                first = every
            if first is not None:
                waiting.announce_at = _next_of(entered_at + first, every, now)
        if waiting.announce_at is not None:
            self._agenda.add(waiting.announce_at, Due.ANNOUNCE, waiting, live)

    def _admit(self, waiting: Waiting) -> None:
        """Turn a new contact away if its queue is full or nobody is there to come."""
        queue, is_new = waiting.queue, not waiting.entered
        waiting.entered = True
        most = queue.config.max_length
        if is_new and most is not None and queue.waiting > most:
            self._overflow(waiting, FULL)
        elif not queue.staff and queue.config.overflow_when_unstaffed:
            self._overflow(waiting, UNSTAFFED)

    def _overflow(self, waiting: Waiting, reason: str) -> None:
        contact = waiting.contact
        self.remove(contact.entry_id)
        target = waiting.queue.config.overflow
        self._overflows.append(Overflow(contact.entry_id, contact.queue_id, target, reason))

    def expired(self, now: Instant) -> list[Overflow]:
        """Contacts that leave their queue unserved; the router forgets them."""
        for _, waiting in self._agenda.take(Due.EXPIRE, now):
            self._overflow(waiting, TIMEOUT)
        gone, self._overflows = self._overflows, []
        return gone

    # -- what callers are told -----------------------------------------------------

    def announcements(self, now: Instant) -> list[Announcement]:
        """Callers who are to be told where they stand."""
        made: list[Announcement] = []
        for at, waiting in self._agenda.take(Due.ANNOUNCE, now):
            queue = waiting.queue
            position = queue.position(waiting, now)
            estimate = queue.estimate(position, now)
            made.append(Announcement(waiting.contact.entry_id, position, estimate))
            every = queue.config.announce_every_ms
            waiting.announce_at = _next_of(at + every, every, now + 1) if every else None
            if waiting.announce_at is not None:
                live = len(self._entries)
                self._agenda.add(waiting.announce_at, Due.ANNOUNCE, waiting, live)
        return made

    def position(self, entry_id: str) -> int | None:
        """Place in the queue's order, from 1; None for a contact the router does not have."""
        waiting = self._entries.get(entry_id)
        if waiting is None:
            return None
        return waiting.queue.position(waiting, self._now)

    def estimated_wait(self, entry_id: str) -> Milliseconds | None:
        """Expected further wait by the queue's recent pace, None while nothing is known."""
        waiting = self._entries.get(entry_id)
        if waiting is None:
            return None
        position = waiting.queue.position(waiting, self._now)
        return waiting.queue.estimate(position, self._now)

    def next_deadline(self) -> Instant | None:
        """When `match`, `expired` and `announcements` must be called, if nothing happens before.

        The instant of the last match while changes have not been matched yet.
        """
        if self._overflows or self._fresh or self._arrivals:
            return self._now
        return self._agenda.first()


def _next_of(first: Instant, every: Milliseconds | None, now: Instant) -> Instant:
    """The first of a row of instants that is not before `now`; a row of one is not moved."""
    if not every or first >= now:
        return first
    return first + every * -((first - now) // every)
