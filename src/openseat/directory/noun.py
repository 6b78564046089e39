"""One kind of thing in the directory: its table, its documents, and what guards it.

A noun's module describes it; `openseat.directory.service` reads and writes
any of them, `openseat.directory.routes` puts any of them on the web.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, create_model
from sqlalchemy import ColumnElement, Select, Table, literal, select, true

from openseat.platform.auth import Principal
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Strict
from openseat.platform.problems import Problem, Wrong
from openseat.platform.reach import Reach

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Use:
    """Something that may still need a row: ``find`` selects `id, name` of what does."""

    kind: str
    find: Callable[[str], Select[*tuple[Any, ...]]]


def used_in(kind: str, table: Table, column: str, label: str = "name") -> Use:
    """Return the use of a row by ``column`` of ``table``."""
    return Use(
        kind,
        lambda subject: select(table.c.id.label("id"), table.c[label].label("name")).where(
            table.c[column] == subject
        ),
    )


class Document(BaseModel):
    """What every row has beside its own fields."""

    id: str
    created_at: datetime
    version: int = Field(description="Raised by every change; the ETag carries it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """Describes one kind of thing.

    ``fixed`` fields cannot change after creation; ``secret`` fields never enter the audit trail;
    ``filters`` are columns a list can be narrowed by.
    """

    kind: str
    path: str
    table: Table
    fields: type[Strict]
    document: type[Document]
    permission: str
    sort: str = "name"
    fixed: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    filters: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()

    async def complete(self, session: ScopedSession, rows: Sequence[Row]) -> None:
        """Add to ``rows`` what lies in other tables or is not stored as it is shown."""

    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        """Refuse a combination of values that no single field can tell.

        Returns columns to be stored beside what was asked for.
        """
        return {}

    async def permit(self, who: Principal, session: ScopedSession, row: Row) -> None:
        """Refuse a row, as it is or shall be, that is beyond what somebody may give or take."""

    async def check_removal(self, session: ScopedSession, row: Row) -> None:
        """Refuse to delete a row that nothing refers to and that is needed all the same."""

    async def spread(self, session: ScopedSession, subject: str, values: Row) -> None:
        """Store what lies in other tables, taking it out of ``values``."""

    def columns(self, values: Row) -> Row:
        """Return what of ``values`` the noun's own table stores."""
        return {name: value for name, value in values.items() if name in self.table.c}

    def within(self, reach: Reach) -> ColumnElement[bool]:
        """Return which rows somebody with ``reach`` may read; all, unless a noun says otherwise."""
        return true()

    def shown(self, who: Principal) -> ColumnElement[bool]:
        """Return which rows somebody may read for what is in them; all, unless a noun says else."""
        return true()

    def hidden(self, who: Principal) -> Mapping[str, str]:
        """Return the texts of a row that somebody may neither read nor write, with the permission
        each would need; none, unless a noun says otherwise.
        """
        return {}

    def client_of(self, row: Row) -> str | None:
        """Return whose data a row is."""
        return row.get("client_id")


def document(
    name: str, fields: type[Strict], *, without: Iterable[str] = (), **more: Any
) -> type[Any]:
    """Return the model of a row: ``fields`` but those ``without``, and what every row has."""
    left_out = frozenset(without)
    shown: dict[str, Any] = {
        field: (info.rebuild_annotation(), Field(description=info.description))
        for field, info in fields.model_fields.items()
        if field not in left_out
    }
    made = create_model(name, __base__=Document, **{**shown, **more})
    made.__doc__ = (fields.__doc__ or "").strip()
    return made


def change(fields: type[Strict], fixed: Iterable[str]) -> type[Strict]:
    """Return the model of a change: any of ``fields`` that may change, all optional."""
    left_out = frozenset(fixed)
    optional: dict[str, Any] = {
        # A factory, unlike a default, stays out of the schema: leaving a field out is not null.
        name: (
            info.rebuild_annotation(),
            Field(default_factory=lambda: None, description=info.description),
        )
        for name, info in fields.model_fields.items()
        if name not in left_out
    }
    made = create_model(f"{fields.__name__}Change", __base__=Strict, **optional)
    made.__doc__ = "Fields to change; what is left out stays."
    return made


def wrong(field: str, code: str, **arguments: Any) -> Problem:
    """Return the problem that ``field`` does not go with the others."""
    return Problem("request.invalid", errors=[Wrong(field, code, f"field.{code}", arguments)])


async def exists(session: ScopedSession, table: Table, subject: str) -> bool:
    """Tell whether the caller can see a row."""
    return await session.value(select(literal(1)).where(table.c.id == subject)) is not None
