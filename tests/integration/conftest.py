"""Fixtures of the suite that runs against real servers."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from photogen.models import Plan
from tests.factories.shop import Till
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.sandbox import SandboxServer


@pytest.fixture
def studio(database_url: str) -> Iterator[Studio]:
    """Accounts, plans and credits on a fresh database."""
    studio = Studio.on(database_url)
    yield studio
    studio.close()


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    """Trainings and generations, with vendors in memory."""
    studio = Studio.on(database_url)
    yield Works(studio)
    studio.close()


@pytest.fixture
def ada(works: Works) -> str:
    """An account of 100 credits that pays by credit: no training is included in its plan."""
    with works.studio.uow() as uow:
        uow.session.execute(update(Plan).values(trainings_included=0))
    return works.studio.account(credits=100, plan="creator")


@pytest.fixture(scope="session")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """The sandbox of this run, for what is sold; whoever uses it begins with `reset()`."""
    with SandboxServer(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def till(database_url: str, vendors: SandboxServer) -> Iterator[Till]:
    """A studio that sells, without accounts yet."""
    vendors.reset()
    studio = Studio.on(database_url)
    till = Till(studio, vendors)
    yield till
    till.close()
    studio.close()
