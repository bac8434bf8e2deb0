"""Unit tests reach nothing: every socket but the loop's own pair is refused."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def _closed_sockets() -> None:
    pytest_socket.disable_socket(allow_unix_socket=True)
