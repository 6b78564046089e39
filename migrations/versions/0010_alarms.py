"""Thresholds on the live floor, their alarms, and who is told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Of the operator's own people only; times of alarms are milliseconds since the Unix epoch."""
    op.create_table(
        "thresholds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default=""),
        sa.Column("limit_value", sa.Double(), nullable=False),
        sa.Column("clear_value", sa.Double(), nullable=False),
        sa.Column("hold_s", sa.Integer(), nullable=False),
        sa.Column("clear_hold_s", sa.Integer(), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_thresholds"),
        sa.CheckConstraint("scope in ('queue', 'project', 'group')", name="ck_thresholds_scope"),
        sa.CheckConstraint("severity in ('warning', 'critical')", name="ck_thresholds_severity"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.Text(), nullable=False),
        # What was set when it was raised: a threshold may change or go, its alarms stay.
        sa.Column("threshold_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("limit_value", sa.Double(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("worst", sa.Double(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger()),
        sa.Column("acknowledged_at", sa.BigInteger()),
        sa.Column("acknowledged_by", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
    )
    # One alarm at a time of the same thing, however many processes watch.
    op.create_index(
        "uq_alarms_open",
        "alarms",
        ["threshold_id", "agent_id"],
        unique=True,
        postgresql_where=sa.text("cleared_at is null"),
    )
    op.create_index("ix_alarms_raised_at", "alarms", ["raised_at", "id"])
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        # Counts secrets: a new one makes the last worthless. The secret itself is not stored.
        sa.Column("secret_number", sa.Integer(), nullable=False, server_default="1"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        # When it is to be tried next; none: delivered or given up.
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("delivered_at", sa.BigInteger()),
        # The last answer's HTTP status; 0: there was none.
        sa.Column("last_status", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name="fk_webhook_deliveries_webhook_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_next_at",
        "webhook_deliveries",
        ["next_at"],
        postgresql_where=sa.text("next_at is not null"),
    )
    op.create_index(
        "ix_webhook_deliveries_webhook_id", "webhook_deliveries", ["webhook_id", "made_at", "id"]
    )
    for table in ("thresholds", "alarms", "webhooks", "webhook_deliveries"):
        op.execute(f"select openseat_protect('{table}', 'operator')")
    op.execute("grant select, insert, update, delete on thresholds to openseat_app")
    op.execute("grant select, insert, update on alarms to openseat_app")
    op.execute("grant select, insert, update, delete on webhooks to openseat_app")
    op.execute("grant select, insert, update on webhook_deliveries to openseat_app")
