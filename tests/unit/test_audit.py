"""What the audit of simulated calls takes for agreement, and what for a disagreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from openseat.simulation import audit
from openseat.simulation.people import Account, Plan


def account(name: str) -> Account:
    plan = Plan(
        caller=name,
        number="4001",
        keys="",
        language="zh-CN",
        patience_s=1,
        talk_s=1,
        agent_ends=False,
        rating="",
    )
    return Account(plan=plan, channel_id=f"channel-{name}", answered=True)


def compared(apart_s: list[float]) -> audit.Findings:
    """Compare answered calls whose billed time is so far from the carrier's ten seconds."""
    names = [f"caller-{n}" for n in range(len(apart_s))]
    calls = {
        name: audit.Told(
            call_id=name, answered=True, ended=True, billable_ms=round(10_000 + 1000 * apart)
        )
        for name, apart in zip(names, apart_s, strict=True)
    }
    carrier = {f"channel-{name}": 10.0 for name in names}
    return audit.compare([account(name) for name in names], calls, carrier, Path("unused"))


def test_the_carrier_s_records_are_read_to_the_microsecond(tmp_path: Path):
    records = tmp_path / "calls.csv"
    records.write_text(
        '"one","138","s","PJSIP/main-1","100.000001","101.250000","103.750500","ANSWERED"\n'
        '"two","139","s","PJSIP/main-2","100.500000","0.000000","103.750500","NO ANSWER"\n'
    )
    assert audit.carrier_seconds(records) == {"one": pytest.approx(2.5005), "two": 0.0}
    assert audit.carrier_seconds(tmp_path / "missing.csv") == {}


def test_one_call_taken_up_late_is_no_mismatch_but_is_told():
    found = compared([0.003, -0.004, 0.9, 0.002, 0.001])
    assert found.mismatches == []
    assert (found.billed_apart_median_s, found.billed_apart_worst_s) == (0.003, 0.9)


def test_one_call_far_off_is_a_mismatch():
    (told,) = compared([1.2]).mismatches
    assert "11.200 s journaled, 10.000 s at the carrier" in told


def test_calls_that_are_all_a_little_off_are_a_mismatch():
    (told,) = compared([0.06, 0.07, 0.08, 0.001, 0.06]).mismatches
    assert "0.060 s" in told
