"""Presets of the generate page.

Revision: 0022
Follows: 0021
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "preset",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("setup", postgresql.JSONB(), nullable=False),
        sa.Column("share_token", sa.String(43), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_preset_account_id_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_preset"),
        sa.UniqueConstraint("account_id", "name", name="uq_preset_account_id_name"),
        sa.UniqueConstraint("share_token", name="uq_preset_share_token"),
    )


def downgrade() -> None:
    op.drop_table("preset")
