"""How simulated customers and agents behave; every choice comes from a seeded generator."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from openseat.simulation.stage import Party, Stage, first_of
from openseat.switch.asterisk.media import MediaLibrary

SENTENCES = 6
"""How many sentences each side knows (prompts `talk-customer-1` … and `talk-agent-1` …)."""

KEY_PAUSE_S = 1.2
"""How long a customer listens before pressing the next key."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one customer is going to do."""

    caller: str
    number: str
    keys: str
    language: str
    patience_s: float
    talk_s: float
    agent_ends: bool
    rating: str


@dataclass(slots=True)
class Account:
    """What a customer can tell afterwards; the journal has to agree with it."""

    plan: Plan
    channel_id: str = ""
    answered: bool = False
    met_agent: bool = False
    gave_up: bool = False
    cause: int = 0
    met: asyncio.Event = field(default_factory=asyncio.Event)
    agent_left: asyncio.Event = field(default_factory=asyncio.Event)


class Voices:
    """Sentences for both sides, one language a call."""

    def __init__(self, library: MediaLibrary, rng: random.Random) -> None:
        self._library, self._rng = library, rng

    def check(self, language: str) -> None:
        """Raise `openseat.switch.asterisk.media.MediaMissingError` if a sentence has no sound."""
        for side, number in itertools.product(("customer", "agent"), range(1, SENTENCES + 1)):
            self._library.resolve([f"prompt:talk-{side}-{number}"], language)

    def sentences(self, side: str, language: str) -> Iterator[list[str]]:
        """Endless sentences of `customer` or `agent`, in an order of chance."""
        order = list(range(1, SENTENCES + 1))
        self._rng.shuffle(order)
        for number in itertools.cycle(order):
            yield self._library.resolve([f"prompt:talk-{side}-{number}"], language)


class Tones:
    """A tone for each side instead of words: cheap, and easily told apart in a recording."""

    HERTZ: Final[Mapping[str, int]] = {"customer": 440, "agent": 880}

    def __init__(self, library: MediaLibrary) -> None:
        self._library = library

    def sentences(self, side: str, _language: str) -> Iterator[list[str]]:
        """Endless tones of three seconds."""
        return itertools.repeat(self._library.resolve([f"tone:{self.HERTZ[side]}/3000"], ""))


class Speech(Protocol):
    """What a party says: `Voices` or `Tones`."""

    def sentences(self, side: str, language: str, /) -> Iterator[list[str]]:
        """Endless sentences of `customer` or `agent`, as media of the carrier's switch."""
        ...


async def behave(stage: Stage, account: Account, voices: Speech) -> None:
    """Be one customer, from dialling to the end of the call."""
    plan = account.plan
    party = await stage.dial(plan.number, plan.caller)
    account.channel_id = party.channel_id
    try:
        if await first_of(party.up.wait(), party.gone.wait()) == 0:
            account.answered = True
            await _walk(party, account, voices)
        if not party.gone.is_set():
            await party.hang_up()
            async with asyncio.timeout(10):
                await party.gone.wait()
    finally:
        account.cause = party.cause


async def _walk(party: Party, account: Account, voices: Speech) -> None:
    plan = account.plan
    for key in plan.keys:
        if await first_of(asyncio.sleep(KEY_PAUSE_S), party.gone.wait(), account.met.wait()):
            break
        await party.press(key)
    waited = await first_of(account.met.wait(), party.gone.wait(), asyncio.sleep(plan.patience_s))
    if waited == 2:
        account.gave_up = True
    elif waited == 0:
        account.met_agent = True
        await _talk(party, account, voices)


async def _talk(party: Party, account: Account, voices: Speech) -> None:
    plan = account.plan
    talking = asyncio.ensure_future(party.keep_saying(voices.sentences("customer", plan.language)))
    try:
        over = await first_of(
            party.gone.wait(), account.agent_left.wait(), asyncio.sleep(plan.talk_s)
        )
    finally:
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
    if over != 1 or not plan.rating:
        return
    # The line may stay open for a question about the service.
    if await first_of(party.gone.wait(), asyncio.sleep(4 * KEY_PAUSE_S)) == 1:
        await party.press(plan.rating)
        await first_of(party.gone.wait(), asyncio.sleep(20))


@dataclass(slots=True)
class Desk:
    """What an agent at a phone does when it rings."""

    rng: random.Random
    voices: Speech
    accounts: dict[str, Account]
    refusals: int = 0
    refuse_share: float = 0.05

    async def rings(self, _phone: str, party: Party) -> None:
        """Be one agent for one ring."""
        account = self.accounts.get(party.caller)
        if await first_of(party.gone.wait(), asyncio.sleep(self.rng.uniform(0.3, 2.0))) == 0:
            return
        if self.rng.random() < self.refuse_share:
            self.refusals += 1
            await party.hang_up(21)
            return
        await party.answer()
        if account is None:
            await party.gone.wait()
            return
        account.met.set()
        plan = account.plan
        speaking = asyncio.ensure_future(
            party.keep_saying(self.voices.sentences("agent", plan.language))
        )
        try:
            limit = plan.talk_s * 0.8 if plan.agent_ends else plan.talk_s + 30
            if await first_of(party.gone.wait(), asyncio.sleep(limit)) == 1:
                await party.hang_up()
            account.agent_left.set()
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
