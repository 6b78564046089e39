"""Over long histories: shares converge, and nobody is starved."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from openseat.core.config import AgentConfig, CellConfig, QueueConfig
from openseat.core.routing import Contact, Router
from openseat.core.routing.router import REFUSAL_PAUSE_MS
from openseat.core.routing.waiting import PATIENCE_MS

T = 1_000_000_000


def floor(queues: list[QueueConfig], agents: dict[str, tuple[str, ...]]) -> Router:
    return Router(
        CellConfig(
            version=1,
            cell_id="cell",
            queues={one.queue_id: one for one in queues},
            agents={
                name: AgentConfig(
                    agent_id=name, number=name, name=name, group_id="g", queues=served
                )
                for name, served in agents.items()
            },
        )
    )


def queue(queue_id: str, **policy) -> QueueConfig:
    policy.setdefault("client_id", queue_id)
    return QueueConfig(queue_id=queue_id, project_id="p", name=queue_id, **policy)


def contact(entry_id: str, queue_id: str, now: int, **more) -> Contact:
    return Contact(
        entry_id=entry_id, call_id="c", queue_id=queue_id, client_id="", entered_at=now, **more
    )


@settings(deadline=None, max_examples=60)
@given(
    weights=st.lists(st.integers(1, 24), min_size=2, max_size=5),
    agents=st.integers(1, 4),
    picks=st.integers(1, 300),
    order=st.randoms(use_true_random=False),
)
def test_busy_clients_share_agents_by_weight_to_within_a_contact(weights, agents, picks, order):
    """The theorem of start-time fair queueing, for every two clients and at any time:

    what they were given, each divided by its weight, differs by at most the sum
    of one contact of each, divided likewise.
    """
    names = [f"q{n}" for n in range(len(weights))]
    queues = [queue(name, weight=weight) for name, weight in zip(names, weights, strict=True)]
    router = floor(queues, {f"a{n}": tuple(names) for n in range(agents)})
    for name in names:
        for n in range(picks):
            router.add(contact(f"{name}-{n}", name, T + n))
    taken = dict.fromkeys(names, 0)
    for _ in range(picks):
        router.agent_ready(f"a{order.randrange(agents)}", T, 0, 0)
        (match,) = router.match(T + picks)
        taken[match.queue_id] += 1
        router.remove(match.entry_id)
        served = [
            Fraction(taken[name], weight) for name, weight in zip(names, weights, strict=True)
        ]
        for one, other in combinations(range(len(names)), 2):
            bound = Fraction(1, weights[one]) + Fraction(1, weights[other])
            assert abs(served[one] - served[other]) <= bound


@settings(deadline=None, max_examples=30)
@given(
    ageing=st.sampled_from((0, 1, 10)),
    rival=st.integers(1, 1_000_000),
    handling_s=st.integers(20, 600),
    refuses_every=st.integers(2, 5),
)
def test_a_low_priority_is_served_although_high_ones_never_end(
    ageing, rival, handling_s, refuses_every
):
    """One agent, too many contacts of a higher priority, refusals now and then."""
    router = floor([queue("q", ageing_per_minute=ageing)], {"a": ("q",)})
    now, made, offers = T, 0, 0
    router.add(contact("poor", "q", now, priority=0))
    while now < T + PATIENCE_MS + 2 * 600_000 + REFUSAL_PAUSE_MS:
        for _ in range(2):
            made += 1
            router.add(contact(f"rich{made}", "q", now, priority=rival))
        router.agent_ready("a", now, 0, 0)
        for match in router.match(now):
            offers += 1
            if offers % refuses_every == 0:
                router.refused(match.entry_id, "a", now)
            elif match.entry_id == "poor":
                return
            else:
                router.remove(match.entry_id)
        now += handling_s * 1_000
    raise AssertionError("starved")


@settings(deadline=None, max_examples=30)
@given(shares=st.integers(1, 1_000), handling_s=st.integers(20, 600))
def test_a_client_of_little_weight_is_served_although_a_great_one_never_ends(shares, handling_s):
    router = floor([queue("great", weight=shares), queue("small")], {"a": ("great", "small")})
    router.add(contact("poor", "small", T))
    for n in range(shares + 1):
        now = T + n * handling_s * 1_000
        router.add(contact(f"rich{n}", "great", now, priority=9))
        router.agent_ready("a", now, 0, 0)
        (match,) = router.match(now)
        router.remove(match.entry_id)
        if match.entry_id == "poor":
            return
    raise AssertionError("starved")
