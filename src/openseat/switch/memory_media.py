"""How long media plays on the in-memory switch, and which is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openseat.core.flows.say import KINDS, expand
from openseat.core.identity import Milliseconds


class MediaMissingError(LookupError):
    """A name for which there is no sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Playing times: a prompt's own, or `default_ms` for those not named."""

    prompts: Mapping[str, Milliseconds] = field(default_factory=dict[str, Milliseconds])
    default_ms: Milliseconds = 1000
    piece_ms: Milliseconds = 300
    """One word of a number, time or the like."""
    only_known: bool = False
    """Whether prompts that `prompts` does not name are missing."""

    def of(self, item: str, language: str) -> Milliseconds:
        """Return how long a media item plays.

        Raises:
            MediaMissingError: it cannot be played.
        """
        kind, _, value = item.partition(":")
        if kind == "prompt":
            if self.only_known and value not in self.prompts:
                raise MediaMissingError(item)
            return self.prompts.get(value, self.default_ms)
        if kind == "silence" and value.isdecimal():
            return int(value)
        if kind == "tone":
            hertz, _, milliseconds = value.partition("/")
            if hertz.isdecimal() and milliseconds.isdecimal():
                return int(milliseconds)
        if kind == "file":
            return self.prompts.get(value, self.default_ms)
        if kind in KINDS:
            return self.piece_ms * len(expand(item, language))
        raise MediaMissingError(item)


def tone_of(item: str) -> int:
    """Return the frequency (Hz) of a tone item, 0 for any other."""
    kind, _, value = item.partition(":")
    hertz = value.partition("/")[0]
    return int(hertz) if kind == "tone" and hertz.isdecimal() else 0
