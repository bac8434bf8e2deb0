"""Whose a lease is: only of processes that would be seen if they ran is it said that they are dead."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from photogen.db import lease


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """Nothing is remembered from test to test."""
    for remembered in (lease._here, lease._process):
        remembered.cache_clear()
    yield
    for remembered in (lease._here, lease._process):
        remembered.cache_clear()


def test_a_running_process_is_not_dead() -> None:
    owner = lease.new_owner()
    assert not lease.is_dead(owner)
    assert owner != lease.new_owner()
    assert len(owner) <= 64


def test_one_that_has_ended_is() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        place, _, born, nonce = lease.new_owner().split(":")
    assert lease.is_dead(f"{place}:{process.pid}:{born}:{nonce}")


def test_one_whose_number_went_to_another_is() -> None:
    place, pid, born, nonce = lease.new_owner().split(":")
    assert lease.is_dead(f"{place}:{pid}:{int(born) - 3600}:{nonce}")


@pytest.mark.parametrize("drift", [-2, -1, 1, 2])
def test_a_clock_that_is_set_kills_nobody(monkeypatch: pytest.MonkeyPatch, drift: int) -> None:
    owner = lease.new_owner()
    seen = psutil.Process(os.getpid()).create_time() + drift
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: seen)
    assert not lease.is_dead(owner)


def test_of_another_pod_of_the_same_deployment_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    monkeypatch.setattr(socket, "gethostname", lambda: "photogen-worker-5d8f9c7b6d-abcde")
    place, _, born, nonce = lease.new_owner().split(":")
    lease._here.cache_clear()
    monkeypatch.setattr(socket, "gethostname", lambda: "photogen-worker-5d8f9c7b6d-vwxyz")
    assert not lease.is_dead(f"{place}:{process.pid}:{born}:{nonce}")


@pytest.mark.parametrize("owner", ["", "other:1:1:x", "a:b:c", "::::"])
def test_of_whom_it_does_not_know_nothing_is_said(owner: str) -> None:
    assert not lease.is_dead(owner)
