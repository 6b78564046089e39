"""Roles that the operator makes: a kind of user with fewer permissions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Users without one go on to have all that their kind may do."""
    op.create_table(
        "roles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("permissions", ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("name", name="uq_roles_name"),
        # What a user refers to, so that a role is never of another kind than who has it.
        sa.UniqueConstraint("id", "kind", name="uq_roles_id_kind"),
        sa.CheckConstraint(
            "kind in ('operator_admin', 'supervisor', 'agent', 'client_user')", name="ck_roles_kind"
        ),
    )
    op.add_column("users", sa.Column("role_id", sa.Text()))
    op.create_foreign_key("fk_users_role_id", "users", "roles", ["role_id", "role"], ["id", "kind"])
    op.create_index("ix_users_role_id", "users", ["role_id"])
    # Looked up with the account, before it is known who asks; a client's people never see them.
    op.execute("alter table roles enable row level security")
    op.execute("alter table roles force row level security")
    op.execute(
        "create policy reading on roles for select"
        " using ((select openseat_scope()) in ('operator', 'sign_in'))"
    )
    op.execute(
        "create policy writing on roles"
        " using ((select openseat_scope()) = 'operator')"
        " with check ((select openseat_scope()) = 'operator')"
    )
    op.execute("grant select, insert, update, delete on roles to openseat_app")
    op.execute(
        "create trigger directory_changed after insert or update or delete on roles"
        " for each statement execute function openseat_directory_changed()"
    )
