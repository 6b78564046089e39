"""What the API shows of calls: times in ISO 8601, spans in seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from openseat.core.events import Direction
from openseat.history.calls import CallOutcome
from openseat.platform.fields import Id, Strict
from openseat.platform.paging import PAGE_DEFAULT, Cursor, Limit

FIRST_YEAR, LAST_YEAR = 2000, 2100


def _in_reach(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year < LAST_YEAR:
        raise ValueError("out of reach")
    return value


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_in_reach),
    Field(description=f"ISO 8601 with an offset; {FIRST_YEAR} to {LAST_YEAR}"),
]


def _day_in_reach(value: date) -> date:
    if not FIRST_YEAR <= value.year < LAST_YEAR:
        raise ValueError("out of reach")
    return value


CalendarDay = Annotated[date, AfterValidator(_day_in_reach)]


class CallSort(StrEnum):
    """Orders of the list; `-` is descending. Only by start are pages stable under new calls."""

    STARTED = "started_at"
    STARTED_DOWN = "-started_at"
    WAIT = "wait_s"
    WAIT_DOWN = "-wait_s"
    TALK = "talk_s"
    TALK_DOWN = "-talk_s"
    DURATION = "duration_s"
    DURATION_DOWN = "-duration_s"

    @property
    def column(self) -> str:
        """The table's column."""
        return self.value.removeprefix("-").replace("_s", "_ms") if self.spans else "started_at"

    @property
    def spans(self) -> bool:
        """Whether it sorts by a span of time."""
        return self.value.endswith("_s")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.value.startswith("-")


class OutcomeFilter(StrEnum):
    """What became of a call (`openseat.history.calls.CallOutcome`), or that it lives."""

    REFUSED = CallOutcome.REFUSED.value
    SERVED = CallOutcome.SERVED.value
    VOICEMAIL = CallOutcome.VOICEMAIL.value
    ABANDONED = CallOutcome.ABANDONED.value
    SELF_SERVICE = CallOutcome.SELF_SERVICE.value
    UNANSWERED = CallOutcome.UNANSWERED.value
    IN_PROGRESS = "in_progress"


Digits = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$")]


class CallsQuery(Strict):
    """Which calls, and which page of them."""

    model_config = ConfigDict(populate_by_name=True)

    since: Moment | None = Field(None, alias="from", description="Started at or after")
    until: Moment | None = Field(None, alias="to", description="Started before")
    first_day: CalendarDay | None = Field(
        None, description="Started on or after this day by the clock of the call's project"
    )
    last_day: CalendarDay | None = Field(
        None, description="Started on or before this day, likewise"
    )
    direction: Direction | None = None
    outcome: OutcomeFilter | None = None
    client_id: Id | None = None
    project_id: Id | None = None
    queue_id: Id | None = Field(None, description="Was in this queue")
    agent_id: Id | None = Field(None, description="This agent placed it, or talked in it")
    number: Digits | None = Field(None, description="Part of caller's or called number")
    sort: CallSort = CallSort.STARTED_DOWN
    limit: Limit = PAGE_DEFAULT
    cursor: Cursor | None = None


class CallbackState(StrEnum):
    """Whether a promise was kept."""

    OPEN = "open"
    LATE = "late"
    """Open, and its time is over."""
    KEPT = "kept"


class CallbackSort(StrEnum):
    """Orders of the list of promises; `-` is descending."""

    DUE = "due_at"
    DUE_DOWN = "-due_at"


class CallbacksQuery(Strict):
    """Which promises, and which page of them."""

    state: CallbackState | None = None
    client_id: Id | None = None
    queue_id: Id | None = None
    agent_id: Id | None = Field(None, description="Promised by this agent")
    sort: CallbackSort = CallbackSort.DUE
    limit: Limit = PAGE_DEFAULT
    cursor: Cursor | None = None


class Callback(BaseModel):
    """A promise to call a customer back."""

    callback_id: str
    client_id: str
    project_id: str = Field(description="The call's; empty where it is not known")
    agent_id: str = Field(description="Who promised it; empty: a flow, or the system")
    number: str
    reason: str = Field(description="requested, overflow, switch_lost")
    promised_at: datetime
    due_at: datetime

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Callback:
        """Return what a row of the table shows."""
        values = {name: row[name] for name in cls.model_fields if name in row}
        for name in ("promised_at", "due_at"):
            values[name] = moment(row[name])
        return cls.model_validate(values)


class PromisedCallback(Callback):
    """A promise with what became of it."""

    queue_id: str
    call_id: str = Field(description="In which it was promised; empty: not for the caller to open")
    kept_at: datetime | None = Field(description="When a call went out to the number")
    kept_call_id: str = Field(description="That call; empty: none, or not for the caller to open")

    @classmethod
    def told(cls, row: Mapping[str, Any], shown: Collection[str]) -> PromisedCallback:
        """Return what a row shows to somebody who may open the calls in `shown`."""
        calls = {
            name: row[name] if row[name] in shown else "" for name in ("call_id", "kept_call_id")
        }
        times = {name: moment(row[name]) for name in ("promised_at", "due_at", "kept_at")}
        rest = {name: row[name] for name in cls.model_fields if name in row}
        return cls.model_validate({**rest, **calls, **times})


class Answer(BaseModel):
    """What was written into one field of a form."""

    name: str
    label: str = Field(description="What the field was called when it was filled in")
    value: str


class Written(BaseModel):
    """What an agent wrote about their stretch of a call."""

    agent_id: str
    disposition: str
    notes: str
    form_id: str = Field(description="Empty: there was no form")
    form_version: int
    answers: list[Answer]


class CallSummary(BaseModel):
    """A call as the history lists it."""

    call_id: str
    direction: Direction
    caller: str
    called: str
    caller_name: str
    client_id: str = Field(description="Empty until it is known whose call it is")
    project_id: str
    number_id: str
    language: str
    queue_ids: list[str] = Field(description="In the order in which the call came to them")
    agent_ids: list[str] = Field(description="Who placed it, and who talked, in that order")
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    wait_s: float = Field(description="In queues")
    talk_s: float
    hold_s: float
    duration_s: float | None
    billable_s: float | None = Field(description="Answered to ended")
    outcome: CallOutcome | None = Field(description="Null while the call lives")
    ended_by: str
    cause: int | None = Field(description="Q.850")
    offers: int
    segments: int
    transfers: int
    voicemail: bool
    callback: bool = Field(description="A call-back was promised")
    score: int | None = Field(description="What the customer rated, of `scale`")
    scale: int | None
    recorded: bool
    written: list[Written] = Field(description="Dispositions, in the order of the stretches")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> CallSummary:
        """Return what a row of the table shows."""
        values = {name: row[name] for name in cls.model_fields.keys() & row.keys()}
        for name in ("started_at", "answered_at", "ended_at"):
            values[name] = moment(row[name])
        for name in ("wait", "talk", "hold", "duration", "billable"):
            values[f"{name}_s"] = seconds(row[f"{name}_ms"])
        return cls(**{**values, "outcome": row["outcome"] or None, "written": []})


class Segment(BaseModel):
    """An agent's stretch of a call."""

    segment_id: str
    agent_id: str
    group_id: str
    queue_id: str
    via: str
    started_at: datetime
    ended_at: datetime | None
    talk_s: float
    hold_s: float
    ended_by: str
    disposition: str
    notes: str
    form_id: str = Field(description="Empty: there was no form")
    form_version: int
    answers: list[Answer]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Segment:
        """Return what a row of the table shows."""
        values = {name: row[name] for name in cls.model_fields.keys() & row.keys()}
        return cls(
            **{
                **values,
                "started_at": moment(row["started_at"]),
                "ended_at": moment(row["ended_at"]),
                "talk_s": seconds(row["talk_ms"]),
                "hold_s": seconds(row["hold_ms"]),
            }
        )


class CallDetail(CallSummary):
    """A call with its segments."""

    parts: list[Segment] = Field(description="Agents' stretches, in their order")


class CallEvent(BaseModel):
    """One fact of a call's journal."""

    seq: int = Field(description="Place in the journal: the order in which it became known")
    stream: str
    no: int = Field(description="Number in its stream")
    at: datetime
    type: str
    version: int
    data: dict[str, Any]


def moment(milliseconds: int | None) -> datetime | None:
    """Return an instant of the core as a time."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def seconds(milliseconds: int | None) -> float | None:
    """Return a span of the core in seconds."""
    return None if milliseconds is None else milliseconds / 1000


def instant(time: datetime) -> int:
    """Return a time as an instant of the core."""
    return round(time.timestamp() * 1000)
