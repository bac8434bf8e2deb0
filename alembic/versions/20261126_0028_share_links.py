"""Links by which pictures and albums are shown to people without an account.

Revision: 0028
Follows: 0027
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "share_link",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("album_id", sa.String(26), nullable=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("recipe", sa.Boolean(), nullable=False),
        sa.Column("downloads", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("last_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_share_link_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["album_id"], ["album.id"], name="fk_share_link_album_id_album", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_share_link"),
        sa.UniqueConstraint("token_hash", name="uq_share_link_token_hash"),
    )
    op.create_index("ix_share_link_account_id", "share_link", ["account_id", "id"])
    op.create_index("ix_share_link_album_id", "share_link", ["album_id"])
    op.create_table(
        "share_link_image",
        sa.Column("link_id", sa.String(26), nullable=False),
        sa.Column("image_id", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image.id"], name="fk_share_link_image_image_id_image", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["share_link.id"], name="fk_share_link_image_link_id_share_link", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "image_id", name="pk_share_link_image"),
    )
    op.create_index("ix_share_link_image_image_id", "share_link_image", ["image_id"])


def downgrade() -> None:
    op.drop_table("share_link_image")
    op.drop_table("share_link")
