"""Numbers that are called to try a flow's draft."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """A draft is read by the floor only where a number leads to it."""
    op.add_column(
        "numbers", sa.Column("draft", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute("""
        create function openseat_draft_changed() returns trigger language plpgsql as $$
        begin
            if exists (select 1 from numbers where flow_id = new.id and draft and active) then
                update directory_state set version = version + 1, changed_at = now() where id = 1;
                perform pg_notify('directory_changed', '');
            end if;
            return null;
        end $$""")
    op.execute("""
        create trigger draft_changed after update of draft on flows
            for each row execute function openseat_draft_changed()""")
