"""What PostgreSQL refuses, told as problems that name the field."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import ColumnCollectionConstraint

from openseat.platform.database import metadata
from openseat.platform.problems import Problem

_UNAVAILABLE = ("08", "57P", "53", "58")
_RETRYABLE = ("40001", "40P01")
_NAMES = frozenset({"name", "e164", "login", "number"})


def database_problem(error: DBAPIError) -> Problem | None:
    """Return the problem that ``error`` stands for, or None when it is a fault of ours."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    cause: Any = getattr(error.orig, "__cause__", None)
    constraint = str(getattr(cause, "constraint_name", "") or "")
    table = str(getattr(cause, "table_name", "") or "")
    if error.connection_invalidated or state.startswith(_UNAVAILABLE):
        return Problem("database.unavailable")
    if state in _RETRYABLE:
        return Problem("conflict.retry")
    match state:
        case "42501":
            return Problem("access.refused")
        case "23505":
            return Problem("value.taken", field=_field(constraint, "uq", table))
        case "23503":
            return Problem("reference.unknown", field=_field(constraint, "fk", table))
        case _ if state.startswith("22"):
            # A value that passed every check of ours, and still is none of the column's.
            return Problem("value.invalid", field="")
        case "23514":
            return Problem("value.invalid", field=_field(constraint, "ck", table))
        case _:
            return None


def _field(constraint: str, kind: str, table: str) -> str:
    """Return the column that a person would say a constraint is about.

    Of a key over several columns that is its name, or the last: the ones before say whose it is.
    """
    prefix = f"{kind}_{table}_"
    listed = constraint.removeprefix(prefix)
    if kind == "ck" or table not in metadata.tables:
        return listed
    for one in metadata.tables[table].constraints:
        if isinstance(one, ColumnCollectionConstraint) and one.name == constraint:
            columns = [column.name for column in one.columns]
            return next((name for name in columns if name in _NAMES), columns[-1])
    return listed
