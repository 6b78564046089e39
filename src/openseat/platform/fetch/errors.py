"""What can go wrong while fetching."""


class FetchError(RuntimeError):
    """A program could not be fetched; the message says what to do about it."""
