"""What the router promises, told as small histories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openseat.core.config import (
    AgentConfig,
    CellConfig,
    QueueConfig,
    Relaxation,
    Strategy,
    Target,
    TargetKind,
)
from openseat.core.routing import Announcement, Contact, Match, Overflow, Router
from openseat.core.routing.line_up import MOST_ASKED, MOST_POOLS
from openseat.core.routing.router import REFUSAL_PAUSE_MS
from openseat.core.routing.waiting import PATIENCE_MS

T = 1_000_000_000
VOICEMAIL = Target(kind=TargetKind.VOICEMAIL, id="box")


def queue(queue_id="q", client_id="acme", **policy) -> QueueConfig:
    return QueueConfig(
        queue_id=queue_id, client_id=client_id, project_id="p", name=queue_id, **policy
    )


def agent(agent_id, *queues, number=None, **skills) -> AgentConfig:
    return AgentConfig(
        agent_id=agent_id,
        number=number or agent_id,
        name=agent_id,
        group_id="g",
        skills=skills,
        queues=queues or ("q",),
    )


def cell(queues, agents) -> CellConfig:
    return CellConfig(
        version=1,
        cell_id="cell",
        queues={one.queue_id: one for one in queues},
        agents={one.agent_id: one for one in agents},
    )


class Floor:
    """A router, a clock, and short words for what happens."""

    def __init__(self, queues, agents) -> None:
        self.config = cell(queues, agents)
        self.router = Router(self.config)
        self.now = T

    def comes(self, entry_id, queue_id="q", **more) -> list[tuple[str, ...]]:
        more.setdefault("entered_at", self.now)
        self.router.add(
            Contact(entry_id=entry_id, call_id=entry_id, queue_id=queue_id, client_id="", **more)
        )
        return self.match()

    def free(self, *agent_ids, idle_since=None, handled=0, occupancy=0) -> list[tuple[str, ...]]:
        for agent_id in agent_ids:
            since = self.now if idle_since is None else idle_since
            self.router.agent_ready(agent_id, since, handled, occupancy)
        return self.match()

    def match(self) -> list[tuple[str, ...]]:
        return [(one.entry_id, *one.agent_ids) for one in self.router.match(self.now)]

    def refuses(self, entry_id, agent_id) -> list[tuple[str, ...]]:
        self.router.refused(entry_id, agent_id, self.now)
        return self.match()

    def answers(self, entry_id, queue_id="q") -> None:
        self.router.remove(entry_id)
        self.router.served(queue_id, self.now)

    def gone(self) -> list[tuple[str, str]]:
        return [(one.entry_id, one.reason) for one in self.router.expired(self.now)]

    def passes(self, span) -> list[tuple[str, ...]]:
        self.now += span
        return self.match()


def served_in_turn(floor, entries) -> list[str]:
    """Who takes contacts that come one by one while agents are free."""
    return [floor.comes(entry)[0][1] for entry in entries]


class TestStrategies:
    def test_a_match_names_entry_queue_and_agents(self):
        floor = Floor([queue()], [agent("a")])
        floor.free("a")
        floor.router.add(
            Contact(entry_id="e", call_id="c", queue_id="q", client_id="acme", entered_at=T)
        )
        assert floor.router.match(T) == [Match("e", "q", ("a",))]

    def test_ring_all_rings_everybody_who_is_free(self):
        floor = Floor(
            [queue(strategy=Strategy.RING_ALL)], [agent("a"), agent("b"), agent("c"), agent("d")]
        )
        floor.free("c", idle_since=T - 5)
        floor.free("a", idle_since=T - 9)
        floor.free("b", idle_since=T - 7)
        assert floor.comes("e1") == [("e1", "a", "b", "c")]
        assert floor.refuses("e1", "a") == []
        assert floor.free("d") == []
        assert floor.refuses("e1", "b") == []
        assert floor.refuses("e1", "c") == [("e1", "d")]

    def test_linear_begins_with_the_lowest_number(self):
        agents = [agent("a", number="1002"), agent("b", number="999"), agent("c", number="1001")]
        floor = Floor([queue(strategy=Strategy.LINEAR)], agents)
        floor.free("a", "b", "c")
        assert served_in_turn(floor, ("e1", "e2", "e3")) == ["b", "c", "a"]
        floor.free("a")
        floor.free("b")
        assert served_in_turn(floor, ("e4",)) == ["b"]

    def test_round_robin_goes_round(self):
        names = ("a", "b", "c")
        floor = Floor([queue(strategy=Strategy.ROUND_ROBIN)], [agent(name) for name in names])
        floor.free(*names)
        assert served_in_turn(floor, ("e1", "e2")) == ["a", "b"]
        floor.free("a")
        floor.free("b")
        assert served_in_turn(floor, ("e3", "e4", "e5")) == ["c", "a", "b"]
        floor.free("c")
        floor.free("b")
        floor.free("a")
        assert served_in_turn(floor, ("e6", "e7", "e8")) == ["c", "a", "b"]

    def test_round_robin_goes_on_where_it_stood_when_all_were_busy(self):
        floor = Floor([queue(strategy=Strategy.ROUND_ROBIN)], [agent("a"), agent("b")])
        floor.comes("e1")
        assert floor.free("a") == [("e1", "a")]
        floor.free("a", "b")
        assert served_in_turn(floor, ("e2", "e3")) == ["b", "a"]

    def test_longest_idle(self):
        floor = Floor([queue()], [agent("a"), agent("b"), agent("c")])
        floor.free("a", idle_since=T - 10)
        floor.free("b", idle_since=T - 30)
        floor.free("c", idle_since=T - 20)
        assert served_in_turn(floor, ("e1", "e2", "e3")) == ["b", "c", "a"]

    def test_fewest_calls_then_longest_idle(self):
        floor = Floor([queue(strategy=Strategy.FEWEST_CALLS)], [agent("a"), agent("b"), agent("c")])
        floor.free("a", handled=2, idle_since=T - 30)
        floor.free("b", handled=1, idle_since=T - 10)
        floor.free("c", handled=1, idle_since=T - 20)
        assert served_in_turn(floor, ("e1", "e2", "e3")) == ["c", "b", "a"]

    def test_least_occupied_then_longest_idle(self):
        floor = Floor(
            [queue(strategy=Strategy.LEAST_OCCUPIED)], [agent("a"), agent("b"), agent("c")]
        )
        floor.free("a", occupancy=800_000, idle_since=T - 30)
        floor.free("b", occupancy=200_000, idle_since=T - 10)
        floor.free("c", occupancy=200_000, idle_since=T - 20)
        assert served_in_turn(floor, ("e1", "e2", "e3")) == ["c", "b", "a"]

    def test_skill_level_takes_the_best_at_what_is_asked_for(self):
        floor = Floor(
            [queue(strategy=Strategy.SKILL_LEVEL)],
            [agent("a", english=3, loans=9), agent("b", english=5), agent("c", english=4)],
        )
        floor.free("a", "b", "c")
        asked = {"english": 2}
        assert floor.comes("e1", skills=asked) == [("e1", "b")]
        assert floor.comes("e2", skills=asked) == [("e2", "c")]
        assert floor.comes("e3", skills=asked) == [("e3", "a")]

    def test_agents_equal_in_everything_are_told_apart_by_the_seed_not_by_number(self):
        names = [f"a{n}" for n in range(8)]
        firsts = set()
        for seed in range(8):
            router = Router(cell([queue()], [agent(name) for name in names]), seed)
            for name in names:
                router.agent_ready(name, T, 0, 0)
            router.match(T)
            router.add(Contact(entry_id="e", call_id="c", queue_id="q", client_id="", entered_at=T))
            firsts.add(router.match(T)[0].agent_ids)
        assert len(firsts) > 1


class TestSkills:
    def test_only_agents_with_the_levels_are_offered_the_contact(self):
        floor = Floor([queue()], [agent("a", english=2), agent("b", english=3)])
        floor.free("a", "b")
        assert floor.comes("e1", skills={"english": 3}) == [("e1", "b")]
        assert floor.comes("e2", skills={"english": 3}) == []
        assert floor.comes("e3", skills={"english": 0}) == [("e3", "a")]

    def test_skills_are_relaxed_exactly_on_time(self):
        steps = (
            Relaxation(after_ms=20_000, skills={"english": 2}),
            Relaxation(after_ms=40_000, skills={"english": 0}),
        )
        floor = Floor([queue(relaxations=steps)], [agent("a", english=2), agent("b")])
        floor.free("a", "b")
        floor.comes("e1", skills={"english": 3})
        floor.comes("e2", skills={"english": 3})
        assert floor.router.next_deadline() == T + 20_000
        assert floor.passes(19_999) == []
        assert floor.passes(1) == [("e1", "a")]
        assert floor.router.next_deadline() == T + 40_000
        assert floor.passes(19_999) == []
        assert floor.passes(1) == [("e2", "b")]
        assert floor.router.next_deadline() is None

    def test_a_kept_place_counts_for_relaxing(self):
        steps = (Relaxation(after_ms=20_000, skills={"english": 0}),)
        floor = Floor([queue(relaxations=steps)], [agent("a")])
        floor.free("a")
        assert floor.comes("e1", skills={"english": 3}, credit_ms=20_000) == [("e1", "a")]

    def test_ways_of_asking_without_number_are_forgotten(self):
        floor = Floor([queue()], [agent("a", s0=1), agent("b")])
        floor.free("a")
        floor.comes("kept", skills={"s0": 2})
        floor.comes("served", skills={"s0": 1})
        floor.router.remove("served")
        floor.free("a", "b")
        for n in range(2 * MOST_POOLS):
            floor.comes(f"e{n}", skills={f"s{n}": 1, "": n + 2})
            floor.router.remove(f"e{n}")
        for n in range(MOST_ASKED + 1):
            floor.comes(f"f{n}", skills={"s1": 9, f"x{n}": 0})
            floor.router.remove(f"f{n}")
        assert floor.comes("e", skills={"s0": 1}) == [("e", "a")]
        assert floor.router.position("kept") == 1
        floor.comes("e", skills={"s0": 1})
        assert floor.free("a") == [("e", "a")]


class TestOrder:
    def test_first_come_first_served(self):
        floor = Floor([queue()], [agent("a")])
        for entry in ("e1", "e2", "e3"):
            floor.comes(entry)
        assert [floor.free("a")[0][0] for _ in range(3)] == ["e1", "e2", "e3"]

    def test_higher_priority_first(self):
        floor = Floor([queue()], [agent("a")])
        floor.comes("e1")
        floor.comes("e2", priority=5)
        assert [floor.free("a")[0][0] for _ in range(2)] == ["e2", "e1"]

    def test_waiting_makes_up_for_priority_minute_by_minute(self):
        floor = Floor([queue(ageing_per_minute=2)], [agent("a"), agent("b")])
        floor.comes("old", entered_at=T - 120_000)
        floor.comes("new", priority=5)
        assert floor.router.position("old") == 2
        floor.passes(59_999)
        assert floor.router.position("old") == 2
        floor.passes(1)
        assert floor.router.position("old") == 2, "both have gained 2 points"
        floor.router.remove("new")
        floor.comes("newer", priority=5)
        assert floor.router.position("old") == 1
        assert floor.free("a") == [("old", "a")]

    def test_after_long_enough_a_contact_goes_before_every_priority(self):
        floor = Floor([queue()], [agent("a")])
        floor.comes("old")
        floor.passes(PATIENCE_MS - 1)
        floor.comes("high", priority=1_000_000)
        assert floor.router.position("old") == 2
        floor.passes(1)
        assert floor.router.position("old") == 1
        assert floor.free("a") == [("old", "a")]

    def test_a_kept_place_is_the_old_place(self):
        floor = Floor([queue()], [agent("a")])
        floor.comes("e1")
        floor.passes(10_000)
        floor.comes("back", credit_ms=15_000)
        assert floor.router.position("back") == 1
        assert floor.free("a") == [("back", "a")]

    def test_of_contacts_equal_in_everything_the_agents_preferred_queue_comes_first(self):
        floor = Floor([queue("q1"), queue("q2")], [agent("a", "q2", "q1")])
        floor.comes("e1", "q1")
        floor.comes("e2", "q2")
        assert floor.free("a") == [("e2", "a")]

    def test_an_agent_with_many_queues_looks_where_somebody_waits(self):
        queues = [queue(f"q{n}") for n in range(9)]
        floor = Floor(queues, [agent("a", *(f"q{n}" for n in range(8)))])
        floor.comes("no", "q8")
        floor.comes("e", "q5")
        assert floor.free("a") == [("e", "a")]

    def test_several_at_once_are_paired_by_both_orders(self):
        floor = Floor([queue(strategy=Strategy.LINEAR)], [agent("a"), agent("b")])
        for entry, priority in (("e1", 0), ("e2", 7), ("e3", 0)):
            floor.router.add(
                Contact(
                    entry_id=entry,
                    call_id="c",
                    queue_id="q",
                    client_id="",
                    entered_at=T,
                    priority=priority,
                )
            )
        assert floor.free("b", "a") == [("e2", "a"), ("e1", "b")]


class TestShares:
    def contend(self, weights, picks):
        clients = [f"c{n}" for n in range(len(weights))]
        queues = [
            queue(client, client_id=client, weight=weight)
            for client, weight in zip(clients, weights, strict=True)
        ]
        floor = Floor(queues, [agent("a", *clients), agent("own", clients[0])])
        made = 0
        for client in clients:
            for _ in range(2 * picks):
                made += 1
                floor.comes(f"{client}/{made}", client)
        return floor, [floor.free("a")[0][0].partition("/")[0] for _ in range(picks)]

    def test_clients_share_an_agent_by_weight(self):
        _, taken = self.contend((3, 1), 40)
        assert (taken.count("c0"), taken.count("c1")) == (30, 10)
        assert taken[:4].count("c1") == 1, "spread out, not in blocks"

    def test_a_client_that_had_nothing_waiting_does_not_save_up_turns(self):
        floor = Floor(
            [queue("q1", client_id="c1"), queue("q2", client_id="c2")], [agent("a", "q1", "q2")]
        )
        for n in range(20):
            floor.comes(f"one{n}", "q1")
        for _ in range(10):
            floor.free("a")
        for n in range(10):
            floor.comes(f"two{n}", "q2")
        taken = [floor.free("a")[0][0][:3] for _ in range(8)]
        assert (taken.count("one"), taken.count("two")) == (4, 4)

    def test_an_agent_of_one_client_alone_does_not_touch_the_shares(self):
        floor, _ = self.contend((1, 1), 10)
        for _ in range(5):
            assert floor.free("own")[0][0].startswith("c0/")
        taken = [floor.free("a")[0][0][:2] for _ in range(4)]
        assert (taken.count("c0"), taken.count("c1")) == (2, 2)

    def test_a_refused_offer_costs_nothing(self):
        floor = Floor(
            [queue("q1", client_id="c1"), queue("q2", client_id="c2")], [agent("a", "q1", "q2")]
        )
        floor.comes("one", "q1")
        floor.comes("one more", "q1")
        floor.passes(1)
        floor.comes("two", "q2")
        assert floor.free("a") == [("one", "a")]
        assert floor.refuses("one", "a") == []
        assert floor.free("a") == [("one more", "a")]

    def test_a_share_stands_on_what_the_directory_says_now(self):
        floor = Floor(
            [queue("q1", client_id="c1"), queue("q2", client_id="c2")], [agent("a", "q1")]
        )
        floor.comes("e1", "q1")
        floor.comes("e2", "q2")
        floor.router.configure(cell([queue("q1", client_id="c1"), queue("q2", client_id="c2")], []))
        assert floor.free("a") == []
        floor.router.configure(
            cell(
                [queue("q1", client_id="c1"), queue("q2", client_id="c2")],
                [agent("a", "q1", "q2")],
            )
        )
        assert [floor.free("a")[0][0] for _ in range(2)] == ["e1", "e2"]


class TestPreference:
    def test_a_contact_is_kept_for_its_agent_for_a_while(self):
        floor = Floor([queue(preferred_wait_ms=15_000)], [agent("a"), agent("b")])
        floor.router.staff("b", present=True)
        floor.free("a")
        assert floor.comes("e1", preferred_agent_id="b") == []
        assert floor.router.next_deadline() == T + 15_000
        assert floor.passes(14_999) == []
        assert floor.passes(1) == [("e1", "a")]

    def test_the_agent_takes_it_before_all_others(self):
        floor = Floor([queue()], [agent("a"), agent("b")])
        floor.router.staff("b", present=True)
        floor.comes("other", priority=9)
        floor.comes("low", preferred_agent_id="b")
        floor.comes("high", preferred_agent_id="b", priority=1)
        assert floor.router.position("low") == 3
        assert floor.free("b") == [("high", "b")]
        assert floor.free("b") == [("low", "b")]
        assert floor.free("b") == [("other", "b")]

    def test_a_free_agent_gets_it_at_once(self):
        floor = Floor([queue(strategy=Strategy.RING_ALL)], [agent("a"), agent("b")])
        floor.free("a", "b")
        assert floor.comes("e1", preferred_agent_id="b") == [("e1", "b")]

    @pytest.mark.parametrize("name", ["away", "elsewhere", "nobody"])
    def test_an_agent_who_is_not_there_is_not_waited_for(self, name):
        floor = Floor([queue(), queue("q2")], [agent("a"), agent("away"), agent("elsewhere", "q2")])
        floor.router.staff("elsewhere", present=True)
        floor.free("a")
        assert floor.comes("e1", preferred_agent_id=name) == [("e1", "a")]

    def test_an_agent_who_leaves_is_waited_for_no_more(self):
        floor = Floor([queue()], [agent("a"), agent("b")])
        floor.router.staff("b", present=True)
        floor.free("a")
        floor.comes("e1", preferred_agent_id="b")
        floor.router.staff("b", present=False)
        assert floor.match() == [("e1", "a")]

    def test_an_agent_who_refuses_is_not_preferred_any_more(self):
        floor = Floor([queue()], [agent("a"), agent("b")])
        floor.free("b")
        floor.comes("e1", preferred_agent_id="b")
        assert floor.free("a") == []
        assert floor.refuses("e1", "b") == [("e1", "a")]

    def test_a_preference_survives_a_new_picture_of_the_directory(self):
        floor = Floor([queue()], [agent("a"), agent("b")])
        floor.router.staff("b", present=True)
        floor.comes("e1", preferred_agent_id="b")
        floor.router.configure(cell([queue(), queue("new")], [agent("a"), agent("b")]))
        assert floor.free("a") == []
        floor.router.configure(cell([queue()], [agent("a")]))
        assert floor.match() == [("e1", "a")]

    def test_a_caller_who_hangs_up_is_not_kept(self):
        floor = Floor([queue()], [agent("a"), agent("b")])
        floor.router.staff("b", present=True)
        floor.comes("e1", preferred_agent_id="b")
        floor.router.remove("e1")
        assert floor.free("b") == []


class TestRefusal:
    def test_others_are_offered_it_at_once(self):
        floor = Floor([queue()], [agent("a"), agent("b")])
        floor.free("a", idle_since=T - 9)
        floor.free("b")
        assert floor.comes("e1") == [("e1", "a")]
        floor.router.refused("e1", "a", floor.now)
        assert floor.free("a", idle_since=T - 20) == [("e1", "b")]

    def test_who_refused_gets_others_meanwhile_and_the_same_after_a_pause(self):
        floor = Floor([queue()], [agent("a")])
        floor.free("a")
        floor.comes("e1")
        floor.comes("e2")
        floor.router.refused("e1", "a", floor.now)
        assert floor.free("a") == [("e2", "a")]
        floor.router.refused("e2", "a", floor.now)
        assert floor.free("a") == []
        assert floor.router.next_deadline() == T + REFUSAL_PAUSE_MS
        assert floor.passes(REFUSAL_PAUSE_MS - 1) == []
        assert floor.passes(1) == [("e1", "a")]

    def test_the_contact_keeps_its_place(self):
        floor = Floor([queue()], [agent("a"), agent("b")])
        floor.free("a")
        floor.comes("e1")
        floor.passes(5_000)
        floor.comes("e2")
        floor.refuses("e1", "a")
        assert floor.free("b") == [("e1", "b")]

    def test_a_refusal_of_something_else_is_ignored(self):
        floor = Floor([queue()], [agent("a")])
        floor.router.refused("unknown", "a", T)
        floor.free("a")
        floor.comes("e1")
        floor.router.refused("e1", "b", T)
        assert floor.match() == []


class TestOverflow:
    def test_who_waited_too_long_leaves(self):
        floor = Floor([queue(max_wait_ms=60_000, overflow=VOICEMAIL)], [agent("a")])
        floor.router.staff("a", present=True)
        floor.comes("e1", credit_ms=30_000)
        assert floor.router.next_deadline() == T + 60_000
        floor.now += 59_999
        assert floor.gone() == []
        floor.now += 1
        assert floor.router.expired(floor.now) == [Overflow("e1", "q", VOICEMAIL, "timeout")]
        assert floor.router.contact("e1") is None
        assert floor.free("a") == []

    def test_a_contact_that_rings_does_not_leave(self):
        floor = Floor([queue(max_wait_ms=60_000)], [agent("a")])
        floor.free("a")
        floor.comes("e1")
        floor.passes(60_000)
        assert floor.gone() == []
        floor.refuses("e1", "a")
        assert floor.gone() == [("e1", "timeout")]

    def test_a_deadline_that_only_a_match_has_seen_stays_due(self):
        floor = Floor([queue(max_wait_ms=10_000)], [agent("a")])
        floor.comes("e1")
        floor.comes("e2")
        floor.passes(10_000)
        assert floor.router.next_deadline() == T + 10_000
        floor.router.remove("e1")
        assert floor.gone() == [("e2", "timeout")]
        floor.comes("e3")
        floor.passes(10_000)
        floor.router.remove("e3")
        assert floor.router.next_deadline() is None

    def test_a_full_queue_takes_nobody(self):
        floor = Floor([queue(max_length=1)], [agent("a")])
        floor.comes("e1")
        floor.comes("e2")
        assert floor.router.next_deadline() == floor.now
        assert floor.gone() == [("e2", "full")]
        assert floor.router.position("e1") == 1

    def test_a_full_queue_is_no_matter_to_whom_an_agent_is_free(self):
        floor = Floor([queue(max_length=0)], [agent("a")])
        floor.free("a")
        assert floor.comes("e1") == [("e1", "a")]
        assert floor.comes("e2") == []
        assert floor.gone() == [("e2", "full")]

    def test_of_several_the_last_in_order_find_the_queue_full(self):
        floor = Floor([queue(max_length=1)], [agent("a")])
        for entry, priority in (("e1", 0), ("e2", 3)):
            floor.router.add(
                Contact(
                    entry_id=entry,
                    call_id="c",
                    queue_id="q",
                    client_id="",
                    entered_at=T,
                    priority=priority,
                )
            )
        floor.match()
        assert floor.gone() == [("e1", "full")]

    def test_an_unstaffed_queue_takes_nobody_if_it_is_told_so(self):
        floor = Floor([queue(overflow_when_unstaffed=True), queue("q2")], [agent("a", "q", "q2")])
        floor.comes("e1")
        floor.comes("e2", "q2")
        assert floor.gone() == [("e1", "unstaffed")]
        floor.router.staff("a", present=True)
        floor.router.staff("a", present=True)
        floor.comes("e3")
        assert floor.gone() == []
        floor.router.staff("a", present=False)
        assert floor.gone() == [("e3", "unstaffed")]
        assert floor.router.contact("e2") is not None

    def test_a_queue_that_does_not_exist_takes_nobody(self):
        floor = Floor([queue()], [agent("a")])
        floor.comes("e1", "nowhere")
        assert floor.router.expired(T) == [Overflow("e1", "nowhere", None, "unstaffed")]

    def test_contacts_of_a_deleted_queue_leave_it(self):
        floor = Floor([queue(overflow=VOICEMAIL)], [agent("a")])
        floor.free("a")
        floor.comes("rings")
        floor.comes("waits")
        floor.router.configure(cell([], [agent("a")]))
        assert floor.router.expired(T) == [Overflow("waits", "q", VOICEMAIL, "unstaffed")]
        floor.refuses("rings", "a")
        assert floor.gone() == [("rings", "unstaffed")]


class TestAnnouncements:
    def test_first_and_then_every_so_often(self):
        policy = queue(announce_first_ms=10_000, announce_every_ms=30_000)
        floor = Floor([policy], [agent("a")])
        floor.comes("e1", credit_ms=60_000)
        assert floor.router.announcements(T + 9_999) == []
        assert floor.router.next_deadline() == T + 10_000
        assert floor.router.announcements(T + 10_000) == [Announcement("e1", 1, None)]
        assert floor.router.next_deadline() == T + 40_000
        assert floor.router.announcements(T + 100_001) == [Announcement("e1", 1, None)]
        assert floor.router.next_deadline() == T + 130_000, "missed ones are not made up for"

    def test_every_so_often_alone_begins_after_one_period(self):
        floor = Floor([queue(announce_every_ms=30_000)], [agent("a")])
        floor.comes("e1")
        assert floor.router.next_deadline() == T + 30_000

    def test_a_contact_taken_over_from_another_process_is_told_at_its_old_times(self):
        policy = queue(announce_first_ms=10_000, announce_every_ms=30_000)
        floor = Floor([policy], [agent("a")])
        floor.comes("e1", entered_at=T - 50_000)
        assert floor.router.next_deadline() == T + 20_000
        floor.comes("e2", entered_at=T - 40_000)
        assert [one.entry_id for one in floor.router.announcements(T)] == ["e2"]

    def test_once_alone_is_once(self):
        floor = Floor([queue(announce_first_ms=10_000)], [agent("a")])
        floor.comes("e1")
        assert len(floor.router.announcements(T + 10_000)) == 1
        assert floor.router.next_deadline() is None

    def test_nobody_is_announced_to_while_it_rings(self):
        floor = Floor([queue(announce_first_ms=10_000)], [agent("a")])
        floor.comes("e1")
        floor.free("a")
        assert floor.router.announcements(T + 10_000) == []
        floor.now += 10_000
        floor.refuses("e1", "a")
        assert len(floor.router.announcements(floor.now)) == 1


class TestEstimate:
    def test_nothing_is_known_at_first(self):
        floor = Floor([queue()], [agent("a")])
        floor.comes("e1")
        assert floor.router.estimated_wait("e1") is None
        assert floor.router.estimated_wait("unknown") is None
        assert floor.router.position("unknown") is None

    def work_off(self, floor, every, count):
        """A backlog from which one contact is served every so often."""
        for n in range(count + 3):
            floor.comes(f"e{n}")
        for n in range(count):
            floor.passes(every)
            floor.free("a")
            floor.answers(f"e{n}")

    def test_position_times_the_pace_of_the_backlog(self):
        floor = Floor([queue()], [agent("a")])
        self.work_off(floor, 20_000, 5)
        floor.match()
        assert floor.router.position("e6") == 2
        assert floor.router.estimated_wait("e6") == 40_000

    def test_only_the_newest_count(self):
        floor = Floor([queue()], [agent("a")])
        self.work_off(floor, 60_000, 5)
        for n in range(40):
            floor.comes(f"n{n}")
        left = [f"e{n}" for n in range(5, 8)] + [f"n{n}" for n in range(30)]
        for entry in left:
            floor.passes(1_000)
            floor.free("a")
            floor.answers(entry)
        floor.match()
        assert floor.router.estimated_wait("n30") == 1_000

    def test_a_stall_makes_the_estimate_longer(self):
        floor = Floor([queue()], [agent("a")])
        self.work_off(floor, 10_000, 1)
        floor.passes(50_000)
        assert floor.router.estimated_wait("e1") == 30_000

    def test_time_in_which_nobody_waited_is_no_backlog(self):
        floor = Floor([queue()], [agent("a")])
        self.work_off(floor, 10_000, 1)
        for entry in ("e1", "e2", "e3"):
            floor.router.remove(entry)
        floor.passes(600_000)
        floor.comes("later")
        assert floor.router.estimated_wait("later") == 10_000

    def test_an_old_pace_says_nothing(self):
        floor = Floor([queue()], [agent("a")])
        self.work_off(floor, 10_000, 2)
        floor.passes(1_800_001)
        assert floor.router.estimated_wait("e2") is None

    def test_contacts_answered_without_waiting_say_nothing(self):
        floor = Floor([queue()], [agent("a")])
        floor.free("a")
        floor.comes("e1")
        floor.answers("e1")
        floor.answers("unknown", "nowhere")
        floor.comes("e2")
        assert floor.router.estimated_wait("e2") is None


class TestAgents:
    def test_an_agent_who_is_gone_is_offered_nothing(self):
        floor = Floor([queue()], [agent("a")])
        floor.free("a")
        floor.router.agent_gone("a")
        floor.router.agent_gone("a")
        assert floor.comes("e1") == []
        floor.router.agent_ready("a", T, 0, 0)
        floor.router.agent_gone("a")
        assert floor.match() == []
        floor.router.agent_ready("a", T, 0, 0)
        floor.router.agent_gone("a")
        assert floor.comes("e2") == []

    def test_newer_figures_replace_older_ones(self):
        floor = Floor([queue(strategy=Strategy.FEWEST_CALLS)], [agent("a"), agent("b")])
        floor.free("a", handled=1)
        floor.free("b", handled=2)
        floor.router.agent_ready("a", T, 4, 0)
        floor.free("a", handled=3)
        assert served_in_turn(floor, ("e1", "e2")) == ["b", "a"]

    def test_agents_the_directory_does_not_know_are_ignored(self):
        floor = Floor([queue()], [agent("a")])
        floor.comes("e1")
        assert floor.free("stranger") == []
        floor.router.agent_gone("stranger")
        floor.router.staff("stranger", present=True)
        assert floor.match() == []

    def test_an_entry_that_comes_again_replaces_the_first(self):
        floor = Floor([queue()], [agent("a")])
        floor.comes("e1")
        floor.comes("e1", priority=3)
        contact = floor.router.contact("e1")
        assert contact is not None
        assert contact.priority == 3
        assert floor.free("a") == [("e1", "a")]
        assert floor.free("a") == []

    def test_a_new_picture_keeps_who_waits_and_who_is_ready(self):
        floor = Floor([queue(), queue("q2")], [agent("a"), agent("b", "q2")])
        floor.free("b")
        floor.comes("e1")
        widened = replace(agent("b"), queues=("q", "q2", "q2"))
        queues = [queue(), queue("q2"), queue("new")]
        floor.router.configure(cell(queues, [agent("a"), widened, agent("c")]))
        assert floor.match() == [("e1", "b")]

    def test_a_picture_with_the_same_queues_and_agents_changes_nothing(self):
        floor = Floor([queue(strategy=Strategy.ROUND_ROBIN)], [agent("a"), agent("b")])
        floor.free("a", "b")
        floor.router.configure(replace(floor.config, version=2, max_calls=5))
        assert floor.router.next_deadline() is None
        assert served_in_turn(floor, ("e1", "e2")) == ["a", "b"]

    def test_a_caller_who_left_before_the_match_is_not_matched(self):
        floor = Floor([queue()], [agent("a")])
        floor.free("a")
        floor.router.add(
            Contact(entry_id="e1", call_id="c", queue_id="q", client_id="", entered_at=T)
        )
        floor.router.remove("e1")
        assert floor.match() == []


def test_timers_of_contacts_long_gone_do_not_pile_up():
    floor = Floor([queue(max_wait_ms=600_000, announce_first_ms=500_000)], [agent("a")])
    for n in range(1_000):
        floor.comes(f"e{n}")
        floor.router.remove(f"e{n}")
    assert len(floor.router._agenda.heap) < 100
    floor.comes("e")
    assert floor.router.next_deadline() == T + 500_000
