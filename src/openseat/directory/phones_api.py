"""A phone's password: made here, shown once, replaced when it may be known."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import update

from openseat.directory import service
from openseat.directory.lines import PHONE, new_sip_password
from openseat.directory.routes import Subject
from openseat.directory.tables import phones
from openseat.platform.access import Access, needs
from openseat.platform.problems import responses

router = APIRouter(tags=["phones"])


class PhonePassword(BaseModel):
    """What to enter into the phone."""

    id: str
    password: str


@router.post(
    "/phones/{subject}/password",
    operation_id="replace_phone_password",
    responses=responses(401, 403, 404),
)
async def replace_phone_password(
    access: Annotated[Access, needs("phones.write")], subject: Subject
) -> PhonePassword:
    """Give a phone a new password; the answer shows it this once, the old one ends at once."""
    row = await service.find(access, PHONE, subject)
    password = new_sip_password()
    await access.session.run(
        update(phones)
        .where(phones.c.id == subject)
        .values(password=password, version=row["version"] + 1)
    )
    await access.record("phone.password_replaced", "phone", subject)
    return PhonePassword(id=subject, password=password)
