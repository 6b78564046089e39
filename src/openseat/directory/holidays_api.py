"""Public holidays to fill a calendar with."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from openseat.core.holidays import CHINA_2026_DAYS
from openseat.platform.access import Access, needs
from openseat.platform.problems import responses

router = APIRouter(tags=["calendars"])


class PublicHoliday(BaseModel):
    """A day that is not like its weekday."""

    date: dt.date
    name: str
    works: bool = Field(description="A make-up workday on a weekend")


class PublicHolidays(BaseModel):
    """The days that the authorities have published."""

    items: list[PublicHoliday]


@router.get(
    "/calendars/public-holidays",
    operation_id="list_public_holidays",
    responses=responses(401, 403),
)
async def list_public_holidays(
    _access: Annotated[Access, needs("hours.read")],
) -> PublicHolidays:
    """List mainland China's holidays and make-up workdays, as far as they are published."""
    return PublicHolidays(
        items=[
            PublicHoliday(date=day.date, name=day.name, works=day.works) for day in CHINA_2026_DAYS
        ]
    )
