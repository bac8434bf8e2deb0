"""Trainings: one per click, paid per round, replacing a model, cleaned up after; models removed everywhere.

Revision: 0003
Follows: 0002
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("training", sa.Column("request_key", sa.String(80), nullable=True))
    op.execute("UPDATE training SET request_key = id")
    op.alter_column("training", "request_key", nullable=False)
    op.create_unique_constraint("uq_training_request_key", "training", ["request_key"])
    op.add_column("training", sa.Column("replaces_model_id", sa.String(26), nullable=True))
    op.add_column("training", sa.Column("rounds", sa.Integer(), server_default="1", nullable=False))
    op.alter_column("training", "rounds", server_default=None)
    op.add_column("training", sa.Column("vendor_cost_cents", sa.Integer(), nullable=True))
    op.add_column("training", sa.Column("clean_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_training_clean", "training", ["clean_due_at"], postgresql_where=sa.text("clean_due_at IS NOT NULL")
    )
    op.add_column("lora_model", sa.Column("remove_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_lora_model_remove", "lora_model", ["remove_due_at"], postgresql_where=sa.text("remove_due_at IS NOT NULL")
    )
    op.drop_index("ix_image_lora_model_id", table_name="image")
    op.create_index(
        "ix_image_lora_model_id",
        "image",
        ["lora_model_id", "id"],
        postgresql_where=sa.text("lora_model_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_image_lora_model_id", table_name="image")
    op.create_index("ix_image_lora_model_id", "image", ["lora_model_id"])
    op.drop_index("ix_lora_model_remove", table_name="lora_model")
    op.drop_column("lora_model", "remove_due_at")
    op.drop_index("ix_training_clean", table_name="training")
    op.drop_column("training", "clean_due_at")
    op.drop_column("training", "vendor_cost_cents")
    op.drop_column("training", "rounds")
    op.drop_column("training", "replaces_model_id")
    op.drop_constraint("uq_training_request_key", "training", type_="unique")
    op.drop_column("training", "request_key")
