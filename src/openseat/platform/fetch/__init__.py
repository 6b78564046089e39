"""Brings the programs OpenSeat drives onto the machine, without touching the machine's own."""

from openseat.platform.fetch.engine import (
    Engine,
    EngineMissingError,
    fetch_engine,
    find_engine,
)
from openseat.platform.fetch.errors import FetchError

__all__ = ["Engine", "EngineMissingError", "FetchError", "fetch_engine", "find_engine"]
