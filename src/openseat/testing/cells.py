"""A little call centre for tests of the cell: two clients, queues, agents, one flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from openseat.core import effects as fx
from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.cell import Cell, Outcome, replay
from openseat.core.config import (
    AgentConfig,
    CellConfig,
    FlowConfig,
    NumberConfig,
    ProjectConfig,
    QueueConfig,
    TrunkConfig,
)
from openseat.core.identity import CountingIds
from openseat.core.pin import digest

NOON = 1_790_000_000_000


def flow(*steps: dict[str, Any], start: str) -> dict[str, Any]:
    """A flow definition from its steps, each with an `id`."""
    return {
        "schema": 1,
        "name": "Test",
        "languages": ["zh-CN"],
        "start": start,
        "steps": list(steps),
    }


def config(**queue: Any) -> CellConfig:
    """Two clients, a queue each, three agents of whom 1001 and 1002 serve both."""
    queues = {
        "q-a": QueueConfig(queue_id="q-a", client_id="a", project_id="p-a", name="A", **queue),
        "q-b": QueueConfig(queue_id="q-b", client_id="b", project_id="p-b", name="B"),
    }
    served = ("q-a", "q-b")
    agents = {
        f"ag{n}": AgentConfig(
            agent_id=f"ag{n}",
            number=str(n),
            name=f"Agent {n}",
            group_id="g1",
            queues=served if n < 1003 else ("q-b",),
            telephone=f"+861391000{n}",
            pin=digest(f"ag{n}", str(n * 7)),
        )
        for n in (1001, 1002, 1003)
    }
    plain = flow(
        {"id": "wait", "kind": "queue", "queue": "q-a", "overflowed": "bye"},
        {"id": "bye", "kind": "hang_up"},
        start="wait",
    )
    return CellConfig(
        version=1,
        cell_id="main",
        queues=queues,
        agents=agents,
        numbers={
            "+8621000001": NumberConfig(
                number_id="n-a",
                e164="+8621000001",
                flow_id="f-a",
                client_id="a",
                project_id="p-a",
            )
        },
        projects={
            "p-a": ProjectConfig(
                project_id="p-a",
                client_id="a",
                name="Project A",
                caller_number="+8621000001",
                blacklist=frozenset({"+8613000000000"}),
            ),
            "p-b": ProjectConfig(project_id="p-b", client_id="b", name="Project B"),
        },
        flows={"f-a": FlowConfig(flow_id="f-a", version=1, definition=plain)},
        trunks={"t1": TrunkConfig(trunk_id="t1")},
        service_number="+8621000099",
    )


@dataclass
class World:
    """A cell with a clock, and everything it said."""

    cell: Cell
    now: int = NOON
    facts: list[e.Fact] = field(default_factory=list)
    effects: list[fx.Effect] = field(default_factory=list)

    def do(self, happened: i.Input, after: int = 0) -> Outcome:
        """Let time pass, then an input happen."""
        self.wait(after)
        return self._keep(self.cell.handle(happened, self.now))

    def wait(self, ms: int) -> None:
        """Let time pass, waking the cell whenever it asked for it."""
        until = self.now + ms
        while (at := self.cell.next_deadline()) is not None and at <= until:
            self.now = max(self.now, at)
            self._keep(self.cell.on_deadline(self.now))
        self.now = until

    def _keep(self, outcome: Outcome) -> Outcome:
        self.facts += outcome.facts
        self.effects += outcome.effects
        return outcome

    def events(self, kind: type[Any]) -> list[Any]:
        """Every event of a type so far."""
        return [fact.event for fact in self.facts if isinstance(fact.event, kind)]

    def asked(self, kind: type[Any]) -> list[Any]:
        """Every effect of a type so far."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def last(self, kind: type[Any]) -> Any:
        """The latest effect of a type."""
        return self.asked(kind)[-1]

    # -- what people and phones do ---------------------------------------------------

    def sign_in(self, *agents: str) -> None:
        """Agents begin their sessions and become idle."""
        for agent_id in agents:
            self.do(i.SignIn(agent_id=agent_id, endpoint=f"phone-{agent_id}"))
            if self.cell.state.agents[agent_id].state is not e.AgentState.IDLE:
                self.do(i.SetIdle(agent_id=agent_id))

    def call_in(self, leg_id: str = "cust", caller: str = "+8613911112222") -> None:
        """A customer dials client A's number; the switch answers what it is told to."""
        self.do(i.LegArrived(leg_id=leg_id, caller=caller, called="+8621000001", trunk_id="t1"))
        self.obey()

    def obey(self) -> None:
        """The switch reports the customers' legs it was told to answer as answered."""
        for effect in self.asked(fx.Answer):
            self.do(i.LegAnswered(leg_id=effect.leg_id))

    def pick_up(self, after: int = 2_000) -> str:
        """The phone that was rung last rings and is answered; returns its leg."""
        leg_id = self.last(fx.Originate).leg_id
        self.do(i.LegRinging(leg_id=leg_id))
        self.do(i.LegAnswered(leg_id=leg_id), after)
        self.obey()
        return leg_id

    def same_after_replay(self) -> bool:
        """Whether folding all facts gives the state that is live."""
        return replay(self.facts) == self.cell.state


def world(**queue: Any) -> World:
    """A fresh little call centre."""
    return World(Cell(config(**queue), CountingIds("1")))
