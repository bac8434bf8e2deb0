"""Faults, store, pace and the trainer's dataset, each on its own."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from photogen.sandbox.context import Sandbox
from photogen.sandbox.drawing import Recipe
from photogen.sandbox.faults import ANSWER_FAULTS, JOB_FAULTS, Fault, Faults
from photogen.sandbox.pace import Pace
from photogen.sandbox.replicate.trainer import TrainerError, _Dataset
from photogen.sandbox.store import Store


def test_a_fault_strikes_its_calls_only_and_is_used_up() -> None:
    faults = Faults()
    faults.add(Fault(vendor="together", operation="images.generate", fault="429", times=2, match="sea"))
    assert faults.take("replicate", "images.generate", ANSWER_FAULTS, "sea") is None
    assert faults.take("together", "models.list", ANSWER_FAULTS, "sea") is None
    assert faults.take("together", "images.generate", ANSWER_FAULTS, "forest") is None
    assert faults.take("together", "images.generate", JOB_FAULTS, "sea") is None
    for _ in range(2):
        assert faults.take("together", "images.generate", ANSWER_FAULTS, "the sea") is not None
    assert faults.take("together", "images.generate", ANSWER_FAULTS, "the sea") is None


def test_a_fault_without_times_strikes_always_and_probability_is_kept() -> None:
    faults = Faults()
    faults.add(Fault(fault="500", times=None, probability=0.3))
    struck = sum(faults.take("hub", "commit", ANSWER_FAULTS, "") is not None for _ in range(1000))
    assert 240 < struck < 360


@pytest.mark.parametrize("wrong", [{"fault": "explode"}, {"times": 0}, {"vendor": "acme"}, {"typo": 1}])
def test_a_misspelt_fault_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate({"fault": "500", **wrong})


def test_the_store_keeps_records_in_order_and_blobs(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for key in ("b", "a", "c"):
        store.put("training", key, {"id": key})
    record = store.get("training", "b")
    assert record is not None
    store.put("training", "b", record | {"status": "succeeded"})
    store.delete("training", "a")
    blob = store.put_blob(b"bytes", ".tar")
    store.close()
    again = Store(tmp_path)
    assert again.all("training") == [{"id": "b", "status": "succeeded"}, {"id": "c"}]
    assert again.blob_path(blob).read_bytes() == b"bytes"
    again.reset()
    assert again.all("training") == []
    assert not again.blob_path(blob).exists()
    again.close()


def test_the_pace_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_TRAINING_SECONDS_PER_1000_STEPS", "0")
    monkeypatch.setenv("SANDBOX_IMAGE_SECONDS", "0.5")
    pace = Pace.from_environment()
    assert (pace.training_seconds_per_1000_steps, pace.image_seconds, pace.retention_seconds) == (0, 0.5, 3600)
    monkeypatch.setenv("SANDBOX_IMAGE_SECONDS", "soon")
    with pytest.raises(ValidationError):
        Pace.from_environment()


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_the_trainer_takes_images_and_captions_and_skips_what_macos_adds() -> None:
    data = _zip(
        {"a.jpg": b"1", "a.txt": b"a cat", "B.PNG": b"2", "__MACOSX/a.jpg": b"x", "._a.jpg": b"x", "notes.md": b""}
    )
    dataset = _Dataset(data)
    assert set(dataset.images) == {"a.jpg", "B.PNG"}
    assert dataset.captions == {"a": "a cat"}
    assert dataset.count == 4


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut", _zip({"a.jpg": b"x" * 5000})[:-40]])
def test_the_trainer_refuses_what_is_no_zip(data: bytes) -> None:
    with pytest.raises(TrainerError, match="zip"):
        _Dataset(data)


async def test_the_latest_picture_is_handed_out_again_for_its_own_recipe_only(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, "http://sandbox")
    fox = Recipe(prompt="a fox", seed=7, model="flux", width=128, height=128)
    drawn = await sandbox.draw(fox, "png", 90)

    assert await sandbox.draw(fox, "png", 90) == drawn
    assert await sandbox.draw(replace(fox, seed=8), "png", 90) != drawn
    assert await sandbox.draw(fox, "png", 90) == drawn
    assert await sandbox.draw(fox, "jpg", 90) != drawn
    sandbox.pace = sandbox.pace.model_copy(update={"largest_side": 64})
    assert await sandbox.draw(fox, "jpg", 90) != drawn
    await sandbox.close()
