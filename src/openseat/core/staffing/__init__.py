"""How many contacts will come, and how many agents they need."""

from openseat.core.staffing.erlang import Load, agents_for, erlang_b, erlang_c
from openseat.core.staffing.forecast import Expected, History, forecast, patience_s

__all__ = [
    "Expected",
    "History",
    "Load",
    "agents_for",
    "erlang_b",
    "erlang_c",
    "forecast",
    "patience_s",
]
