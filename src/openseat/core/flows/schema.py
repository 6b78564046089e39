"""The JSON schema of flow definitions, made from the same shapes that the parser reads by."""

from __future__ import annotations

from typing import Any

from openseat.core.flows.parse import EDITOR_FIELDS, HEAD, MAX_STEPS, OPTIONAL_HEAD, SCHEMA_VERSION
from openseat.core.flows.shapes import STEP_ID, Text, object_schema
from openseat.core.flows.steps import STEPS

_ABOUT = {
    "name": "Name of the flow.",
    "start": "Step to begin with.",
    "languages": "Languages it can be heard in; every prompt must exist in each.",
    "variables": "First values of variables, for those that nobody has set.",
    "expects": "Variables that a calling flow sets before this one runs.",
    "note": "For people.",
    "position": "Place on the editor's canvas: x and y.",
}


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a flow definition.

    A definition that follows it can be parsed, if its step ids differ. Edges are
    not required by it, so that drafts follow it too; the check before publishing
    asks for them.
    """
    head = {name: shape.schema() | {"description": _ABOUT[name]} for name, shape in HEAD.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OpenSeat flow",
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA_VERSION, "description": "Version of this format."},
            **head,
            "steps": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_STEPS,
                "items": {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in STEPS]},
            },
        },
        "required": ["schema", "steps", *(name for name in HEAD if name not in OPTIONAL_HEAD)],
        "additionalProperties": False,
        "$defs": {kind: _step(kind) for kind in STEPS},
    }


def _step(kind: str) -> dict[str, Any]:
    made = object_schema(STEPS[kind], kind)
    step_id = Text(64, 1, pattern=STEP_ID).schema() | {"description": "Unique in the flow."}
    extra = {
        name: shape.schema() | {"description": _ABOUT[name]}
        for name, shape in EDITOR_FIELDS.items()
    }
    made["description"] = summary(STEPS[kind])
    made["properties"] = {"id": step_id, **made["properties"], **extra}
    made["required"] = ["id", *made["required"]]
    return made


def summary(cls: type[Any]) -> str:
    """Return what a kind of step does: its docstring on one line."""
    return " ".join((cls.__doc__ or "").split())
