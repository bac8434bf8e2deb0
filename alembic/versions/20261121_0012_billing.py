"""Plans are sold by the version; purchases, subscriptions and payments have their tables; credits come in packs.

Revision: 0012
Follows: 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TERMS = (
    "name month_cents year_cents credits_month credits_once trainings_included trainings_once daily_quota model_slots "
    "tier public_allowed"
)
PACKS = (("credits_100", 100, 1000), ("credits_500", 500, 4500), ("credits_1000", 1000, 8500))


def _moment(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.String(length), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _truth(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Boolean(), nullable=False)


def _what() -> list["sa.Column[object]"]:
    """Which plan, or which pack."""
    return [
        _text("plan_key", 32, nullable=True),
        _number("plan_version", nullable=True),
        _text("interval", 32, nullable=True),
    ]


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=f"fk_{table}_account_id_account", ondelete="CASCADE"
    )


def upgrade() -> None:
    op.add_column("account", sa.Column("overage", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("account", "overage", server_default=None)
    op.add_column("plan", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.alter_column("plan", "version", server_default=None)
    op.create_table(
        "plan_version",
        _text("plan_key", 32),
        _number("number"),
        _text("name", 40),
        *(_number(name) for name in ("month_cents", "year_cents", "credits_month", "credits_once")),
        _number("trainings_included"),
        _truth("trainings_once"),
        _number("daily_quota"),
        _number("model_slots"),
        _text("tier", 32),
        _truth("public_allowed"),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["plan_key"], ["plan.key"], name="fk_plan_version_plan_key_plan", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("plan_key", "number", name="pk_plan_version"),
    )
    terms = ", ".join(TERMS.split())
    op.execute(
        f"INSERT INTO plan_version (plan_key, number, {terms}, created_at) SELECT key, 1, {terms}, now() FROM plan"
    )
    pack = op.create_table(
        "credit_pack",
        _text("key", 32),
        _number("credits"),
        _number("cents"),
        _truth("enabled"),
        _number("sort"),
        sa.PrimaryKeyConstraint("key", name="pk_credit_pack"),
    )
    rows = [
        {"key": key, "credits": credits, "cents": cents, "enabled": True, "sort": sort}
        for sort, (key, credits, cents) in enumerate(PACKS)
    ]
    op.bulk_insert(pack, rows)
    op.create_table(
        "billing_customer",
        _text("account_id", 26),
        _text("gateway", 32),
        _text("customer_id", 80),
        _moment("created_at"),
        _account("billing_customer"),
        sa.PrimaryKeyConstraint("account_id", name="pk_billing_customer"),
        sa.UniqueConstraint("customer_id", name="uq_billing_customer_customer_id"),
    )
    op.create_table(
        "gateway_price",
        _text("price_id", 80),
        _text("gateway", 32),
        _text("lookup_key", 120),
        *_what(),
        _text("pack_key", 32, nullable=True),
        _number("credits"),
        _number("cents"),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("price_id", name="pk_gateway_price"),
    )
    op.create_index("ix_gateway_price_lookup_key", "gateway_price", ["lookup_key"])
    op.create_table(
        "gateway_secret",
        _text("gateway", 32),
        _text("url", 300),
        _text("value", 200),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("gateway", name="pk_gateway_secret"),
    )
    op.create_table(
        "purchase",
        _text("id", 26),
        _text("account_id", 26),
        _text("request_key", 80),
        _text("gateway", 32),
        _text("kind", 32),
        *_what(),
        _text("pack_key", 32, nullable=True),
        _number("credits"),
        _number("cents"),
        _text("price_id", 80),
        _text("session_id", 120, nullable=True),
        _text("status", 32),
        _moment("created_at"),
        _moment("completed_at", nullable=True),
        _moment("check_at", nullable=True),
        _account("purchase"),
        sa.PrimaryKeyConstraint("id", name="pk_purchase"),
        sa.UniqueConstraint("request_key", name="uq_purchase_request_key"),
        sa.UniqueConstraint("session_id", name="uq_purchase_session_id"),
    )
    op.create_index("ix_purchase_account_id", "purchase", ["account_id"])
    op.create_index("ix_purchase_check", "purchase", ["check_at"], postgresql_where=sa.text("check_at IS NOT NULL"))
    op.create_table(
        "subscription",
        _text("id", 26),
        _text("account_id", 26),
        _text("gateway", 32),
        _text("gateway_id", 80),
        _text("status", 32),
        _text("plan_key", 32),
        _number("plan_version"),
        _text("interval", 32),
        _text("price_id", 80),
        _text("next_price_id", 80),
        _moment("period_start"),
        _moment("period_end"),
        _moment("trial_end", nullable=True),
        _truth("cancel_at_period_end"),
        _moment("ended_at", nullable=True),
        _moment("past_due_since", nullable=True),
        _moment("entitled_until"),
        _moment("grant_at", nullable=True),
        _moment("check_at", nullable=True),
        _moment("synced_at"),
        _moment("created_at"),
        _account("subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint("gateway_id", name="uq_subscription_gateway_id"),
    )
    op.create_index("ix_subscription_account_id_entitled_until", "subscription", ["account_id", "entitled_until"])
    for name in ("check", "grant"):
        op.create_index(
            f"ix_subscription_{name}", "subscription", [f"{name}_at"],
            postgresql_where=sa.text(f"{name}_at IS NOT NULL"),
        )  # fmt: skip
    op.create_table(
        "payment",
        _text("id", 26),
        _text("account_id", 26),
        _text("gateway", 32),
        _text("gateway_id", 120),
        _text("intent_id", 80),
        _text("subscription_id", 80),
        _text("purchase_id", 26, nullable=True),
        _text("kind", 32),
        _text("reason", 40),
        *_what(),
        _text("status", 32),
        _number("cents"),
        _number("refunded_cents"),
        _truth("disputed"),
        _number("credits"),
        _number("clawed"),
        _number("shortfall"),
        _number("refund_cents"),
        _text("refund_reason", 40),
        _moment("check_at", nullable=True),
        _number("moves"),
        _text("number", 80),
        _text("page_url", 500),
        _text("pdf_url", 500),
        _moment("period_start", nullable=True),
        _moment("period_end", nullable=True),
        _moment("next_attempt_at", nullable=True),
        _moment("created_at"),
        _moment("paid_at", nullable=True),
        _moment("granted_at", nullable=True),
        _moment("charge_asked_at", nullable=True),
        _account("payment"),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("gateway_id", name="uq_payment_gateway_id"),
    )
    op.create_index("ix_payment_account_id_created_at_id", "payment", ["account_id", "created_at", "id"])
    op.create_index("ix_payment_check", "payment", ["check_at"], postgresql_where=sa.text("check_at IS NOT NULL"))
    op.create_index("ix_payment_intent_id", "payment", ["intent_id"], postgresql_where=sa.text("intent_id <> ''"))


def downgrade() -> None:
    for table in ("payment", "subscription", "purchase", "gateway_secret", "gateway_price", "billing_customer"):
        op.drop_table(table)
    op.drop_table("credit_pack")
    op.drop_table("plan_version")
    op.drop_column("plan", "version")
    op.drop_column("account", "overage")
