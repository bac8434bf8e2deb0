"""The day's quota: what of it is used and held, and which shots it pays.

Revision: 0015
Follows: 0014
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "quota_day",
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0 AND held >= 0", name="ck_quota_day_not_negative"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_quota_day_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name="pk_quota_day"),
    )
    op.create_table(
        "quota_use",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("model_key", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("weight >= 0", name="ck_quota_use_weight_not_negative"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_quota_use_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_quota_use"),
    )
    op.create_index("ix_quota_use_account_id_day", "quota_use", ["account_id", "day"])
    op.add_column("shot", sa.Column("paid_by", sa.String(32), server_default="credits", nullable=False))
    op.add_column("shot", sa.Column("quota_weight", sa.Integer(), server_default="0", nullable=False))
    for column in ("paid_by", "quota_weight"):
        op.alter_column("shot", column, server_default=None)


def downgrade() -> None:
    op.drop_column("shot", "quota_weight")
    op.drop_column("shot", "paid_by")
    op.drop_table("quota_use")
    op.drop_table("quota_day")
