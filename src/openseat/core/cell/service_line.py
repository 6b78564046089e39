"""The service line: agents without a page dial codes, and hear what became of them.

On a phone of this switch a code is dialled like a number. From any other
telephone the agent calls the service number and shows who they are by agent
number and PIN. What is done with a key, a prompt that ended, or silence follows
from what is being asked: `TABLE`, total over both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core import pin
from openseat.core.agents import ENGAGED, Agent
from openseat.core.browser_phone import in_browser
from openseat.core.calls.model import Call
from openseat.core.cell import colleagues, dialling, ending, people, trunk_test
from openseat.core.cell.dialogue import Dialogue, Phase
from openseat.core.cell.turn import Turn
from openseat.core.config import AgentConfig
from openseat.core.effects import Answer, Echo, Play, StopPlay
from openseat.core.errors import CoreError
from openseat.core.events import AgentState
from openseat.core.phone_codes import Dialled, PhoneCode, read
from openseat.core.telephone import telephone

SILENCE_MS = 8_000
"""How long a key is waited for after the words have ended, or after the key before it."""

BREATH = "silence:400"
"""Before the first words: a phone that was just connected loses what is said at once."""

LAST_MS = 60_000
"""A call whose last words never end is ended after this."""

TRIES = 3
"""Wrong or missing answers in one call."""

WRONG_PINS = 5
"""Wrong PINs for one agent, in whatever calls, before none is believed for `LOCKED_MS`."""

LOCKED_MS = 900_000

LONGEST = 20
"""Keys of one answer; more are not taken."""

END = "#"
"""The key that ends an answer."""

CLEAR = "*"
"""The key that begins an agent number or a PIN anew."""

_ASKS: Final = {
    Phase.AGENT: "line-ask-agent",
    Phase.PIN: "line-ask-pin",
    Phase.CODE: "line-ask-code",
}

_DONE: Final = {
    PhoneCode.SIGN_IN: "line-signed-in",
    PhoneCode.SIGN_OUT: "line-signed-out",
    PhoneCode.IDLE: "line-idle",
    PhoneCode.BUSY: "line-busy",
    PhoneCode.OUTBOUND_ONLY: "line-outbound-only",
    PhoneCode.END_AFTER_CALL_WORK: "line-work-over",
    PhoneCode.ECHO: "line-echo",
}

_REFUSED: Final = {
    "agent.already_signed_in": "line-already-signed-in",
    "agent.not_signed_in": "line-not-signed-in",
    "agent.unknown": "line-not-signed-in",
    "busy.reason_unknown": "line-wrong-code",
    "code.unknown": "line-wrong-code",
    "endpoint.taken": "line-seat-taken",
    "endpoint.none": "line-no-phone",
    "project.unknown": "line-cannot-dial",
    "trunk.none": "line-cannot-dial",
    "trunk.unreachable": "line-cannot-dial",
    "trunk.full": "line-cannot-dial",
}
"""What is said about a refusal; about any other one: not possible now."""


def is_called(turn: Turn, called: str) -> bool:
    """Whether a number is the service number, with or without the plus sign."""
    number = turn.config.service_number
    return bool(number) and called.removeprefix("+") == number.removeprefix("+")


def serves(call: Call) -> bool:
    """Whether a call is one of an agent who dials codes."""
    return call.direction is e.Direction.INTERNAL


def from_phone(turn: Turn, leg: i.LegArrived) -> None:
    """Somebody dialled on a phone of this switch: a code, or a number outside."""
    agent = turn.state.agents.get(leg.agent_id)
    seated = agent is not None and agent.signed_in and agent.endpoint == leg.endpoint
    refusal = ""
    if read(turn.config.phone_codes, leg.called) is None:
        refusal = _dial(turn, agent if seated else None, leg)
        if not refusal:
            return
    call = _begin(turn, leg)
    dialogue = turn.dialogues[call.call_id]
    if refusal:
        dialogue.phase = Phase.LAST
        dialogue.dialled = refusal
    else:
        dialogue.dialled = leg.called
    dialogue.agent_id, dialogue.known = leg.agent_id, bool(leg.agent_id)
    dialogue.language = _language(turn, leg.agent_id)


def _dial(turn: Turn, agent: Agent | None, leg: i.LegArrived) -> str:
    """Call the number that was dialled; returns the prompt that says why not."""
    if not leg.called.removeprefix("+").isdigit():
        return _REFUSED["code.unknown"]
    if agent is None:
        return _REFUSED["agent.not_signed_in"]
    colleague = colleagues.numbered(turn, leg.called)
    if colleague is not None:
        return _call_colleague(turn, agent, colleague, leg)
    if colleagues.nobodys(turn, leg.called):
        return colleagues.NOBODY
    try:
        dialling.dialled(turn, agent, leg)
    except CoreError as refusal:
        return _REFUSED.get(refusal.code, "line-refused")
    return ""


def _call_colleague(turn: Turn, agent: Agent, known: AgentConfig, leg: i.LegArrived) -> str:
    """Call a colleague by agent number; returns the prompt that says why not."""
    refusal = colleagues.why_not(turn, agent, known)
    if refusal:
        return refusal
    own = turn.config.agents.get(agent.agent_id)
    call = _begin(turn, leg, agent_id=agent.agent_id, caller=own.number if own else "")
    dialogue = turn.dialogues[call.call_id]
    dialogue.phase, dialogue.agent_id, dialogue.known = Phase.COLLEAGUE, agent.agent_id, True
    dialogue.language = _language(turn, agent.agent_id)
    colleagues.call(turn, call, agent, known)
    return ""


def from_outside(turn: Turn, leg: i.LegArrived) -> None:
    """Somebody called the service number; one whose number is known need only give the PIN."""
    call = _begin(turn, leg)
    dialogue = turn.dialogues[call.call_id]
    dialogue.endpoint = ""
    for known in turn.config.agents.values():
        own = known.telephone.removeprefix("+")
        if own and own == leg.caller.removeprefix("+"):
            dialogue.agent_id, dialogue.language = known.agent_id, known.language
            break


def _begin(turn: Turn, leg: i.LegArrived, *, agent_id: str = "", caller: str = "") -> Call:
    call = turn.begin_call(
        turn.ids("call"),
        e.CallStarted(
            direction=e.Direction.INTERNAL,
            leg_id=leg.leg_id,
            caller=caller or leg.caller or leg.endpoint,
            called=leg.called,
            caller_name=leg.caller_name,
            trunk_id=leg.trunk_id,
            agent_id=agent_id,
        ),
    )
    turn.dialogues[call.call_id] = Dialogue(
        call_id=call.call_id, leg_id=leg.leg_id, caller=leg.caller, endpoint=leg.endpoint
    )
    turn.do(Answer(leg_id=leg.leg_id))
    return call


def _language(turn: Turn, agent_id: str) -> str:
    known = turn.config.agents.get(agent_id)
    return known.language if known else "zh-CN"


# -- what happens ------------------------------------------------------------------


def answered(turn: Turn, call: Call) -> None:
    """The call is up: do what was dialled, or ask."""
    dialogue = turn.dialogues.get(call.call_id)
    if dialogue is None:
        ending.end_call(turn, call, e.EndedBy.SYSTEM)
    elif dialogue.test is not None:
        _last(turn, dialogue, *trunk_test.WORDS)
    elif dialogue.phase is Phase.COLLEAGUE:
        colleagues.own_answered(turn, call, dialogue.agent_id)
    elif dialogue.phase is Phase.LAST:
        _last(turn, dialogue, dialogue.dialled)
    elif dialogue.dialled and (dialogue.known or _needs_nobody(turn, dialogue)):
        _do_code(turn, call, dialogue, dialogue.dialled)
    else:
        _ask(turn, dialogue, Phase.PIN if dialogue.agent_id else Phase.AGENT)


def _needs_nobody(turn: Turn, dialogue: Dialogue) -> bool:
    dialled = read(turn.config.phone_codes, dialogue.dialled)
    return dialled is not None and dialled.code is PhoneCode.ECHO


class Happening(StrEnum):
    """What may happen to a dialogue."""

    KEY = "key"
    PLAYED = "played"
    SILENCE = "silence"


def pressed(turn: Turn, call: Call, key: str) -> None:
    """A key was pressed."""
    _happen(turn, call, Happening.KEY, key)


def played(turn: Turn, call: Call, playback_id: str) -> None:
    """A playback is over; one that was not the latest means nothing."""
    dialogue = turn.dialogues.get(call.call_id)
    if dialogue is not None and playback_id == _playback(dialogue):
        _happen(turn, call, Happening.PLAYED)


def silence(turn: Turn, call_id: str) -> None:
    """A deadline has come: nobody pressed anything, or the last words never ended."""
    call, dialogue = turn.state.calls.get(call_id), turn.dialogues.get(call_id)
    if call is None or call.ended_at is not None:
        turn.dialogues.pop(call_id, None)
    elif dialogue is not None and dialogue.due is not None and dialogue.due <= turn.now:
        _happen(turn, call, Happening.SILENCE)


def _happen(turn: Turn, call: Call, happening: Happening, key: str = "") -> None:
    dialogue = turn.dialogues.get(call.call_id)
    if dialogue is not None:
        TABLE[dialogue.phase, happening](turn, call, dialogue, key)


# -- what is done about it ---------------------------------------------------------


def _take_key(turn: Turn, call: Call, dialogue: Dialogue, key: str) -> None:
    """A key of an answer; the first one silences the question."""
    if not dialogue.keys:
        turn.do(StopPlay(leg_id=dialogue.leg_id, playback_id=_playback(dialogue)))
    if key == END:
        _submit(turn, call, dialogue, "")
        return
    if key == CLEAR and dialogue.phase is not Phase.CODE:
        dialogue.keys = ""
    elif len(dialogue.keys) < LONGEST:
        dialogue.keys += key
    _wait(turn, dialogue, SILENCE_MS)


def _listen(turn: Turn, _call: Call, dialogue: Dialogue, _key: str) -> None:
    """The question is asked: silence counts from here."""
    if not dialogue.keys:
        _wait(turn, dialogue, SILENCE_MS)


def _submit(turn: Turn, call: Call, dialogue: Dialogue, _key: str) -> None:
    """The answer is over, by the end key or by silence."""
    given, dialogue.keys = dialogue.keys, ""
    if not given:
        _wrong(turn, dialogue, "")
    elif dialogue.phase is Phase.AGENT:
        found = next((a for a in turn.config.agents.values() if a.number == given), None)
        dialogue.agent_id = found.agent_id if found else ""
        # Whether a number is anybody's is told only together with the PIN.
        _ask(turn, dialogue, Phase.PIN)
    elif dialogue.phase is Phase.PIN:
        _check_pin(turn, call, dialogue, given)
    else:
        _do_code(turn, call, dialogue, given)


def _hang_up(turn: Turn, call: Call, dialogue: Dialogue, _key: str) -> None:
    """Everything is said."""
    if dialogue.echo:
        dialogue.echo = False
        turn.do(Echo(leg_id=dialogue.leg_id))
        return
    ending.end_call(turn, call, e.EndedBy.SYSTEM)


def _nothing(_turn: Turn, _call: Call, _dialogue: Dialogue, _key: str) -> None:
    """It does not matter any more."""


Handler = Callable[[Turn, Call, Dialogue, str], None]

TABLE: Final[Mapping[tuple[Phase, Happening], Handler]] = {
    **{(phase, Happening.KEY): _take_key for phase in _ASKS},
    **{(phase, Happening.PLAYED): _listen for phase in _ASKS},
    **{(phase, Happening.SILENCE): _submit for phase in _ASKS},
    **{(Phase.COLLEAGUE, happening): _nothing for happening in Happening},
    (Phase.LAST, Happening.KEY): _nothing,
    (Phase.LAST, Happening.PLAYED): _hang_up,
    (Phase.LAST, Happening.SILENCE): _hang_up,
}


def _check_pin(turn: Turn, call: Call, dialogue: Dialogue, given: str) -> None:
    known = turn.config.agents.get(dialogue.agent_id)
    if known is None:
        _wrong(turn, dialogue, "line-wrong-login", Phase.AGENT)
        return
    agent = people.known_agent(turn, known.agent_id)
    if _locked(turn, agent):
        _last(turn, dialogue, "line-locked")
        return
    ok = pin.matches(known.agent_id, given, known.pin)
    turn.record_agent(
        agent, e.AgentPinChecked(agent_id=known.agent_id, caller=dialogue.caller, ok=ok)
    )
    if not ok:
        _wrong(turn, dialogue, "line-wrong-login", Phase.AGENT)
        return
    dialogue.known, dialogue.language = True, known.language
    if dialogue.dialled:
        _do_code(turn, call, dialogue, dialogue.dialled)
    else:
        _ask(turn, dialogue, Phase.CODE)


def _locked(turn: Turn, agent: Agent) -> bool:
    if agent.wrong_pins < WRONG_PINS or agent.wrong_pin_at is None:
        return False
    return turn.now < agent.wrong_pin_at + LOCKED_MS


def _do_code(turn: Turn, call: Call, dialogue: Dialogue, given: str) -> None:
    """Carry out a code and say what became of it."""
    dialled = read(turn.config.phone_codes, given)
    outcome, prompt = _outcome(turn, dialogue, dialled)
    turn.record(
        call,
        e.CodeDialled(
            leg_id=dialogue.leg_id,
            agent_id=dialogue.agent_id,
            code=dialled.code if dialled else "",
            outcome=outcome,
        ),
    )
    if dialled is not None and dialled.code is PhoneCode.ECHO:
        dialogue.echo = True
        _last(turn, dialogue, prompt)
    elif dialogue.dialled:
        _last(turn, dialogue, prompt)
    elif dialled is None:
        _wrong(turn, dialogue, prompt, Phase.CODE)
    else:
        _ask(turn, dialogue, Phase.CODE, prompt)


def _outcome(turn: Turn, dialogue: Dialogue, dialled: Dialled | None) -> tuple[str, str]:
    """Carry a code out; returns what became of it, and the prompt that says so."""
    if dialled is None:
        return "code.unknown", _REFUSED["code.unknown"]
    try:
        later = _carry_out(turn, dialogue, dialled)
    except CoreError as refusal:
        return refusal.code, _REFUSED.get(refusal.code, "line-refused")
    return ("later", "line-later") if later else ("done", _DONE[dialled.code])


def _carry_out(turn: Turn, dialogue: Dialogue, dialled: Dialled) -> bool:
    """Do what a code asks for; tells whether it waits for the end of the contact at hand."""
    agent_id = dialogue.agent_id
    if dialled.code is PhoneCode.ECHO:
        return False
    if dialled.code is PhoneCode.SIGN_IN:
        endpoint, agent = _seat(turn, dialogue), turn.state.agents.get(agent_id)
        if agent is not None and agent.signed_in and agent.endpoint != endpoint:
            people.change_phone(turn, i.ChangePhone(agent_id=agent_id, endpoint=endpoint))
        else:
            people.sign_in(turn, i.SignIn(agent_id=agent_id, endpoint=endpoint))
        return False
    agent = turn.agent(agent_id)
    later = agent.state in ENGAGED
    match dialled.code:
        case PhoneCode.SIGN_OUT:
            asked: people.OwnState = i.SignOut(agent_id=agent_id)
        case PhoneCode.IDLE:
            asked = i.SetIdle(agent_id=agent_id)
        case PhoneCode.BUSY:
            reasons = turn.config.busy_reasons
            if not 1 <= dialled.place <= len(reasons):
                raise CoreError("busy.reason_unknown", reason=str(dialled.place))
            asked = i.SetBusy(agent_id=agent_id, reason=reasons[dialled.place - 1])
        case PhoneCode.OUTBOUND_ONLY:
            asked = i.SetOutboundOnly(agent_id=agent_id)
        case PhoneCode.END_AFTER_CALL_WORK:
            if agent.state is not AgentState.AFTER_CALL_WORK:
                raise CoreError("agent.not_in_after_call_work", agent_id=agent_id)
            asked = i.SetIdle(agent_id=agent_id)
    people.own_state(turn, asked)
    return later


def _seat(turn: Turn, dialogue: Dialogue) -> str:
    """Where the agent signs in: at the phone they dial on, or at their telephone outside."""
    if dialogue.endpoint and not in_browser(dialogue.agent_id, dialogue.endpoint):
        return dialogue.endpoint
    known = turn.config.agents.get(dialogue.agent_id)
    if known is None or not known.telephone:
        raise CoreError("endpoint.none", agent_id=dialogue.agent_id)
    return telephone(known.agent_id)


# -- what is said ------------------------------------------------------------------


def _wrong(turn: Turn, dialogue: Dialogue, prompt: str, phase: Phase | None = None) -> None:
    """A wrong or a missing answer: ask again, so many times."""
    dialogue.tries += 1
    if dialogue.tries >= TRIES:
        _last(turn, dialogue, prompt, "line-bye")
    else:
        _ask(turn, dialogue, dialogue.phase if phase is None else phase, prompt)


def _ask(turn: Turn, dialogue: Dialogue, phase: Phase, before: str = "") -> None:
    dialogue.phase, dialogue.keys = phase, ""
    if phase is Phase.AGENT:
        dialogue.agent_id = ""
    _say(turn, dialogue, before, _ASKS[phase])


def _last(turn: Turn, dialogue: Dialogue, *prompts: str) -> None:
    dialogue.phase = Phase.LAST
    _say(turn, dialogue, *prompts)
    _wait(turn, dialogue, LAST_MS)


def say_last(turn: Turn, call: Call, prompt: str) -> None:
    """Say why it came to nothing and end the call; one that another process began ends at once."""
    dialogue = turn.dialogues.get(call.call_id)
    if dialogue is None:
        ending.end_call(turn, call, e.EndedBy.SYSTEM)
    elif dialogue.phase is not Phase.LAST:
        _last(turn, dialogue, prompt)


def _say(turn: Turn, dialogue: Dialogue, *prompts: str) -> None:
    dialogue.due = None
    breath = (BREATH,) if dialogue.said == 0 else ()
    after = (trunk_test.LISTEN,) if dialogue.test is not None else ()
    dialogue.said += 1
    turn.do(
        Play(
            leg_id=dialogue.leg_id,
            playback_id=_playback(dialogue),
            media=(*breath, *(f"prompt:{prompt}" for prompt in prompts if prompt), *after),
            language=dialogue.language,
        )
    )


def _playback(dialogue: Dialogue) -> str:
    return f"line-{dialogue.leg_id}-{dialogue.said}"


def _wait(turn: Turn, dialogue: Dialogue, span_ms: int) -> None:
    dialogue.due = turn.now + span_ms
    turn.deadlines.add(dialogue.due, "line", dialogue.call_id)
