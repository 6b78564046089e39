"""The steps of a flow: one dataclass for each kind, its fields described by shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, dataclass_transform

from openseat.core.flows.shapes import (
    Edge,
    Flag,
    Group,
    Leaf,
    ListOf,
    MapOf,
    Media,
    OneOf,
    Reference,
    Tagged,
    Text,
    Variable,
    Whole,
    may,
    need,
    shape_of,
)

LANGUAGES = ("zh-CN", "en")
"""Languages that OpenSeat speaks."""

KEYS = tuple("0123456789*#ABCD")
"""Keys of a telephone."""

STEPS: dict[str, type[Any]] = {}
"""Every kind of step by its name."""

S = TypeVar("S")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(need, may))
def step(kind: str) -> Callable[[type[S]], type[S]]:
    """Register a frozen dataclass as the step `kind`."""

    def register(cls: type[S]) -> type[S]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        STEPS[kind] = made
        return made

    return register


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(need, may))
def _part(cls: type[S]) -> type[S]:
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


_PROMPT = ListOf(Media(), most=32)
_SOME_PROMPT = ListOf(Media(), most=32, least=1)
_FILLED = Text(500, template=True)
_KEY = Text(1, 1, pattern="[0-9*#A-D]")
_SPAN = Whole(100, 3_600_000)
_NEXT = "Step to go on with."


@step("announce")
class Announce:
    """Play prompts and data, one after another."""

    prompt: tuple[str, ...] = need(_SOME_PROMPT, "Media items to play.")
    barge_in: bool = may(
        Flag(), default=True, about="A key stops it; the key is kept for the next menu."
    )
    next: str | None = may(Edge(), None, _NEXT)


@step("menu")
class Menu:
    """Ask for one key and go where it leads."""

    prompt: tuple[str, ...] = need(_SOME_PROMPT, "What the choices are.")
    choices: Mapping[str, str] = need(MapOf(_KEY, Edge(), 16, 1), "Key → step.")
    barge_in: bool = may(Flag(), default=True, about="A key may be pressed during the prompt.")
    timeout_ms: int = may(_SPAN, 5_000, "Wait this long for a key after the prompt.")
    retries: int = may(Whole(0, 9), 2, "Ask again this often, before `invalid` or `timeout`.")
    invalid_prompt: tuple[str, ...] = may(_PROMPT, (), "Said before asking again: wrong key.")
    timeout_prompt: tuple[str, ...] = may(_PROMPT, (), "Said before asking again: no key.")
    invalid: str | None = may(Edge(), None, "Step after the last wrong key.")
    timeout: str | None = may(Edge(), None, "Step after the last silence.")


@step("collect")
class Collect:
    """Ask for digits, such as an account number, and keep them in a variable."""

    prompt: tuple[str, ...] = need(_SOME_PROMPT, "What to key in.")
    into: str = need(Variable(), "Variable that takes the digits.")
    shortest: int = may(Whole(1, 32), 1, "Fewest digits.")
    longest: int = may(Whole(1, 32), 32, "Most digits; at this many the step goes on by itself.")
    terminator: str = may(OneOf(("", "#", "*")), "#", "Key that ends the entry, if any.")
    first_digit_ms: int = may(_SPAN, 6_000, "Wait this long for the first digit.")
    between_ms: int = may(_SPAN, 3_000, "Wait this long for each further digit.")
    barge_in: bool = may(Flag(), default=True, about="Digits may be pressed during the prompt.")
    retries: int = may(Whole(0, 9), 2, "Ask again this often.")
    prefixes: tuple[str, ...] = may(
        ListOf(Text(32, 1, pattern="[0-9*]+"), 20), (), "The entry begins with one of these."
    )
    lowest: int | None = may(Whole(0, 10**18), None, "The entry is a number not below this.")
    highest: int | None = may(Whole(0, 10**18), None, "The entry is a number not above this.")
    checksum: str = may(OneOf(("none", "luhn")), "none", "Check digit (cards: luhn).")
    invalid_prompt: tuple[str, ...] = may(_PROMPT, (), "Said before asking again: bad entry.")
    timeout_prompt: tuple[str, ...] = may(_PROMPT, (), "Said before asking again: no entry.")
    next: str | None = may(Edge(), None, "Step after a good entry.")
    invalid: str | None = may(Edge(), None, "Step after the last bad entry.")
    timeout: str | None = may(Edge(), None, "Step after the last silence.")


@step("say")
class SayData:
    """Speak a number, digits, an amount, a date or a time by the language's grammar."""

    form: str = need(
        OneOf(("number", "digits", "money", "date", "time", "datetime")), "How to speak it."
    )
    value: str = need(
        Text(200, 1, template=True),
        "What to speak: a number, digits, an amount such as 12.50, a date as YYYY-MM-DD, or a "
        "moment in epoch milliseconds.",
    )
    currency: str = may(OneOf(("CNY", "USD", "EUR")), "CNY", "Currency of an amount.")
    zone: str = may(Text(60, 1, pattern="[A-Za-z0-9_+/-]+"), "Asia/Shanghai", "IANA time zone.")
    before: tuple[str, ...] = may(_PROMPT, (), "Media items said first.")
    after: tuple[str, ...] = may(_PROMPT, (), "Media items said last.")
    barge_in: bool = may(Flag(), default=True, about="A key stops it and is kept.")
    next: str | None = may(Edge(), None, _NEXT)


OPERATORS = (
    "equals", "not_equals", "starts_with", "ends_with", "contains", "one_of",
    "less", "less_or_equal", "greater", "greater_or_equal", "is_set", "is_empty",
)  # fmt: skip


@_part
class Compare:
    """Compare two texts; less and greater compare them as numbers."""

    left: str = need(_FILLED, "Usually a variable, such as {{caller}}.")
    operator: str = need(OneOf(OPERATORS), "How to compare.")
    right: str = may(_FILLED, "", "What to compare with.")
    values: tuple[str, ...] = may(ListOf(_FILLED, 100), (), "For one_of: the texts.")
    negate: bool = may(Flag(), default=False, about="Turn the answer round.")


@_part
class InHours:
    """Business hours are open at this moment."""

    hours: str = need(Reference(to="hours"), "Business hours.")
    negate: bool = may(Flag(), default=False, about="Turn the answer round: closed.")


@_part
class OnHoliday:
    """Today, in the time zone of the business hours, is a dated exception without hours."""

    hours: str = need(Reference(to="hours"), "Business hours whose exceptions are the calendar.")
    negate: bool = may(Flag(), default=False, about="Turn the answer round.")


Test = Compare | InHours | OnHoliday

TESTS: dict[str, type[Any]] = {"compare": Compare, "hours": InHours, "holiday": OnHoliday}


@_part
class Branch:
    """Tests and where to go if they hold."""

    tests: tuple[Test, ...] = need(ListOf(Tagged(TESTS), 20, 1), "What must hold.")
    match: str = may(OneOf(("all", "any")), "all", "All of the tests, or any of them.")
    next: str | None = may(Edge(), None, "Step to go on with.")


@step("condition")
class Condition:
    """Take the first branch whose tests hold."""

    branches: tuple[Branch, ...] = need(ListOf(Group(Branch), 50, 1), "Tried in this order.")
    otherwise: str | None = may(Edge(), None, "Step if no branch holds.")


@step("set")
class SetVariables:
    """Give variables new values."""

    values: Mapping[str, str] = may(MapOf(Variable(), _FILLED, 50), {}, "Variable → text.")
    add: Mapping[str, int] = may(
        MapOf(Variable(), Whole(-1_000_000, 1_000_000), 50),
        {},
        "Variable → whole number to add; what is no whole number counts as 0.",
    )
    next: str | None = may(Edge(), None, _NEXT)


@step("http")
class HttpRequest:
    """Ask a web service, and keep parts of its JSON reply."""

    method: str = may(OneOf(("GET", "POST", "PUT")), "GET", "HTTP method.")
    url: str = need(
        Text(1000, 8, template=True, pattern=r"https?://[^/{}\s@]+(?:[/?][^\s]*)?"),
        "Address. Variables, percent-encoded, may stand after the host name.",
    )
    headers: Mapping[str, str] = may(
        MapOf(Text(60, 1, pattern="[A-Za-z0-9-]+"), _FILLED, 20), {}, "Header → text."
    )
    body: Mapping[str, str] = may(
        MapOf(Text(60, 1), _FILLED, 50), {}, "Field → text, sent as a JSON object."
    )
    timeout_ms: int = may(Whole(100, 30_000), 5_000, "Give up after this.")
    save: Mapping[str, str] = may(
        MapOf(Variable(), Text(200, 1), 30),
        {},
        "Variable → path in the reply, names and list positions joined by dots.",
    )
    next: str | None = may(Edge(), None, "Step after a reply of status 2xx with all saved fields.")
    failed: str | None = may(Edge(), None, "Step for everything else.")


_SKILLS = MapOf(Text(100, 1), Whole(0, 100), 20)


@step("queue")
class Queue:
    """Wait for an agent."""

    queue: str = need(Reference(to="queue"), "Queue to wait in.")
    priority: int = may(Whole(-1000, 1000), 0, "Added to the queue's own priority.")
    skills: Mapping[str, int] = may(_SKILLS, {}, "Skill → lowest level, beside the queue's own.")
    preferred_agent: str = may(
        Text(100, template=True), "", "Agent id to try first, such as the customer's own agent."
    )
    ring: bool = may(
        Flag(),
        default=False,
        about="Let an unanswered caller hear ringing, free of charge, until an agent answers: no "
        "music, no announcements, no keys.",
    )
    keys: Mapping[str, str] = may(MapOf(_KEY, Edge(), 16), {}, "Keys that leave the queue → step.")
    timeout_ms: int | None = may(
        Whole(1_000, 86_400_000), None, "Leave the queue after this; without it after four hours."
    )
    overflowed: str | None = may(
        Edge(), None, "Step when the queue gives the caller up; also for the three below."
    )
    timeout: str | None = may(Edge(optional=True), None, "Step when `timeout_ms` is over.")
    full: str | None = may(Edge(optional=True), None, "Step when the queue is full.")
    unstaffed: str | None = may(Edge(optional=True), None, "Step when nobody is signed in.")
    served: str | None = may(
        Edge(optional=True), None, "Step after the agent, such as a rating; without it the end."
    )


@step("transfer")
class Transfer:
    """Send the caller to an agent, a group, a queue, another flow or an outside number."""

    to: str = need(OneOf(("agent", "group", "queue", "flow", "outside")), "Kind of target.")
    target: str = need(
        Text(100, 1, template=True),
        "Id of the target, or a telephone number for outside. Queues and flows are named "
        "literally, the others may be a variable.",
    )
    done: str | None = may(
        Edge(optional=True), None, "Step after the conversation; without it the end."
    )
    failed: str | None = may(Edge(), None, "Step when the target cannot be reached.")


@step("voicemail")
class Voicemail:
    """Let the caller leave a message."""

    prompt: tuple[str, ...] = may(_PROMPT, (), "Said before the tone.")
    box: str = need(Text(100, 1, template=True), "Message box.")
    max_ms: int = may(Whole(1_000, 3_600_000), 120_000, "Longest message.")
    silence_ms: int | None = may(Whole(500, 60_000), 5_000, "End after this much silence.")
    beep: bool = may(Flag(), default=True, about="Play a tone first.")
    terminators: str = may(Text(16, pattern="[0-9*#A-D]*"), "#", "Keys that end the message.")
    next: str | None = may(Edge(), None, "Step after the message.")
    failed: str | None = may(
        Edge(optional=True), None, "Step if nothing was recorded; without it `next`."
    )


@step("record")
class Record:
    """Record an answer of the caller, kept with the call's recordings."""

    prompt: tuple[str, ...] = may(_PROMPT, (), "Said before the tone.")
    label: str = may(Text(100, template=True), "", "What the answer is about.")
    max_ms: int = may(Whole(1_000, 3_600_000), 60_000, "Longest answer.")
    silence_ms: int | None = may(Whole(500, 60_000), 3_000, "End after this much silence.")
    beep: bool = may(Flag(), default=True, about="Play a tone first.")
    terminators: str = may(Text(16, pattern="[0-9*#A-D]*"), "#", "Keys that end the answer.")
    next: str | None = may(Edge(), None, "Step after the answer.")
    failed: str | None = may(
        Edge(optional=True), None, "Step if nothing was recorded; without it `next`."
    )


@step("rate")
class RateService:
    """Ask for a satisfaction rating from 1 to `scale`."""

    prompt: tuple[str, ...] = need(_SOME_PROMPT, "What the keys mean.")
    scale: int = may(Whole(2, 9), 5, "Best rating.")
    timeout_ms: int = may(_SPAN, 6_000, "Wait this long for a key after the prompt.")
    retries: int = may(Whole(0, 9), 1, "Ask again this often.")
    invalid_prompt: tuple[str, ...] = may(_PROMPT, (), "Said before asking again.")
    next: str | None = may(Edge(), None, "Step after the rating.")
    skipped: str | None = may(Edge(optional=True), None, "Step without one; else `next`.")


@step("callback")
class Callback:
    """Promise the caller a call back."""

    number: str = may(
        Text(100, 1, template=True), "{{caller}}", "Number to call: 3 to 20 digits, maybe with +."
    )
    delay_ms: int = may(Whole(0, 2_592_000_000), 0, "Not before this has passed.")
    hours: str | None = may(
        Reference(to="hours"), None, "If closed at that time, due when they open next."
    )
    queue: str | None = may(Reference(to="queue"), None, "Queue whose agents call back.")
    next: str | None = may(Edge(), None, _NEXT)
    invalid: str | None = may(Edge(), None, "Step when the number is not one.")


@step("assign")
class AssignClient:
    """Tell whose call it is, on a number that several clients share."""

    client: str = need(Reference(to="client"), "Client.")
    project: str = need(Reference(to="project"), "Project of that client.")
    next: str | None = may(Edge(), None, _NEXT)


@step("language")
class Language:
    """Speak another language from here on."""

    language: str = need(OneOf(LANGUAGES), "Language.")
    next: str | None = may(Edge(), None, _NEXT)


@step("subflow")
class SubFlow:
    """Run another flow, and go on when it returns. Variables are shared."""

    flow: str = need(Reference(to="flow"), "Flow to run.")
    next: str | None = may(Edge(), None, "Step after its return.")


@step("return")
class Return:
    """Go back to the flow that called this one; in a flow that none called, the end."""


@step("goto")
class Goto:
    """Go on elsewhere; keeps a drawn graph readable."""

    next: str | None = may(Edge(), None, _NEXT)


@step("hang_up")
class HangUp:
    """End the call."""

    cause: int = may(Whole(1, 127), 16, "Q.850 cause: 16 normal, 17 busy, 21 rejected.")


Step = (
    Announce
    | Menu
    | Collect
    | SayData
    | Condition
    | SetVariables
    | HttpRequest
    | Queue
    | Transfer
    | Voicemail
    | Record
    | RateService
    | Callback
    | AssignClient
    | Language
    | SubFlow
    | Return
    | Goto
    | HangUp
)
"""Every step."""

KINDS: dict[type[Any], str] = {cls: kind for kind, cls in STEPS.items()}
"""The name of each kind of step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A graph of steps that a call walks through."""

    name: str
    start: str
    languages: tuple[str, ...]
    """Languages the flow can be heard in: each of its prompts must exist in each."""
    steps: Mapping[str, Step]
    variables: Mapping[str, str]
    """First values, for variables that nobody has set."""
    expects: tuple[str, ...] = ()
    """Variables that a calling flow sets before this one runs."""
    flow_id: str = ""
    version: int = 0


def leaves(of: Step) -> Iterator[Leaf]:
    """Yield every plain value in a step with its place and meaning."""
    for item in fields(of):
        held = getattr(of, item.name)
        if held is not None:
            yield from shape_of(item).leaves(held, item.name)
