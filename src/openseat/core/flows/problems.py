"""What is wrong with a flow definition: problems with stable codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from openseat.core.errors import CoreError


class Severity(StrEnum):
    """Whether a problem keeps a flow from being published."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding about a flow.

    `code` is stable (`flow.` and words joined by underscores), `step_id` is empty for
    findings about the whole flow, `arguments` fill the blanks of the text and
    are JSON-ready; `field` in them names the place inside the step.
    """

    code: str
    step_id: str = ""
    severity: Severity = Severity.ERROR
    arguments: Mapping[str, str | int] = field(default_factory=dict[str, str | int])

    def as_json(self) -> dict[str, object]:
        """Return the finding as the API shows it."""
        return {
            "code": self.code,
            "step_id": self.step_id,
            "severity": self.severity.value,
            "arguments": dict(self.arguments),
        }


class FlowInvalid(CoreError):
    """A definition that is no flow at all; `problems` say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("flow.invalid", problems=len(problems), first=problems[0].code)
        self.problems = problems
