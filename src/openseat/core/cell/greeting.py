"""The moment between an agent's answer and the conversation.

Where the project wants it, the customer is told who serves them ("agent 1001 at your service"),
and hears it together with the agent; an agent whose phone answers by itself hears a tone, so that
nobody speaks to a customer unawares. Then the two are joined; a deadline joins them, should the
switch never tell of the end. An agent who holds or sends the customer away breaks it off.
"""

from __future__ import annotations

from openseat.core import events as e
from openseat.core.agents import Agent
from openseat.core.calls.model import Call, Leg, LegState, Segment
from openseat.core.cell import supervising, talking
from openseat.core.cell.turn import Turn
from openseat.core.config import CellConfig, QueueConfig
from openseat.core.effects import Answer, Play, StopMusic, StopPlay
from openseat.core.telephone import at_telephone

LIMIT_MS = 8_000
"""How long a greeting may take at most."""

ATTENTION = ("tone:1000/200",)
"""What an agent hears whose phone has answered by itself."""

_FOR_CUSTOMER, _FOR_AGENT = "greet-", "greeted-"


def answers_by_itself(turn: Turn, call: Call, agent_id: str, queue: QueueConfig | None) -> bool:
    """Whether the agent's phone answers an offer of the call, out of a queue or none, unasked."""
    return automatic(turn.config, turn.agent(agent_id), call.project_id, queue)


def automatic(config: CellConfig, agent: Agent, project_id: str, queue: QueueConfig | None) -> bool:
    """Whether agent, project or queue want calls answered unasked; a telephone outside cannot."""
    if at_telephone(agent.agent_id, agent.endpoint):
        return False
    known, project = config.agents.get(agent.agent_id), config.projects.get(project_id)
    return (
        (known is not None and known.auto_answer)
        or (project is not None and project.auto_answer)
        or (queue is not None and queue.auto_answer)
    )


def greet(turn: Turn, call: Call, leg: Leg, segment_id: str, via: e.Via, *, unasked: bool) -> bool:
    """Say what is to be said before agent and customer are joined; tells whether anything is.

    `unasked`: the agent's phone answered by itself.
    """
    customer, known = call.customer, turn.config.agents.get(leg.agent_id)
    project = turn.config.projects.get(call.project_id)
    wanted = call.direction is e.Direction.INBOUND and via is not e.Via.CONSULT
    if customer is None or known is None or not wanted:
        return False
    number: tuple[str, ...] = ()
    if project is not None and project.announce_agent:
        number = (f"agent:{known.number}",)
    attention = ATTENTION if unasked else ()
    if not number and not attention:
        return False
    until = turn.now + LIMIT_MS
    turn.record(
        call,
        e.SegmentGreeted(
            segment_id=segment_id, agent_number=known.number if number else "", until=until
        ),
    )
    turn.deadlines.add(until, "greeting", f"{call.call_id} {segment_id}")
    if number:
        if customer.state is LegState.UP:
            turn.do(StopMusic(leg_id=customer.leg_id))
        else:
            turn.do(Answer(leg_id=customer.leg_id))
        _say(turn, call, customer.leg_id, _FOR_CUSTOMER + segment_id, number)
    _say(turn, call, leg.leg_id, _FOR_AGENT + segment_id, (*attention, *number))
    return True


def _say(turn: Turn, call: Call, leg_id: str, playback_id: str, media: tuple[str, ...]) -> None:
    turn.do(Play(leg_id=leg_id, playback_id=playback_id, media=media, language=call.language))


def playback_ended(turn: Turn, call: Call, playback_id: str) -> bool:
    """A part of a greeting is over; tells whether the playback was one."""
    for prefix in (_FOR_CUSTOMER, _FOR_AGENT):
        if not playback_id.startswith(prefix):
            continue
        segment = call.segments.get(playback_id.removeprefix(prefix))
        # The number is the longer part: where it is said, its end at the customer counts.
        if segment is not None and (prefix == _FOR_CUSTOMER or not segment.greeting_number):
            join(turn, call, segment)
        return True
    return False


def join(turn: Turn, call: Call, segment: Segment) -> None:
    """End the greeting, if one is being said, and let agent and customer talk."""
    if segment.greeting_until is None:
        return
    leg = call.legs.get(segment.leg_id)
    if leg is None or call.customer is None:
        return
    break_off(turn, call, segment)
    talking.join(turn, call, leg)
    supervising.settle(turn, call)


def break_off(turn: Turn, call: Call, segment: Segment) -> None:
    """Stop saying it, to whoever is still there."""
    if segment.greeting_until is None:
        return
    said = [(segment.leg_id, _FOR_AGENT + segment.segment_id)]
    if segment.greeting_number:
        said.append((call.customer_leg_id, _FOR_CUSTOMER + segment.segment_id))
    for leg_id, playback_id in said:
        if leg_id in call.legs:
            turn.do(StopPlay(leg_id=leg_id, playback_id=playback_id))


def overdue(turn: Turn, call_id: str, segment_id: str) -> None:
    """The deadline of a greeting has come."""
    call = turn.state.calls.get(call_id)
    segment = call.segments.get(segment_id) if call is not None else None
    if call is not None and segment is not None:
        join(turn, call, segment)
