"""Who may take whom, and who comes first."""

from __future__ import annotations

from openseat.core.identity import Instant
from openseat.core.routing.line_up import LineUp
from openseat.core.routing.member import Member
from openseat.core.routing.waiting import Standing, Waiting, standing


def best_contact(member: Member, busy: dict[LineUp, None], now: Instant) -> Waiting | None:
    """The contact that is next for this agent, None if none waits that they may take.

    First those that wait for this agent alone. Then, on agents shared by
    clients, the client whose share is furthest behind; then patience, priority
    with ageing, age; then the agent's own preference among queues.
    `busy` are the queues in which anybody waits.
    """
    if member.kept:
        return min(member.kept, key=lambda one: one.queue.place(one, now))
    queues = member.queues
    share = member.share
    agent_id = member.agent_id
    start = 0
    found: Waiting | None = None
    lowest: tuple[int, Standing, int, int, int] | None = None
    for queue in queues if len(queues) <= len(busy) else busy:
        lines = queue.lines
        if not lines or queue not in queues:
            continue
        if share is not None:
            start = share.start(queue.client_id)
            if lowest is not None and start > lowest[0]:
                continue
        for line in lines.values():
            if agent_id in line.members and agent_id not in line.barred:
                since, number, waiting = line.items[0]
                at = standing(since, line.priority, line.ageing, now)
                rank = (start, at, since, queues[queue], number)
                if lowest is None or rank < lowest:
                    lowest, found = rank, waiting
    return found


def prepare(waiting: Waiting, now: Instant) -> None:
    """Bring up to date who may take a contact, and note when that changes by itself."""
    queue = waiting.queue
    move_at: Instant | None = None
    if queue.relaxations:
        waiting.stage = 0
        for step in queue.relaxations:
            at = waiting.since + step.after_ms
            if at > now:
                move_at = at
                break
            waiting.stage += 1
    waiting.pool = queue.pool(waiting.contact.skills, waiting.stage)
    if waiting.preferred is not None:
        until = waiting.contact.entered_at + queue.config.preferred_wait_ms
        if until <= now or not waiting.preferred.present:
            waiting.preferred = None
        else:
            move_at = until if move_at is None else min(move_at, until)
    if waiting.barred:
        waiting.barred = {who: at for who, at in waiting.barred.items() if at > now}
        for at in waiting.barred.values():
            move_at = at if move_at is None else min(move_at, at)
    sender = waiting.contact.sent_by
    if sender:
        waiting.kept_from = sender if waiting.pool.others(sender) else ""
    waiting.move_at = move_at


def able(waiting: Waiting) -> list[Member]:
    """The ready agents to whom a prepared contact is offered: none, one, or all that ring."""
    preferred = waiting.preferred
    if preferred is None:
        return waiting.pool.first(waiting.not_for)
    return [preferred] if preferred.ready else []
