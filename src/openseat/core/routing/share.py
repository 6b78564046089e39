"""Weighted shares of clients on agents who serve several.

Start-time fair queueing (Goyal, Vin, Cheng 1996) with a contact as the unit:
every client has an account that grows by 1 ÷ weight for each contact taken;
an agent takes from the eligible client whose account stands lowest. A client
that had nothing waiting starts at the present mark, not at its old, low
account, so that nobody saves up turns.
"""

from __future__ import annotations

from typing import Final

UNIT: Final = 5_354_228_880
"""Price of a contact at weight 1; divisible by 1 to 24, so that usual weights are exact."""


class Share:
    """Accounts of the clients of all agents who serve exactly these clients."""

    __slots__ = ("accounts", "mark")

    def __init__(self) -> None:
        self.accounts: dict[str, int] = {}
        self.mark = 0
        """Where the last contact taken started: the accounts of waiting clients lie at or above."""

    def start(self, client_id: str) -> int:
        """Where the client's next contact would start: the lowest is next."""
        account = self.accounts.get(client_id, 0)
        mark = self.mark
        return account if account > mark else mark  # noqa: FURB136 - hot path

    def charge(self, client_id: str, weight: int) -> Charge:
        """Account for a contact of the client."""
        price = UNIT // max(1, weight)
        start = self.start(client_id)
        self.mark = start
        self.accounts[client_id] = start + price
        return self, client_id, price


Charge = tuple[Share, str, int]
"""What an offer was charged to whom, to be given back if it comes to nothing."""


def give_back(charge: Charge) -> None:
    """Undo a charge."""
    share, client_id, price = charge
    share.accounts[client_id] -= price
