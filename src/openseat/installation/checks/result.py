"""The outcome of one check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    #: Works, but somebody should know.
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found.

    Attributes:
        name: what was looked at.
        verdict: how bad it is.
        found: the finding, in a few words.
        remedy: what to do about it; empty when nothing is needed.
    """

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""

    def line(self) -> str:
        """Return the result as one line."""
        mark = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAILED: "✗"}[self.verdict]
        return f"{mark} {self.name}: {self.found}" + (f" → {self.remedy}" if self.remedy else "")


def ok(name: str, found: str) -> Result:
    """Return a result that needs nothing."""
    return Result(name, Verdict.OK, found)


def warning(name: str, found: str, remedy: str) -> Result:
    """Return a result somebody should know about."""
    return Result(name, Verdict.WARNING, found, remedy)


def failed(name: str, found: str, remedy: str) -> Result:
    """Return a result that stops OpenSeat from working."""
    return Result(name, Verdict.FAILED, found, remedy)
