"""Random histories: the router against a slow model that looks at everybody every time.

The model keeps plain lists and computes who may take whom, and who comes
first, from the configuration at each step. Besides being equal to it, the
router must keep the promises that stand in `promises`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from zlib import crc32

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from openseat.core.config import (
    AgentConfig,
    CellConfig,
    QueueConfig,
    Relaxation,
    Strategy,
    Target,
    TargetKind,
)
from openseat.core.routing import Contact, Router

SEED = 7
PAUSE = 10_000
PATIENCE = 1_800_000
CLIENTS = ("acme", "bolt", "coda")
SKILLS = ("english", "loans")
AGENTS = tuple(f"a{n}" for n in range(6))
QUEUES = tuple(f"q{n}" for n in range(4))
STEPS = (0, 1, 5_000, 10_000, 20_000, 30_000, 60_000)

HAPPENINGS = (
    *("arrive",) * 8,
    *("become_ready",) * 6,
    *("time_passes",) * 4,
    *("refuse",) * 3,
    *("answer", "come_or_go") * 2,
    *("give_up", "become_busy", "floor_sleeps", "retrain", "reorganise"),
)
"""What may happen, as often as it stands here."""

levels = st.sampled_from(({}, {}, {"english": 1}, {"loans": 2}, {"english": 2, "loans": 1}))
relaxed = st.sampled_from(({"english": 0}, {"english": 0, "loans": 0}, {"loans": 1, "french": 1}))
held = st.fixed_dictionaries({skill: st.integers(0, 3) for skill in SKILLS})


@st.composite
def queue_configs(draw, queue_id: str) -> QueueConfig:
    first = draw(st.sampled_from((None, 10_000, 20_000)))
    return QueueConfig(
        queue_id=queue_id,
        client_id=draw(st.sampled_from(CLIENTS)),
        project_id="p",
        name=queue_id,
        strategy=draw(st.sampled_from(Strategy)),
        skills=draw(levels),
        relaxations=tuple(
            Relaxation(after_ms=after, skills=draw(relaxed))
            for after in draw(st.sets(st.sampled_from((10_000, 20_000, 60_000)), max_size=2))
        ),
        ageing_per_minute=draw(st.sampled_from((0, 1, 5))),
        weight=draw(st.integers(0, 4)),
        max_wait_ms=draw(st.sampled_from((None, None, 60_000, 120_000))),
        max_length=draw(st.sampled_from((None, None, 0, 1, 3))),
        overflow=draw(st.sampled_from((None, Target(kind=TargetKind.VOICEMAIL, id="box")))),
        overflow_when_unstaffed=draw(st.booleans()),
        preferred_wait_ms=draw(st.sampled_from((0, 15_000))),
        announce_first_ms=first,
        announce_every_ms=draw(st.sampled_from((None, 20_000))),
    )


@st.composite
def agent_configs(draw, agent_id: str) -> AgentConfig:
    return AgentConfig(
        agent_id=agent_id,
        number=draw(st.sampled_from(("7", "10", "1001", "1002"))),
        name=agent_id,
        group_id="g",
        skills=draw(levels),
        queues=tuple(draw(st.lists(st.sampled_from((*QUEUES, "gone")), unique=True, max_size=4))),
    )


@st.composite
def configs(draw) -> CellConfig:
    queues = draw(st.sampled_from((QUEUES, QUEUES, QUEUES[:2], QUEUES[1:])))
    agents = draw(st.sampled_from((AGENTS, AGENTS, AGENTS[:2], AGENTS[2:])))
    return CellConfig(
        version=1,
        cell_id="cell",
        queues={name: draw(queue_configs(name)) for name in queues},
        agents={name: draw(agent_configs(name)) for name in agents},
    )


@dataclass
class Caller:
    contact: Contact
    number: int
    queue: QueueConfig
    state: str = "new"
    was_let_wait: bool = False
    preferred: str = ""
    barred: dict[str, int] = field(default_factory=dict)
    offered: set[str] = field(default_factory=set)
    charge: tuple[frozenset[str], str, Fraction] | None = None
    announce_at: int | None = None

    @property
    def since(self) -> int:
        return self.contact.entered_at - self.contact.credit_ms


@dataclass
class Person:
    ready: bool = False
    present: bool = False
    idle_since: int = 0
    handled: int = 0
    occupancy: float = 0
    turns: dict[str, tuple[int, int]] = field(default_factory=dict)


class Model:
    """The rules, said as plainly as possible."""

    def __init__(self, config: CellConfig) -> None:
        self.config = config
        self.people = {name: Person() for name in config.agents}
        self.callers: dict[str, Caller] = {}
        self.fresh: list[str] = []
        self.numbers = 0
        self.turn: dict[str, tuple[int, int]] = {}
        self.accounts: dict[frozenset[str], dict[str, Fraction]] = {}
        self.marks: dict[frozenset[str], Fraction] = {}
        self.overflows: list[tuple[str, str, Target | None, str]] = []

    # who may take whom

    def serves(self, name: str, queue_id: str) -> bool:
        known = self.config.agents.get(name)
        return known is not None and queue_id in known.queues and queue_id in self.config.queues

    def needed(self, caller: Caller, now: int) -> dict[str, int]:
        levels = dict(caller.contact.skills)
        for step in sorted(caller.queue.relaxations, key=lambda step: step.after_ms):
            if caller.since + step.after_ms <= now:
                levels.update(step.skills)
        return {skill: level for skill, level in levels.items() if level > 0}

    def may_take(self, name: str, caller: Caller, now: int) -> bool:
        if not self.serves(name, caller.contact.queue_id):
            return False
        if caller.preferred:
            return name == caller.preferred
        if caller.barred.get(name, 0) > now:
            return False
        if name == caller.contact.sent_by and self.others(caller, now):
            return False
        return self.holds(name, caller, now)

    def holds(self, name: str, caller: Caller, now: int) -> bool:
        held = self.config.agents[name].skills
        return all(held.get(skill, 0) >= least for skill, least in self.needed(caller, now).items())

    def others(self, caller: Caller, now: int) -> bool:
        """Whether anybody who may take a contact has a session, beside who sent it."""
        return any(
            person.present
            and name != caller.contact.sent_by
            and self.serves(name, caller.contact.queue_id)
            and self.holds(name, caller, now)
            for name, person in self.people.items()
        )

    # who comes first

    def place(self, caller: Caller, now: int) -> tuple:
        waited = now - caller.since
        if waited >= PATIENCE:
            return (0, 0, caller.since, caller.number)
        points = caller.contact.priority
        points += caller.queue.ageing_per_minute * max(0, waited // 60_000)
        return (1, -points, caller.since, caller.number)

    def clients(self, name: str) -> frozenset[str]:
        return frozenset(
            self.config.queues[queue_id].client_id
            for queue_id in self.config.agents[name].queues
            if queue_id in self.config.queues
        )

    def start(self, name: str, client_id: str) -> Fraction:
        shared = self.clients(name)
        if len(shared) < 2:
            return Fraction(0)
        account = self.accounts.get(shared, {}).get(client_id, Fraction(0))
        return max(account, self.marks.get(shared, Fraction(0)))

    def next_for(self, name: str, now: int) -> Caller | None:
        able = [one for one in self.waiting() if self.may_take(name, one, now)]
        kept = [one for one in able if one.preferred]
        if kept:
            return min(kept, key=lambda one: self.place(one, now))
        served = [queue for queue in self.config.agents[name].queues if queue in self.config.queues]

        def rank(one: Caller) -> tuple:
            group, points, since, number = self.place(one, now)
            choice = served.index(one.queue.queue_id)
            return (self.start(name, one.queue.client_id), group, points, since, choice, number)

        return min(able, key=rank, default=None)

    def order(self, name: str) -> int:
        def by_number(agent: AgentConfig) -> tuple:
            return (len(agent.number), agent.number, agent.agent_id)

        in_order = sorted(self.config.agents.values(), key=by_number)
        return [agent.agent_id for agent in in_order].index(name)

    def draw_turns(self, name: str) -> None:
        person = self.people[name]
        for queue_id in self.config.agents[name].queues:
            queue = self.config.queues.get(queue_id)
            if queue and queue.strategy is Strategy.ROUND_ROBIN and queue_id not in person.turns:
                turn, last = self.turn.get(queue_id, (0, -1))
                order = self.order(name)
                person.turns[queue_id] = (turn if order > last else turn + 1, order)

    def agents_for(self, caller: Caller, now: int) -> list[str]:
        able = [
            name
            for name, person in self.people.items()
            if person.ready and self.may_take(name, caller, now)
        ]
        strategy = caller.queue.strategy

        def rank(name: str) -> tuple:
            person, held = self.people[name], self.config.agents[name].skills
            compared: tuple = {
                Strategy.RING_ALL: (person.idle_since,),
                Strategy.LONGEST_IDLE: (person.idle_since,),
                Strategy.FEWEST_CALLS: (person.handled, person.idle_since),
                Strategy.LEAST_OCCUPIED: (person.occupancy, person.idle_since),
                Strategy.LINEAR: (self.order(name),),
                Strategy.ROUND_ROBIN: person.turns.get(caller.queue.queue_id, ()),
                Strategy.SKILL_LEVEL: (
                    -sum(held.get(skill, 0) for skill in self.needed(caller, now)),
                    person.idle_since,
                ),
            }[strategy]
            return (*compared, crc32(f"{SEED}:{name}".encode()), self.order(name))

        able.sort(key=rank)
        if strategy is Strategy.RING_ALL and not caller.preferred:
            return able
        return able[:1]

    # what happens

    def waiting(self) -> list[Caller]:
        return [one for one in self.callers.values() if one.state in {"new", "waiting"}]

    def offer(self, caller: Caller, names: list[str]) -> tuple[str, tuple[str, ...]]:
        first, queue = names[0], caller.queue
        shared = self.clients(first)
        caller.charge = None
        if len(shared) > 1:
            start = self.start(first, queue.client_id)
            price = Fraction(1, max(1, queue.weight))
            self.marks[shared] = start
            self.accounts.setdefault(shared, {})[queue.client_id] = start + price
            caller.charge = (shared, queue.client_id, price)
        if queue.strategy is Strategy.ROUND_ROBIN:
            drawn = self.people[first].turns[queue.queue_id]
            self.turn[queue.queue_id] = max(self.turn.get(queue.queue_id, (0, -1)), drawn)
        for name in names:
            self.people[name].ready = False
            self.people[name].turns = {}
        caller.state, caller.offered = "offered", set(names)
        return (caller.contact.entry_id, tuple(names))

    def match(self, now: int) -> list[tuple[str, tuple[str, ...]]]:
        made: list[tuple[str, tuple[str, ...]]] = []
        for one in self.waiting():
            if one.preferred:
                until = one.contact.entered_at + one.queue.preferred_wait_ms
                if until <= now or not self.people[one.preferred].present:
                    one.preferred = ""
        fresh, self.fresh = [name for name in self.fresh if self.people[name].ready], []
        for name in fresh:
            self.draw_turns(name)
        for name in fresh:
            while self.people[name].ready and (best := self.next_for(name, now)) is not None:
                made.append(self.offer(best, self.agents_for(best, now)))
        in_order = sorted(self.waiting(), key=lambda one: self.place(one, now))
        for one in in_order:
            names = self.agents_for(one, now)
            if names:
                made.append(self.offer(one, names))
        for one in reversed(in_order):
            if one.state == "new":
                self.admit(one, now)
        return made

    def admit(self, one: Caller, now: int) -> None:
        queue, is_new = one.queue, not one.was_let_wait
        one.state, one.was_let_wait = "waiting", True
        if is_new:
            first = queue.announce_first_ms
            first = queue.announce_every_ms if first is None else first
            one.announce_at = None if first is None else one.contact.entered_at + first
            while one.announce_at is not None and queue.announce_every_ms and one.announce_at < now:
                one.announce_at += queue.announce_every_ms
        length = sum(other.queue is queue for other in self.waiting())
        staff = sum(
            person.present and self.serves(name, queue.queue_id)
            for name, person in self.people.items()
        )
        if is_new and queue.max_length is not None and length > queue.max_length:
            self.overflow(one, "full")
        elif not staff and queue.overflow_when_unstaffed:
            self.overflow(one, "unstaffed")

    def overflow(self, one: Caller, reason: str) -> None:
        entry_id, queue = one.contact.entry_id, one.queue
        del self.callers[entry_id]
        self.overflows.append((entry_id, queue.queue_id, queue.overflow, reason))

    def expired(self, now: int) -> list[tuple[str, str, Target | None, str]]:
        for one in self.waiting():
            longest = one.queue.max_wait_ms
            if longest is not None and one.contact.entered_at + longest <= now:
                self.overflow(one, "timeout")
        gone, self.overflows = self.overflows, []
        return sorted(gone, key=str)

    def announced(self, now: int) -> list[tuple[str, int]]:
        made = []
        for one in self.waiting():
            if one.announce_at is not None and one.announce_at <= now:
                made.append((one.contact.entry_id, self.position(one, now)))
                every = one.queue.announce_every_ms
                while one.announce_at is not None and one.announce_at <= now:
                    one.announce_at = one.announce_at + every if every else None
        return sorted(made)

    def position(self, caller: Caller, now: int) -> int:
        place = self.place(caller, now)
        return 1 + sum(
            other.queue is caller.queue and self.place(other, now) < place
            for other in self.waiting()
        )

    def deadline(self, now: int) -> int | None:
        times: list[int] = []
        for one in self.waiting():
            queue = one.queue
            times += [one.since + step.after_ms for step in queue.relaxations]
            times += one.barred.values()
            if one.preferred:
                times.append(one.contact.entered_at + queue.preferred_wait_ms)
            if queue.max_wait_ms is not None:
                times.append(one.contact.entered_at + queue.max_wait_ms)
            if one.announce_at is not None:
                times.append(one.announce_at)
        return min((at for at in times if at > now), default=None)

    def end_spell(self, name: str) -> None:
        self.people[name].ready = False
        self.people[name].turns = {}

    def leave(self, name: str) -> None:
        self.people[name].present = False
        self.end_spell(name)
        for queue_id in self.config.agents[name].queues:
            queue = self.config.queues.get(queue_id)
            staffed = any(
                person.present and self.serves(other, queue_id)
                for other, person in self.people.items()
            )
            if queue is not None and not staffed and queue.overflow_when_unstaffed:
                for one in self.waiting():
                    if one.queue is queue:
                        self.overflow(one, "unstaffed")
        for one in self.waiting():
            if one.preferred == name:
                one.state = "new"

    def configure(self, config: CellConfig) -> None:
        if (config.queues, config.agents) == (self.config.queues, self.config.agents):
            return
        self.config = config
        self.people = {name: self.people.get(name, Person()) for name in config.agents}
        self.fresh = []
        in_order = sorted(config.agents, key=self.order)
        for name in in_order:
            self.people[name].turns = {}
            if self.people[name].ready:
                self.fresh.append(name)
        for one in list(self.callers.values()):
            queue = config.queues.get(one.contact.queue_id)
            if queue is None:
                if one.state != "offered":
                    self.overflow(one, "unstaffed")
                continue
            one.queue = queue
            if one.preferred and not self.serves(one.preferred, queue.queue_id):
                one.preferred = ""
            if one.state == "waiting":
                one.state = "new"


class RouterHistory(RuleBasedStateMachine):
    """Drives router and model through the same history."""

    @initialize(config=configs())
    def begin(self, config: CellConfig) -> None:
        self.now = 1_000_000_000
        self.model = Model(config)
        self.router = Router(config, SEED)
        self.made = 0

    def settle(self) -> None:
        """Match, expire, announce; then nothing may be left undone."""
        found = [(one.entry_id, one.agent_ids) for one in self.router.match(self.now)]
        assert found == self.model.match(self.now)
        gone = self.router.expired(self.now)
        assert sorted(
            ((one.entry_id, one.queue_id, one.target, one.reason) for one in gone), key=str
        ) == self.model.expired(self.now)
        told = self.router.announcements(self.now)
        assert sorted((one.entry_id, one.position) for one in told) == self.model.announced(
            self.now
        )

    @rule(data=st.data(), happens=st.sampled_from(HAPPENINGS))
    def go_on(self, data: st.DataObject, happens: str) -> None:
        """One rule for all: hypothesis would switch single rules off for whole histories."""
        getattr(self, happens)(data)

    # contacts

    def arrive(self, data: st.DataObject) -> None:
        for _ in range(data.draw(st.sampled_from((1, 1, 1, 2, 3)))):
            self.made += 1
            queue_id = data.draw(st.sampled_from(QUEUES))
            known = self.model.config.queues.get(queue_id)
            own = dict(known.skills) if known else {}
            contact = Contact(
                entry_id=f"e{self.made}",
                call_id=f"c{self.made}",
                queue_id=queue_id,
                client_id="",
                entered_at=self.now,
                credit_ms=data.draw(st.sampled_from((0, 0, 5_000, 60_000, PATIENCE))),
                priority=data.draw(st.sampled_from((0, 0, 3, 10))),
                skills=data.draw(st.one_of(st.just(own), levels)),
                preferred_agent_id=data.draw(st.sampled_from(("", "", *AGENTS))),
                sent_by=data.draw(st.sampled_from(("", "", "", *AGENTS))),
            )
            self.router.add(contact)
            if known is None:
                self.model.overflows.append((contact.entry_id, queue_id, None, "unstaffed"))
                continue
            self.model.numbers += 1
            caller = Caller(contact, self.model.numbers, known)
            if self.model.serves(contact.preferred_agent_id, queue_id):
                caller.preferred = contact.preferred_agent_id
            self.model.callers[contact.entry_id] = caller
        self.settle()

    def some_caller(self, data: st.DataObject, *states: str) -> Caller | None:
        there = [one for one in self.model.callers.values() if one.state in states]
        return data.draw(st.sampled_from(there)) if there else None

    def give_up(self, data: st.DataObject) -> None:
        caller = self.some_caller(data, "waiting", "offered")
        if caller is not None:
            self.router.remove(caller.contact.entry_id)
            del self.model.callers[caller.contact.entry_id]
            self.settle()

    def answer(self, data: st.DataObject) -> None:
        caller = self.some_caller(data, "offered")
        if caller is not None:
            self.router.remove(caller.contact.entry_id)
            self.router.served(caller.contact.queue_id, self.now)
            del self.model.callers[caller.contact.entry_id]
            self.settle()

    def refuse(self, data: st.DataObject) -> None:
        caller = self.some_caller(data, "offered")
        if caller is None:
            return
        name = data.draw(st.sampled_from(sorted(caller.offered)))
        entry_id = caller.contact.entry_id
        self.router.refused(entry_id, name, self.now)
        caller.offered.discard(name)
        caller.barred[name] = self.now + PAUSE
        caller.preferred = ""
        if not caller.offered:
            if caller.charge is not None:
                shared, client_id, price = caller.charge
                self.model.accounts[shared][client_id] -= price
            caller.state = "new"
            if caller.contact.queue_id not in self.model.config.queues:
                self.model.overflow(caller, "unstaffed")
        if data.draw(st.booleans()) and name in self.model.people:
            self.free(name, handled=1, occupancy=0.5, idle_since=self.now)
        self.settle()

    # agents

    def free(self, name: str, handled: int, occupancy: float, idle_since: int) -> None:
        self.router.agent_ready(name, idle_since, handled, occupancy)
        if name in self.model.people:
            self.model.people[name] = Person(True, True, idle_since, handled, occupancy)
            if name not in self.model.fresh:
                self.model.fresh.append(name)

    def become_ready(self, data: st.DataObject) -> None:
        engaged = {name for one in self.model.callers.values() for name in one.offered}
        free = sorted(set(AGENTS) - engaged)
        for _ in range(data.draw(st.sampled_from((1, 1, 1, 2, 4)))):
            if free:
                self.free(
                    data.draw(st.sampled_from(free)),
                    handled=data.draw(st.integers(0, 2)),
                    occupancy=data.draw(st.sampled_from((0, 0.25, 0.5))),
                    idle_since=self.now - data.draw(st.sampled_from((0, 5_000))),
                )
        self.settle()

    def become_busy(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(AGENTS))
        self.router.agent_gone(name)
        if name in self.model.people:
            self.model.end_spell(name)
        self.settle()

    def come_or_go(self, data: st.DataObject) -> None:
        name, present = data.draw(st.sampled_from(AGENTS)), data.draw(st.booleans())
        self.router.staff(name, present=present)
        if name in self.model.people and self.model.people[name].present is not present:
            self.model.people[name].present = present
            if not present:
                self.model.leave(name)
        self.settle()

    # time and configuration

    def time_passes(self, data: st.DataObject) -> None:
        """Stops at every deadline on the way, as the floor does."""
        until = self.now + data.draw(st.sampled_from(STEPS))
        while (at := self.router.next_deadline()) is not None and at <= until:
            assert at == self.model.deadline(self.now), "a deadline was missed"
            self.now = at
            self.settle()
        self.now = until
        self.settle()

    def floor_sleeps(self, data: st.DataObject) -> None:
        """A process that was away comes back late for several deadlines at once."""
        self.now += data.draw(st.sampled_from((60_000, PATIENCE)))
        self.settle()

    def reorganise(self, data: st.DataObject) -> None:
        self.configure(data.draw(configs()))

    def configure(self, config: CellConfig) -> None:
        self.router.configure(config)
        self.model.configure(config)
        self.settle()

    def retrain(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.config.agents)))
        agents = {**self.model.config.agents, name: data.draw(agent_configs(name))}
        self.configure(replace(self.model.config, agents=agents))

    # promises

    @invariant()
    def promises(self) -> None:
        if not hasattr(self, "model"):
            return
        model, now = self.model, self.now
        for one in model.waiting():
            for name, person in model.people.items():
                assert not (person.ready and model.may_take(name, one, now)), (
                    "an able agent is idle while a contact waits"
                )
        holders = [name for one in model.callers.values() for name in one.offered]
        assert len(holders) == len(set(holders)), "an agent has two offers"
        for entry_id, one in model.callers.items():
            assert self.router.contact(entry_id) == one.contact
            if one.state == "waiting":
                assert self.router.position(entry_id) == model.position(one, now)
        assert self.router.next_deadline() == model.deadline(now)


RouterHistory.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestRouterHistory = RouterHistory.TestCase
