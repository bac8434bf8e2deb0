"""What went back of a payment is counted on its own day, not on the payment's.

Revision: 0027
Follows: 0026
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "payment_refund",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("payment_id", sa.String(26), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name="fk_payment_refund_payment_id_payment", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_refund"),
    )
    op.create_index("ix_payment_refund_payment_id", "payment_refund", ["payment_id"])
    op.create_index("ix_payment_refund_created_at", "payment_refund", ["created_at"])
    # When it went back was not kept; when the service was last asked about the money comes closest.
    op.execute(
        "INSERT INTO payment_refund (id, payment_id, cents, created_at) "
        "SELECT id, id, refunded_cents, coalesce(charge_asked_at, paid_at, created_at) FROM payment "
        "WHERE refunded_cents > 0"
    )


def downgrade() -> None:
    op.drop_table("payment_refund")
