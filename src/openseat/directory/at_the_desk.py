"""What other areas may ask the directory to show or to check at an agent's desk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, or_, select

from openseat.core.flows.template import fill
from openseat.directory.desk_tables import client_pages, form_versions, forms, scripts
from openseat.directory.form_rules import MOST_FIELDS, FieldKind, Filled, fill_in
from openseat.directory.page_rules import signed
from openseat.platform.database import ScopedSession
from openseat.platform.problems import Problem, Wrong

__all__ = [
    "MOST_FIELDS",
    "FieldKind",
    "Filled",
    "Form",
    "OwnPage",
    "Script",
    "checked",
    "form_of",
    "page_of",
    "plain",
    "script_of",
]

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&:/])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script with the contact's values in it; Markdown."""

    name: str
    version: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """A signed link to the client's own page."""

    name: str
    url: str
    opens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it is now."""

    form_id: str
    version: int
    name: str
    fields: Sequence[Mapping[str, Any]]


def plain(value: str) -> str:
    """Return a value so that Markdown shows it and obeys nothing in it."""
    return _MARKS.sub(r"\\\1", value.replace("\n", " "))


async def script_of(
    session: ScopedSession, client_id: str, project_id: str, values: Mapping[str, str]
) -> Script | None:
    """Return the script of a project, else the client's, filled with `values`."""
    row = await _nearest(session, scripts, client_id, project_id)
    if row is None:
        return None
    return Script(name=row["name"], version=row["version"], text=fill(row["body"], values, plain))


async def page_of(
    session: ScopedSession,
    client_id: str,
    project_id: str,
    values: Mapping[str, str],
    now_s: int,
    in_full: Mapping[str, str] | None = None,
) -> OwnPage | None:
    """Return the link to the page of a project, else the client's, good from `now_s` on.

    `in_full` takes the place of `values` where the page is to have customers' numbers all the same.
    """
    row = await _nearest(session, client_pages, client_id, project_id)
    if row is None:
        return None
    if row["full_numbers"] and in_full is not None:
        values = in_full
    url = signed(row["url"], values, row["secret"], now_s + row["valid_s"])
    return OwnPage(name=row["name"], url=url, opens=row["opens"])


async def form_of(session: ScopedSession, client_id: str, project_id: str) -> Form | None:
    """Return the form of a project, else the client's."""
    row = await _nearest(session, forms, client_id, project_id)
    if row is None:
        return None
    return Form(form_id=row["id"], version=row["version"], name=row["name"], fields=row["fields"])


async def checked(
    session: ScopedSession,
    client_id: str,
    project_id: str,
    asked: tuple[str, int] | None,
    answers: Mapping[str, str | Sequence[str]],
) -> list[Filled]:
    """Return the answers as they are kept, by the version of the form that the agent had (`asked`).

    An agent who began before the form was changed may finish with what they saw.

    Raises:
        Problem: `form.unknown`, or `request.invalid` with each field that is wrong.
    """
    fields: Sequence[Mapping[str, Any]]
    if asked is None:
        now = await form_of(session, client_id, project_id)
        fields = [] if now is None else now.fields
    else:
        table = form_versions
        row = await session.row(
            select(table).where(
                table.c.form_id == asked[0],
                table.c.number == asked[1],
                table.c.client_id == client_id,
                or_(table.c.project_id == project_id, table.c.project_id.is_(None)),
            )
        )
        if row is None:
            raise Problem("form.unknown")
        fields = row["fields"]
    filled, faults = fill_in(fields, answers)
    if faults:
        labels = {one["name"]: one["label"] for one in fields}
        raise Problem(
            "request.invalid",
            errors=[
                Wrong(
                    f"answers.{one.name}",
                    f"form_{one.code}",
                    f"field.form_{one.code}",
                    {"name": labels.get(one.name, one.name)},
                )
                for one in faults
            ],
        )
    return filled


async def _nearest(
    session: ScopedSession, table: Table, client_id: str, project_id: str
) -> dict[str, Any] | None:
    """Return the active row of a project; where it has none, that of the whole client."""
    return await session.row(
        select(table)
        .where(
            table.c.client_id == client_id,
            or_(table.c.project_id == project_id, table.c.project_id.is_(None)),
            table.c.active,
        )
        .order_by(table.c.project_id.is_(None))
        .limit(1)
    )
