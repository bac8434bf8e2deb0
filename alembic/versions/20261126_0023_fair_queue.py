"""Pictures wait in a line that is fair between creators, and a plan says how many are drawn at once.

Revision: 0023
Follows: 0022
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PLANS = {"free": (4, 1), "creator": (8, 2), "pro": (16, 3), "enterprise": (32, 4)}
"""Pictures in work at once, and the weight in the line."""


def upgrade() -> None:
    for table, key in (("plan", "key"), ("plan_version", "plan_key")):
        op.add_column(table, sa.Column("pictures_at_once", sa.Integer(), server_default="8", nullable=False))
        op.add_column(table, sa.Column("queue_weight", sa.Integer(), server_default="1", nullable=False))
        for plan, (at_once, weight) in PLANS.items():
            op.execute(
                f"UPDATE {table} SET pictures_at_once = {at_once}, queue_weight = {weight} WHERE {key} = '{plan}'"
            )
        op.alter_column(table, "pictures_at_once", server_default=None)
        op.alter_column(table, "queue_weight", server_default=None)
    op.add_column("shot", sa.Column("background", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("shot", sa.Column("turn", sa.Double(), server_default="0", nullable=False))
    op.add_column("shot", sa.Column("at_once", sa.Integer(), server_default="8", nullable=False))
    for column in ("background", "turn", "at_once"):
        op.alter_column("shot", column, server_default=None)
    op.create_index(
        "ix_shot_line", "shot", ["background", "turn", "id"], postgresql_where=sa.text("status = 'queued'")
    )
    op.create_index(
        "ix_shot_active",
        "shot",
        ["account_id", "status"],
        postgresql_where=sa.text("status IN ('queued', 'rendering')"),
    )


def downgrade() -> None:
    op.drop_index("ix_shot_active", table_name="shot")
    op.drop_index("ix_shot_line", table_name="shot")
    for column in ("at_once", "turn", "background"):
        op.drop_column("shot", column)
    for table in ("plan_version", "plan"):
        op.drop_column(table, "queue_weight")
        op.drop_column(table, "pictures_at_once")
