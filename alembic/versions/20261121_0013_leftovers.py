"""Leftovers: what should be gone and is not; when the hub was last looked at; trainings of which nothing is kept.

Revision: 0013
Follows: 0012
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "leftover",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.String(26), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leftover"),
        sa.UniqueConstraint("owner", "owner_id", "what", "name", name="uq_leftover_owner_owner_id_what_name"),
    )
    op.create_index("ix_leftover_since", "leftover", ["since"])
    op.add_column("lora_version", sa.Column("hub_checked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_lora_version_audit",
        "lora_version",
        ["hub_checked_at"],
        postgresql_where=sa.text("status <> 'deleted' AND hub_repository <> ''"),
    )
    op.add_column("training", sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("training", "discarded_at")
    op.drop_index("ix_lora_version_audit", table_name="lora_version")
    op.drop_column("lora_version", "hub_checked_at")
    op.drop_table("leftover")
