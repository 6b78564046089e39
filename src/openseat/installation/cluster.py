"""The embedded PostgreSQL of an installation."""

from __future__ import annotations

from openseat.platform.postgres import Cluster
from openseat.platform.settings import Settings


def cluster(settings: Settings) -> Cluster:
    """Return the embedded cluster, whether or not it was made yet.

    Raises:
        SecretMissingError: the installation has no secrets yet.
    """
    return Cluster(
        folder=settings.paths.postgres,
        port=settings.ports.postgres,
        password=settings.secrets.read("postgres_superuser"),
    )
