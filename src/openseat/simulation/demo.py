"""`bin/openseat demo`: simulated customers and agents on real calls, and an audit afterwards."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg
import uvloop

from openseat.core.errors import CoreError
from openseat.core.events import Fact
from openseat.core.inputs import SetIdle, SignIn, SignOut
from openseat.directory.picture import Picture, read_picture
from openseat.floor.link import FloorLink, FloorUnavailable, LinkBroken, feed
from openseat.journal.reader import JournalReader
from openseat.platform.settings import LOOPBACK, Settings
from openseat.simulation import audit, traffic
from openseat.simulation.invoices import invoiced
from openseat.simulation.people import Account, Desk, Voices, behave
from openseat.simulation.stage import Stage
from openseat.switch.asterisk.ari import AriError
from openseat.switch.asterisk.media import MediaLibrary, MediaMissingError
from openseat.switch.asterisk.site import carrier_site

SETTLE_S = 60
"""How long the journal, the recordings and the carrier's records may take to be complete."""

PROGRESS_S = 5.0
"""Between two lines about how far a run is."""

NOT_RUNNING = "OpenSeat does not answer. Start it with bin/up, then see bin/openseat doctor."


class DemoError(Exception):
    """The demonstration cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    calls: int
    agents: int
    seed: int


class Demo:
    """One run: agents sign in, customers call, and then everything is compared."""

    def __init__(self, settings: Settings, options: Options, say: Callable[[str], object]) -> None:
        """`say` is told how far the run is."""
        self._settings, self._options = settings, options
        self._say = say
        self._rng = random.Random(options.seed)
        self._link = FloorLink(
            LOOPBACK, settings.ports.floor_link, settings.secrets.read("floor_link")
        )
        self._dsn = settings.database_url("floor")
        self._reader = JournalReader(self._dsn, cell_id=settings.floor.cell_id)
        self._stage = Stage(settings)

    async def run(self) -> dict[str, Any]:
        """Return the run's figures; `mismatches` is empty when all accounts agree.

        Raises `DemoError`.
        """
        began = time.monotonic()
        picture = await self._picture()
        chosen = sorted(picture.config.agents.values(), key=lambda agent: agent.number)
        if len(chosen) < self._options.agents:
            raise DemoError(f"the demonstration floor has {len(chosen)} agents at most")
        chosen = chosen[: self._options.agents]
        phones = {phone.agent_id: phone for phone in picture.phones if phone.agent_id}
        first = await self._reader.last_seq()
        plans = traffic.draw(self._options.calls, self._rng, run=int(time.time()))
        accounts = {plan.caller: Account(plan=plan) for plan in plans}
        site = carrier_site(self._settings)
        voices = Voices(MediaLibrary([site.prompts], site.spool / "made"), self._rng)
        try:
            voices.check("zh-CN")
        except MediaMissingError as missing:
            raise DemoError(f"the voices' prompts are not installed ({missing})") from missing
        desk = Desk(rng=self._rng, voices=voices, accounts=accounts)
        try:
            await self._stage.open()
        except AriError as error:
            raise DemoError(NOT_RUNNING) from error
        tending: list[asyncio.Task[None]] = []
        try:
            await self._stage.plug_in([phones[agent.agent_id] for agent in chosen], desk.rings)
            for agent in chosen:
                endpoint = phones[agent.agent_id].endpoint
                await self._sign_in(agent.agent_id, endpoint)
                tending.append(asyncio.create_task(self._keep_ready(agent.agent_id)))
            ours = {agent.agent_id for agent in chosen}
            tending.append(asyncio.create_task(self._introduce(accounts, ours)))
            telling = asyncio.create_task(self._tell(accounts))
            tending.append(telling)
            await self._customers(accounts, voices)
            telling.cancel()
            self._say("all calls are over; waiting for recordings and the carrier's records")
            facts = await self._settled(first, accounts)
        finally:
            for task in tending:
                task.cancel()
            await asyncio.gather(*tending, return_exceptions=True)
            for agent in chosen:
                await self._quietly(SignOut(agent_id=agent.agent_id))
            await self._stage.close()
            await self._link.close()
            await self._reader.close()
        report = await self._report(first, facts, accounts)
        report["refused_offers"] = desk.refusals
        report["seconds"] = round(time.monotonic() - began, 1)
        return report

    # -- before ------------------------------------------------------------------------

    async def _picture(self) -> Picture:
        try:
            connection = await asyncpg.connect(self._dsn, timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise DemoError(NOT_RUNNING) from error
        try:
            return await read_picture(connection, self._settings.floor.cell_id)
        finally:
            await connection.close()

    async def _sign_in(self, agent_id: str, endpoint: str) -> None:
        """Sign an agent in, taking over from an earlier run that was cut off."""
        await self._quietly(SignOut(agent_id=agent_id))
        try:
            await self._link.send(SignIn(agent_id=agent_id, endpoint=endpoint))
            await self._link.send(SetIdle(agent_id=agent_id))
        except FloorUnavailable as error:
            raise DemoError(NOT_RUNNING) from error
        except CoreError as error:
            raise DemoError(f"agent {agent_id} cannot sign in: {error}") from error

    async def _keep_ready(self, agent_id: str) -> None:
        """End after-call work soon, and come back from rest: the demonstration is short."""
        while True:
            await asyncio.sleep(self._rng.uniform(1.5, 4.0))
            await self._quietly(SetIdle(agent_id=agent_id))

    async def _introduce(self, accounts: dict[str, Account], ours: set[str]) -> None:
        """Tell customers that somebody talks to them who is no agent of ours.

        Ours tell them themselves, so that the journal is compared with something it did not say.
        """
        token = self._settings.secrets.read("floor_link")
        while True:
            try:
                async for frame in feed(LOOPBACK, self._settings.ports.floor_link, token):
                    rows = frame if frame["feed"] == "snapshot" else frame["set"]
                    for call in rows.get("calls", {}).values():
                        account = accounts.get(call["caller"])
                        other = call["agent_id"] not in ours
                        if account is not None and other and call["state"] == "talking":
                            account.met.set()
            except (FloorUnavailable, LinkBroken):
                await asyncio.sleep(0.5)

    async def _quietly(self, command: SignOut | SetIdle) -> None:
        """Send a command that may well be refused, or find no floor for a moment."""
        try:
            await self._link.send(command)
        except (CoreError, FloorUnavailable):
            return

    # -- the calls ---------------------------------------------------------------------

    async def _customers(self, accounts: dict[str, Account], voices: Voices) -> None:
        gaps = traffic.gaps(len(accounts), self._options.agents, self._rng)
        async with asyncio.TaskGroup() as group:
            for account, gap in zip(accounts.values(), gaps, strict=True):
                group.create_task(behave(self._stage, account, voices))
                await asyncio.sleep(gap)

    async def _tell(self, accounts: dict[str, Account]) -> None:
        """Say every few seconds how many customers have dialled, talk, and are done."""
        before = ""
        while True:
            dialled = [one for one in accounts.values() if one.channel_id]
            over = sum(one.cause != 0 for one in dialled)
            talking = sum(one.met_agent and one.cause == 0 for one in dialled)
            line = f"{len(dialled)} of {len(accounts)} dialled, {talking} talking, {over} over"
            if line != before:
                self._say(line)
            before = line
            await asyncio.sleep(PROGRESS_S)

    # -- after -------------------------------------------------------------------------

    async def _settled(self, first: int, accounts: dict[str, Account]) -> list[Fact]:
        """The run's facts, once calls are ended and recordings stored, or patience is over."""
        until = time.monotonic() + SETTLE_S
        facts: list[Fact] = []
        seq = first
        while True:
            while entries := await self._reader.read(seq, 5_000):
                facts += [entry.fact for entry in entries]
                seq = entries[-1].seq
            calls = audit.told(facts)
            mine = [calls[caller] for caller in accounts if caller in calls]
            complete = len(mine) == len(accounts) and all(
                call.ended and call.recordings <= call.stored.keys() for call in mine
            )
            if complete or time.monotonic() > until:
                return facts
            await asyncio.sleep(0.5)

    async def _report(
        self, first: int, facts: list[Fact], accounts: dict[str, Account]
    ) -> dict[str, Any]:
        settings = self._settings
        findings = audit.compare(
            accounts.values(),
            audit.told(facts),
            audit.carrier_seconds(carrier_site(settings).call_records),
            settings.paths.recordings,
        )
        invoices = await invoiced(settings, audit.told(facts).values(), findings.mismatches)
        return {
            "calls": self._options.calls,
            "agents": self._options.agents,
            "seed": self._options.seed,
            "journal_from_seq": first,
            **asdict(findings),
            "invoice_lines": sum(len(one["lines"]) for one in invoices),
            "invoices": invoices,
            "all_match": not findings.mismatches,
        }


def _on_error_output(line: str) -> None:
    # The report alone goes to the output, which programs read.
    sys.stderr.write(f"  {line}\n")
    sys.stderr.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the demonstration; exit code 0 only when everything matches."""
    parser = argparse.ArgumentParser(
        "bin/openseat demo", description="Simulated customers and agents on real calls."
    )
    parser.add_argument("--calls", type=int, default=40, help="customers who call (default 40)")
    parser.add_argument("--agents", type=int, default=8, help="agents at phones (default 8)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run's choices")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    if not (1 <= given.calls <= 9_999 and 1 <= given.agents <= 999):
        parser.error("--calls must be 1..9999 and --agents 1..999")
    seed = random.SystemRandom().randrange(2**31) if given.seed is None else given.seed
    demo_options = Options(calls=given.calls, agents=given.agents, seed=seed)

    async def work() -> dict[str, Any]:
        return await Demo(Settings.load(), demo_options, _on_error_output).run()

    try:
        report = uvloop.run(work())
    except DemoError as error:
        sys.stderr.write(f"OpenSeat: {error}\n")
        return 2
    if given.json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        width = max(len(name) for name in report)
        for name, value in report.items():
            if name not in ("mismatches", "invoices"):
                sys.stdout.write(f"  {name.replace('_', ' '):<{width}}  {value}\n")
        for invoice in report["invoices"]:
            sys.stdout.write(
                f"  {invoice['client_id']}: {invoice['total']} {invoice['currency']}\n"
            )
            for line in invoice["lines"]:
                sys.stdout.write(f"    {line['what']:<{width}}{line['amount']:>14}\n")
        for mismatch in report["mismatches"]:
            sys.stdout.write(f"  ✗ {mismatch}\n")
    return 0 if report["all_match"] else 1
