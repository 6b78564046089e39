"""A short day of one agent, written by hand: calls taken, missed, placed; breaks; recordings.

The agents and queues are the demonstration's, so that the facts can be read through its API.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openseat.core import events as e
from openseat.core.identity import Instant
from openseat.testing.stories import Story

MINE, COLLEAGUE = "agent-1001", "agent-1002"
"""Whose day it is, and somebody of another group who has calls too."""
LINE, CUSTOMER = "+862161234567", "+8613800138001"
SECOND, MINUTE = 1000, 60_000


@dataclass(slots=True)
class OwnDay:
    """Facts about two agents from `start` on, an hour or less."""

    start: Instant
    story: Story = field(default_factory=Story)
    _state: dict[str, tuple[e.AgentState, Instant]] = field(
        default_factory=dict[str, tuple[e.AgentState, Instant]]
    )

    def facts(self) -> list[e.Fact]:
        """Return the whole day."""
        self.sign_in(MINE, "group-one", 0)
        self.sign_in(COLLEAGUE, "group-two", 0)
        self.handed_over()
        self.missed()
        self.placed()
        self.unanswered()
        self.of_the_colleague()
        self.breaks()
        return self.story.facts()

    # -- calls -----------------------------------------------------------------------

    def handed_over(self) -> None:
        """`c-care`: taken, held, handed to the colleague; both wrote something."""
        call, at = "c-care", MINUTE
        self.come_in(call, at, CUSTOMER, "jincheng", "jincheng-service", "jincheng-care")
        self.offer(call, at + SECOND, MINE, "jincheng-care", e.OfferResult.ACCEPTED)
        up = at + 6 * SECOND
        self.tell(up, call, e.RecordingStarted(recording_id="r-care", leg_id="leg-c-care",
                                               layout="call"))  # fmt: skip
        self.talk(call, "s-care-1", MINE, up, 40, hold=10, ended_by=e.EndedBy.TRANSFER)
        self.tell(up + 39 * SECOND, call,
                  e.TransferMade(segment_id="s-care-1", agent_id=MINE, target_kind="agent",
                                 target_id=COLLEAGUE, consulted=False))  # fmt: skip
        self.dispose(call, "s-care-1", MINE, up + 45 * SECOND, "resolved", "保单 A-17 已解释")
        later = up + 50 * SECOND
        self.offer(call, up + 41 * SECOND, COLLEAGUE, "", e.OfferResult.ACCEPTED)
        self.talk(call, "s-care-2", COLLEAGUE, later, 30, via=e.Via.TRANSFER)
        self.dispose(call, "s-care-2", COLLEAGUE, later + 35 * SECOND, "follow_up", "同事的备注")
        self.end(call, at, later + 30 * SECOND, 16)
        for segment_id, length in (("s-care-1", 40), ("s-care-2", 30), ("", 80)):
            self.store(call, "r-care", segment_id, length, later + 40 * SECOND)

    def missed(self) -> None:
        """`c-missed`: rang out here, taken by the colleague."""
        call, at = "c-missed", 5 * MINUTE
        self.come_in(call, at, "+8613911112222", "beidou", "beidou-service", "beidou-parcels")
        self.offer(call, at + SECOND, MINE, "beidou-parcels", e.OfferResult.TIMED_OUT)
        self.offer(call, at + 10 * SECOND, COLLEAGUE, "beidou-parcels", e.OfferResult.ACCEPTED)
        self.talk(call, "s-missed", COLLEAGUE, at + 15 * SECOND, 20)
        self.end(call, at, at + 35 * SECOND, 16)

    def placed(self) -> None:
        """`c-out`: called out, answered, written about; recorded."""
        call, at = "c-out", 8 * MINUTE
        self.go_out(call, at, "+8613700007777")
        up = at + 8 * SECOND
        self.tell(up, call, e.RecordingStarted(recording_id="r-out", leg_id="leg-c-out",
                                               layout="call"))  # fmt: skip
        self.talk(call, "s-out", MINE, up, 50, via=e.Via.DIRECT)
        self.dispose(call, "s-out", MINE, up + 55 * SECOND, "follow_up", "明天再谈 Premium 100%")
        self.end(call, at, up + 50 * SECOND, 16)
        for segment_id in ("s-out", ""):
            self.store(call, "r-out", segment_id, 50, up + 60 * SECOND)

    def unanswered(self) -> None:
        """`c-dead`: called out, busy."""
        call, at = "c-dead", 11 * MINUTE
        self.go_out(call, at, "+8613700008888")
        self.end(call, at, at + 12 * SECOND, 17, answered=False)

    def of_the_colleague(self) -> None:
        """`c-other`: nothing of this agent's; recorded."""
        call, at = "c-other", 14 * MINUTE
        self.come_in(call, at, "+8613600001111", "jincheng", "jincheng-service", "jincheng-care")
        self.offer(call, at + SECOND, COLLEAGUE, "jincheng-care", e.OfferResult.ACCEPTED)
        up = at + 6 * SECOND
        self.tell(up, call, e.RecordingStarted(recording_id="r-other", leg_id="leg-c-other",
                                               layout="call"))  # fmt: skip
        self.talk(call, "s-other", COLLEAGUE, up, 25)
        self.dispose(call, "s-other", COLLEAGUE, up + 30 * SECOND, "resolved", "别人的")
        self.end(call, at, up + 25 * SECOND, 16)
        for segment_id in ("s-other", ""):
            self.store(call, "r-other", segment_id, 25, up + 40 * SECOND)

    # -- agents' time ----------------------------------------------------------------

    def breaks(self) -> None:
        """Ten minutes and seven milliseconds of a break, a meeting, and a spell too short."""
        at = 20 * MINUTE
        self.change(MINE, at, e.AgentState.BUSY, "break")
        self.change(MINE, at + 10 * MINUTE + 7, e.AgentState.IDLE)
        self.change(MINE, at + 12 * MINUTE, e.AgentState.BUSY, "meeting")
        self.change(MINE, at + 17 * MINUTE, e.AgentState.BUSY, "break")
        self.change(MINE, at + 18 * MINUTE, e.AgentState.IDLE)
        self.change(MINE, at + 19 * MINUTE, e.AgentState.BUSY, "break")
        self.change(MINE, at + 19 * MINUTE + SECOND, e.AgentState.IDLE, counted=False)

    def sign_in(self, agent_id: str, group_id: str, after: int) -> None:
        """Begin an agent's session."""
        at = self.start + after
        event = e.AgentSignedIn(
            agent_id=agent_id,
            group_id=group_id,
            endpoint="phone",
            session_id=f"session-{agent_id}",
            state=e.AgentState.IDLE,
        )
        self.story.tell(at, f"agent:{agent_id}", "", event)
        self._state[agent_id] = (e.AgentState.IDLE, at)

    def change(
        self,
        agent_id: str,
        after: int,
        state: e.AgentState,
        reason: str = "",
        *,
        counted: bool = True,
        call_id: str = "",
    ) -> None:
        """Put an agent into another state."""
        at, (previous, since) = self.start + after, self._state[agent_id]
        event = e.AgentStateChanged(agent_id=agent_id, state=state, previous=previous,
                                    previous_ms=at - since, reason=reason, counted=counted,
                                    call_id=call_id)  # fmt: skip
        self.story.tell(at, f"agent:{agent_id}", "", event)
        self._state[agent_id] = (state, at)

    # -- pieces of a call ------------------------------------------------------------

    def tell(self, after: int, call_id: str, event: e.Event, client_id: str = "jincheng") -> None:
        """Add a fact of a call, `after` milliseconds from the beginning."""
        client = "beidou" if call_id == "c-missed" else client_id
        self.story.tell(self.start + after, f"call:{call_id}", client, event)

    def come_in(
        self, call: str, at: int, caller: str, client: str, project: str, queue: str
    ) -> None:
        """A customer calls and waits in a queue."""
        leg = f"leg-{call}"
        for event in (
            e.CallStarted(direction=e.Direction.INBOUND, leg_id=leg, caller=caller, called=LINE,
                          trunk_id="trunk-1", client_id=client, project_id=project),
            e.LegStarted(leg_id=leg, kind=e.LegKind.CUSTOMER, address="trunk-1"),
            e.CallAnswered(leg_id=leg),
            e.QueueEntered(entry_id=f"e-{call}", queue_id=queue, priority=0),
        ):  # fmt: skip
            self.tell(at, call, event)

    def offer(self, call: str, at: int, agent: str, queue: str, result: e.OfferResult) -> None:
        """It rings at an agent for five seconds."""
        offer = f"o-{call}-{agent}"
        leg = f"leg-{call}-{agent}"
        entry = f"e-{call}" if queue else ""
        self.tell(at, call, e.OfferMade(offer_id=offer, agent_id=agent, leg_id=leg,
                                        entry_id=entry, queue_id=queue))  # fmt: skip
        self.tell(at, call, e.LegStarted(leg_id=leg, kind=e.LegKind.AGENT, address="phone",
                                         agent_id=agent))  # fmt: skip
        settled = at + 5 * SECOND
        self.tell(settled, call, e.OfferEnded(offer_id=offer, agent_id=agent, result=result,
                                              ring_ms=5 * SECOND))  # fmt: skip
        if result is e.OfferResult.ACCEPTED and queue:
            left = e.QueueLeft(entry_id=f"e-{call}", queue_id=queue, outcome=e.QueueExit.ANSWERED,
                               wait_ms=6 * SECOND, agent_id=agent)  # fmt: skip
            self.tell(settled, call, left)

    def go_out(self, call: str, at: int, number: str) -> None:
        """The agent calls a customer."""
        self.tell(at, call, e.CallStarted(direction=e.Direction.OUTBOUND, leg_id=f"leg-{call}",
                                          caller=LINE, called=number, client_id="jincheng",
                                          project_id="jincheng-service"))  # fmt: skip
        self.tell(at, call, e.LegStarted(leg_id=f"leg-{call}-{MINE}", kind=e.LegKind.AGENT,
                                         address="phone", agent_id=MINE))  # fmt: skip

    def talk(
        self,
        call: str,
        segment: str,
        agent: str,
        at: int,
        seconds: int,
        *,
        hold: int = 0,
        via: e.Via = e.Via.QUEUE,
        ended_by: e.EndedBy = e.EndedBy.CUSTOMER,
    ) -> None:
        """An agent's stretch; a hold begins five seconds after it does."""
        group = "group-one" if agent == MINE else "group-two"
        self.tell(at, call, e.SegmentStarted(segment_id=segment, agent_id=agent, group_id=group,
                                             leg_id=f"leg-{call}-{agent}", via=via))  # fmt: skip
        self.change(agent, at, e.AgentState.TALKING, call_id=call)
        if hold:
            self.tell(at + 5 * SECOND, call, e.SegmentHeld(segment_id=segment))
            self.tell(at + (5 + hold) * SECOND, call, e.SegmentResumed(segment_id=segment))
        over = at + seconds * SECOND
        self.tell(over, call, e.SegmentEnded(segment_id=segment, agent_id=agent,
                                             talk_ms=(seconds - hold) * SECOND,
                                             hold_ms=hold * SECOND, ended_by=ended_by))  # fmt: skip
        self.change(agent, over, e.AgentState.AFTER_CALL_WORK)
        self.change(agent, over + 8 * SECOND, e.AgentState.IDLE)

    def dispose(self, call: str, segment: str, agent: str, at: int, code: str, notes: str) -> None:
        """An agent writes about a stretch."""
        event = e.SegmentDisposed(call_id=call, segment_id=segment, agent_id=agent, code=code,
                                  notes=notes)  # fmt: skip
        self.story.tell(self.start + at, f"agent:{agent}", "jincheng", event)

    def end(self, call: str, began: int, at: int, cause: int, *, answered: bool = True) -> None:
        """The customer has hung up."""
        spent = at - began
        self.tell(at, call, e.CallEnded(ended_by=e.EndedBy.CUSTOMER, cause=cause,
                                        answered=answered, duration_ms=spent,
                                        billable_ms=spent if answered else 0))  # fmt: skip

    def store(self, call: str, recording: str, segment: str, seconds: int, at: int) -> None:
        """A file of a recording is in the store."""
        path = f"main/{recording}{'.' if segment else ''}{segment}.wav"
        event = e.RecordingWasStored(call_id=call, recording_id=recording, segment_id=segment,
                                     path=path, sha256="0" * 64, bytes=seconds * 32_000 + 44,
                                     duration_ms=seconds * SECOND)  # fmt: skip
        stream = f"recording:{recording}/{segment or 'whole'}"
        self.story.tell(self.start + at, stream, "jincheng", event)
