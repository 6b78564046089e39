"""Tables of billing that people write; `migrations/sql/0003_billing.sql` makes them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

rate_plans = Table(
    "rate_plans",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("project_id", Text),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("prices", JSONB, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

seat_leases = Table(
    "seat_leases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("project_id", Text),
    Column("seat_type", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("end_day", Date),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

number_leases = Table(
    "number_leases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("project_id", Text),
    Column("number", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("end_day", Date),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("version", Integer, nullable=False, server_default=text("1")),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("rate_plan_id", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("end_day", Date, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total", Numeric, nullable=False),
    Column("rating_version", Integer, nullable=False),
    Column("prices", JSONB, nullable=False),
    Column("leases", JSONB, nullable=False),
    Column("after_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("call_ms", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("created_by", Text, nullable=False),
)

invoice_lines = Table(
    "invoice_lines",
    metadata,
    Column("invoice_id", Text, primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("end_day", Date, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("price", Numeric, nullable=False),
    Column("amount", Numeric, nullable=False),
    Column("tier", Integer),
    Column("calls", Integer, nullable=False),
    Column("first_seq", BigInteger),
    Column("last_seq", BigInteger),
)

invoice_charges = Table(
    "invoice_charges",
    metadata,
    Column("invoice_id", Text, primary_key=True),
    Column("line_no", Integer, primary_key=True),
    Column("call_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("price", Numeric, nullable=False),
    Column("amount", Numeric, nullable=False),
)
