"""Dispositions: what agents may say came of a contact of a client, or of one of its projects."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from openseat.directory.noun import Noun, document
from openseat.directory.tables import dispositions
from openseat.platform.fields import Id, Label, Strict, Word


class DispositionFields(Strict):
    """An outcome to choose; the code stands in the journal, the name is what agents read."""

    client_id: Id
    project_id: Id | None = Field(default=None, description="Empty: for all of the client's")
    code: Word
    name: Label
    position: Annotated[int, Field(ge=0, le=1000, description="Order among the others")] = 0
    active: bool = True


DISPOSITION = Noun(
    kind="disposition",
    path="dispositions",
    table=dispositions,
    fields=DispositionFields,
    document=document("DispositionCode", DispositionFields),
    permission="dispositions",
    sort="code",
    fixed=frozenset({"client_id", "code"}),
    filters=("client_id", "project_id"),
)
