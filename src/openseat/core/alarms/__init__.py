"""When a figure of the live floor is an alarm: thresholds, readings, and hysteresis."""

from openseat.core.alarms.readings import Rows, readings
from openseat.core.alarms.threshold import FITS, Measure, Scope, Threshold, Zone
from openseat.core.alarms.watch import TABLE, Change, Phase, Watch, step

__all__ = [
    "FITS",
    "TABLE",
    "Change",
    "Measure",
    "Phase",
    "Rows",
    "Scope",
    "Threshold",
    "Watch",
    "Zone",
    "readings",
    "step",
]
