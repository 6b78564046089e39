"""Reasons for being busy that the operator defines: names, looks, limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from openseat.directory.desk_tables import busy_reasons
from openseat.directory.noun import Noun, document
from openseat.platform.fields import Day, Label, Strict, Word


class BusyReasonFields(Strict):
    """A custom busy state; the code stands in the journal, the names are what people read."""

    code: Word
    name_zh: Label = Field(description="What it is called in Chinese")
    name_en: Label = Field(description="What it is called in English")
    colour: Literal["bad", "warn", "info", "calm", "hold", "off"] = "bad"
    counts_as: Literal["break", "work"] = Field(
        default="break", description="A rest, or work away from the phone"
    )
    limit_s: Day | None = Field(default=None, description="Longer than this is shown as too long")
    position: Annotated[int, Field(ge=0, le=1000, description="Order among the others")] = 0
    active: bool = Field(default=True, description="Whether agents may choose it")


BUSY_REASON = Noun(
    kind="busy-reason",
    path="busy-reasons",
    table=busy_reasons,
    fields=BusyReasonFields,
    document=document("BusyReason", BusyReasonFields),
    permission="operator",
    sort="code",
    fixed=frozenset({"code"}),
)
