"""What can go wrong with the journal. Every error has a stable `code` for logs and alarms."""

from __future__ import annotations


class JournalError(Exception):
    """Base of all journal errors."""

    code = "journal.error"


class UnknownEventType(JournalError):
    """A stored event has a type this program does not know: it was written by a newer one."""

    code = "journal.unknown_type"


class UnknownEventVersion(JournalError):
    """A stored event has a version this program can neither read nor raise to its own."""

    code = "journal.unknown_version"


class MalformedEvent(JournalError):
    """An event's data does not follow its closed schema."""

    code = "journal.malformed_event"


class LeaseLost(JournalError):
    """Another process has become the cell's writer. This one must stop at once."""

    code = "journal.lease_lost"


class JournalConflict(JournalError):
    """The database refused rows for what they say, not for being away: a bug or a foreign hand."""

    code = "journal.conflict"


class JournalClosed(JournalError):
    """The writer was closed, or failed before, and takes nothing more."""

    code = "journal.closed"


class SpoolFull(JournalError):
    """PostgreSQL is away and the spool's disk takes no more; nothing of the batch was kept."""

    code = "journal.spool_full"


class SpoolCorrupt(JournalError):
    """A spool file is damaged in its middle, which no crash explains; it is kept for a person."""

    code = "journal.spool_corrupt"
