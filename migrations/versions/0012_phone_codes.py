"""Codes that agents dial on a phone, and agents at a telephone outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

CODES = {
    "sign_in": "*81",
    "sign_out": "*82",
    "idle": "*83",
    "busy": "*84",
    "outbound_only": "*85",
    "end_after_call_work": "*86",
    "echo": "*87",
}


def upgrade() -> None:
    """The codes are the operator's settings; a PIN is kept as its digest."""
    _words("operators", "service_number", "")
    for name, code in CODES.items():
        _words("operators", f"code_{name}", code)
    _words("agents", "language", "zh-CN")
    _words("agents", "telephone", "")
    _words("agents", "pin", "")


def _words(table: str, name: str, default: str) -> None:
    op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=default))
