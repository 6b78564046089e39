"""Trying a flow without a telephone: the interpreter of real calls, fed by whoever tries it.

Nothing is kept between two requests: the page sends everything that has happened since the call
began, and the walk is taken anew. The same happenings always lead to the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from openseat.core.errors import CoreError
from openseat.core.flows import actions, interpreter, say
from openseat.core.flows.library import Library
from openseat.core.flows.run import Run, Visit
from openseat.core.identity import Instant

HEARING_MS = 1_000
"""How long a sentence takes in a trial, and a service to reply."""

Texts = Mapping[tuple[str, str], str]
"""(Language, prompt) → what it says."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One prompt and what it says; the text is empty where nobody wrote it down."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that the flow asked for: an action of the interpreter by its name."""

    kind: str
    detail: Mapping[str, Any]
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """What one happening led to, `at_ms` after the call's begin."""

    at_ms: int
    visits: tuple[Visit, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """A call's way through a flow so far."""

    moments: tuple[Moment, ...]
    run: Run


def walk(
    library: Library,
    flow_id: str,
    happened: Iterable[actions.FlowInput],
    *,
    language: str,
    now: Instant,
    given: Mapping[str, str],
    texts: Texts,
) -> Walk:
    """Return the way a call takes from `now` on; a `Deadline` waits until the run's own."""
    began = now
    run, asked = interpreter.start(library, flow_id, language=language, now=now, given=given)
    moments = [_moment(0, run, asked, language, texts)]
    for one in happened:
        if run.done:
            break
        spoken = run.language
        if isinstance(one, actions.Deadline):
            now = max(now, run.deadline or now)
        elif isinstance(one, actions.PlayFinished | actions.Fetched):
            now += HEARING_MS
        asked = interpreter.resume(run, one, now)
        moments.append(_moment(now - began, run, asked, spoken, texts))
    return Walk(tuple(moments), run)


def _moment(
    at_ms: int, run: Run, asked: Iterable[actions.FlowAction], language: str, texts: Texts
) -> Moment:
    found: list[Asked] = []
    for action in asked:
        if isinstance(action, actions.SetLanguage):
            language = action.language
        heard: tuple[Heard, ...] = ()
        if isinstance(action, actions.Say):
            heard = tuple(one for item in action.media for one in _heard(item, language, texts))
        found.append(Asked(_kind(action), _detail(action), heard))
    return Moment(at_ms, tuple(run.visits), tuple(found))


def _kind(action: actions.FlowAction) -> str:
    name = type(action).__name__
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _detail(action: actions.FlowAction) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    for item in fields(action):
        held = getattr(action, item.name)
        if item.name == "target":
            detail |= {"to": held.kind.value, "target": held.id}
        elif isinstance(held, Mapping):
            detail[item.name] = dict(held)
        else:
            detail[item.name] = list(held) if isinstance(held, tuple) else held
    return detail


def _heard(item: str, language: str, texts: Texts) -> tuple[Heard, ...]:
    try:
        names = say.expand(item, language)
    except CoreError:
        return (Heard(item, ""),)  # A pause, or a tone.
    return tuple(Heard(name, texts.get((language, name), "")) for name in names)
