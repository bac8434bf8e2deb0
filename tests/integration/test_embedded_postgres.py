"""The embedded server through its own life: made, killed, started again, met with another version."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from photogen.db import embedded
from photogen.db.embedded import EmbeddedPostgres
from photogen.errors import Unavailable
from photogen.runtime.child import Child
from photogen.runtime.instance import Instance
from tests.fakes.servers import wait_for


@pytest.fixture
def server(tmp_path: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(tmp_path / "data", Instance(tmp_path).sockets, durable=False)


def start(server: EmbeddedPostgres, folder: Path) -> Child:
    child = Child(
        server.argv, log=folder / "log", cwd=Path("/"), stop_signal=embedded.STOP_SIGNAL, preexec=server.preexec
    )
    wait_for(server.answers, "an answer of PostgreSQL", seconds=30)
    return child


def stop(child: Child) -> bool:
    child.ask_to_stop()
    return child.end(time.monotonic() + 10)


@pytest.fixture(autouse=True)
def _sockets(tmp_path: Path) -> None:
    Instance(tmp_path).sockets.mkdir(mode=0o700, exist_ok=True)


def test_rows_outlive_a_clean_end(server: EmbeddedPostgres, tmp_path: Path) -> None:
    assert server.prepare()
    child = start(server, tmp_path)
    server.ensure_database("studio")
    server.ensure_database("studio")
    with psycopg.connect(server.url("studio")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    assert stop(child)

    assert not server.prepare()
    child = start(server, tmp_path)
    with psycopg.connect(server.url("studio")) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    stop(child)


def test_an_open_session_does_not_hold_up_the_end(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.prepare()
    child = start(server, tmp_path)
    connection = psycopg.connect(server.url("postgres"))
    connection.execute("SELECT 1")

    assert stop(child)
    connection.close()


def test_a_server_left_over_from_a_killed_start_is_ended(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.prepare()
    left = start(server, tmp_path)

    server.prepare()

    assert left.poll() is not None
    stop(start(server, tmp_path))


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.prepare()
    child = start(server, tmp_path)
    os.kill(child.pid, signal.SIGKILL)
    child.end(time.monotonic() + 5)
    lock = tmp_path / "data" / "postmaster.pid"
    assert lock.exists()
    lock.write_text(f"{os.getppid()}\n" + lock.read_text().split("\n", 1)[1])

    server.prepare()

    stop(start(server, tmp_path))
    assert psutil.pid_exists(os.getppid())


def test_another_version_s_folder_is_refused_with_words(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.prepare()
    (tmp_path / "data" / "PG_VERSION").write_text("13\n")

    with pytest.raises(Unavailable, match=r"written by PostgreSQL 13.*DATABASE_URL"):
        server.prepare()


def test_nobody_else_can_connect(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.prepare()
    child = start(server, tmp_path)
    with psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)
    stop(child)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
def test_root_s_server_runs_as_somebody_else(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.prepare()
    child = start(server, tmp_path)

    assert psutil.Process(child.pid).uids().effective != 0
    assert tmp_path.stat().st_mode & 0o077 == 0
    stop(child)


def test_without_wheel_and_path_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(Unavailable, match="Install PostgreSQL, or set DATABASE_URL"):
        EmbeddedPostgres(tmp_path, tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up being root")
def test_started_by_root_it_finds_its_programs_in_a_private_folder(server: EmbeddedPostgres, tmp_path: Path) -> None:
    program = tmp_path / "private" / "initdb"
    program.parent.mkdir(mode=0o700)
    program.touch(mode=0o755)
    asked = f"import os; print(os.getuid() != 0, os.access({str(program)!r}, os.X_OK))"
    said = subprocess.run(
        [sys.executable, "-c", asked], preexec_fn=server.preexec, cwd="/", capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["True", "True"]
