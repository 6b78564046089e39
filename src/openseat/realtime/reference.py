"""Customers meant by a call or a promise and not by their number, which may be hidden."""

from __future__ import annotations

import re

from fastapi import Request

from openseat.history.promises import promised_number
from openseat.history.service import own_customer, segment_customer
from openseat.platform.access import Permitted
from openseat.platform.problems import Problem
from openseat.realtime.gateway import Gateway
from openseat.realtime.state import Row

_DIALLABLE = re.compile(r"\+?[0-9]{2,20}")


async def referred(
    request: Request, own: Permitted, agent_id: str, call_id: str | None, callback_id: str | None
) -> str:
    """Return the number of the customer whom an agent means by an own call, or a promise.

    Raises:
        Problem: `not_found`: no call or promise of theirs; `call.no_number`: nothing to dial.
    """
    kind, subject = ("call", call_id) if call_id is not None else ("callback", callback_id)
    number = None
    if call_id is not None:
        live = _gateway(request).row("calls", call_id)
        if live is not None and agent_id in (live["agent_id"], *live.get("agent_ids", ())):
            number = _customer(live)
    if number is None:
        async with own.services.database.tenant_session(own.principal.scope) as session:
            if call_id is not None:
                number = await own_customer(session, agent_id, call_id)
            else:
                who = own.principal
                number = await promised_number(session, who, agent_id, callback_id or "")
    if number is None:
        raise Problem("not_found", kind=kind, id=subject)
    return _diallable(number)


async def talked_with(request: Request, own: Permitted, agent_id: str, segment_id: str) -> str:
    """Return the number of the customer of an agent's own stretch of a call.

    History hears of a stretch a moment after it began; by then the live floor has it.

    Raises:
        Problem: `segment.unknown`; `call.no_number`: nothing to dial.
    """
    gateway = _gateway(request)
    place = gateway.row("agents", agent_id) or {}
    live = gateway.row("calls", place.get("call_id", ""))
    if live is not None and place.get("segment_id") == segment_id:
        return _diallable(_customer(live))
    async with own.services.database.tenant_session(own.principal.scope) as session:
        number = await segment_customer(session, agent_id, segment_id)
    if number is None:
        raise Problem("segment.unknown", segment_id=segment_id)
    return _diallable(number)


def _customer(call: Row) -> str:
    return call["called"] if call["direction"] == "outbound" else call["caller"]


def _diallable(number: str) -> str:
    if not _DIALLABLE.fullmatch(number):
        raise Problem("call.no_number")
    return number


def _gateway(request: Request) -> Gateway:
    return request.app.state.gateway
