"""From nothing to the newest revision, back to nothing, and up again; the tables are then what the models say."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config

from tests.fakes.servers import EmbeddedPostgres

TABLES = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public'"
FUNCTIONS = "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'"


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> str:
    return postgres.create("migrations")


@pytest.fixture
def alembic(empty: str) -> Config:
    config = Config(str(Path(__file__).parents[2] / "alembic.ini"))
    config.attributes["url"] = empty
    return config


@pytest.fixture
def ask(empty: str) -> Callable[[str], list[tuple[object, ...]]]:
    def run(query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(empty) as connection:
            return connection.execute(query).fetchall()

    return run


def test_up_down_and_up_again_gives_what_the_models_say(
    alembic: Config, ask: Callable[[str], list[tuple[object, ...]]]
) -> None:
    command.upgrade(alembic, "head")
    command.check(alembic)
    before = ask("SELECT key FROM plan ORDER BY sort") + ask("SELECT key FROM image_model ORDER BY sort")

    command.downgrade(alembic, "base")
    assert ask(TABLES) == [(2,)], "only alembic's own table and its key are left"
    assert ask(FUNCTIONS) == [(0,)]

    command.upgrade(alembic, "head")
    command.check(alembic)
    assert ask("SELECT key FROM plan ORDER BY sort") + ask("SELECT key FROM image_model ORDER BY sort") == before


def test_the_seeds_are_the_price_list(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        plans = connection.execute(
            "SELECT name, month_cents, year_cents, credits_once, credits_month, trainings_included, trainings_once, "
            "daily_quota, model_slots, tier FROM plan ORDER BY sort"
        ).fetchall()
        models = connection.execute(
            "SELECT key, vendor, vendor_model, tier, credits FROM image_model WHERE enabled ORDER BY sort"
        ).fetchall()
    assert plans == [
        ("Free", 0, 0, 5, 0, 1, True, 0, 1, "free"),
        ("Creator", 2000, 19200, 0, 200, 1, False, 50, 1, "basic"),
        ("Pro", 4000, 38400, 0, 400, 3, False, 150, 5, "pro"),
        ("Enterprise", 9900, 95040, 0, 1000, 10, False, 500, 20, "enterprise"),
    ]
    assert models == [
        ("flux:schnell", "together", "black-forest-labs/FLUX.1-schnell", "free", 1),
        ("flux:1.1-pro", "together", "black-forest-labs/FLUX.1.1-pro", "basic", 2),
        ("flux:dev-lora", "replicate", "black-forest-labs/flux-dev-lora", "free", 1),
    ]
