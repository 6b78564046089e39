"""Who sits where, and which phones and trunks can be reached."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from openseat.core.inputs import (
    ADDRESS_UNKNOWN,
    EndpointChanged,
    PhoneRegistered,
    SwitchInput,
    TrunkChanged,
)
from openseat.switch.asterisk.messages import ContactInfo, Endpoint
from openseat.switch.names import TRUNK_PREFIX
from openseat.switch.port import Phone

#: Contact states that mean that a call would find nobody.
_DOWN = frozenset({"Unreachable", "Removed", "Unknown"})
#: Stands for the contact, unknown to us, by which an endpoint was online when we connected.
_EARLIER = "?"
#: Host and port in a contact's address.
_HOST = re.compile(r"sips?:(?:[^@;>]*@)?([^;>?]+)")


class Places:
    """Endpoints, the agents at them, and their reachability."""

    def __init__(self, inbox: Callable[[SwitchInput], None]) -> None:
        self._inbox = inbox
        self._owner: dict[str, str] = {}
        self._seat: dict[str, str] = {}
        self._sitter: dict[str, str] = {}
        self._contacts: dict[str, set[str]] = {}

    # -- who sits where ----------------------------------------------------------------

    def set_phones(self, phones: Iterable[Phone]) -> None:
        """Take the agents whose own the phones are."""
        self._owner = {phone.endpoint: phone.agent_id for phone in phones if phone.agent_id}

    def bind(self, agent_id: str, endpoint: str | None) -> None:
        """Seat an agent, or (None) unseat them."""
        previous = self._seat.pop(agent_id, None)
        if previous is not None and self._sitter.get(previous) == agent_id:
            del self._sitter[previous]
        if endpoint is not None:
            self._seat[agent_id] = endpoint
            self._sitter[endpoint] = agent_id

    def endpoint_of(self, agent_id: str) -> str:
        """Return the endpoint where an agent can be called ("" if nowhere)."""
        seat = self._seat.get(agent_id)
        if seat is not None:
            return seat
        return next((end for end, owner in self._owner.items() if owner == agent_id), "")

    def agent_at(self, endpoint: str) -> str:
        """Return the agent at an endpoint ("" for nobody)."""
        return self._sitter.get(endpoint) or self._owner.get(endpoint, "")

    @staticmethod
    def trunk_of(endpoint: str) -> str:
        """Return the trunk an endpoint stands for ("" if it is a phone)."""
        return endpoint.removeprefix(TRUNK_PREFIX) if endpoint.startswith(TRUNK_PREFIX) else ""

    def _address(self, endpoint: str) -> str:
        """Where a phone registered from: host and port of its contact; "" while it is away."""
        contacts = self._contacts.get(endpoint)
        if not contacts:
            return ""
        found = _HOST.search(min(contacts))
        return found[1] if found is not None else ADDRESS_UNKNOWN

    # -- reachability ------------------------------------------------------------------

    def reachable(self, endpoint: str) -> bool:
        """Whether a call to the endpoint can find somebody."""
        return bool(self._contacts.get(endpoint))

    def restore(self, endpoints: Iterable[Endpoint]) -> None:
        """Take the switch's picture, and tell everybody's reachability."""
        known = set(self._contacts)
        self._contacts = {
            one.resource: {_EARLIER} if one.state == "online" else set() for one in endpoints
        }
        for endpoint in known | set(self._contacts) | set(self._sitter):
            self.tell(endpoint)

    def compare(self, endpoints: Iterable[Endpoint]) -> None:
        """Take a later picture, and tell what no event told.

        Asterisk sends no events for an endpoint that was removed and made again.
        """
        for one in endpoints:
            online = one.state == "online"
            if self.reachable(one.resource) != online:
                self._contacts[one.resource] = {_EARLIER} if online else set()
                self.tell(one.resource)

    def contact(self, endpoint: str, info: ContactInfo) -> None:
        """Take a change of one contact."""
        before = self.reachable(endpoint)
        contacts = self._contacts.setdefault(endpoint, set())
        contacts.discard(_EARLIER)
        if info.contact_status in _DOWN:
            contacts.discard(info.uri)
        else:
            contacts.add(info.uri)
        if self.reachable(endpoint) != before or not self.trunk_of(endpoint):
            self.tell(endpoint)

    def forget(self, endpoints: Iterable[str]) -> None:
        """The endpoints were removed."""
        for endpoint in endpoints:
            if self._contacts.pop(endpoint, None):
                self.tell(endpoint)

    def tell(self, endpoint: str) -> None:
        """Report an endpoint's reachability."""
        trunk_id = self.trunk_of(endpoint)
        if trunk_id:
            self._inbox(TrunkChanged(trunk_id=trunk_id, reachable=self.reachable(endpoint)))
            return
        address = self._address(endpoint)
        self._inbox(PhoneRegistered(endpoint=endpoint, address=address))
        agent_id = self.agent_at(endpoint)
        if agent_id:
            self._inbox(EndpointChanged(agent_id=agent_id, reachable=self.reachable(endpoint)))
