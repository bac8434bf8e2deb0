"""How far the payment service's own list of events was read.

Revision: 0029
Follows: 0028
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "gateway_listing",
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("gateway", name="pk_gateway_listing"),
    )


def downgrade() -> None:
    op.drop_table("gateway_listing")
