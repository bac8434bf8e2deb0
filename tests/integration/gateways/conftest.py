"""An S3 server for the suite, and a bucket for each test that wants one."""

from collections.abc import Iterator

import pytest

from photogen.kit.ids import new_id
from tests.fakes.storages import make_bucket, moto


@pytest.fixture(scope="package")
def endpoint() -> Iterator[str]:
    with moto() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str) -> str:
    name = f"photogen-{new_id()}"
    make_bucket(endpoint, name)
    return name
