"""How long a change of the floor takes to reach the pages: 500 desktops and 20 floors.

The product runs whole, in a folder and on ports of its own. Agents change their state at a
steady rate; a delivery is one page that has been told of one change, and its time runs from the
instant of the journaled fact to the arrival of the frame, both by this machine's clock.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import common
import msgspec
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from openseat.core.errors import CoreError
from openseat.core.inputs import Command, SetBusy, SetIdle, SignIn
from openseat.floor.link import FloorLink, FloorUnavailable
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.web import PREFIX
from openseat.testing.product import ProductError, running_product

DESKTOPS = 500
FLOORS = 20
CHANGES_PER_S = 50

BASE_PORT = int(os.environ.get("OPENSEAT_BASE_PORT", "9000"))
_WARM_UP_S = 2.0
_MEASURED_S, _QUICK_S = 60.0, 10.0
#: What is still under way when the last change was asked for arrives within this, or is lost.
_STRAGGLERS_S = 1.5
_PATIENCE_S = 30.0
_AT_ONCE = 25

_decode = msgspec.json.Decoder().decode


@dataclass
class Reading:
    """What arrived: the times of deliveries, by page kind, in milliseconds."""

    measured_from: float = float("inf")
    own: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)
    pages: int = 0
    """Pages that have their first picture."""
    frames: int = 0
    dropped: Counter[str] = field(default_factory=Counter[str])
    """Why pages lost their connection."""


async def follow(socket: ClientConnection, agent_id: str, reading: Reading) -> None:
    """Read frames like a page does; note the time of the changes that the page is about.

    A desktop is about one agent, a floor ("") about all.
    """
    times = reading.own if agent_id else reading.floors
    try:
        await socket.recv()
        reading.pages += 1
        async for frame in socket:
            arrived = time.time() * 1000
            reading.frames += 1
            # Most frames tell a desktop nothing; a page's engine would see that as fast.
            if isinstance(frame, str) and '"set":{}' in frame:
                continue
            told = _decode(frame)
            if told["feed"] != "delta":
                continue
            for key, row in told["set"].get("agents", {}).items():
                if row["since"] >= reading.measured_from and agent_id in ("", key):
                    times.append(arrived - row["since"])
    except ConnectionClosed as closed:
        reading.dropped[str(closed)] += 1


async def populate(settings: Settings) -> tuple[list[str], list[str], list[str]]:
    """Put agents, their users and supervisors into the directory; return agents and tokens."""
    agents = [f"desk-{n}" for n in range(DESKTOPS)]
    supervisors = [f"floor-{n}" for n in range(FLOORS)]
    tokens = {name: f"os_{secrets.token_urlsafe(32)}" for name in agents + supervisors}
    connection = await asyncpg.connect(settings.database_url("owner"))
    try:
        async with connection.transaction():
            await connection.execute("select set_config('openseat.scope', 'operator', true)")
            group = await connection.fetchval("select id from agent_groups order by id limit 1")
            queue = await connection.fetchval("select id from queues order by id limit 1")
            await connection.executemany(
                "insert into agents (id, number, name, group_id) values ($1, $2, $1, $3)",
                [(name, f"7{n:04d}", group) for n, name in enumerate(agents)],
            )
            await connection.executemany(
                "insert into agent_queues (agent_id, queue_id, position) values ($1, $2, 0)",
                [(name, queue) for name in agents],
            )
            await connection.executemany(
                """insert into users (id, login, name, role, agent_id, group_ids, queue_ids,
                       password_hash) values ($1, $1, $1, $2, $3, $4, $5, '')""",
                [(name, "agent", name, [], []) for name in agents]
                + [(name, "supervisor", None, [group], [queue]) for name in supervisors],
            )
            await connection.executemany(
                "insert into user_tokens (id, user_id, name, digest) values ($1, $1, 'bench', $2)",
                [
                    (name, hashlib.sha256(token.encode()).hexdigest())
                    for name, token in tokens.items()
                ],
            )
    finally:
        await connection.close()
    return agents, [tokens[name] for name in agents], [tokens[name] for name in supervisors]


async def sign_in(link: FloorLink, agent_id: str) -> None:
    """Begin an agent's session once the floor has heard of them."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            await link.send(SignIn(agent_id=agent_id, endpoint=f"phone-{agent_id}"))
        except (CoreError, FloorUnavailable) as refusal:
            if time.monotonic() > end:
                raise common.NotMeasuredError(f"{agent_id} cannot sign in: {refusal}") from refusal
            await asyncio.sleep(0.2)
        else:
            return


async def some_at_once(work: Iterable[Awaitable[Any]]) -> list[Any]:
    """Do everything, a few things at a time."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(thing: Awaitable[Any]) -> Any:
        async with room:
            return await thing

    return await asyncio.gather(*(one(thing) for thing in work))


def turns(agents: list[str]) -> Iterator[Command]:
    """Yield changes for ever: every agent in turn becomes busy, then every agent idle."""
    while True:
        yield from (SetBusy(agent_id=agent_id, reason="break") for agent_id in agents)
        yield from (SetIdle(agent_id=agent_id) for agent_id in agents)


async def change(link: FloorLink, changes: Iterator[Command], seconds: float) -> int:
    """Have agents change their state at a steady rate; return how many changes there were."""
    begun, done, asking = time.monotonic(), 0, set[asyncio.Task[None]]()
    while (elapsed := time.monotonic() - begun) < seconds:
        while done < elapsed * CHANGES_PER_S:
            task = asyncio.ensure_future(link.send(next(changes)))
            asking.add(task)
            task.add_done_callback(asking.discard)
            done += 1
        await asyncio.sleep(0.005)
    await asyncio.gather(*asking)
    return done


async def run(settings: Settings, *, quick: bool) -> common.Figures:
    """Take the reading on a running product."""
    agents, desktops, floors = await populate(settings)
    link = FloorLink(LOOPBACK, settings.ports.floor_link, settings.secrets.read("floor_link"))
    reading = Reading()
    address = f"ws://{LOOPBACK}:{settings.ports.web}{PREFIX}/realtime"
    await some_at_once(sign_in(link, agent_id) for agent_id in agents)
    async with AsyncExitStack() as stack:

        async def opened(token: str) -> ClientConnection:
            socket = connect(
                address,
                additional_headers={"Authorization": f"Bearer {token}"},
                proxy=None,
                compression=None,
                max_queue=None,
            )
            return await stack.enter_async_context(socket)

        sockets = await some_at_once(opened(token) for token in desktops + floors)
        watched = agents + [""] * FLOORS
        following = [
            asyncio.ensure_future(follow(socket, agent_id, reading))
            for socket, agent_id in zip(sockets, watched, strict=True)
        ]
        end = time.monotonic() + _PATIENCE_S
        while reading.pages < DESKTOPS + FLOORS:
            if time.monotonic() > end:
                raise common.NotMeasuredError(f"only {reading.pages} pages have a picture")
            await asyncio.sleep(0.1)
        reading.frames = 0
        gc.freeze()
        changes = turns(agents)
        await change(link, changes, _WARM_UP_S)
        await asyncio.sleep(_STRAGGLERS_S)
        # The floor's clock and ours may be a moment apart; nothing happens just now.
        reading.measured_from = time.time() * 1000 - 500
        begun = time.monotonic()
        count = await change(link, changes, _QUICK_S if quick else _MEASURED_S)
        took = time.monotonic() - begun
        await asyncio.sleep(_STRAGGLERS_S)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        if reading.dropped:
            raise common.NotMeasuredError(f"pages lost their connection: {dict(reading.dropped)}")
    await link.close()
    return figures(reading, count, took)


def figures(reading: Reading, changes: int, took: float) -> common.Figures:
    """Return what the reading says."""
    times = sorted(reading.own + reading.floors)
    if not times:
        raise common.NotMeasuredError("nothing was delivered")
    return {
        "delivery_p99_ms": quantile(times, 0.99),
        "delivery_median_ms": quantile(times, 0.5),
        "delivery_max_ms": round(times[-1], 1),
        "desktop_p99_ms": quantile(sorted(reading.own), 0.99),
        "floor_p99_ms": quantile(sorted(reading.floors), 0.99),
        "desktops": DESKTOPS,
        "floors": FLOORS,
        "changes_per_s": round(changes / took, 1),
        "changes": changes,
        "deliveries": len(times),
        "deliveries_lost": changes * (1 + FLOORS) - len(times),
        "frames_per_s": round(reading.frames / (took + _WARM_UP_S + 2 * _STRAGGLERS_S)),
    }


def quantile(times: list[float], share: float) -> float | None:
    """Return the time within which that share of the deliveries was made; None without any."""
    return round(times[min(len(times) - 1, int(share * len(times)))], 1) if times else None


def measure(quick: bool) -> common.Figures:
    """Measure how long a change takes from its fact to the pages that show it."""
    with tempfile.TemporaryDirectory(prefix="openseat-bench-") as home:
        try:
            with running_product(Path(home), BASE_PORT) as settings:
                return uvloop.run(run(settings, quick=quick))
        except ProductError as error:
            raise common.NotMeasuredError(str(error)) from error


if __name__ == "__main__":
    common.main("realtime", measure)
