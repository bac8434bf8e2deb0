"""The likeness lab: runs, votes, and pictures that are not in the gallery until they are kept.

Revision: 0011
Follows: 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "lab_run",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("lora_model_id", sa.String(26), nullable=False),
        sa.Column("lora_version_id", sa.String(26), nullable=False),
        sa.Column("request_key", sa.String(80), nullable=False),
        sa.Column("grid", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_lab_run_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lora_model_id"], ["lora_model.id"], name="fk_lab_run_lora_model_id_lora_model", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lora_version_id"], ["lora_version.id"], name="fk_lab_run_lora_version_id_lora_version", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lab_run"),
        sa.UniqueConstraint("request_key", name="uq_lab_run_request_key"),
    )
    op.create_index("ix_lab_run_account_id", "lab_run", ["account_id"])
    op.create_index("ix_lab_run_lora_version_id", "lab_run", ["lora_version_id"])
    op.create_index("ix_lab_run_lora_model_id_created_at", "lab_run", ["lora_model_id", "created_at"])
    op.create_table(
        "lab_vote",
        sa.Column("generation_id", sa.String(26), nullable=False),
        sa.Column("lab_run_id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name="fk_lab_vote_generation_id_generation", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lab_run_id"], ["lab_run.id"], name="fk_lab_vote_lab_run_id_lab_run", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("generation_id", name="pk_lab_vote"),
    )
    op.create_index("ix_lab_vote_lab_run_id", "lab_vote", ["lab_run_id"])
    op.add_column("generation", sa.Column("lab_run_id", sa.String(26), nullable=True))
    op.create_foreign_key(
        "fk_generation_lab_run_id_lab_run", "generation", "lab_run", ["lab_run_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index("ix_generation_lab_run_id", "generation", ["lab_run_id"])
    op.add_column("image", sa.Column("in_gallery", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    _index_of_the_gallery("deleted_at IS NULL AND in_gallery")


def downgrade() -> None:
    """Pictures of the lab come into the gallery."""
    _index_of_the_gallery("deleted_at IS NULL")
    op.drop_column("image", "in_gallery")
    op.drop_index("ix_generation_lab_run_id", table_name="generation")
    op.drop_constraint("fk_generation_lab_run_id_lab_run", "generation", type_="foreignkey")
    op.drop_column("generation", "lab_run_id")
    op.drop_table("lab_vote")
    op.drop_table("lab_run")


def _index_of_the_gallery(where: str) -> None:
    op.drop_index("ix_image_gallery", table_name="image")
    op.create_index(
        "ix_image_gallery",
        "image",
        ["account_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        postgresql_where=sa.text(where),
    )
