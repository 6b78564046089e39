"""Who may do what: every permission, and the roles that hold it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """What a user is."""

    OPERATOR_ADMIN = "operator_admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    CLIENT_USER = "client_user"


class DataRange(StrEnum):
    """Whose data a role of the operator's own reaches, within what its kind does."""

    ALL = "all"
    MANAGED = "managed"
    CHOSEN = "chosen"
    OWN = "own"


RANGES: dict[Role, tuple[DataRange, ...]] = {
    Role.OPERATOR_ADMIN: (DataRange.ALL, DataRange.CHOSEN),
    Role.SUPERVISOR: (DataRange.MANAGED, DataRange.CHOSEN, DataRange.OWN),
    Role.AGENT: (DataRange.OWN,),
    Role.CLIENT_USER: (DataRange.ALL, DataRange.CHOSEN),
}
"""The ranges that a kind of user can be held to; as far as the kind itself goes comes first."""

_ADMIN = frozenset({Role.OPERATOR_ADMIN})
_STAFF = frozenset({Role.OPERATOR_ADMIN, Role.SUPERVISOR})
_STAFF_AND_CLIENT = _STAFF | {Role.CLIENT_USER}
_ADMIN_AND_CLIENT = _ADMIN | {Role.CLIENT_USER}
_ALL = frozenset(Role)

HOLDERS: dict[str, frozenset[Role]] = {
    # The operator's own affairs.
    "operator.read": _ALL,
    "operator.write": _ADMIN,
    "branches.read": _STAFF,
    "branches.write": _ADMIN,
    "clients.read": _ALL,
    "clients.write": _ADMIN,
    "users.read": _ADMIN,
    "users.write": _ADMIN,
    "phones.read": _STAFF,
    "phones.write": _ADMIN,
    # With the carriers' addresses and accounts; that a line is down is told by the live floor.
    "trunks.read": _ADMIN,
    "trunks.write": _ADMIN,
    "audit.read": _ADMIN,
    # Service programmes; a client's people see and shape their own, and agents must be able to
    # read the names of what a contact is about. Queues are named to them by the live floor, by the
    # screen pop and by their own calls: a row of a queue has all its settings.
    "projects.read": _ALL,
    "projects.write": _ADMIN,
    "queues.read": _STAFF_AND_CLIENT,
    "queues.write": _ADMIN,
    "queues.export": _STAFF_AND_CLIENT,
    "numbers.read": _STAFF_AND_CLIENT,
    "numbers.write": _ADMIN,
    "flows.read": _STAFF_AND_CLIENT,
    "flows.write": _ADMIN_AND_CLIENT,
    "prompts.read": _STAFF_AND_CLIENT,
    "prompts.write": _ADMIN_AND_CLIENT,
    "hours.read": _STAFF_AND_CLIENT,
    "hours.write": _ADMIN_AND_CLIENT,
    "listed_numbers.read": _STAFF_AND_CLIENT,
    "listed_numbers.write": _ADMIN_AND_CLIENT,
    "dispositions.read": _STAFF_AND_CLIENT,
    "dispositions.write": _ADMIN_AND_CLIENT,
    "scripts.read": _STAFF_AND_CLIENT,
    "scripts.write": _ADMIN_AND_CLIENT,
    # People on the floor.
    "skills.read": _ALL,
    "skills.write": _ADMIN,
    "agents.read": _STAFF,
    "agents.write": _ADMIN,
    "agents.export": _STAFF,
    # At which numbers outside agents work: their own, of no concern to clients.
    "agents.telephone": _STAFF,
    "agents.self": frozenset({Role.AGENT, Role.SUPERVISOR}),
    "floor.watch": _ALL,
    "floor.control": _STAFF,
    "messages.read": frozenset({Role.OPERATOR_ADMIN, Role.SUPERVISOR, Role.AGENT}),
    "messages.send": _STAFF,
    "webhooks.write": _ADMIN,
    "wallboards.write": _STAFF_AND_CLIENT,
    # Customers' numbers in full where their project hides them; what it hides from supervisors too,
    # it hides whatever they hold.
    "customers.number": _STAFF_AND_CLIENT,
    # Notes and answers of forms that other agents wrote; what they wrote themselves is everybody's.
    "contacts.notes": _ALL,
    # What happened, and what it costs.
    "history.read": _STAFF_AND_CLIENT,
    "recordings.read": _STAFF_AND_CLIENT,
    "recordings.download": _STAFF_AND_CLIENT,
    "figures.read": _STAFF_AND_CLIENT,
    "targets.read": _STAFF,
    "targets.write": _STAFF,
    "billing.read": _ADMIN_AND_CLIENT,
    "billing.write": _ADMIN,
}
"""Permission → the roles that hold it."""


def permissions(role: Role, granted: Collection[str] | None = None) -> frozenset[str]:
    """Return every permission of ``role``; of those, what is ``granted`` where a role of the
    operator's own says so. Nothing that a kind of user never holds can be granted to one.
    """
    held = frozenset(name for name, roles in HOLDERS.items() if role in roles)
    return held if granted is None else held.intersection(granted)
