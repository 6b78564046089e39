"""Forms: what agents fill in about a contact, beside its outcome."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import insert, select

from openseat.directory.desk_tables import form_versions, forms
from openseat.directory.form_rules import (
    LONGEST_PATTERN,
    MOST_CHOICES,
    MOST_FIELDS,
    FieldKind,
    definition_faults,
)
from openseat.directory.noun import Noun, Row, document
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, Label, Line, Strict
from openseat.platform.problems import Problem, Wrong

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class FormField(Strict):
    """One question of a form."""

    name: FieldName = Field(description="What programs call it; unique in the form")
    label: Label
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    help: Line = ""
    pattern: Annotated[str, Field(max_length=LONGEST_PATTERN)] = Field(
        default="", description="A regular expression for the whole answer; empty: anything goes"
    )
    choices: Annotated[list[Label], Field(max_length=MOST_CHOICES)] = []


class FormFields(Strict):
    """A form of a client, or of one of its projects, which goes before the client's."""

    client_id: Id
    project_id: Id | None = Field(default=None, description="Empty: for all of the client's")
    name: Label
    fields: Annotated[list[FormField], Field(max_length=MOST_FIELDS)] = []
    active: bool = True


class _Form(Noun):
    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        # A change says only what it sets, also inside a field: what it left out is the default.
        fields = [
            FormField.model_validate(one).model_dump(mode="json") for one in row.get("fields") or []
        ]
        faults = definition_faults(fields)
        if faults:
            raise Problem(
                "request.invalid",
                errors=[
                    Wrong(
                        "fields", f"form_{one.code}", f"field.form_{one.code}", {"name": one.name}
                    )
                    for one in faults
                ],
            )
        return {"fields": fields}

    async def spread(self, session: ScopedSession, subject: str, values: Row) -> None:
        """Keep every version: old calls are read with the one they were filled in with."""
        columns = (
            forms.c.id,
            forms.c.version,
            forms.c.client_id,
            forms.c.project_id,
            forms.c.name,
            forms.c.fields,
        )
        await session.run(
            insert(form_versions).from_select(
                ["form_id", "number", "client_id", "project_id", "name", "fields"],
                select(*columns).where(forms.c.id == subject),
            )
        )


FORM = _Form(
    kind="form",
    path="forms",
    table=forms,
    fields=FormFields,
    document=document("Form", FormFields),
    permission="dispositions",
    fixed=frozenset({"client_id"}),
    filters=("client_id", "project_id"),
)
