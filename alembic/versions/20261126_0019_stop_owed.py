"""A picture that is over here may still be drawn by its vendor, which is told to stop until it has heard it.

Revision: 0019
Follows: 0018
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("shot", sa.Column("stop_owed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("shot", "stop_owed", server_default=None)
    op.create_index("ix_shot_stop_owed", "shot", ["next_check_at"], postgresql_where=sa.text("stop_owed"))


def downgrade() -> None:
    op.drop_index("ix_shot_stop_owed", table_name="shot")
    op.drop_column("shot", "stop_owed")
