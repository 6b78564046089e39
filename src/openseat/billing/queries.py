"""Parameters that the endpoints of billing share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from openseat.billing.documents import Day
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id, Strict
from openseat.platform.paging import PageQuery

Reads = Annotated[Access, needs("billing.read")]
Writes = Annotated[Access, needs("billing.write")]


class ClientPageQuery(PageQuery):
    """Which page of a list, of all clients in view or of one."""

    client_id: Id | None = None


class PeriodQuery(Strict):
    """Which days; the running month when left out."""

    first_day: Day | None = None
    end_day: Annotated[Day | None, Field(description="The day after the last")] = None
