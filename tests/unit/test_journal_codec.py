"""Rows of the journal: closed schemas, readable by newer programs."""

from __future__ import annotations

import pytest

from openseat.core.events import CallAnswered, CallEnded, CallStarted, Direction, EndedBy, Fact
from openseat.journal import codec
from openseat.journal.codec import decode_event, decode_fact, encode_event, encode_fact
from openseat.journal.errors import MalformedEvent, UnknownEventType, UnknownEventVersion

ENDED = CallEnded(
    ended_by=EndedBy.AGENT, cause=16, answered=True, duration_ms=9000, billable_ms=8000
)


def started(caller: str) -> CallStarted:
    return CallStarted(direction=Direction.INBOUND, leg_id="l", caller=caller, called="2")


def test_a_row_holds_enums_as_their_values():
    row = encode_fact("main", 7, Fact(stream="call:a", no=2, at=5, client_id="c", event=ENDED))
    assert row.type == "call.ended"
    assert row.version == 1
    assert '"ended_by":"agent"' in row.data
    assert decode_fact(row).event == ENDED


def test_an_unknown_field_is_an_error_and_not_a_loss():
    with pytest.raises(MalformedEvent, match="colour"):
        decode_event("call.answered", 1, '{"leg_id":"l","colour":"red"}')


@pytest.mark.parametrize(
    "data", ["{}", '{"leg_id":1}', '{"leg_id":null}', "[]", "{", '"leg_id"', ""]
)
def test_data_that_does_not_follow_the_schema_is_an_error(data: str):
    with pytest.raises(MalformedEvent):
        decode_event("call.answered", 1, data)


def test_a_value_outside_an_enum_is_an_error():
    data = encode_event(ENDED).replace('"agent"', '"fate"')
    with pytest.raises(MalformedEvent, match="fate"):
        decode_event("call.ended", 1, data)


def test_an_unknown_type_is_an_error():
    with pytest.raises(UnknownEventType, match=r"call\.dreamt"):
        decode_event("call.dreamt", 1, "{}")


@pytest.mark.parametrize("version", [0, 2])
def test_a_version_without_a_way_to_todays_is_an_error(version: int):
    with pytest.raises(UnknownEventVersion):
        decode_event("call.answered", version, '{"leg_id":"l"}')


def test_old_versions_are_raised_one_by_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(codec, "UPCASTS", {})

    @codec.upcast("call.answered", -1)
    def _name_the_leg(data: dict[str, object]) -> dict[str, object]:
        return {"leg": data["channel"]}

    @codec.upcast("call.answered", 0)
    def _call_it_leg_id(data: dict[str, object]) -> dict[str, object]:
        return {"leg_id": data["leg"]}

    assert decode_event("call.answered", -1, '{"channel":"x"}') == CallAnswered(leg_id="x")


@pytest.mark.parametrize("caller", ["a\x00b", "a\ud800b", "\x00\udfff"])
def test_what_postgresql_cannot_hold_is_replaced(caller: str):
    event = decode_event("call.started", 1, encode_event(started(caller)))
    assert isinstance(event, CallStarted)
    assert "\x00" not in event.caller
    assert "\ufffd" in event.caller
    event.caller.encode()


def test_a_written_backslash_u0000_is_left_alone():
    assert decode_event("call.started", 1, encode_event(started("\\u0000"))) == started("\\u0000")


def test_what_json_cannot_say_is_an_error():
    with pytest.raises(MalformedEvent):
        encode_event(CallAnswered(leg_id=object()))  # type: ignore[arg-type]
