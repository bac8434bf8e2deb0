"""Pictures may begin with a picture, and know which.

Revision: 0024
Follows: 0023
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROUTE = "vendor = 'replicate' AND vendor_model = 'black-forest-labs/flux-dev-lora'"
"""Its description has `image` and `prompt_strength`, 0 to 1, usually 0.8."""


def upgrade() -> None:
    op.add_column("image", sa.Column("parent_id", sa.String(26), nullable=True))
    op.create_foreign_key("fk_image_parent_id_image", "image", "image", ["parent_id"], ["id"], ondelete="SET NULL")
    op.create_index(
        "ix_image_parent_id", "image", ["parent_id", "id"], postgresql_where=sa.text("parent_id IS NOT NULL")
    )
    op.add_column("generation", sa.Column("input_image_id", sa.String(26), nullable=True))
    op.add_column("generation", sa.Column("strength", sa.Float(), nullable=True))
    op.create_index(
        "ix_generation_input_image_id",
        "generation",
        ["input_image_id"],
        postgresql_where=sa.text("input_image_id IS NOT NULL"),
    )
    op.execute(
        f"""UPDATE image_route SET capabilities = capabilities || '{{"image_input": true, "strength": [0, 1, 0.8]}}' """
        f"WHERE {ROUTE}"
    )


def downgrade() -> None:
    op.execute(f"UPDATE image_route SET capabilities = capabilities - 'image_input' - 'strength' WHERE {ROUTE}")
    op.drop_index("ix_generation_input_image_id", table_name="generation")
    op.drop_column("generation", "strength")
    op.drop_column("generation", "input_image_id")
    op.drop_index("ix_image_parent_id", table_name="image")
    op.drop_constraint("fk_image_parent_id_image", "image")
    op.drop_column("image", "parent_id")
