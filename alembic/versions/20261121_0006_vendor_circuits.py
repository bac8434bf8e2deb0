"""Vendors that keep failing are paused for everybody; trainings and pictures that wait for one say so.

Revision: 0006
Follows: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "vendor_circuit",
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("operation", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("vendor", "operation", name="pk_vendor_circuit"),
    )
    for table in ("training", "shot"):
        op.add_column(table, sa.Column("waiting", sa.String(300), server_default="", nullable=False))
        op.alter_column(table, "waiting", server_default=None)
        op.add_column(table, sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("training", sa.Column("troubled_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("training", "troubled_since")
    for table in ("shot", "training"):
        op.drop_column(table, "waiting_since")
        op.drop_column(table, "waiting")
    op.drop_table("vendor_circuit")
