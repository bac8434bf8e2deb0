"""A model and the ways to it: what a creator chooses is apart from the vendors that can draw it.

Revision: 0009
Follows: 0008
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from photogen.kit.ids import new_id

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Further ways to the models seeded in 0001. Costs are the vendors' published ones where known, in cents. What has not been
# seen to be served begins as not available: the hourly probe of the vendors' own lists decides. Sources: Replicate's
# descriptions of flux-schnell, flux-1.1-pro; Nebius' POST /v1/images/generations.
FURTHER = [
    # model_key, vendor, vendor_model, sort, capabilities, cost_cents, cost_unit
    ("flux:schnell", "nebius", "black-forest-labs/flux-schnell", 1,
     {"seed": True, "steps": [1, 12, 4], "sides": [64, 2048]}, None, "picture"),
    ("flux:schnell", "replicate", "black-forest-labs/flux-schnell", 2,
     {"seed": True, "steps": [1, 4, 4]}, 0.3, "picture"),
    ("flux:1.1-pro", "replicate", "black-forest-labs/flux-1.1-pro", 1, {"seed": True}, 4.0, "picture"),
    ("flux:dev-lora", "nebius", "black-forest-labs/flux-dev", 1,
     {"lora": True, "seed": True, "steps": [1, 50, 28], "guidance": [0, 10, 3], "lora_scale": [0, 2, 1],
      "sides": [64, 2048]}, None, "picture"),
]  # fmt: skip
COSTS = {
    ("together", "black-forest-labs/FLUX.1-schnell"): (0.27, "megapixel"),
    ("together", "black-forest-labs/FLUX.1.1-pro"): (4.0, "megapixel"),
    ("replicate", "black-forest-labs/flux-dev-lora"): (3.2, "picture"),
}


def upgrade() -> None:
    op.create_table(
        "image_route",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("model_key", sa.String(64), nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("vendor_model", sa.String(120), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("capabilities", postgresql.JSONB(), nullable=False),
        sa.Column("cost_cents", sa.Float(), nullable=True),
        sa.Column("cost_unit", sa.String(32), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_key"], ["image_model.key"], name="fk_image_route_model_key_image_model", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_image_route"),
        sa.UniqueConstraint(
            "model_key", "vendor", "vendor_model", name="uq_image_route_model_key_vendor_vendor_model"
        ),
    )
    _fill()
    for column in ("vendor", "vendor_model", "capabilities"):
        op.drop_column("image_model", column)
    op.add_column("generation", sa.Column("seed_chosen", sa.Boolean(), server_default="false", nullable=False))
    op.alter_column("generation", "seed_chosen", server_default=None)
    op.add_column("shot", sa.Column("vendor_model", sa.String(120), server_default="", nullable=False))
    op.alter_column("shot", "vendor_model", server_default=None)
    op.add_column("shot", sa.Column("tried", postgresql.JSONB(), server_default="[]", nullable=False))
    op.alter_column("shot", "tried", server_default=None)
    op.add_column("shot", sa.Column("vendor_cost_cents", sa.Float(), nullable=True))
    # Pictures that are under way at this moment have one vendor each, by the model's row.
    op.execute(
        "UPDATE shot SET vendor_model = image_route.vendor_model FROM generation, image_route"
        " WHERE generation.id = shot.generation_id AND image_route.model_key = generation.model_key"
        " AND image_route.vendor = shot.vendor AND shot.status = 'rendering'"
    )


def _fill() -> None:
    bind = op.get_bind()
    insert = sa.text(
        "INSERT INTO image_route (id, model_key, vendor, vendor_model, sort, capabilities, cost_cents, cost_unit,"
        " enabled, available) VALUES (:id, :model_key, :vendor, :vendor_model, :sort, CAST(:can AS jsonb), :cost, :unit,"
        " true, :available)"
    )
    rows = bind.execute(sa.text("SELECT key, vendor, vendor_model, capabilities FROM image_model")).all()
    for key, vendor, vendor_model, can in rows:
        cost, unit = COSTS.get((vendor, vendor_model), (None, "picture"))
        values = {"id": new_id(), "model_key": key, "vendor": vendor, "vendor_model": vendor_model, "sort": 0}
        bind.execute(insert, values | {"can": json.dumps(can), "cost": cost, "unit": unit, "available": True})
    keys = {row[0] for row in rows}
    for key, vendor, vendor_model, sort, can, cost, unit in FURTHER:
        if key in keys:
            values = {"id": new_id(), "model_key": key, "vendor": vendor, "vendor_model": vendor_model, "sort": sort}
            bind.execute(insert, values | {"can": json.dumps(can), "cost": cost, "unit": unit, "available": False})


def downgrade() -> None:
    for name in ("vendor_cost_cents", "tried", "vendor_model"):
        op.drop_column("shot", name)
    op.drop_column("generation", "seed_chosen")
    op.add_column("image_model", sa.Column("vendor", sa.String(32), server_default="", nullable=False))
    op.add_column("image_model", sa.Column("vendor_model", sa.String(120), server_default="", nullable=False))
    op.add_column("image_model", sa.Column("capabilities", postgresql.JSONB(), server_default="{}", nullable=False))
    op.execute(
        "UPDATE image_model SET vendor = first.vendor, vendor_model = first.vendor_model,"
        " capabilities = first.capabilities FROM (SELECT DISTINCT ON (model_key) * FROM image_route"
        " ORDER BY model_key, sort, id) AS first WHERE first.model_key = image_model.key"
    )
    for column in ("vendor", "vendor_model", "capabilities"):
        op.alter_column("image_model", column, server_default=None)
    op.drop_table("image_route")
