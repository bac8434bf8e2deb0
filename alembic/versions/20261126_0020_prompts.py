"""Every prompt is kept for its owner, whatever becomes of the pictures.

Revision: 0020
Follows: 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "prompt",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_prompt_account_id_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_prompt"),
        sa.UniqueConstraint("account_id", "digest", name="uq_prompt_account_id_digest"),
    )
    # The last batch's id is as good an id as any: it is taken once.
    op.execute(
        "INSERT INTO prompt (id, account_id, text, digest, times, used_at) "
        "SELECT max(id), account_id, prompt, encode(sha256(convert_to(prompt, 'UTF8')), 'hex'), count(*), "
        "max(created_at) FROM generation WHERE lab_run_id IS NULL GROUP BY account_id, prompt"
    )
    op.create_index("ix_prompt_history", "prompt", ["account_id", sa.text("used_at DESC"), sa.text("id DESC")])


def downgrade() -> None:
    op.drop_table("prompt")
