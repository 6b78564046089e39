"""How a class becomes an event: its name, its version, and the list of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

EVENTS: dict[str, type[Any]] = {}
"""Every event type by its name."""

E = TypeVar("E")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str, version: int = 1) -> Callable[[type[E]], type[E]]:
    """Register a frozen dataclass as the event `name` at `version`."""

    def register(cls: type[E]) -> type[E]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        made.TYPE = name  # type: ignore[attr-defined]  # ClassVars of every event
        made.VERSION = version  # type: ignore[attr-defined]  # likewise
        EVENTS[name] = made
        return made

    return register
