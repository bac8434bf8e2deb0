"""The gallery's filters, favourites, ratings, albums and months.

Revision: 0025
Follows: 0024
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SEPARATORS = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf"
    r"\u2000-\u206f\u3000-\u3004\u3008-\u3020\uff01-\uff0f\uff1a-\uff20]+"
)
_SINGLES = (
    r"([\u2600-\u27bf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U0001f000-\U0001faff\U00020000-\U0003ffff])"
)
_WORDS = (
    f"to_tsvector('simple'::regconfig, regexp_replace(regexp_replace(prompt, '{_SEPARATORS}', ' ', 'g'), "
    f"'{_SINGLES}', ' \\1 ', 'g'))"
)
_MONTH = "(extract(year from {0} at time zone 'UTC') * 100 + extract(month from {0} at time zone 'UTC'))::integer"
_BEFORE = f"array_to_tsvector(ARRAY['@' || account_id]) || {_WORDS}"
_AFTER = (
    "array_to_tsvector(ARRAY['@' || account_id, '@m:' || coalesce(lora_model_id, model_key), '@a:' || aspect, "
    "'@s:' || coalesce(recipe ->> 'style', ''), '@n:' || seed, '@y:' || "
    f"{_MONTH.format('created_at')}]) || {_WORDS}"
)
_LIVE = "deleted_at IS NULL AND in_gallery"

# What a statement changes is summed up once, and written in one order: two statements never wait for each other.
_ROLL = """
CREATE FUNCTION image_month_roll() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO image_month (account_id, month, count)
        SELECT account_id, {new_month}, count(*) FROM fresh WHERE {live} GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (account_id, month) DO UPDATE SET count = image_month.count + excluded.count;
    ELSIF TG_OP = 'UPDATE' THEN
        WITH moved AS (
            SELECT account_id, month, sum(n)::integer AS n FROM (
                SELECT account_id, {new_month} AS month, 1 AS n FROM fresh WHERE {live}
                UNION ALL SELECT account_id, {new_month}, -1 FROM stale WHERE {live}
            ) AS both_sides GROUP BY 1, 2 HAVING sum(n) <> 0
        ), locked AS (
            SELECT m.account_id, m.month FROM image_month m JOIN moved USING (account_id, month)
            ORDER BY 1, 2 FOR UPDATE OF m
        ), lessened AS (
            UPDATE image_month m SET count = m.count + moved.n
            FROM moved JOIN locked USING (account_id, month)
            WHERE m.account_id = moved.account_id AND m.month = moved.month AND moved.n < 0
        )
        INSERT INTO image_month (account_id, month, count)
        SELECT account_id, month, n FROM moved WHERE n > 0 ORDER BY 1, 2
        ON CONFLICT (account_id, month) DO UPDATE SET count = image_month.count + excluded.count;
    ELSE
        UPDATE image_month m SET count = m.count - gone.n
        FROM (SELECT account_id, {new_month} AS month, count(*)::integer AS n FROM stale WHERE {live} GROUP BY 1, 2)
          AS gone
        WHERE m.account_id = gone.account_id AND m.month = gone.month;
    END IF;
    RETURN NULL;
END $$
""".format(new_month=_MONTH.format("created_at"), live=_LIVE)


def _searched_by(expression: str) -> None:
    op.drop_index("ix_image_search", "image")
    op.execute(f"ALTER TABLE image DROP COLUMN search, ADD COLUMN search tsvector GENERATED ALWAYS AS ({expression}) STORED")
    op.create_index("ix_image_search", "image", ["search"], postgresql_using="gin")


def upgrade() -> None:
    op.add_column("image", sa.Column("favourite_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("image", sa.Column("rating", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    _searched_by(_AFTER)
    for name, what in (("favourite", "favourite_at IS NOT NULL"), ("rated", "rating > 0")):
        op.create_index(
            f"ix_image_{name}",
            "image",
            ["account_id", sa.text("created_at DESC"), sa.text("id DESC")],
            postgresql_where=sa.text(f"{what} AND {_LIVE}"),
        )
    op.create_table(
        "album",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("cover_id", sa.String(26), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_album_account_id_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["cover_id"], ["image.id"], name="fk_album_cover_id_image", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_album"),
        sa.UniqueConstraint("account_id", "name", name="uq_album_account_id_name"),
    )
    op.create_index("ix_album_cover_id", "album", ["cover_id"], postgresql_where=sa.text("cover_id IS NOT NULL"))
    op.create_table(
        "album_image",
        sa.Column("album_id", sa.String(26), nullable=False),
        sa.Column("image_id", sa.String(26), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["album_id"], ["album.id"], name="fk_album_image_album_id_album", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_album_image_image_id_image", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("album_id", "image_id", name="pk_album_image"),
    )
    op.create_index(
        "ix_album_image_order", "album_image", ["album_id", sa.text("made_at DESC"), sa.text("image_id DESC")]
    )
    op.create_index("ix_album_image_image_id", "album_image", ["image_id"])
    op.create_table(
        "image_month",
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name="ck_image_month_count"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_image_month_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "month", name="pk_image_month"),
    )
    op.execute(_ROLL)
    for event, tables in (
        ("INSERT", "NEW TABLE AS fresh"),
        ("UPDATE", "OLD TABLE AS stale NEW TABLE AS fresh"),
        ("DELETE", "OLD TABLE AS stale"),
    ):
        op.execute(
            f"CREATE TRIGGER image_month_{event.lower()} AFTER {event} ON image REFERENCING {tables} "
            "FOR EACH STATEMENT EXECUTE FUNCTION image_month_roll()"
        )
    op.execute(
        f"INSERT INTO image_month SELECT account_id, {_MONTH.format('created_at')}, count(*) FROM image "
        f"WHERE {_LIVE} GROUP BY 1, 2"
    )


def downgrade() -> None:
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER image_month_{event} ON image")
    op.execute("DROP FUNCTION image_month_roll()")
    op.drop_table("image_month")
    op.drop_table("album_image")
    op.drop_table("album")
    _searched_by(_BEFORE)
    op.drop_column("image", "rating")
    op.drop_column("image", "favourite_at")
