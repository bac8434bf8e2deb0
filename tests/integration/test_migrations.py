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
