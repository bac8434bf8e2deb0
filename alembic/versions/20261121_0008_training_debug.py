"""Trainings explain themselves: their whole log, their loss curve, their rounds; advice on attempts; old events go.

Revision: 0008
Follows: 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "training_round",
        sa.Column("training_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("paid_by", sa.String(32), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("vendor_id", sa.String(80), nullable=False),
        sa.Column("run_seconds", sa.Float(), nullable=True),
        sa.Column("vendor_seconds", sa.Float(), nullable=True),
        sa.Column("vendor_cost_cents", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name="fk_training_round_training_id_training", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_id", "number", name="pk_training_round"),
    )
    # Of earlier trainings the last round is known for sure; those before it were returned.
    op.execute(
        """
        INSERT INTO training_round
            (training_id, number, stage, paid_by, credits, state, vendor_id, vendor_cost_cents, started_at, ended_at)
        SELECT t.id, n.number, CASE n.number WHEN 1 THEN 'queued' ELSE 'publishing' END, t.paid_by, t.credits,
            CASE WHEN n.number < t.rounds OR t.status IN ('failed', 'cancelled') THEN 'released'
                 WHEN t.status = 'completed' THEN 'captured' ELSE 'open' END,
            CASE n.number WHEN 1 THEN t.vendor_id ELSE '' END, CASE n.number WHEN 1 THEN t.vendor_cost_cents END,
            t.created_at, t.finished_at
        FROM training t CROSS JOIN LATERAL generate_series(1, t.rounds) AS n(number)
        """
    )
    op.create_table(
        "training_log",
        sa.Column("training_id", sa.String(26), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(16), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("losses", JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name="fk_training_log_training_id_training", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_id", name="pk_training_log"),
    )
    op.create_table(
        "training_log_part",
        sa.Column("training_id", sa.String(26), nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_id"], ["training.id"], name="fk_training_log_part_training_id_training", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("training_id", "start", name="pk_training_log_part"),
    )
    op.execute(
        """
        INSERT INTO training_log (training_id, source, seen, anchor, length, losses, updated_at)
        SELECT id, '', 0, '', length(log_tail) + 1, '[]', created_at FROM training WHERE log_tail <> ''
        """
    )
    op.execute(
        """
        INSERT INTO training_log_part (training_id, start, text)
        SELECT id, 0, log_tail || E'\\n' FROM training WHERE log_tail <> ''
        """
    )
    op.drop_column("training", "log_tail")
    op.drop_column("training", "vendor_cost_cents")
    op.add_column("training", sa.Column("idle_seconds", sa.Float(), server_default="0", nullable=False))
    op.alter_column("training", "idle_seconds", server_default=None)
    op.add_column("training_attempt", sa.Column("advice", sa.String(300), server_default="", nullable=False))
    op.alter_column("training_attempt", "advice", server_default=None)
    op.create_index(
        "ix_training_attempt_training_id_started_at_id", "training_attempt", ["training_id", "started_at", "id"]
    )
    op.drop_index("ix_training_attempt_training_id", table_name="training_attempt")
    op.create_index(
        "ix_training_completed", "training", ["finished_at"], postgresql_where=sa.text("status = 'completed'")
    )
    op.create_index(
        "ix_inbox_event_handled", "inbox_event", ["handled_at"], postgresql_where=sa.text("handled_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_event_handled", table_name="inbox_event")
    op.drop_index("ix_training_completed", table_name="training")
    op.create_index("ix_training_attempt_training_id", "training_attempt", ["training_id"])
    op.drop_index("ix_training_attempt_training_id_started_at_id", table_name="training_attempt")
    op.drop_column("training_attempt", "advice")
    op.drop_column("training", "idle_seconds")
    op.add_column("training", sa.Column("vendor_cost_cents", sa.Integer(), nullable=True))
    op.add_column("training", sa.Column("log_tail", sa.Text(), server_default="", nullable=False))
    op.execute(
        """
        UPDATE training SET log_tail = part.text FROM (
            SELECT DISTINCT ON (training_id) training_id, right(text, 12000) AS text
            FROM training_log_part ORDER BY training_id, start DESC
        ) AS part WHERE part.training_id = training.id
        """
    )
    op.drop_table("training_log_part")
    op.drop_table("training_log")
    op.drop_table("training_round")
