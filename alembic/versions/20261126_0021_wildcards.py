"""A shot has its own words where the prompt of its batch has wildcards.

Revision: 0021
Follows: 0020
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for column in ("prompt", "prompt_sent"):
        op.add_column("shot", sa.Column(column, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for column in ("prompt_sent", "prompt"):
        op.drop_column("shot", column)
