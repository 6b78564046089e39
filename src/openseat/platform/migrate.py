"""Bring a database to the newest schema: the revisions in ``migrations/``, run by Alembic.

Migrations only go forward and only add, so an older program keeps working on a newer schema while
processes are replaced one by one.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "migrations"


def migrate(url: str) -> None:
    """Run every revision the database at ``url`` has not seen yet.

    Args:
        url: DSN of the role ``openseat_owner``, in the form ``postgresql://…``.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the server refused a statement.
        alembic.util.CommandError: the database has a revision this program does not know.
    """
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    # `migrations/env.py` reads the DSN from here; not through the ini parser, which eats `%`.
    configuration.attributes["url"] = url
    command.upgrade(configuration, "head")
