"""Accounts, money and what others tell us: the ledger with its append-only guard, the plans and the image models.

Prices, quotas and models are rows from here on: the operator changes them in the tables, not here.

Revision: 0001
Follows:
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Rule 5: the ledger only grows. Deleting an account takes its entries along: a cascade fires one level deeper.
APPEND_ONLY = """
CREATE FUNCTION credit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'credit_entry is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON credit_entry
    FOR EACH ROW EXECUTE FUNCTION credit_entry_append_only();
"""


PLANS = [
    dict(
        zip(
            (
                "sort", "key", "name", "tier", "month_cents", "year_cents", "credits_once", "credits_month",
                "trainings_included", "trainings_once", "daily_quota", "model_slots", "public_allowed",
            ),
            row,
            strict=True,
        )
    )
    for row in (
        (0, "free", "Free", "free", 0, 0, 5, 0, 1, True, 0, 1, True),
        (1, "creator", "Creator", "basic", 20_00, 192_00, 0, 200, 1, False, 50, 1, True),
        (2, "pro", "Pro", "pro", 40_00, 384_00, 0, 400, 3, False, 150, 5, True),
        (3, "enterprise", "Enterprise", "enterprise", 99_00, 950_40, 0, 1000, 10, False, 500, 20, True),
    )
]  # fmt: skip

# Capabilities have the fields of photogen.gateways.base.Capabilities; ranges are low, high, default. Sources: the vendors'
# own descriptions (Together POST /images/generations; Replicate black-forest-labs/flux-dev-lora).
IMAGE_MODELS = [
    {
        "key": "flux:schnell", "name": "FLUX.1 schnell", "description": "Fast and lively. Good for trying out ideas.",
        "vendor": "together", "vendor_model": "black-forest-labs/FLUX.1-schnell", "tier": "free", "credits": 1,
        "quota_weight": 1, "capabilities": {"seed": True, "steps": [1, 12, 4]}, "enabled": True, "beta": False, "sort": 0,
    },
    {
        "key": "flux:1.1-pro", "name": "FLUX1.1 pro", "description": "More detail, better hands and lettering. Slower.",
        "vendor": "together", "vendor_model": "black-forest-labs/FLUX.1.1-pro", "tier": "basic", "credits": 2,
        "quota_weight": 2, "capabilities": {"seed": True}, "enabled": True, "beta": False, "sort": 1,
    },
    {
        "key": "flux:dev-lora", "name": "FLUX.1 dev with LoRA", "description": "Draws your own trained models.",
        "vendor": "replicate", "vendor_model": "black-forest-labs/flux-dev-lora", "tier": "free", "credits": 1,
        "quota_weight": 1, "enabled": True, "beta": False, "sort": 2,
        "capabilities": {
            "lora": True, "seed": True, "steps": [1, 50, 28], "guidance": [0, 10, 3], "lora_scale": [0, 2, 1],
        },
    },
]  # fmt: skip


def upgrade() -> None:
    image_model = op.create_table(
        "image_model",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("vendor_model", sa.String(120), nullable=False),
        sa.Column("tier", sa.String(32), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("quota_weight", sa.Integer(), nullable=False),
        sa.Column("capabilities", postgresql.JSONB(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("beta", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_image_model"),
    )
    op.create_table(
        "inbox_event",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("event_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_event"),
        sa.UniqueConstraint("source", "event_id", name="uq_inbox_event_source_event_id"),
    )
    op.create_index(
        "ix_inbox_event_due",
        "inbox_event",
        ["next_attempt_at"],
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_inbox_event_unhandled", "inbox_event", ["received_at"], postgresql_where=sa.text("handled_at IS NULL")
    )
    plan = op.create_table(
        "plan",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("month_cents", sa.Integer(), nullable=False),
        sa.Column("year_cents", sa.Integer(), nullable=False),
        sa.Column("credits_month", sa.Integer(), nullable=False),
        sa.Column("credits_once", sa.Integer(), nullable=False),
        sa.Column("trainings_included", sa.Integer(), nullable=False),
        sa.Column("trainings_once", sa.Boolean(), nullable=False),
        sa.Column("daily_quota", sa.Integer(), nullable=False),
        sa.Column("model_slots", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(32), nullable=False),
        sa.Column("public_allowed", sa.Boolean(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_plan"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("plan_key", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["plan_key"], ["plan.key"], name="fk_account_plan_key_plan", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
    )
    op.create_table(
        "credit_grant",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name="ck_credit_grant_amount_positive"),
        sa.CheckConstraint("remaining >= 0 AND remaining <= amount", name="ck_credit_grant_remaining_within"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_credit_grant_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_grant"),
        sa.UniqueConstraint("key", name="uq_credit_grant_key"),
    )
    op.create_index("ix_credit_grant_burn", "credit_grant", ["account_id"], postgresql_where=sa.text("remaining > 0"))
    op.create_index(
        "ix_credit_grant_lapse",
        "credit_grant",
        ["expires_at"],
        postgresql_where=sa.text("remaining > 0 AND expires_at IS NOT NULL"),
    )
    op.create_table(
        "credit_hold",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount >= 0", name="ck_credit_hold_amount_not_negative"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_credit_hold_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_hold"),
        sa.UniqueConstraint("key", name="uq_credit_hold_key"),
    )
    op.create_index("ix_credit_hold_account_id", "credit_hold", ["account_id"])
    op.create_index("ix_credit_hold_open", "credit_hold", ["account_id"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "login_session",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_login_session_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_table(
        "credit_entry",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.String(26), nullable=True),
        sa.Column("hold_id", sa.String(26), nullable=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "CASE kind WHEN 'grant' THEN amount > 0 WHEN 'release' THEN amount > 0 WHEN 'hold' THEN amount < 0 WHEN 'expire' THEN amount < 0 WHEN 'capture' THEN amount = 0 ELSE amount <> 0 END",
            name="ck_credit_entry_sign_of_kind",
        ),
        sa.CheckConstraint("kind = 'capture' OR grant_id IS NOT NULL", name="ck_credit_entry_moves_a_grant"),
        sa.CheckConstraint("balance_after >= 0", name="ck_credit_entry_balance_not_negative"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_credit_entry_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["credit_grant.id"], name="fk_credit_entry_grant_id_credit_grant", ondelete="NO ACTION"
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["credit_hold.id"], name="fk_credit_entry_hold_id_credit_hold", ondelete="NO ACTION"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credit_entry"),
        sa.UniqueConstraint("key", name="uq_credit_entry_key"),
    )
    op.create_index("ix_credit_entry_account_id_id", "credit_entry", ["account_id", "id"])
    op.create_index("ix_credit_entry_grant_id", "credit_entry", ["grant_id"])
    op.create_index("ix_credit_entry_hold_id", "credit_entry", ["hold_id"])

    op.execute(APPEND_ONLY)
    op.bulk_insert(plan, PLANS)
    op.bulk_insert(image_model, IMAGE_MODELS)


def downgrade() -> None:
    for table in (
        "credit_entry",
        "login_session",
        "credit_hold",
        "credit_grant",
        "account",
        "plan",
        "inbox_event",
        "image_model",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION credit_entry_append_only")
