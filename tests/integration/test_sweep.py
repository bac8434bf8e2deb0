"""The sweeper: what belongs to nobody goes, what may belong to somebody stays, what is gone is told. Never in the way
of a write."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from photogen.domain.files import Area, FilesService
from photogen.domain.files import service as module
from photogen.domain.incidents import IncidentsService
from photogen.domain.photosets.service import key_of
from photogen.gateways.base import Category, Retry, StoredObject, Waiting
from photogen.kit.ids import new_id
from photogen.runtime import operator
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.storage import MemoryStorage

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class OldStorage(MemoryStorage):
    """Objects were stored long ago, but for those in `fresh`."""

    def __init__(self) -> None:
        super().__init__()
        self.fresh: set[str] = set()
        self.stats: list[str] = []
        self.spool = Waiting()

    def stat(self, key: str) -> StoredObject:
        self.stats.append(key)
        found = super().stat(key)
        modified = datetime.now(UTC) if key in self.fresh else LONG_AGO
        return StoredObject(found.key, found.size, found.content_type, found.etag, modified)

    def waiting(self) -> Waiting:
        return self.spool


@dataclass
class House:
    """A storage, its sweeper, and one room that knows `rows`: id to key."""

    studio: Studio
    storage: OldStorage = field(default_factory=OldStorage)
    rows: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        self.incidents = IncidentsService(self.studio.uow, self.studio.clock)
        areas = (Area("photos/", (self.known,), self.expected),)
        self.files = FilesService(self.studio.uow, self.studio.clock, self.storage, self.incidents, areas)
        self.studio.clock.now = datetime.now(UTC) + timedelta(days=2)

    def known(self, ids: Sequence[str]) -> set[str]:
        self.asked += 1
        return set(ids) & set(self.rows)

    def expected(self, after: str, until: str, limit: int) -> list[tuple[str, str]]:
        return sorted((i, key) for i, key in self.rows.items() if after < i <= until)[:limit]

    def store(self, *, row: bool, name: str = "normal.jpg") -> str:
        id_ = new_id()
        key = f"photos/{id_}/{name}"
        self.storage.put(key, b"x", "image/jpeg")
        if row:
            self.rows[id_] = key
        return key


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    studio = Studio.on(database_url)
    yield House(studio)
    studio.close()


def test_only_what_is_nobodys_goes(house: House) -> None:
    kept = [house.store(row=True) for _ in range(3)]
    lost = [house.store(row=False) for _ in range(3)]
    house.storage.put("photos/notes.txt", b"x", "text/plain")
    house.storage.put("other/x.txt", b"x", "text/plain")
    (report,) = house.files.sweep().areas
    assert sorted(report.orphans) == sorted(lost)
    assert (report.looked_at, report.orphan_count, report.strange, report.ended) == (7, 3, 1, True)
    assert sorted(house.storage.objects) == sorted([*kept, "other/x.txt", "photos/notes.txt"])


def test_a_dry_run_only_looks(house: House) -> None:
    house.store(row=False)
    before = dict(house.storage.objects)
    report = house.files.inspect(dry=True)
    assert report.areas[0].orphan_count == 1
    assert house.storage.objects == before
    assert house.files.sweep().areas[0].orphan_count == 1
    assert house.storage.objects == {}


def test_what_is_young_is_on_its_way_to_a_row(house: House) -> None:
    key = house.store(row=False)
    house.studio.clock.now = datetime.now(UTC) + timedelta(hours=23)
    assert house.files.sweep().areas[0].orphan_count == 0
    assert key in house.storage.objects


def test_an_old_row_s_object_that_was_written_anew_is_young(house: House) -> None:
    key = "photos/01arz3ndektsv4rrffq69g5fav/normal.jpg"
    house.storage.put(key, b"x", "image/jpeg")
    house.storage.fresh.add(key)
    house.studio.clock.now = datetime.now(UTC) + timedelta(hours=1)
    assert house.files.sweep().areas[0].orphan_count == 0
    assert key in house.storage.objects


def test_a_row_that_comes_between_the_list_and_the_delete_saves_its_object(house: House) -> None:
    key = house.store(row=False)
    known = house.known

    def then_written(ids: Sequence[str]) -> set[str]:
        found = known(ids)
        house.rows[key.split("/")[1]] = key
        return found

    house.files._areas = (Area("photos/", (then_written,), house.expected),)
    assert house.files.sweep().areas[0].orphan_count == 0
    assert key in house.storage.objects


def test_work_is_bounded_and_goes_on_where_it_stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 4)
    kept = [house.store(row=number % 2 == 0) for number in range(20)]
    gone: list[str] = []
    for expected_end in (False, False, True):
        (report,) = house.files.sweep(budget=8).areas
        assert report.looked_at <= 8
        gone += report.orphans
        assert report.ended is expected_end
    assert sorted(gone) == sorted(kept[1::2])
    (again,) = house.files.sweep(budget=8).areas
    assert (again.looked_at, again.orphan_count) == (8, 0)


def test_what_has_lost_its_object_is_told_until_it_is_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    keys = sorted(house.store(row=True) for _ in range(7))
    for at in (0, 3, 6):
        del house.storage.objects[keys[at]]
    (report,) = house.files.sweep().areas
    assert report.missing == [keys[0], keys[3], keys[6]]
    (incident,) = house.incidents.open()
    assert (incident.kind, incident.subject_id) == ("objects_missing", "photos/")
    assert incident.message.startswith("3 objects")
    for at in (0, 3, 6):
        house.storage.put(keys[at], b"x", "image/jpeg")
    house.storage.stats.clear()
    house.files.sweep()
    assert house.incidents.open() == []
    assert house.storage.stats == []  # nothing was asked for that the list had named


def test_an_object_that_can_t_be_deleted_now_is_left_for_the_next_run(house: House) -> None:
    house.store(row=False)
    house.storage.break_with("delete", Retry("Away.", vendor="s3", code="storage_failed", category=Category.NETWORK))
    (report,) = house.files.sweep().areas
    assert report.left == 1
    house.storage.failures.clear()
    house.files.sweep()
    assert house.storage.objects == {}


def test_what_waits_long_for_the_bucket_is_an_incident_until_it_is_gone(house: House) -> None:
    house.storage.spool = Waiting(2, 10, house.studio.clock() - timedelta(minutes=5))
    house.files.transfer()
    assert house.incidents.open() == []
    house.storage.spool = Waiting(2, 10, house.studio.clock() - timedelta(minutes=11))
    house.files.transfer()
    house.files.transfer()
    (incident,) = house.incidents.open()
    assert (incident.kind, incident.count, incident.details["objects"]) == ("storage_waiting", 2, 2)
    house.storage.spool = Waiting()
    house.files.transfer()
    assert house.incidents.open() == []


# --- the rooms ---


def test_trainings_and_models_know_their_weights(works: Works, ada: str) -> None:
    training = works.start(ada)
    assert works.training.known_files([training, new_id()]) == {training}
    works.run()
    works.finish()
    works.later(60)
    key = f"weights/{training}.safetensors"
    assert key in works.storage.objects
    assert works.loras.known_weights([training, new_id()]) == {training}
    assert (training, key) in works.loras.expected_weights("", "z" * 26, 10)
    assert works.loras.expected_weights(training, "z" * 26, 10) == []


def test_photos_are_known_and_expected(works: Works, ada: str) -> None:
    set_id = works.photo_set(ada, photos=5)
    ids = [photo.id for photo in works.photosets.photos(ada, set_id)]
    assert works.photosets.known_files([*ids, new_id()]) == set(ids)
    rows = works.photosets.expected_files("", "z" * 26, 1000)
    assert {row for row in rows if row[0] in ids} == {(id_, key_of(id_)) for id_ in ids}
    assert works.photosets.expected_files(max(ids), max(ids), 10) == []


def test_a_shot_in_work_knows_its_picture_before_the_gallery_does(works: Works, ada: str) -> None:
    batch = works.picture(ada)
    shots = [shot.id for shot in works.generation.get(ada, batch).shots]
    assert works.generation.known_files([*shots, new_id()]) == set(shots)
    assert works.gallery.known_files(shots) == set()
    works.run()
    works.later(60)
    assert works.generation.known_files(shots) == set()
    assert works.gallery.known_files(shots) == set(shots)
    assert [row[0] for row in works.gallery.expected_files("", "z" * 26, 100) if row[0] in shots] == sorted(shots)
    assert all(key in works.storage.objects for _, key in works.gallery.expected_files("", "z" * 26, 100))


# --- the command ---


def test_the_command_names_what_it_finds(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("S3_BUCKET", "REPLICATE_API_TOKEN", "TOGETHER_API_KEY", "HF_TOKEN", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PHOTOGEN_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    old = "01arz3ndektsv4rrffq69g5fav"  # of 2016
    orphan = tmp_path / "objects" / "photos" / old / "normal.jpg"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    os.utime(orphan, (0, 0))
    lines: list[str] = []
    assert operator.sweep(database_url, lines.append, dry=True) == 0
    assert f"    would be deleted: photos/{old}/normal.jpg" in lines
    assert orphan.exists()
    lines.clear()
    assert operator.sweep(database_url, lines.append, dry=False, as_json=True) == 0
    report = json.loads(lines[0])
    assert [area["prefix"] for area in report["areas"]] == ["photos/", "images/", "datasets/", "weights/", "check/"]
    assert report["areas"][0]["orphans"] == [f"photos/{old}/normal.jpg"]
    assert not orphan.exists()
