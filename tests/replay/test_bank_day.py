"""A day of calls through facts, journal codec and fold agrees with the file itself, to the second.

The shipped file is synthetic. Where OPENSEAT_BANK_DATA names the Technion's bank call centre file,
that is replayed as well; the test run's summary says which were.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.figures import replay
from openseat.figures.bank.rows import COLUMNS, TREATMENT, Anomaly, Outcome, make_day, read_day
from openseat.figures.bank.straight import straight
from openseat.testing import bank_day

SYNTHETIC = Path(__file__).parents[1] / "data" / "bank_day.csv"
GIVEN = os.environ.get("OPENSEAT_BANK_DATA", "")
FILES = {"synthetic": SYNTHETIC} | ({"OPENSEAT_BANK_DATA": Path(GIVEN)} if GIVEN else {})
DAY = date(1999, 8, 1)
JERUSALEM = ZoneInfo("Asia/Jerusalem")


def test_the_shipped_file_is_what_its_generator_makes(tmp_path: Path):
    bank_day.write(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == SYNTHETIC.read_bytes()


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_fold_and_file_agree_in_every_half_hour_to_the_second(path: Path):
    made = replay.replay(path, DAY, JERUSALEM)
    assert made.differences == []
    found = replay.report(path, made)
    assert found["figures_compared"] > 500
    whole = found["total"]
    assert whole["offered"] == whole["answered"] + whole["abandoned"] + whole["short_abandoned"]
    assert whole["calls_in"] == whole["offered"] + whole["by_flow"] == found["calls"]
    left_out = sum(
        len(made.day.anomalies.get(a, ())) for a in (Anomaly.PHANTOM, Anomaly.UNREADABLE)
    )
    assert found["rows"] == found["calls"] + left_out


def test_every_anomaly_occurs_in_the_shipped_file_and_has_a_treatment():
    assert set(read_day(SYNTHETIC).anomalies) == set(Anomaly) == set(TREATMENT)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
def test_the_day_may_be_in_any_time_zone(zone: str):
    assert replay.replay(SYNTHETIC, date(2026, 6, 1), ZoneInfo(zone)).differences == []


CLOCKS = st.builds(
    "{}:{:02}:{:02}".format, st.integers(0, 24), st.integers(0, 59), st.integers(0, 59)
)
TIMES = st.just("0:00:00") | CLOCKS | st.sampled_from(["", "x", "1:2", "-1:00:00", "23:59:60"])
SPANS = st.integers(-100, 4000).map(str) | st.just("x")
ROWS = st.fixed_dictionaries(
    dict.fromkeys(COLUMNS, st.just("0"))
    | {name: TIMES for name in COLUMNS if name.endswith(("_entry", "_exit", "_start"))}
    | {"q_time": SPANS, "ser_time": SPANS}
    | {
        "outcome": st.sampled_from(["AGENT", "HANG", "PHANTOM", "x"]),
        "type": st.sampled_from(["PS", "NW"]),
        "server": st.sampled_from(["ADA", "NO_SERVER"]),
    }
)


@given(st.lists(ROWS, max_size=8))
def test_fold_and_file_agree_on_any_rows(tmp_path_factory: pytest.TempPathFactory, rows):
    path = tmp_path_factory.mktemp("bank") / "day.csv"
    lines = [",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert replay.replay(path, DAY, JERUSALEM).differences == []


def nasty(number: int):
    """The call made of the nasty row with this call_id, and its anomalies."""
    (row,) = [row for row in bank_day.rows(calls=0) if row["call_id"] == str(number)]
    day = make_day([row])
    return day.calls[0], set(day.anomalies)


def test_a_queue_entered_at_midnight_is_a_queue():
    call, anomalies = nasty(1)
    assert (call.offered, call.wait_s, call.service_s) == (86_400, 42, 138)
    assert anomalies == {Anomaly.PASSES_MIDNIGHT}


def test_zeros_mean_that_a_call_did_not_come_so_far():
    call, anomalies = nasty(4)
    assert (call.offered, call.outcome, call.ended - call.started) == (None, Outcome.HUNG_UP, 0)
    assert anomalies == set()


def test_a_call_answered_without_waiting_was_offered_as_it_left_the_vru():
    call, anomalies = nasty(23)
    assert (call.offered, call.wait_s, call.service_s) == (16 * 3600 + 651, 0, 6)
    assert anomalies == {Anomaly.AGENT_UNNAMED, Anomaly.SERVICE_WHILE_IN_VRU}


def test_a_clock_put_back_does_not_make_a_call_negative():
    for number in (14, 15):
        call, anomalies = nasty(number)
        assert call.ended >= call.started
        assert Anomaly.VRU_BACKWARDS in anomalies


def test_a_negative_wait_is_none():
    call, anomalies = nasty(18)
    assert call.wait_s == 0
    assert anomalies == {Anomaly.NEGATIVE_WAIT}


def test_differences_are_told_one_by_one():
    made = replay.replay(SYNTHETIC, DAY, JERUSALEM)
    key = next(key for key in made.straight if key[0] == "queue")
    made.straight[key]["offered"] += 1
    (difference,) = made.differences
    assert difference.startswith(f"{key}: offered is ")


def test_the_straight_count_is_by_hand(tmp_path: Path):
    path = tmp_path / "day.csv"
    chosen = [row for row in bank_day.rows(calls=0) if row["call_id"] in {"10", "9", "8", "15"}]
    lines = [",".join(COLUMNS), *(",".join(row.values()) for row in chosen)]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = straight(path, service_level_s=20, short_abandon_s=5)
    assert found == {
        ("queue", "PS", 18): {
            "offered": 3, "answered": 1, "abandoned": 1, "short_abandoned": 1, "within_target": 1,
            "answered_wait_s": 20, "abandoned_wait_s": 5, "short_abandoned_wait_s": 4, "talk_s": 35,
        },
        ("agent", "CHE", 18): {"handled": 1, "talk_s": 35},
        ("call", "", 18): {"calls_in": 3, "billable_s": 9 + 10 + 60},
        ("call", "", 24): {"calls_in": 1, "by_flow": 1, "billable_s": 87},
    }  # fmt: skip


def test_a_time_that_is_not_whole_seconds_is_no_agreement():
    with pytest.raises(ValueError, match="not whole seconds"):
        replay._enter({}, "talk_ms", 1500)


class TestCommand:
    def test_it_prints_one_json_object(self, capsys: pytest.CaptureFixture[str]):
        assert replay.main([str(SYNTHETIC), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["agrees"] is True
        assert found["anomalies"]["phantom"]["rows"] == 2
        assert Counter(row["start"][:10] for row in found["half_hours"]) == {
            "1999-08-01": len(found["half_hours"]) - 1,
            "1999-08-02": 1,
        }

    def test_it_prints_a_table(self, capsys: pytest.CaptureFixture[str]):
        assert replay.main([str(SYNTHETIC), "--date", "2026-06-01", "--time-zone", "UTC"]) == 0
        assert "fold and file agree in" in capsys.readouterr().out

    def test_a_difference_is_an_exit_code(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(replay, "straight", lambda path, **_: {("call", "", 0): {"x": 1}})
        assert replay.main([str(SYNTHETIC)]) == 1
        assert "fold and file DIFFER" in capsys.readouterr().out

    @pytest.mark.parametrize("content", [None, "vru+line,call_id\n"])
    def test_a_file_that_is_none_is_an_error(
        self, tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
    ):
        path = tmp_path / "day.csv"
        if content is not None:
            path.write_text(content, encoding="utf-8")
        assert replay.main([str(path)]) == 2
        assert "day.csv" in capsys.readouterr().err
