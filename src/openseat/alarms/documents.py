"""What the API takes and tells of thresholds, alarms and webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, HttpUrl

from openseat.core.alarms import Measure, Scope
from openseat.core.events import AgentState
from openseat.platform.fields import Id, Label, Strict


class Severity(StrEnum):
    """How much an alarm matters."""

    WARNING = "warning"
    CRITICAL = "critical"


_Seconds = Annotated[int, Field(ge=0, le=3600)]
_Value = Annotated[float, Field(ge=0, le=1_000_000)]


class ThresholdFields(Strict):
    """From which value on a figure is an alarm, and when that is over."""

    name: Label
    scope: Scope
    subject_id: Id
    measure: Measure
    state: AgentState | None = Field(
        default=None, description="For `state_count` and `state_time`: which state"
    )
    limit: _Value = Field(description="Counts, seconds, or for shares 0 to 1")
    clear: _Value | None = Field(
        default=None, description="The alarm ends there, on the good side; without it at the limit"
    )
    hold_s: _Seconds = Field(default=10, description="How long before it is an alarm")
    clear_hold_s: _Seconds = Field(default=10, description="How long before it is over")
    at_least: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=10, description="Shares count from this many contacts of the day on"
    )
    severity: Severity = Severity.WARNING
    sound: bool = True
    active: bool = True


class ThresholdDocument(BaseModel):
    """A threshold."""

    id: str
    name: str
    scope: Scope
    subject_id: str
    subject_name: str
    measure: Measure
    state: str
    limit: float
    clear: float
    hold_s: int
    clear_hold_s: int
    at_least: int
    severity: Severity
    sound: bool
    active: bool
    created_at: datetime
    version: int = Field(description="Raised by every change; the ETag carries it")


class Alarm(BaseModel):
    """A figure that was past its limit for a time."""

    id: str
    threshold_id: str
    name: str
    scope: Scope
    subject_id: str
    subject_name: str
    agent_id: str = Field(description="Whom it is about; empty for what is about nobody alone")
    agent_name: str
    measure: Measure
    state: str
    limit: float
    value: float = Field(description="When it was raised")
    worst: float
    severity: Severity
    sound: bool
    raised_at: datetime
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str = Field(description="Name of who did")


class WebhookFields(Strict):
    """An address that is told of alarms."""

    name: Label
    url: Annotated[HttpUrl, Field(max_length=500)]
    active: bool = True


class WebhookDocument(BaseModel):
    """A webhook, without its secret."""

    id: str
    name: str
    url: str
    active: bool
    created_at: datetime
    version: int


class NewWebhook(WebhookDocument):
    """A webhook with the secret that signs what is sent to it; it is shown here only."""

    secret: str


class Delivery(BaseModel):
    """One event for one webhook, and what became of it."""

    id: str
    type: str
    body: str
    made_at: datetime
    attempts: int
    next_at: datetime | None = Field(description="None: delivered, or given up")
    delivered_at: datetime | None
    last_status: int | None = Field(description="HTTP status of the last answer, 0 for none")


def moment(at: int | None) -> datetime | None:
    """Return an instant as the wire has it."""
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC)
