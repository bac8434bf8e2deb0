"""How far the sweeper of the storage has come.

Revision: 0010
Follows: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "storage_sweep",
        sa.Column("prefix", sa.String(40), nullable=False),
        sa.Column("after", sa.String(512), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("prefix", name="pk_storage_sweep"),
    )


def downgrade() -> None:
    op.drop_table("storage_sweep")
