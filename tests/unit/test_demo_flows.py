"""The demonstration's flows: they pass the check and lead where their menus say."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest

from openseat.core.config import HoursConfig
from openseat.core.flows import Environment, Library, check, parse
from openseat.core.flows.actions import (
    Assign,
    Connected,
    Enqueue,
    PromiseCallback,
    Rate,
    RecordVoice,
    SetLanguage,
)
from openseat.directory.demo import floor
from openseat.prompts.catalogue import LANGUAGES, texts
from openseat.testing.flows import Caller

FOLDER = Path(floor.__file__).parent / "flows"
FLOWS = {
    path.stem: parse(json.loads(path.read_text(encoding="utf-8")), flow_id=path.stem)
    for path in FOLDER.glob("*.json")
}
KNOWN = Environment(
    queues={queue["id"] for queue in floor.QUEUES},
    hours={hours["id"] for hours in floor.HOURS},
    projects={project["id"]: project["client_id"] for project in floor.PROJECTS},
    flows=FLOWS,
    prompts={language: set(texts(language)) for language in LANGUAGES},
)


ALWAYS = HoursConfig(
    hours_id="always",
    time_zone="Asia/Shanghai",
    weekly=dict.fromkeys(range(7), ((time(0), time(0)),)),
)


def calling(flow_id, hours=ALWAYS):
    flows = {"main": FLOWS[flow_id], **FLOWS}
    return Caller(Library(flows=flows, hours={"always": hours}))


@pytest.mark.parametrize("flow_id", sorted(FLOWS))
def test_it_can_be_published(flow_id):
    assert check(FLOWS[flow_id], KNOWN) == ()


def test_every_number_of_the_floor_has_its_flow():
    assert {number["flow_id"] for number in floor.NUMBERS} <= FLOWS.keys()


@pytest.mark.parametrize(
    ("flow_id", "keys", "queue_id", "project_id"),
    [
        ("shared-menu", "11", "jincheng-care", "jincheng-service"),
        ("shared-menu", "12", "jincheng-claims", "jincheng-motor"),
        ("shared-menu", "21", "beidou-parcels", "beidou-service"),
        ("shared-menu", "22", "beidou-complaints", "beidou-service"),
        ("jincheng-menu", "1", "jincheng-care", ""),
        ("jincheng-menu", "2", "jincheng-claims", "jincheng-motor"),
        ("jincheng-menu", "0", "jincheng-care", ""),
        ("beidou-menu", "1", "beidou-parcels", ""),
        ("beidou-menu", "2", "beidou-complaints", ""),
    ],
)
def test_keys_lead_to_their_queue_also_when_typed_ahead(flow_id, keys, queue_id, project_id):
    caller = calling(flow_id)
    caller.press(keys)
    caller.hear_out()
    assert caller.last(Enqueue).queue_id == queue_id
    assigned = [action for action in caller.asked if isinstance(action, Assign)]
    assert (assigned[-1].project_id if assigned else "") == project_id


def test_a_caller_of_the_shared_number_is_greeted_once():
    caller = calling("shared-menu")
    caller.press("1")
    assert [item for item in caller.heard() if "welcome" in item] == ["prompt:welcome-shared"]


def test_key_eight_changes_the_language_there_and_back():
    caller = calling("beidou-menu")
    caller.hear_out()
    caller.press("8")
    assert caller.last(SetLanguage).language == "en"
    caller.press("8")
    assert caller.last(SetLanguage).language == "zh-CN"


def test_a_served_caller_rates_the_service_and_the_call_ends():
    caller = calling("jincheng-menu")
    caller.press("1")
    caller.hear_out()
    caller.feed(Connected())
    caller.come_back("served")
    caller.press("5")
    assert caller.last(Rate).score == 5
    caller.hear_out()
    caller.hear_out()
    assert caller.run.outcome == "completed"


def test_a_caller_who_waited_in_vain_is_promised_a_call_back():
    caller = calling("beidou-menu")
    caller.press("1")
    caller.hear_out()
    caller.come_back("overflowed")
    caller.press("2")
    assert caller.last(PromiseCallback).queue_id == "beidou-parcels"


def test_out_of_hours_a_message_can_be_left():
    closed = HoursConfig(hours_id="always", time_zone="Asia/Shanghai", weekly={})
    caller = calling("jincheng-menu", closed)
    caller.hear_out()
    caller.press("1")
    caller.hear_out()
    assert caller.last(RecordVoice).box == "jincheng-care"


def test_a_parcel_number_is_read_back():
    caller = calling("beidou-menu")
    caller.press("36238#")
    assert "digits:6238" in caller.heard()
    caller.hear_out()
    caller.press("1")
    assert caller.heard()[-1].startswith("date:")
