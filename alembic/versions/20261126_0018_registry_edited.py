"""What an operator edits leaves a row of who did it; a model's price may be by the megapixel; figures of a period are
read by its days.

Revision: 0018
Follows: 0017
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


BY_TIME = (("credit_entry", "created_at"), ("credit_hold", "closed_at"), ("shot", "finished_at"))


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=True),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_audit_entry_account_id_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_account_id", "audit_entry", ["account_id"])
    op.create_index("ix_audit_entry_subject_id", "audit_entry", ["subject", "id"])
    # Rows lie in the order of these times, so that a few pages of index tell which pages of a table are of a period.
    for table, column in BY_TIME:
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_using="brin")
    op.add_column("image_model", sa.Column("credit_unit", sa.String(32), server_default="picture", nullable=False))
    op.alter_column("image_model", "credit_unit", server_default=None)


def downgrade() -> None:
    op.drop_column("image_model", "credit_unit")
    for table, column in BY_TIME:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.drop_table("audit_entry")
