"""From a value's course to an alarm and its end, without flutter: a table of phases and zones.

A value that dances about its limit neither raises an alarm at every step (it must be beyond for a
while) nor ends one (it must come back past another line, and stay there for a while).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from openseat.core.alarms.threshold import Threshold, Zone
from openseat.core.identity import Instant


class Phase(StrEnum):
    """How far an alarm has come."""

    QUIET = "quiet"
    PENDING = "pending"
    """Beyond the limit, not yet for long enough."""
    RAISED = "raised"
    CLEARING = "clearing"
    """Back within, not yet for long enough."""


class Change(StrEnum):
    """What has become of an alarm."""

    RAISED = "raised"
    CLEARED = "cleared"


TABLE: Final[Mapping[tuple[Phase, Zone], Phase]] = {
    (Phase.QUIET, Zone.BEYOND): Phase.PENDING,
    (Phase.QUIET, Zone.BETWEEN): Phase.QUIET,
    (Phase.QUIET, Zone.WITHIN): Phase.QUIET,
    (Phase.PENDING, Zone.BEYOND): Phase.PENDING,
    (Phase.PENDING, Zone.BETWEEN): Phase.QUIET,
    (Phase.PENDING, Zone.WITHIN): Phase.QUIET,
    (Phase.RAISED, Zone.BEYOND): Phase.RAISED,
    (Phase.RAISED, Zone.BETWEEN): Phase.RAISED,
    (Phase.RAISED, Zone.WITHIN): Phase.CLEARING,
    (Phase.CLEARING, Zone.BEYOND): Phase.RAISED,
    (Phase.CLEARING, Zone.BETWEEN): Phase.RAISED,
    (Phase.CLEARING, Zone.WITHIN): Phase.CLEARING,
}
"""Where a value's zone leads; waiting is over by time, not by a value."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A phase and since when."""

    phase: Phase = Phase.QUIET
    since: Instant = 0


def step(
    threshold: Threshold, watch: Watch, zone: Zone, now: Instant
) -> tuple[Watch, Change | None]:
    """Return what a value's zone makes of a watch, and whether an alarm begins or ends."""
    phase = TABLE[watch.phase, zone]
    since = watch.since if phase is watch.phase else now
    if phase is Phase.PENDING and now - since >= threshold.hold_ms:
        return Watch(Phase.RAISED, now), Change.RAISED
    if phase is Phase.CLEARING and now - since >= threshold.clear_hold_ms:
        return Watch(Phase.QUIET, now), Change.CLEARED
    return Watch(phase, since), None
