"""Fixtures of the suite that runs against real servers."""

from collections.abc import Iterator

import pytest

from tests.factories.studio import Studio


@pytest.fixture
def studio(database_url: str) -> Iterator[Studio]:
    """Accounts, plans and credits on a fresh database."""
    studio = Studio.on(database_url)
    yield studio
    studio.close()
