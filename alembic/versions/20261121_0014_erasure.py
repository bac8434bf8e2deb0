"""Deletion of accounts, with receipts; the ledger of a deleted account may lose its words, and nothing else.

Revision: 0014
Follows: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEFORE = """
CREATE OR REPLACE FUNCTION credit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'credit_entry is append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""
_AFTER = """
CREATE OR REPLACE FUNCTION credit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.note = '' AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note'
       AND EXISTS (SELECT 1 FROM account WHERE id = OLD.account_id AND deleted_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'credit_entry is append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""


def upgrade() -> None:
    op.add_column("account", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("erase_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_account_erase", "account", ["erase_due_at"], postgresql_where=sa.text("erase_due_at IS NOT NULL")
    )
    op.create_table(
        "deletion_receipt",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_deletion_receipt_account_id_account", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deletion_receipt"),
        sa.UniqueConstraint("number", name="uq_deletion_receipt_number"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_deletion_receipt_kind_subject_id"),
    )
    op.create_index(
        "ix_deletion_receipt_account_id",
        "deletion_receipt",
        ["account_id"],
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.execute(_AFTER)


def downgrade() -> None:
    op.execute(_BEFORE)
    op.drop_table("deletion_receipt")
    op.drop_index("ix_account_erase", table_name="account")
    op.drop_column("account", "erase_due_at")
    op.drop_column("account", "deleted_at")
