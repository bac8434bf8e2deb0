"""Versions of models: what a training made is a version, what a creator has is the model.

Revision: 0005
Follows: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MOVED = "visibility, weights_key, weights_bytes, default_scale, hub_repository, hub_url, remove_due_at"


def upgrade() -> None:
    op.create_table(
        "lora_version",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("lora_model_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("training_id", sa.String(26), nullable=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", sa.String(300), nullable=False),
        sa.Column("visibility", sa.String(32), nullable=False),
        sa.Column("weights_key", sa.String(200), nullable=False),
        sa.Column("weights_bytes", sa.Integer(), nullable=False),
        sa.Column("default_scale", sa.Float(), nullable=False),
        sa.Column("hub_repository", sa.String(200), nullable=False),
        sa.Column("hub_url", sa.String(300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remove_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["lora_model_id"], ["lora_model.id"], name="fk_lora_version_lora_model_id_lora_model", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name="fk_lora_version_training_id_training", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lora_version"),
        sa.UniqueConstraint("lora_model_id", "number", name="uq_lora_version_lora_model_id_number"),
    )
    op.create_index("ix_lora_version_training_id", "lora_version", ["training_id"])
    op.create_index(
        "uq_lora_version_current",
        "lora_version",
        ["lora_model_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.create_index(
        "ix_lora_version_remove",
        "lora_version",
        ["remove_due_at"],
        postgresql_where=sa.text("remove_due_at IS NOT NULL"),
    )
    # A model's first version has its model's id: an id is unique within its table, and this one is a ULID already.
    op.execute(
        f"""
        INSERT INTO lora_version (id, lora_model_id, number, is_current, training_id, status, status_reason, created_at,
                                  deleted_at, {_MOVED})
        SELECT id, id, 1, status <> 'deleted',
               (SELECT t.id FROM training t WHERE t.lora_model_id = m.id ORDER BY t.created_at DESC LIMIT 1),
               status, '', created_at, deleted_at, {_MOVED}
        FROM lora_model m
        """
    )
    op.execute("UPDATE lora_model SET status = 'ready' WHERE status = 'quarantined'")
    op.drop_index("ix_lora_model_remove", table_name="lora_model")
    for name in _MOVED.split(", "):
        op.drop_column("lora_model", name)
    for table in ("generation", "image"):
        op.add_column(table, sa.Column("lora_version_id", sa.String(26), nullable=True))
        op.execute(f"UPDATE {table} SET lora_version_id = lora_model_id")
        op.create_foreign_key(
            f"fk_{table}_lora_version_id_lora_version",
            table,
            "lora_version",
            ["lora_version_id"],
            ["id"],
            ondelete="SET NULL",
        )
    op.create_index("ix_generation_lora_version_id", "generation", ["lora_version_id"])
    op.create_index(
        "ix_image_lora_version_id",
        "image",
        ["lora_version_id", "id"],
        postgresql_where=sa.text("lora_version_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Of each model the current version stays, or its last; weights and repositories of the others have to be
    removed before."""
    for table in ("image", "generation"):
        op.drop_index(f"ix_{table}_lora_version_id", table_name=table)
        op.drop_constraint(f"fk_{table}_lora_version_id_lora_version", table, type_="foreignkey")
        op.drop_column(table, "lora_version_id")
    op.add_column("lora_model", sa.Column("visibility", sa.String(32), server_default="private", nullable=False))
    op.add_column("lora_model", sa.Column("weights_key", sa.String(200), server_default="", nullable=False))
    op.add_column("lora_model", sa.Column("weights_bytes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("lora_model", sa.Column("default_scale", sa.Float(), server_default="1", nullable=False))
    op.add_column("lora_model", sa.Column("hub_repository", sa.String(200), server_default="", nullable=False))
    op.add_column("lora_model", sa.Column("hub_url", sa.String(300), server_default="", nullable=False))
    op.add_column("lora_model", sa.Column("remove_due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE lora_model m
        SET visibility = v.visibility, weights_key = v.weights_key, weights_bytes = v.weights_bytes,
            default_scale = v.default_scale, hub_repository = v.hub_repository, hub_url = v.hub_url,
            remove_due_at = v.remove_due_at,
            status = CASE WHEN m.status = 'ready' THEN v.status ELSE m.status END
        FROM (SELECT DISTINCT ON (lora_model_id) * FROM lora_version
              ORDER BY lora_model_id, is_current DESC, number DESC) v
        WHERE v.lora_model_id = m.id
        """
    )
    for name in ("visibility", "weights_key", "weights_bytes", "default_scale", "hub_repository", "hub_url"):
        op.alter_column("lora_model", name, server_default=None)
    op.create_index(
        "ix_lora_model_remove", "lora_model", ["remove_due_at"], postgresql_where=sa.text("remove_due_at IS NOT NULL")
    )
    op.drop_table("lora_version")
