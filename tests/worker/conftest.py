"""Fixtures of the suites that run the real worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sandbox import SandboxServer
from tests.fakes.world import World


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """The vendors of this run."""
    with SandboxServer(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def world(tmp_path: Path, database_url: str, redis_url: str, sandbox: SandboxServer) -> Iterator[World]:
    """A photogen of its own, without a worker yet."""
    sandbox.reset()
    sandbox.pace(image_seconds=0, training_seconds_per_1000_steps=0)
    with World(tmp_path, database_url, redis_url, sandbox) as world:
        yield world
