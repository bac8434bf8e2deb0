"""A data folder has one photogen at a time, keeps its secret, and survives whatever killed the last one."""

import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from photogen.runtime import preflight
from photogen.runtime.child import Child
from photogen.runtime.instance import Instance
from photogen.runtime.preflight import CannotStart
from tests.fakes.servers import wait_for

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]


def test_a_second_copy_on_the_same_folder_is_refused_with_words(tmp_path: Path) -> None:
    first = Instance(tmp_path, address="http://localhost:3000")
    with first, pytest.raises(CannotStart) as refusal, Instance(tmp_path):
        pass

    assert refusal.value.code == "data_folder_in_use"
    assert f"process {os.getpid()}, http://localhost:3000" in refusal.value.public
    assert "PHOTOGEN_DATA=" in refusal.value.public
    assert "PORT=" in refusal.value.public


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with Instance(tmp_path):
        pass
    with Instance(tmp_path) as again:
        assert again.logs.is_dir()


def test_the_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    key = instance.secret_key()

    assert len(key) >= 48
    assert Instance(tmp_path).secret_key() == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_long_path_gets_its_sockets_elsewhere_in_private(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()

    sockets = Instance(long).sockets

    assert len(str(sockets / ".s.PGSQL.5432.lock")) <= 100
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert Instance(long).sockets == sockets
    sockets.rmdir()


def test_what_a_killed_start_left_running_is_ended(tmp_path: Path) -> None:
    left = subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL, start_new_session=True)
    with Instance(tmp_path) as killed:
        killed.remember("worker", left.pid)
    with Instance(tmp_path):
        assert not psutil.pid_exists(left.pid)
    left.wait()


def test_a_process_that_only_has_the_number_of_an_old_one_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "children.json").write_text(f'{{"worker": [{other.pid}, 1.0]}}')
        with Instance(tmp_path):
            assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_sandbox_keeps_its_port_while_it_can(tmp_path: Path) -> None:
    with Instance(tmp_path) as instance:
        port = instance.port_for("sandbox")
        assert instance.port_for("sandbox") == port
        with socket.create_server(("127.0.0.1", port)):
            assert instance.port_for("sandbox") != port


def test_a_taken_port_is_told_with_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart) as refusal:
            preflight.free_port(port)

    assert refusal.value.code == "port_taken"
    assert f"Port {port} is taken" in refusal.value.public
    assert f"process {os.getpid()}" in refusal.value.public
    assert "PORT=" in refusal.value.public


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_a_port_taken_in_the_other_family_is_taken_too() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other, pytest.raises(CannotStart):
        preflight.free_port(other.getsockname()[1])


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotStart, match=r"can't be written.*PHOTOGEN_DATA="):
        preflight.private_folder(tmp_path / "file" / "data")


def test_the_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)

    folder = preflight.private_folder(tmp_path / "data")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5_000_000}))

    with pytest.raises(CannotStart, match="Only 5 MB are free"):
        preflight.room_on_disk(tmp_path)


def test_a_child_ends_with_its_whole_group(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True);"
        "time.sleep(600)"
    )
    child = Child([sys.executable, "-c", script], log=tmp_path / "log")
    wait_for(lambda: bool(child.tail()), "the child's own child")
    grandchild = psutil.Process(int(child.tail()[-1]))

    child.ask_to_stop()
    by_itself = child.end(time.monotonic() + 0.2)

    assert not by_itself
    psutil.wait_procs([grandchild], timeout=5)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends it")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from photogen.runtime.child import Child;"
        f"print(Child([sys.executable, '-c', 'import time; time.sleep(600)'], log=Path({str(tmp_path / 'log')!r})).pid,"
        "flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.wait()
    parent.stdout.close()

    gone, _ = psutil.wait_procs([child], timeout=5)
    assert gone or child.status() == psutil.STATUS_ZOMBIE
