"""The schema: from nothing, up and down, and the same as the models say."""

from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from alembic import command
from photogen.db import migrations
from tests.fakes.servers import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]


def _config(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    return config


def _tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_the_models_are_what_the_migrations_make(database_url: str) -> None:
    command.check(_config(database_url))


def test_everything_goes_down_and_up_again(postgres: EmbeddedPostgres) -> None:
    url = postgres.create("up_and_down")
    migrations.upgrade(url)
    full = _tables(url)
    command.downgrade(_config(url), "base")
    assert _tables(url) == {"alembic_version"}
    migrations.upgrade(url)

    assert _tables(url) == full
    assert "account" in full
    postgres.drop("up_and_down")


def test_each_step_goes_down_by_itself(postgres: EmbeddedPostgres) -> None:
    url = postgres.create("step_by_step")
    for step in reversed(list(ScriptDirectory.from_config(_config(url)).walk_revisions())):
        before = _tables(url)
        command.upgrade(_config(url), step.revision)
        command.downgrade(_config(url), "-1")
        assert _tables(url) - {"alembic_version"} == before - {"alembic_version"}
        command.upgrade(_config(url), step.revision)
    postgres.drop("step_by_step")


def test_a_model_of_before_becomes_the_first_version_of_itself(postgres: EmbeddedPostgres) -> None:
    url = postgres.create("versions")
    command.upgrade(_config(url), "0004")
    with psycopg.connect(url) as before:
        before.execute(
            "INSERT INTO account (id, email, name, password_hash, role, plan_key, created_at) "
            "VALUES ('a', 'a@example.com', 'Ada', '-', 'user', 'free', now())"
        )
        for name, status in (("m", "ready"), ("q", "quarantined"), ("d", "deleted")):
            before.execute(
                "INSERT INTO lora_model (id, account_id, name, trigger_word, subject, base_model, status, visibility, "
                "weights_key, weights_bytes, default_scale, hub_repository, hub_url, uses, created_at, remove_due_at) "
                "VALUES (%s, 'a', 'Ada', %s, 'person', 'FLUX.1-dev', %s, 'public', %s, 7, 0.8, 'hub/m', 'https://hub', "
                "3, now(), %s)",
                (name, name, status, f"weights/{name}", "2026-01-01" if status == "deleted" else None),
            )
        before.execute("INSERT INTO photo_set (id, account_id, name, created_at) VALUES ('s', 'a', '', now())")
        before.execute(
            "INSERT INTO training (id, account_id, photo_set_id, lora_model_id, request_key, name, trigger_word, "
            "subject, visibility, steps, learning_rate, lora_rank, autocaption, photo_count, status, failed_stage, "
            "percent, step, error_code, error_category, error, advice, paid_by, credits, hold_key, rounds, vendor, "
            "vendor_id, vendor_version, dataset_key, weights_key, hub_repository, attempts, lease_owner, created_at, "
            "stage_started_at) VALUES ('t', 'a', 's', 'm', 't', 'Ada', 'm', 'person', 'public', 1000, 0.0004, 16, "
            "true, 8, 'completed', '', 100, 1000, '', '', '', '', 'credits', 20, '', 1, '', '', '', '', '', '', 0, '', "
            "now(), now())"
        )
    migrations.upgrade(url)
    with psycopg.connect(url) as after:
        rows = after.execute(
            "SELECT m.id, m.status, v.number, v.is_current, v.status, v.weights_key, v.default_scale, v.visibility, "
            "v.training_id, v.remove_due_at IS NULL FROM lora_model m JOIN lora_version v ON v.lora_model_id = m.id"
        ).fetchall()
    command.downgrade(_config(url), "0004")
    with psycopg.connect(url) as again:
        back = again.execute(
            "SELECT id, status, weights_key, hub_url, remove_due_at IS NULL FROM lora_model"
        ).fetchall()

    assert sorted(rows) == [
        ("d", "deleted", 1, False, "deleted", "weights/d", 0.8, "public", None, False),
        ("m", "ready", 1, True, "ready", "weights/m", 0.8, "public", "t", True),
        ("q", "ready", 1, True, "quarantined", "weights/q", 0.8, "public", None, True),
    ]
    assert sorted(back) == [
        ("d", "deleted", "weights/d", "https://hub", False),
        ("m", "ready", "weights/m", "https://hub", True),
        ("q", "quarantined", "weights/q", "https://hub", True),
    ]
    postgres.drop("versions")


def test_the_quick_question_agrees_with_alembic(database_url: str, pg_url: str) -> None:
    head = ScriptDirectory.from_config(_config(database_url)).get_current_head()

    assert migrations.head() == head
    assert migrations.current(database_url) == head
    assert migrations.current(pg_url) is None


def test_two_ends_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(f"revision: str = '{name}'\ndown_revision: str | None = None\n")

    with pytest.raises(ValueError, match="more than one end: a, b"):
        migrations.head(tmp_path)
