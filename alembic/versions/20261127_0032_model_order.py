"""The pictures of a model in their order: those of one that was left long ago are found without a search.

Revision: 0032
Follows: 0031
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_image_model",
        "image",
        ["account_id", sa.text("COALESCE(lora_model_id, model_key)"), "created_at", "id"],
        postgresql_where=sa.text("deleted_at IS NULL AND in_gallery"),
    )


def downgrade() -> None:
    op.drop_index("ix_image_model", table_name="image")
