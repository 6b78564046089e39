"""Codes that agents dial on a phone: what was dialled, read against the operator's settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from openseat.core.config import PhoneCodes


class PhoneCode(StrEnum):
    """What a code asks for."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    IDLE = "idle"
    BUSY = "busy"
    OUTBOUND_ONLY = "outbound_only"
    END_AFTER_CALL_WORK = "end_after_call_work"
    ECHO = "echo"


@dataclass(frozen=True, slots=True)
class Dialled:
    """A code, and for busy the reason's place in the operator's list, from 1 on."""

    code: PhoneCode
    place: int = 1


def read(codes: PhoneCodes, dialled: str) -> Dialled | None:
    """Return which code was dialled; None for anything else.

    A code that is exactly what was dialled goes before busy with a reason.
    """
    for code in PhoneCode:
        setting: str = getattr(codes, code)
        if setting and dialled == setting:
            return Dialled(code)
    rest = dialled.removeprefix(codes.busy)
    if codes.busy and rest != dialled and rest.isascii() and rest.isdigit() and len(rest) <= 2:
        return Dialled(PhoneCode.BUSY, int(rest))
    return None
