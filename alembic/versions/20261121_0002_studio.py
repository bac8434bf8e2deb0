"""The studio: photo sets, trainings, models, generations and pictures.

Revision: 0002
Follows: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The owner's id as a word, then the words of the prompt: punctuation parts them, Han, kana and emoji stand alone.
_SEARCH = (
    r"array_to_tsvector(ARRAY['@'::text || account_id::text]) || to_tsvector('simple'::regconfig, "
    r"regexp_replace(regexp_replace(prompt, "
    r"'[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf"
    r"\u2000-\u206f\u3000-\u3004\u3008-\u3020\uff01-\uff0f\uff1a-\uff20]+'::text, ' '::text, 'g'::text), "
    r"'([\u2600-\u27bf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U0001f000-\U0001faff\U00020000-\U0003ffff])'::text, ' \1 '::text, 'g'::text))"
)


def upgrade() -> None:
    op.create_table(
        "lora_model",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("trigger_word", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("base_model", sa.String(60), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("visibility", sa.String(32), nullable=False),
        sa.Column("weights_key", sa.String(200), nullable=False),
        sa.Column("weights_bytes", sa.Integer(), nullable=False),
        sa.Column("default_scale", sa.Float(), nullable=False),
        sa.Column("hub_repository", sa.String(200), nullable=False),
        sa.Column("hub_url", sa.String(300), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_lora_model_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lora_model"),
    )
    op.create_index("ix_lora_model_account_id_created_at_id", "lora_model", ["account_id", "created_at", "id"])
    op.create_table(
        "photo_set",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_photo_set_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photo_set"),
    )
    op.create_index("ix_photo_set_account_id", "photo_set", ["account_id"])
    op.create_table(
        "generation",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("request_key", sa.String(80), nullable=False),
        sa.Column("model_key", sa.String(64), nullable=False),
        sa.Column("lora_model_id", sa.String(26), nullable=True),
        sa.Column("model_name", sa.String(60), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("prompt_sent", sa.Text(), nullable=False),
        sa.Column("negative_prompt", sa.Text(), server_default="", nullable=False),
        sa.Column("style", sa.String(40), nullable=False),
        sa.Column("aspect", sa.String(10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=True),
        sa.Column("guidance", sa.Float(), nullable=True),
        sa.Column("lora_scale", sa.Float(), nullable=True),
        sa.Column("credits_each", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_generation_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lora_model_id"], ["lora_model.id"], name="fk_generation_lora_model_id_lora_model", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["model_key"], ["image_model.key"], name="fk_generation_model_key_image_model", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_generation"),
        sa.UniqueConstraint("request_key", name="uq_generation_request_key"),
    )
    op.create_index("ix_generation_account_id_created_at_id", "generation", ["account_id", "created_at", "id"])
    op.create_index("ix_generation_lora_model_id", "generation", ["lora_model_id"])
    op.create_table(
        "photo",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("set_id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("upload_id", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("original_name", sa.String(255), nullable=False),
        sa.Column("original_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=False),
        sa.Column("thumbhash", sa.String(64), nullable=False),
        sa.Column("problem_code", sa.String(40), nullable=False),
        sa.Column("problem", sa.String(300), nullable=False),
        sa.Column("caption", sa.String(1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_photo_account_id_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["set_id"], ["photo_set.id"], name="fk_photo_set_id_photo_set", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
        sa.UniqueConstraint("set_id", "upload_id", name="uq_photo_set_id_upload_id"),
    )
    op.create_index("ix_photo_account_id", "photo", ["account_id"])
    op.create_index("ix_photo_set_id", "photo", ["set_id"])
    op.create_index(
        "uq_photo_set_id_sha256",
        "photo",
        ["set_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("status = 'accepted'"),
    )
    op.create_table(
        "training",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("photo_set_id", sa.String(26), nullable=False),
        sa.Column("lora_model_id", sa.String(26), nullable=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("trigger_word", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("visibility", sa.String(32), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("learning_rate", sa.Float(), nullable=False),
        sa.Column("lora_rank", sa.Integer(), nullable=False),
        sa.Column("autocaption", sa.Boolean(), nullable=False),
        sa.Column("photo_count", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("failed_stage", sa.String(32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("seconds_left", sa.Float(), nullable=True),
        sa.Column("log_tail", sa.Text(), server_default="", nullable=False),
        sa.Column("error_code", sa.String(60), nullable=False),
        sa.Column("error_category", sa.String(32), nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
        sa.Column("advice", sa.String(300), nullable=False),
        sa.Column("paid_by", sa.String(32), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("hold_key", sa.String(160), nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("vendor_id", sa.String(80), nullable=False),
        sa.Column("vendor_version", sa.String(200), nullable=False),
        sa.Column("submit_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dataset_key", sa.String(200), nullable=False),
        sa.Column("weights_key", sa.String(200), nullable=False),
        sa.Column("hub_repository", sa.String(200), nullable=False),
        sa.Column("cleaned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.String(64), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_training_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lora_model_id"], ["lora_model.id"], name="fk_training_lora_model_id_lora_model", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["photo_set_id"], ["photo_set.id"], name="fk_training_photo_set_id_photo_set", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_training"),
    )
    op.create_index("ix_training_account_id_created_at_id", "training", ["account_id", "created_at", "id"])
    op.create_index(
        "ix_training_due",
        "training",
        ["next_check_at"],
        postgresql_where=sa.text("status NOT IN ('completed', 'failed', 'cancelled')"),
    )
    op.create_index("ix_training_lora_model_id", "training", ["lora_model_id"])
    op.create_index("ix_training_photo_set_id", "training", ["photo_set_id"])
    op.create_table(
        "training_draft",
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("photo_set_id", sa.String(26), nullable=True),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_training_draft_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["photo_set_id"], ["photo_set.id"], name="fk_training_draft_photo_set_id_photo_set", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_training_draft"),
    )
    op.create_index("ix_training_draft_photo_set_id", "training_draft", ["photo_set_id"])
    op.create_table(
        "image",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("generation_id", sa.String(26), nullable=True),
        sa.Column("shot_id", sa.String(26), nullable=False),
        sa.Column("model_key", sa.String(64), nullable=False),
        sa.Column("model_name", sa.String(60), nullable=False),
        sa.Column("lora_model_id", sa.String(26), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("prompt_sent", sa.Text(), nullable=False),
        sa.Column("aspect", sa.String(10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("recipe", postgresql.JSONB(), nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("storage_key", sa.String(200), nullable=False),
        sa.Column("content_type", sa.String(40), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("thumbhash", sa.String(64), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(_SEARCH, persisted=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_image_account_id_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name="fk_image_generation_id_generation", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["lora_model_id"], ["lora_model.id"], name="fk_image_lora_model_id_lora_model", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_image"),
        sa.UniqueConstraint("shot_id", name="uq_image_shot_id"),
    )
    op.create_index(
        "ix_image_gallery",
        "image",
        ["account_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_image_generation_id", "image", ["generation_id"])
    op.create_index("ix_image_lora_model_id", "image", ["lora_model_id"])
    op.create_index("ix_image_search", "image", ["search"], postgresql_using="gin")
    op.create_index(
        "ix_image_trash", "image", ["account_id", "deleted_at"], postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.create_table(
        "shot",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("generation_id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("hold_key", sa.String(160), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("vendor_id", sa.String(80), nullable=False),
        sa.Column("submit_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(60), nullable=False),
        sa.Column("error_category", sa.String(32), nullable=False),
        sa.Column("error", sa.String(500), nullable=False),
        sa.Column("vendor_words", sa.String(2000), nullable=False),
        sa.Column("image_id", sa.String(26), nullable=True),
        sa.Column("lease_owner", sa.String(64), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_shot_account_id_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generation.id"], name="fk_shot_generation_id_generation", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shot"),
        sa.UniqueConstraint("generation_id", "number", name="uq_shot_generation_id_number"),
    )
    op.create_index("ix_shot_account_id", "shot", ["account_id"])
    op.create_index(
        "ix_shot_due",
        "shot",
        ["next_check_at"],
        postgresql_where=sa.text("status NOT IN ('done', 'failed', 'cancelled')"),
    )
    op.create_table(
        "training_attempt",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("training_id", sa.String(26), nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(120), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("message", sa.String(500), nullable=False),
        sa.Column("vendor_words", sa.String(2000), nullable=False),
        sa.Column("action", sa.String(200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name="fk_training_attempt_training_id_training", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_training_attempt"),
    )
    op.create_index("ix_training_attempt_training_id", "training_attempt", ["training_id"])


def downgrade() -> None:
    for table in (
        "training_attempt",
        "shot",
        "image",
        "training_draft",
        "training",
        "photo",
        "generation",
        "photo_set",
        "lora_model",
    ):
        op.drop_table(table)
