"""What `make` does before anything is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from photogen.runtime import install
from photogen.runtime.progress import Progress

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(install, "VENV", folder)
    monkeypatch.setattr(install, "STAMP", folder / "stamp")
    return folder


def test_a_python_that_is_too_old_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 9, 2))

    with pytest.raises(install.CannotInstall, match=r"needs Python 3\.11 to 3\.13, and this is 3\.9 .*\n.*PYTHON="):
        install.check_python()


def test_a_python_without_its_venv_module_is_told_the_package(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    major, minor = sys.version_info[:2]

    with pytest.raises(install.CannotInstall, match=rf"apt install python{major}\.{minor}-venv"):
        install._make_venv(None)


def test_nothing_is_installed_twice(venv: Path, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("a==1")
    install.STAMP.write_text(f"other\n{install.wanted(requirements)}\n")

    assert install.installed(requirements)


def test_a_changed_pin_is_noticed(venv: Path, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("a==1")
    install.STAMP.write_text(install.wanted(requirements))
    requirements.write_text("a==2")

    assert not install.installed(requirements)


def test_an_installation_that_failed_does_not_look_finished(
    venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tests").mkdir()
    for file in (tmp_path / "requirements.txt", tmp_path / "tests" / "requirements.txt"):
        file.write_text("uv==1 \\\n    --hash=sha256:0\na==1 \\\n    --hash=sha256:0\n")
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "_usable_venv", lambda: True)
    monkeypatch.setenv("PATH", "")
    install.STAMP.write_text("older")
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").write_text("#!/bin/sh\necho 'no such host: index'\nexit 1\n")
    (venv / "bin" / "python").chmod(0o755)

    with pytest.raises(install.CannotInstall, match=r"(?s)Is the network there.*|pip can't be set up.*no such host"):
        install.install(tests=False, progress=Progress())
    assert not install.STAMP.exists()


def test_make_names_the_python_it_needs_when_there_is_none() -> None:
    made = subprocess.run(["make", "-s", "python", "PYTHON="], cwd=ROOT, capture_output=True, text=True, check=False)

    assert made.returncode == 2
    assert "needs Python 3.11, 3.12 or 3.13" in made.stderr
    assert "make run PYTHON=" in made.stderr
