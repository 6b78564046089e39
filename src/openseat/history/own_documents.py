"""What agents are shown of their own calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from openseat.core.events import Direction
from openseat.history.calls import CallOutcome
from openseat.history.documents import (
    CalendarDay,
    Digits,
    Segment,
    moment,
)
from openseat.history.own_steps import StepKind
from openseat.platform.fields import Word
from openseat.platform.paging import PageQuery


class OwnResult(StrEnum):
    """What became of a call, seen from the agent."""

    TALKED = "talked"
    MISSED = "missed"
    """It rang and the agent did not take it; a call taken at a later ring is talked."""
    WITHDRAWN = "withdrawn"
    """It rang, and the customer left or a colleague took it."""
    UNANSWERED = "unanswered"
    """The agent placed it, and nobody answered."""
    ASSISTED = "assisted"
    """A colleague asked the agent, who did not take the customer over."""


class OwnCallsQuery(PageQuery):
    """Which of the own calls, and which page of them."""

    first_day: CalendarDay | None = Field(
        None, description="On or after this day by the clock of the call's project"
    )
    last_day: CalendarDay | None = Field(None, description="On or before this day, likewise")
    direction: Direction | None = None
    result: OwnResult | None = None
    disposition: Word | None = Field(None, description="The agent's own outcome code")
    number: Digits | None = Field(None, description="Part of the customer's number")
    text: Annotated[
        str | None,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
        Field(description="Stands in the agent's own notes, whatever the case"),
    ] = None
    oldest_first: bool = False


class OwnCall(BaseModel):
    """A call as one agent had it; spans are the agent's own."""

    call_id: str
    at: datetime = Field(description="When it first rang at the agent, or was placed")
    direction: Direction
    number: str = Field(description="The customer's")
    caller_name: str
    client_id: str
    project_id: str
    queue_id: str = Field(description="The queue it came from; empty for none")
    result: OwnResult
    cause: int | None = Field(description="Q.850: what the network said at the end")
    rings_missed: int
    talk_s: float
    hold_s: float
    transferred: bool = Field(description="The agent's stretch ended in a transfer")
    score: int | None = Field(description="What the customer rated, of `scale`")
    scale: int | None
    recorded: bool
    ended_at: datetime | None = Field(description="Of the whole call; null while it goes on")
    parts: list[Segment] = Field(description="The agent's own stretches, in their order")

    @classmethod
    def of(cls, row: Mapping[str, Any], parts: Sequence[Segment]) -> OwnCall:
        """Return what a row of the own log shows; the one place where it is made."""
        outbound = row["direction"] == Direction.OUTBOUND.value
        values = {name: row[name] for name in cls.model_fields.keys() & row.keys()}
        return cls.model_validate(
            {
                **values,
                "at": moment(row["at"]),
                "ended_at": moment(row["ended_at"]),
                "number": row["called"] if outbound else row["caller"],
                "result": result_of(row),
                "rings_missed": row["missed"],
                "talk_s": sum(part.talk_s for part in parts),
                "hold_s": sum(part.hold_s for part in parts),
                "transferred": any(part.ended_by == "transfer" for part in parts),
                "parts": list(parts),
            }
        )


def result_of(row: Mapping[str, Any]) -> OwnResult:
    """Return what became of a call for the agent; `own_calls.condition` asks the same of tables."""
    if row["own_segments"]:
        return OwnResult.TALKED
    if row["missed"]:
        return OwnResult.MISSED
    if row["own_offers"]:
        return OwnResult.WITHDRAWN
    placed = row["direction"] == Direction.OUTBOUND.value and not row["segments"]
    return OwnResult.UNANSWERED if placed else OwnResult.ASSISTED


class OwnDisposition(BaseModel):
    """An outcome code the agent has given."""

    code: str
    name: str = Field(description="What a project calls it; empty for the common ones")


class OwnCalls(BaseModel):
    """One page of the own log."""

    items: list[OwnCall]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page")
    names: dict[str, str] = Field(description="What the clients, projects … above are called")
    dispositions: list[OwnDisposition] = Field(
        description="What the agent has given lately, the most frequent first"
    )


class OwnStep(BaseModel):
    """One thing that happened in a call, seen from the agent."""

    at: datetime
    kind: StepKind
    by: str = Field(description="Who ended the stretch, or how a consultation ended")
    target_kind: str
    target: str = Field(description="Name of the colleague, group, queue …, or the number called")
    code: str = Field(description="The disposition")
    spent_s: float | None = Field(description="Time it rang, or that the agent talked and held")


class OwnCallDetail(OwnCall):
    """One of the own calls, opened."""

    outcome: CallOutcome | None = Field(description="Of the whole call; null while it goes on")
    steps: list[OwnStep] = Field(description="The agent's part in it, in order")
    colleagues: list[Segment] = Field(
        description="Stretches of other agents, whose notes travel with the call; only of calls "
        "in which the agent talked"
    )
    names: dict[str, str] = Field(description="What the clients, colleagues … are called")
    dispositions: list[OwnDisposition] = Field(description="Of the call's project")
