"""A plan's payments are found without reading everybody's.

Revision: 0031
Follows: 0030
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_payment_subscription_id", "payment", ["subscription_id"])


def downgrade() -> None:
    op.drop_index("ix_payment_subscription_id", "payment")
