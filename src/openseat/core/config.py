"""What a cell is set up with: a read-only picture of the directory.

The floor builds it from the database and hands it to the core whole; a change
is a new picture with a higher `version`. Nothing here is client data beyond
what routing needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any


class Strategy(StrEnum):
    """How a queue picks among the agents who could take a contact."""

    RING_ALL = "ring_all"
    LINEAR = "linear"
    ROUND_ROBIN = "round_robin"
    LONGEST_IDLE = "longest_idle"
    FEWEST_CALLS = "fewest_calls"
    LEAST_OCCUPIED = "least_occupied"
    SKILL_LEVEL = "skill_level"


class TargetKind(StrEnum):
    """What a call can be sent to."""

    AGENT = "agent"
    GROUP = "group"
    QUEUE = "queue"
    FLOW = "flow"
    OUTSIDE = "outside"
    VOICEMAIL = "voicemail"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A destination: an id of `kind`, or an E.164 number for `OUTSIDE`."""

    kind: TargetKind
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """From `after_ms` of waiting on, `skills` replaces the levels the queue asks for.

    A level of 0 drops the skill. Steps are ordered by `after_ms`.
    """

    after_ms: int
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueConfig:
    """One queue and its routing policy. All spans are milliseconds."""

    queue_id: str
    client_id: str
    project_id: str
    name: str
    strategy: Strategy = Strategy.LONGEST_IDLE
    skills: Mapping[str, int] = field(default_factory=dict[str, int])
    """Skill → lowest level that an agent must hold."""
    relaxations: tuple[Relaxation, ...] = ()
    priority: int = 0
    """Higher is served first."""
    ageing_per_minute: int = 0
    """Priority points a contact gains for each full minute of waiting."""
    weight: int = 1
    """Share of this queue's client on agents that serve several clients."""
    max_wait_ms: int | None = None
    max_length: int | None = None
    overflow: Target | None = None
    """Where a contact goes that waited too long or found the queue full or unstaffed."""
    overflow_when_unstaffed: bool = False
    offer_timeout_ms: int = 20_000
    preferred_wait_ms: int = 15_000
    """How long a contact is kept for its preferred agent (last or own agent)."""
    prefer_last_agent: bool = False
    keep_place_ms: int = 300_000
    """An abandoned caller who calls back within this keeps the waiting time earned."""
    service_level_ms: int = 20_000
    short_abandon_ms: int = 5_000
    after_call_work_limit_ms: int = 30_000
    """After-call work ends by itself after this; 0 means idle at once."""
    music: str = "default"
    announce_first_ms: int | None = None
    announce_every_ms: int | None = None
    announce_position: bool = False
    announce_wait: bool = False
    record_percent: int = 100
    callback_on_switch_loss: bool = True
    auto_answer: bool = False
    """Agents' phones answer the queue's calls by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """One agent as routing sees them."""

    agent_id: str
    number: str
    """Agent number (工号), spoken to customers and dialled by colleagues."""
    name: str
    group_id: str
    skills: Mapping[str, int] = field(default_factory=dict[str, int])
    queues: tuple[str, ...] = ()
    """Queues served, in the agent's order of preference."""
    min_busy_ms: int = 0
    """A busy state shorter than this is not counted as a break."""
    grace_ms: int = 30_000
    """How long a disconnected agent keeps session and counters."""
    auto_answer: bool = False
    language: str = "zh-CN"
    """What the service line and the phone codes speak to the agent."""
    telephone: str = ""
    """A number of the telephone network at which the agent may work; empty for none."""
    caller_number: str = ""
    """Shown on calls the agent places, for clients who may show it; empty: the project's."""
    pin: str = ""
    """`openseat.core.pin.digest` of the PIN by which they are known at any telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberConfig:
    """A number (DID). `client_id`/`project_id` are None on a number shared by several clients."""

    number_id: str
    e164: str
    flow_id: str
    client_id: str | None = None
    project_id: str | None = None
    language: str = "zh-CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectConfig:
    """A service programme of a client."""

    project_id: str
    client_id: str
    name: str
    caller_number: str = ""
    """E.164 number shown on outgoing legs."""
    blacklist: frozenset[str] = frozenset()
    whitelist: frozenset[str] = frozenset()
    max_calls: int | None = None
    """Simultaneous calls bought; more are refused as blocked."""
    time_zone: str = "Asia/Shanghai"
    auto_answer: bool = False
    """Agents' phones answer the project's calls by themselves."""
    announce_agent: bool = False
    """Customers are told the number of the agent who answers."""
    numbers_masked: bool = False
    """Agents' phones do not show customers' numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursConfig:
    """Business hours: weekly half-open spans in local time, with dated exceptions."""

    hours_id: str
    time_zone: str
    weekly: Mapping[int, tuple[tuple[time, time], ...]]
    """Weekday (Monday 0) → spans; an end of 00:00 means midnight at the day's end."""
    exceptions: Mapping[date, tuple[tuple[time, time], ...]] = field(
        default_factory=dict[date, tuple[tuple[time, time], ...]]
    )
    """A date's own spans: empty for a holiday, a normal day's for a make-up workday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowConfig:
    """A published version of a flow; `definition` follows contracts/flow.schema.json."""

    flow_id: str
    version: int
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkConfig:
    """A SIP trunk as outbound routing sees it."""

    trunk_id: str
    prefixes: tuple[str, ...] = ("",)
    """Called-number prefixes served; the longest match wins."""
    cost: int = 0
    capacity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCodes:
    """What agents dial on a phone in place of pressing buttons on a page; empty: not in use."""

    sign_in: str = "*81"
    sign_out: str = "*82"
    idle: str = "*83"
    busy: str = "*84"
    """Followed by the reason's place in the operator's list; alone it is the first."""
    outbound_only: str = "*85"
    end_after_call_work: str = "*86"
    echo: str = "*87"
    """A test: the phone hears what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellConfig:
    """Everything a cell decides with."""

    version: int
    cell_id: str
    queues: Mapping[str, QueueConfig] = field(default_factory=dict[str, QueueConfig])
    agents: Mapping[str, AgentConfig] = field(default_factory=dict[str, AgentConfig])
    numbers: Mapping[str, NumberConfig] = field(default_factory=dict[str, NumberConfig])
    """Keyed by E.164."""
    projects: Mapping[str, ProjectConfig] = field(default_factory=dict[str, ProjectConfig])
    hours: Mapping[str, HoursConfig] = field(default_factory=dict[str, HoursConfig])
    flows: Mapping[str, FlowConfig] = field(default_factory=dict[str, FlowConfig])
    trunks: Mapping[str, TrunkConfig] = field(default_factory=dict[str, TrunkConfig])
    busy_reasons: tuple[str, ...] = ("break", "meeting", "training")
    max_calls: int | None = None
    """Simultaneous calls the cell accepts; more are refused as blocked."""
    phone_codes: PhoneCodes = field(default_factory=PhoneCodes)
    service_number: str = ""
    """The number that agents call from any telephone to dial codes; empty for none."""
