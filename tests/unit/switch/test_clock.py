from __future__ import annotations

from openseat.switch.clock import LoopClock, VirtualClock


def test_things_happen_in_order_at_their_instants():
    clock, seen = VirtualClock(1000), []
    clock.call_later(50, lambda: seen.append(("b", clock.now())))
    clock.call_later(10, lambda: seen.append(("a", clock.now())))
    clock.call_later(50, lambda: seen.append(("c", clock.now())))
    clock.advance(49)
    assert seen == [("a", 1010)]
    clock.advance(1)
    assert seen == [("a", 1010), ("b", 1050), ("c", 1050)]
    assert clock.now() == 1050


def test_what_is_cancelled_does_not_happen():
    clock, seen = VirtualClock(), []
    timer = clock.call_later(10, lambda: seen.append("no"))
    clock.call_later(20, lambda: seen.append("yes"))
    timer.cancel()
    assert clock.next_due() == 20
    clock.advance_to(100)
    assert seen == ["yes"]
    assert clock.next_due() is None


def test_what_is_planned_while_time_passes_happens_in_it():
    clock, seen = VirtualClock(), []
    clock.call_later(10, lambda: clock.call_later(5, lambda: seen.append(clock.now())))
    clock.advance(20)
    assert seen == [15]


async def test_the_real_clock_calls_back():
    import asyncio

    clock, happened = LoopClock(), asyncio.Event()
    clock.call_later(0, lambda: clock.call_later(1, happened.set))
    async with asyncio.timeout(5):
        await happened.wait()
    assert clock.now() > 1_700_000_000_000
