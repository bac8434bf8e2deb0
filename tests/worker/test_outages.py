"""Servers that go away under the running worker, and a queue that forgets: it goes on by itself, soon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from alembic.config import Config

from alembic import command
from tests.fakes.sandbox import SandboxServer
from tests.fakes.servers import EmbeddedPostgres, EmbeddedValkey
from tests.fakes.world import World


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedValkey]:
    """A queue server that a test may take away."""
    with EmbeddedValkey() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A database server that a test may take away."""
    with EmbeddedPostgres(durable=True) as server:
        yield server


def migrated(postgres: EmbeddedPostgres) -> str:
    """A database with every migration applied."""
    config = Config(str(Path(__file__).parents[2] / "alembic.ini"))
    config.attributes["url"] = postgres.create("photogen")
    command.upgrade(config, "head")
    return str(config.attributes["url"])


def drawn(world: World, account: str, what: str) -> None:
    batch = world.draw(account)
    world.until(lambda: world.batch_status(account, batch) == "done", what)


def test_the_queue_is_flushed_again_and_again_in_mid_work(world: World, redis_url: str) -> None:
    world.sandbox.pace(image_seconds=0.3)
    ada = world.account()
    world.start_worker(2)
    batches = [world.draw(ada, count=2) for _ in range(2)]
    training = world.train(ada)
    client = redis.Redis.from_url(redis_url)

    def flush_and_look() -> bool:
        client.flushall()
        return all(world.batch_status(ada, batch) == "done" for batch in batches)

    world.until(flush_and_look, "all pictures are drawn")
    client.close()
    world.until(lambda: world.training_status(ada, training) == "completed", "and the training")
    assert len(world.sandbox.accepted(operation="images.generate")) == 4
    assert len(world.sandbox.accepted(operation="trainings.create")) == 1
    assert world.services.credits.audit() == []
    drawn(world, ada, "the worker still listens")


def test_valkey_is_killed_and_started_again(
    tmp_path: Path, database_url: str, own_valkey: EmbeddedValkey, sandbox: SandboxServer
) -> None:
    sandbox.reset()
    with World(tmp_path, database_url, own_valkey.url, sandbox) as world:
        ada = world.account()
        world.start_worker(2)
        drawn(world, ada, "it works")
        own_valkey.kill()
        batch = world.draw(ada)
        assert world.batch_status(ada, batch) == "queued"
        own_valkey.start()
        world.until(lambda: world.batch_status(ada, batch) == "done", "what was asked for meanwhile is done", 20)
        drawn(world, ada, "it works again")
        assert len(sandbox.accepted(operation="images.generate")) == 3


def test_postgresql_is_killed_and_started_again(
    tmp_path: Path, own_postgres: EmbeddedPostgres, redis_url: str, sandbox: SandboxServer
) -> None:
    sandbox.reset()
    sandbox.pace(training_seconds_per_1000_steps=10)
    with World(tmp_path, migrated(own_postgres), redis_url, sandbox) as world:
        ada = world.account()
        world.start_worker(2)
        drawn(world, ada, "it works")
        training = world.train(ada)
        world.until(lambda: world.training_status(ada, training) == "training", "it trains")
        own_postgres.kill()
        own_postgres.start()
        world.until(lambda: world.training_status(ada, training) == "completed", "the training goes on", 60)
        drawn(world, ada, "it works again")
        assert len(sandbox.accepted(operation="trainings.create")) == 1
        assert world.services.credits.audit() == []
