"""What is to be planned again when a change of plan is cut off.

Revision: 0030
Follows: 0029
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("wish_price_id", "wish_from_id"):
        op.add_column("subscription", sa.Column(name, sa.String(80), nullable=False, server_default=""))
        op.alter_column("subscription", name, server_default=None)


def downgrade() -> None:
    op.drop_column("subscription", "wish_from_id")
    op.drop_column("subscription", "wish_price_id")
