"""What the bench of the floor calls late media."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def media(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("floor_media")


def stream(media: ModuleType, transits: list[float], missing: tuple[int, ...] = ()):
    numbers = [n for n in range(len(transits)) if n not in missing]
    return media.Stream([transits[n] for n in numbers], numbers)


def test_media_on_time_has_nothing_late_lost_or_drifted(media: ModuleType):
    heard = media.lateness([stream(media, [5.0, 5.02, 5.01] * 100)])
    assert (heard.packets, heard.late, heard.lost) == (300, 0, 0)
    assert heard.drift_s == pytest.approx(0)
    assert heard.late_share == 0


def test_a_packet_that_comes_much_later_than_those_around_it_is_late(media: ModuleType):
    transits = [5.0] * 300
    transits[150] = 5.07
    heard = media.lateness([stream(media, transits, missing=(40, 41))])
    assert (heard.packets, heard.late, heard.lost) == (298, 1, 2)
    assert heard.late_share == 3 / 300


def test_a_stall_of_all_media_is_late_until_a_buffer_has_followed(media: ModuleType):
    heard = media.lateness([stream(media, [5.0] * 200 + [5.3] * 200)])
    assert heard.late == media.REFERENCE_PACKETS - 1
    assert heard.drift_s == pytest.approx(0.3)


def test_a_slow_clock_of_the_sender_is_drift_and_not_late(media: ModuleType):
    heard = media.lateness([stream(media, [5.0 + n * 0.0002 for n in range(1000)])])
    assert heard.late == 0
    assert heard.drift_s == pytest.approx(0.18, abs=0.01)


def test_another_source_begins_anew(media: ModuleType):
    heard = media.lateness([stream(media, [5.0] * 50 + [9.0] * 50)])
    assert (heard.late, heard.lost, heard.drift_s) == (0, 0, 0)


def test_nothing_heard_is_no_share(media: ModuleType):
    assert media.lateness([]).late_share is None
