"""What is published about events is what the program does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from openseat.core.events import EVENTS, Event
from openseat.journal import schemas
from openseat.journal.codec import decode_event
from openseat.journal.errors import MalformedEvent
from openseat.journal.examples import example_of


def test_folds_know_every_event():
    assert set(get_args(Event)) == set(EVENTS.values())


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_the_published_schema_is_the_codes(name: str):
    path = schemas.file_of(name)
    assert path.exists(), "run: python -m openseat.journal.schemas"
    assert path.read_text(encoding="utf-8") == schemas.contract(name), (
        "an event changed: raise its version if rows already written mean something else,"
        " then run: python -m openseat.journal.schemas"
    )


def test_the_reference_page_is_the_codes():
    assert schemas.REFERENCE.read_text(encoding="utf-8") == schemas.reference(), (
        "run: python -m openseat.journal.schemas"
    )


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_the_example_is_valid_readable_and_whole(name: str):
    schema = schemas.schema_of(name)
    (example,) = schema["examples"]
    jsonschema.Draft202012Validator(schema).validate(example)
    assert decode_event(name, EVENTS[name].VERSION, json.dumps(example)) == example_of(name)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_schema_and_codec_refuse_the_same(name: str):
    schema = schemas.schema_of(name)
    (example,) = schema["examples"]
    wrong = [{**example, "colour": "red"}]
    wrong += [{k: v for k, v in example.items() if k != field} for field in schema["required"]]
    wrong += [{**example, field: ["no such type"]} for field in schema["required"][:1]]
    for data in wrong:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate(data)
        with pytest.raises(MalformedEvent):
            decode_event(name, EVENTS[name].VERSION, json.dumps(data))


def test_every_kind_of_event_has_its_place_on_the_reference_page():
    page = schemas.reference()
    assert [name for name in EVENTS if f"### `{name}`" not in page] == []


def test_writing_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schemas, "CONTRACTS", tmp_path / "events")
    monkeypatch.setattr(schemas, "REFERENCE", tmp_path / "events.md")
    assert len(schemas.write()) == len(EVENTS) + 1
    assert schemas.write() == []


def test_schemas_of_earlier_versions_stay_published():
    known = {schemas.file_of(name) for name in EVENTS}
    for path in schemas.CONTRACTS.glob("*.json"):
        name, _, version = path.stem.rpartition(".")
        assert path in known or int(version) < EVENTS[name].VERSION, path.name
