"""The parts of a start that need no server: log following, progress, fingerprints, the portable client."""

import io
from pathlib import Path

import pytest

from photogen.runtime import frontend, logs
from photogen.runtime.progress import Progress
from photogen.web.portable import PortableClient


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-21T02:00:00Z [warning  ] job not pushed   job=advance",
        '{"event": "x", "level": "error"}',
        "[ERROR] Unexpected exit from worker-1",
        "2026-11-21 02:56:33.213 UTC [19083] FATAL:  no space left on device",
        "WARNING:root:careful",
    ],
)
def test_warnings_of_every_service_are_seen(tmp_path: Path, line: str) -> None:
    log = tmp_path / "x.log"
    log.write_text("old [error] line\n")
    follower = logs.LogFollower(log)
    with log.open("a") as out:
        out.write(f"all is well, no error: 0\n{line}\n")

    assert follower.warnings() == [line]
    assert follower.warnings() == []


def test_a_line_is_told_once_it_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    follower = logs.LogFollower(log)
    log.write_text("[ERROR] ha")
    assert follower.warnings() == []
    with log.open("a") as out:
        out.write("lf\n")

    assert follower.warnings() == ["[ERROR] half"]


def test_a_flood_of_warnings_is_cut(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    follower = logs.LogFollower(log)
    log.write_text("[ERROR] again\n" * 500)

    found = follower.warnings()

    assert len(found) == 21
    assert found[-1] == f"more of this in {log}"


def test_a_grown_log_is_put_aside_and_followed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LIMIT", 20)
    log = tmp_path / "x.log"
    log.write_text("[ERROR] before the cut\n")
    follower = logs.LogFollower(log)
    with log.open("a") as out:
        logs.make_room(log)
        out.write("[ERROR] after\n")

    assert (tmp_path / "x.log.1").read_text() == "ROR] before the cut\n"
    assert follower.warnings() == ["[ERROR] after"]


def test_without_a_terminal_each_step_is_a_plain_line() -> None:
    out = io.StringIO()
    progress = Progress(out)
    progress.begin("PostgreSQL", "starting")
    progress.done("PostgreSQL")
    progress.trouble("Port 3000 is taken.")

    first, second, *rest = out.getvalue().splitlines()
    assert first.endswith("PostgreSQL: starting")
    assert "PostgreSQL" in second
    assert rest == ["", "Port 3000 is taken.", ""]
    assert "\x1b" not in out.getvalue()


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("rxconfig.py", "requirements.txt", "photogen/web/page.py", "photogen/runtime/up.py", "assets/a.svg"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["rxconfig.py", "requirements.txt", "photogen/web/page.py", "assets/a.svg", "assets/b.css"]
)
def test_the_pages_are_built_again_when_their_sources_change(sources: Path, name: str) -> None:
    before = frontend.sources(sources)
    (sources / name).write_text("new")

    assert frontend.sources(sources) != before


@pytest.mark.parametrize(
    "name", ["photogen/runtime/up.py", "photogen/web/__pycache__/page.pyc", "assets/external/x.jsx", "README.md"]
)
def test_the_pages_are_not_built_again_for_anything_else(sources: Path, name: str) -> None:
    before = frontend.sources(sources)
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("new")

    assert frontend.sources(sources) == before


def test_a_moved_file_is_a_change(sources: Path) -> None:
    before = frontend.sources(sources)
    (sources / "photogen/web/page.py").rename(sources / "photogen/web/other.py")

    assert frontend.sources(sources) != before


def test_the_built_client_asks_the_browser_for_its_address(tmp_path: Path) -> None:
    chunk = tmp_path / "assets" / "reflex-env.js"
    chunk.parent.mkdir()
    chunk.write_text('var e={PING:`http://photogen.invalid/ping`,EVENT:"ws://photogen.invalid/_event",N:`x`};')
    (tmp_path / "index.html").write_text("<p>kept</p>")

    PortableClient().post_build(static_dir=tmp_path)

    assert chunk.read_text() == (
        'var e={PING:(globalThis.location.origin+"/ping"),'
        'EVENT:(globalThis.location.origin.replace(/^http/,"ws")+"/_event"),N:`x`};'
    )
    assert (tmp_path / "index.html").read_text() == "<p>kept</p>"


def test_an_address_that_stays_behind_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<a href="http://photogen.invalid/">')

    with pytest.raises(RuntimeError, match=r"index\.html still has the placeholder"):
        PortableClient().post_build(static_dir=tmp_path)
