"""A phone's password: made here, shown once, replaced when it may be known."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import update

from openseat.directory import service
from openseat.directory.lines import PHONE, new_sip_password
from openseat.directory.tables import phones
from openseat.platform.access import Access, needs, services
from openseat.platform.headers import Subject
from openseat.platform.problems import responses

router = APIRouter(tags=["phones"])


class PhonePassword(BaseModel):
    """What to enter into the phone."""

    id: str
    password: str
    server: str = Field(description="Address of the switch")
    port: int
    transport: Literal["udp", "tls"] = Field(description="TLS where encrypted media is demanded")
    address: str = Field(description="The account as one SIP address, for a QR code")


@router.post(
    "/phones/{subject}/password",
    operation_id="replace_phone_password",
    responses=responses(401, 403, 404),
)
async def replace_phone_password(
    request: Request, access: Annotated[Access, needs("phones.write")], subject: Subject
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
    settings = services(request).settings
    ports, server = settings.ports.main, settings.network.sip_host
    port, transport = (ports.sip_tls, "tls") if row["srtp"] else (ports.sip, "udp")
    return PhonePassword(
        id=subject,
        password=password,
        server=server,
        port=port,
        transport=transport,
        address=f"sip:{subject}:{password}@{server}:{port};transport={transport}",
    )
