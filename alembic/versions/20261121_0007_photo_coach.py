"""Photos: analysis, edits, left out or kept; trainings: the photos they were made of.

Revision: 0007
Follows: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NEW = (
    ("dropped", sa.Boolean(), "false"),
    ("kept", sa.Boolean(), "false"),
    ("rotation", sa.Integer(), "0"),
    ("revision", sa.Integer(), "0"),
    ("last_revision", sa.Integer(), "0"),
    ("analysis", postgresql.JSONB(), "{}"),
    ("analysis_version", sa.Integer(), "0"),
)


def upgrade() -> None:
    for name, kind, default in _NEW:
        op.add_column("photo", sa.Column(name, kind, server_default=default, nullable=False))
        op.alter_column("photo", name, server_default=None)
    op.add_column("photo", sa.Column("crop", postgresql.JSONB(), nullable=True))
    op.create_index(
        "ix_photo_analysis_version", "photo", ["analysis_version"], postgresql_where=sa.text("status = 'accepted'")
    )
    op.add_column("training", sa.Column("photos", postgresql.JSONB(), server_default="[]", nullable=False))
    op.alter_column("training", "photos", server_default=None)


def downgrade() -> None:
    op.drop_column("training", "photos")
    op.drop_index("ix_photo_analysis_version", table_name="photo")
    op.drop_column("photo", "crop")
    for name, _, _ in reversed(_NEW):
        op.drop_column("photo", name)
