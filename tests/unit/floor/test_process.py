"""The floor's loop: nothing is done or answered before it is durable, and in order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openseat.core import effects as fx
from openseat.core import inputs as i
from openseat.core.cell import Cell
from openseat.core.errors import CoreError
from openseat.core.identity import CountingIds
from openseat.floor.clock import FloorClock
from openseat.floor.link import FloorLink, FloorUnavailable, feed
from openseat.floor.process import Floor
from openseat.floor.server import LinkServer
from openseat.floor.view import View
from openseat.floor.wire import LinkBroken, decode_input, encode_input
from openseat.testing.cells import config

TOKEN = "secret"


class SlowJournal:
    """Facts become durable when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[None]] = []
        self.facts: list[Any] = []
        self.open = False

    def submit(self, facts: tuple) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.facts += facts
        if self.open or not facts:
            future.set_result(None)
        else:
            self.waiting.append(future)
        return future

    def settle(self) -> None:
        for future in self.waiting:
            future.set_result(None)
        self.waiting.clear()


class NotedSwitch:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.effects: list[fx.Effect] = []
        self.bound: dict[str, str | None] = {}

    def apply(self, effects) -> None:
        self.effects += effects

    def bind(self, agent_id: str, endpoint: str | None) -> None:
        self.bound[agent_id] = endpoint


class NoFetcher:
    def fetch(self, request: fx.FetchHttp, reply) -> None:
        reply(i.HttpReplied(request_id=request.request_id, status=0))


class Setting:
    def __init__(self, *, durable: bool) -> None:
        self.journal, self.switch = SlowJournal(), NotedSwitch()
        self.journal.open = durable
        self.clock = FloorClock()
        cell = Cell(config(), CountingIds("1"))
        self.floor = Floor(
            cell,
            self.journal,
            self.switch,  # type: ignore[arg-type]
            View(cell),
            clock=self.clock,
            fetcher=NoFetcher(),
        )


ARRIVAL = i.LegArrived(leg_id="x", caller="+861", called="+8621000001", trunk_id="t1")


async def test_effects_wait_for_their_facts_and_for_those_before_them():
    set_up = Setting(durable=False)
    set_up.floor.receive(ARRIVAL)
    set_up.floor.receive(i.LegArrived(leg_id="y", caller="1", called="9", agent_id="ag1001"))
    await asyncio.sleep(0)
    assert set_up.switch.effects == []
    set_up.journal.settle()
    await asyncio.sleep(0.01)
    assert isinstance(set_up.switch.effects[0], fx.Answer)
    assert set_up.switch.effects[-1] == fx.Hangup(leg_id="y", cause=21)
    set_up.floor.stop()


async def test_a_command_is_answered_when_it_is_durable():
    set_up = Setting(durable=False)
    asked = asyncio.create_task(set_up.floor.command(i.SignIn(agent_id="ag1001", endpoint="phone")))
    await asyncio.sleep(0.01)
    assert not asked.done()
    set_up.journal.settle()
    await asked
    assert set_up.switch.bound == {"ag1001": "phone"}
    with pytest.raises(CoreError, match=r"agent\.unknown"):
        await set_up.floor.command(i.SetIdle(agent_id="nobody"))


async def test_a_journal_that_fails_ends_the_floor_and_does_nothing_more():
    set_up = Setting(durable=False)
    asked = asyncio.create_task(set_up.floor.command(i.SignIn(agent_id="ag1001", endpoint="phone")))
    await asyncio.sleep(0.01)
    set_up.journal.waiting[0].set_exception(RuntimeError("lease lost"))
    with pytest.raises(CoreError, match=r"floor\.not_durable"):
        await asked
    with pytest.raises(RuntimeError, match="lease lost"):
        await set_up.floor.failed
    assert set_up.switch.bound == {}


async def test_a_fault_in_one_decision_leaves_the_others_alone(monkeypatch):
    set_up = Setting(durable=True)

    def broken(turn, call, flow_id):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("openseat.core.cell.flowing.enter", broken)
        set_up.floor.receive(ARRIVAL)
    assert set_up.floor.faults == 1
    assert [fact.event.TYPE for fact in set_up.journal.facts] == ["call.started"]
    await set_up.floor.command(i.SignIn(agent_id="ag1001", endpoint="phone"))
    set_up.floor.stop()


async def test_deadlines_are_kept():
    set_up = Setting(durable=True)
    set_up.floor.receive(ARRIVAL)
    set_up.floor.receive(i.LegAnswered(leg_id="x"))
    await set_up.floor.command(i.SignIn(agent_id="ag1001", endpoint="phone"))
    await set_up.floor.command(i.SetIdle(agent_id="ag1001"))
    (dialled,) = [one for one in set_up.switch.effects if isinstance(one, fx.Originate)]
    set_up.floor.receive(i.LegAnswered(leg_id=dialled.leg_id))
    set_up.floor.receive(i.LegEnded(leg_id="x", cause=16))
    assert set_up.floor.cell.next_deadline() is not None
    set_up.floor.stop()


def test_commands_survive_the_wire():
    for command in (
        i.SetBusy(agent_id="a", reason="break", by="b"),
        i.Dispose(agent_id="a", segment_id="s", code="ok", notes="好"),
    ):
        assert decode_input(encode_input(command)) == command


@pytest.mark.parametrize(
    "message",
    [None, [], {}, {"type": "Nope"}, {"type": "SetIdle"}, {"type": "SetIdle", "agent_id": 5},
     {"type": "LegEnded", "leg_id": "x", "cause": 16}],
)  # fmt: skip
def test_what_is_no_command_is_refused(message):
    with pytest.raises(CoreError, match=r"link\.bad_command"):
        decode_input(message)


async def test_the_link_carries_commands_refusals_and_the_feed(unused_tcp_port: int):
    set_up = Setting(durable=True)
    server = LinkServer(set_up.floor, set_up.clock, token=TOKEN, epoch=7)
    await server.start("127.0.0.1", unused_tcp_port)
    link = FloorLink("127.0.0.1", unused_tcp_port, TOKEN)
    frames = feed("127.0.0.1", unused_tcp_port, TOKEN)
    try:
        first = await anext(frames)
        assert (first["feed"], first["epoch"]) == ("snapshot", 7)
        await link.send(i.SignIn(agent_id="ag1001", endpoint="phone"))
        with pytest.raises(CoreError, match=r"agent\.unknown"):
            await link.send(i.SetIdle(agent_id="nobody"))
        delta = await anext(frames)
        assert delta["no"] == first["no"] + 1
        assert delta["set"]["agents"]["ag1001"]["state"] == "idle"
    finally:
        await frames.aclose()
        await link.close()
        await server.stop()


async def test_a_stranger_is_turned_away(unused_tcp_port: int):
    set_up = Setting(durable=True)
    server = LinkServer(set_up.floor, set_up.clock, token=TOKEN, epoch=7)
    await server.start("127.0.0.1", unused_tcp_port)
    stranger = FloorLink("127.0.0.1", unused_tcp_port, "guess")
    frames = feed("127.0.0.1", unused_tcp_port, "guess")
    try:
        with pytest.raises(FloorUnavailable):
            await stranger.send(i.SetIdle(agent_id="ag1001"))
        with pytest.raises(LinkBroken):
            await anext(frames)
        reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
    finally:
        await stranger.close()
        await server.stop()
    with pytest.raises(FloorUnavailable):
        await FloorLink("127.0.0.1", unused_tcp_port, TOKEN).send(i.SetIdle(agent_id="a"))
