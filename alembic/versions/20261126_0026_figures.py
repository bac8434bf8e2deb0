"""What the owner's figures are added up by: how many days there are (else a plan for as many groups as rows, on one
core), and the few entries that went without work.

Revision: 0026
Follows: 0025
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DAYS = {"shot": "finished_at", "credit_hold": "closed_at"}


def upgrade() -> None:
    for table, moment in DAYS.items():
        op.execute(
            f"CREATE STATISTICS st_{table}_{moment}_day ON (CAST({moment} AT TIME ZONE 'UTC' AS date)) FROM {table}"
        )
        op.execute(f"ANALYZE {table}")
    op.create_index(
        "ix_credit_entry_rest",
        "credit_entry",
        ["created_at"],
        postgresql_where=sa.text("kind IN ('expire', 'clawback', 'adjust')"),
    )


def downgrade() -> None:
    op.drop_index("ix_credit_entry_rest", table_name="credit_entry")
    for table, moment in DAYS.items():
        op.execute(f"DROP STATISTICS st_{table}_{moment}_day")
