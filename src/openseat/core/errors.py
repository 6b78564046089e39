"""Typed refusals of the core.

A `CoreError` is an expected answer, not a crash: it carries a stable code that
the edge turns into text in the user's language and an RFC 9457 problem.
"""

from __future__ import annotations


class CoreError(Exception):
    """A command the core refuses.

    `code` is stable and part of the API (lower-case words joined by dots);
    `args` fill the text's blanks and are JSON-ready.
    """

    def __init__(self, code: str, **arguments: str | int | bool | None) -> None:
        super().__init__(code, arguments)
        self.code = code
        self.arguments = arguments

    def __str__(self) -> str:
        """Return the code with its arguments, for logs."""
        inside = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.code}({inside})"


class UnknownTransition(CoreError):
    """An input that the state machine's table has no row for."""

    def __init__(self, machine: str, state: str, stimulus: str) -> None:
        super().__init__("transition.unknown", machine=machine, state=state, stimulus=stimulus)
