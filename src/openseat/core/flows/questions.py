"""Steps that ask the caller for keys: menu, collect and rate."""

from __future__ import annotations

from openseat.core.flows.actions import Rate, StopSaying
from openseat.core.flows.run import Phase
from openseat.core.flows.steps import Collect, Menu, RateService
from openseat.core.flows.turn import WAIT, Go, Move, Turn

Question = Menu | Collect | RateService

TYPED_AHEAD = 32
"""Most keys kept for later questions; what is typed beyond is lost."""


def ask(turn: Turn, step: Question, before: tuple[str, ...] = ()) -> Move:
    """Play the question, unless the answer was typed ahead."""
    if turn.run.typed and _barge_in(step):
        turn.run.phase = Phase.LISTENING
        return _answered(turn, step)
    return turn.say((*before, *step.prompt), Phase.ASKING, barge_in=_barge_in(step))


def keep(turn: Turn, digit: str) -> None:
    """Keep a key for the next question."""
    turn.run.typed = (turn.run.typed + digit)[:TYPED_AHEAD]


def pressed_while_asking(turn: Turn, step: Question, digit: str) -> Move:
    """Take a key pressed during the question."""
    keep(turn, digit)
    if not _barge_in(step):
        return WAIT
    turn.actions.append(StopSaying())
    return _answered(turn, step)


def pressed(turn: Turn, step: Question, digit: str) -> Move:
    """Take a key pressed after the question."""
    keep(turn, digit)
    return _answered(turn, step)


def asked(turn: Turn, step: Question) -> Move:
    """The question was played to its end: the caller's time begins."""
    if turn.run.typed:
        return _answered(turn, step)
    first = step.first_digit_ms if isinstance(step, Collect) else step.timeout_ms
    return turn.wait(Phase.LISTENING, first)


def silent(turn: Turn, step: Question) -> Move:
    """The caller's time is up."""
    if isinstance(step, Collect) and turn.run.digits:
        return _collected(turn, step)
    return _again(turn, step, timed_out=True)


def _barge_in(step: Question) -> bool:
    return isinstance(step, RateService) or step.barge_in


def _answered(turn: Turn, step: Question) -> Move:
    """Use the keys typed so far."""
    run = turn.run
    if isinstance(step, Collect):
        while run.typed:
            key, run.typed = run.typed[0], run.typed[1:]
            if key == step.terminator:
                return _collected(turn, step)
            run.digits += key
            if len(run.digits) >= step.longest:
                run.swallow = step.terminator
                return _collected(turn, step)
        return turn.wait(Phase.LISTENING, step.between_ms)
    key, run.typed = run.typed[0], run.typed[1:]
    if isinstance(step, RateService):
        if key.isdigit() and 1 <= int(key) <= step.scale:
            turn.actions.append(Rate(score=int(key), scale=step.scale))
            return Go(step.next)
    elif key in step.choices:
        return Go(step.choices[key])
    return _again(turn, step, timed_out=False)


def _collected(turn: Turn, step: Collect) -> Move:
    digits = turn.run.digits
    if not digits:
        return _again(turn, step, timed_out=True)
    if not _valid(step, digits):
        return _again(turn, step, timed_out=False)
    turn.put(step.into, digits)
    return Go(step.next)


def _again(turn: Turn, step: Question, *, timed_out: bool) -> Move:
    """Ask once more, or go where the step leads after its last try."""
    run = turn.run
    run.typed = run.digits = run.swallow = ""
    run.attempt += 1
    if isinstance(step, RateService):
        before, after = step.invalid_prompt, step.skipped or step.next
    elif timed_out:
        before, after = step.timeout_prompt, step.timeout
    else:
        before, after = step.invalid_prompt, step.invalid
    return Go(after) if run.attempt > step.retries else ask(turn, step, before)


def _valid(step: Collect, digits: str) -> bool:
    if len(digits) < step.shortest:
        return False
    if step.prefixes and not digits.startswith(step.prefixes):
        return False
    if step.lowest is not None or step.highest is not None:
        if not digits.isdecimal():
            return False
        number = int(digits)
        if (step.lowest is not None and number < step.lowest) or (
            step.highest is not None and number > step.highest
        ):
            return False
    return step.checksum == "none" or luhn(digits)


def luhn(digits: str) -> bool:
    """Tell whether the last digit is right by ISO/IEC 7812-1, annex B."""
    if not digits.isdecimal():
        return False
    total = 0
    for n, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + n % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
