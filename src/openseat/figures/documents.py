"""What the API shows of figures: counts in seconds, KPIs by stable names."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from openseat.core.kpi import Dimension, Tally, Width
from openseat.core.kpi import ratios as r
from openseat.core.kpi.tally import FIELDS
from openseat.platform.fields import Id, Strict, Zone
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


class FiguresQuery(Strict):
    """Which figures, of when, by what."""

    model_config = ConfigDict(populate_by_name=True)

    by: Annotated[Dimension, Field(description="What the figures are grouped by")] = Dimension.QUEUE
    interval: Annotated[Width, Field(description="Length of an interval, by the local clock")] = (
        Width.DAY
    )
    since: Annotated[
        Moment | None,
        Field(alias="from", description="Start; today's midnight when left out"),
    ] = None
    until: Annotated[
        Moment | None,
        Field(alias="to", description="End, not inside; the end of today when left out"),
    ] = None
    day: Annotated[
        date | None,
        Field(description="One day of that clock's calendar, instead of `from` and `to`"),
    ] = None
    time_zone: Annotated[
        Zone | None,
        Field(description="Whose clock; when left out, the one zone of all projects in view"),
    ] = None
    client_id: Id | None = None
    project_id: Id | None = None
    queue_id: Id | None = None
    agent_id: Id | None = None
    group_id: Id | None = None
    trunk_id: Id | None = None

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.day is None:
            return self
        if self.since is not None or self.until is not None:
            raise ValueError("a day has its own beginning and end")
        if not FIRST_YEAR <= self.day.year < LAST_YEAR:
            raise ValueError("out of reach")
        return self


class CallsQuery(FiguresQuery):
    """Which number to open, and which page of the calls behind it."""

    measure: Annotated[
        str, Field(description="Name of a count", json_schema_extra={"enum": list(FIELDS)})
    ]
    key: Annotated[Id | None, Field(description="The row's key; all rows when left out")] = None
    limit: Limit = PAGE_DEFAULT
    cursor: Cursor | None = None


class Kpis(BaseModel):
    """The KPIs of a row; null where it had no events to be made from.

    Rates are in 0..1, times in seconds. Service levels count abandoned calls as missed, leave those
    abandoned in time out, or count them as met.
    """

    service_level_abandons_missed: float | None
    service_level_abandons_ignored: float | None
    service_level_abandons_met: float | None
    abandon_rate: float | None
    short_abandon_rate: float | None
    queued_rate: float | None
    blocked_rate: float | None
    transfer_rate: float | None
    average_speed_of_answer_s: float | None
    average_queue_s: float | None
    average_time_to_abandon_s: float | None
    average_handle_s: float | None
    average_talk_s: float | None
    average_hold_s: float | None
    average_after_call_work_s: float | None
    average_rings: float | None
    calls_per_hour: float | None
    occupancy: float | None
    occupancy_with_after_call_work: float | None
    satisfaction: float | None


class Row(BaseModel):
    """Figures of one key over one stretch of time."""

    key: str
    name: str = Field(description="Of the queue, project …; empty where the caller may not see it")
    start: datetime
    end: datetime
    counts: dict[str, int | float] = Field(
        description="Counts, and times in seconds (`…_s`); `waiting` is offered and not yet left"
    )
    kpis: Kpis


class Figures(BaseModel):
    """Figures by key and interval, with each key's own over the whole time asked for."""

    by: Dimension
    interval: Width
    time_zone: str
    start: datetime
    end: datetime
    version: int = Field(description="Of the definitions; figures of different versions differ")
    starts: list[datetime] = Field(description="Where every interval begins, in order")
    items: list[Row] = Field(description="Rows in which something happened, by interval and name")
    totals: list[Row]


class CallBehind(BaseModel):
    """One call behind a number."""

    call_id: str
    start: datetime = Field(description="Quarter hour it counts in")
    value: int | float = Field(description="What it adds to the number")


def kpis(tally: Tally) -> Kpis:
    """Return the KPIs of a tally."""
    variants = r.ServiceLevelVariant
    return Kpis(
        service_level_abandons_missed=r.service_level(tally, variants.ABANDONS_MISSED),
        service_level_abandons_ignored=r.service_level(tally, variants.ABANDONS_IGNORED),
        service_level_abandons_met=r.service_level(tally, variants.ABANDONS_MET),
        abandon_rate=r.abandon_rate(tally),
        short_abandon_rate=r.short_abandon_rate(tally),
        queued_rate=r.queued_rate(tally),
        blocked_rate=r.blocked_rate(tally),
        transfer_rate=r.transfer_rate(tally),
        average_speed_of_answer_s=r.average_speed_of_answer(tally),
        average_queue_s=r.average_queue_time(tally),
        average_time_to_abandon_s=r.average_time_to_abandon(tally),
        average_handle_s=r.average_handle_time(tally),
        average_talk_s=r.average_talk_time(tally),
        average_hold_s=r.average_hold_time(tally),
        average_after_call_work_s=r.average_after_call_work(tally),
        average_rings=r.average_rings(tally),
        calls_per_hour=r.calls_per_hour(tally),
        occupancy=r.occupancy(tally),
        occupancy_with_after_call_work=r.occupancy_with_after_call_work(tally),
        satisfaction=r.satisfaction(tally),
    )


def counts(tally: Tally) -> dict[str, int | float]:
    """Return the counts of a tally as the API shows them, times in seconds."""
    shown = {name: getattr(tally, name) for name in FIELDS}
    shown |= {name: getattr(tally, name) for name in ("waiting", "wait_ms", "signed_in_ms")}
    return dict(shown_value(name, value) for name, value in shown.items())


def shown_value(name: str, value: int) -> tuple[str, int | float]:
    """Return the name and value under which a field of a tally is shown."""
    if name.endswith("_ms"):
        return f"{name.removesuffix('_ms')}_s", value / 1000
    return name, value
