"""Parameters that the endpoints of billing share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import Field

from openseat.billing.documents import Day
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id, Strict
from openseat.platform.paging import PAGE_DEFAULT, PAGE_LARGEST

Reads = Annotated[Access, needs("billing.read")]
Writes = Annotated[Access, needs("billing.write")]
Subject = Annotated[Id, Path(description="Identifier")]


class PageQuery(Strict):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=PAGE_LARGEST)] = PAGE_DEFAULT
    cursor: Annotated[str | None, Field(max_length=2000, pattern="^[A-Za-z0-9_-]+$")] = None


class ClientPageQuery(PageQuery):
    """Which page of a list, of all clients in view or of one."""

    client_id: Id | None = None


class PeriodQuery(Strict):
    """Which days; the running month when left out."""

    first_day: Day | None = None
    end_day: Annotated[Day | None, Field(description="The day after the last")] = None
