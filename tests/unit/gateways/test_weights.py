"""Archives and weights that lie, break off, or want to climb out of their folder."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from photogen.gateways.base import Category, Fix
from photogen.gateways.trainers.weights import check, extract

GOOD = save({"transformer.blocks.0.lora_A.weight": np.ones((4, 8), dtype=np.float32)})


def tar(*members: tuple[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def chunks(data: bytes, size: int = 700) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("name", ["output/flux_train_replicate/lora.safetensors", "flux-lora.safetensors"])
def test_the_lora_is_taken_out(tmp_path: Path, name: str, mode: str) -> None:
    target = tmp_path / "mine.safetensors"
    extract(
        chunks(tar(("output/config.yaml", b"x: 1"), (name, GOOD), ("z", b"after"), mode=mode)),
        target,
        vendor="replicate",
    )
    assert target.read_bytes() == GOOD
    assert [path.name for path in tmp_path.iterdir()] == ["mine.safetensors"]


def test_names_in_the_archive_do_not_reach_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    data = tar(("../../lora.safetensors", GOOD), ("/etc/evil", b"x"))
    extract(chunks(data), folder / "mine.safetensors", vendor="replicate")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "mine.safetensors"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_links_and_devices_are_passed_over(tmp_path: Path, kind: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("lora.safetensors")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(Fix, match="holds no lora"):
        extract(chunks(out.getvalue()), tmp_path / "mine", vendor="replicate")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a tar at all" * 100,
        tar(("config.yaml", b"x")),
        tar(("lora.safetensors", GOOD))[: 512 + 60],
        tar(("lora.safetensors", GOOD[:-8])),
        tar(("lora.safetensors", GOOD), mode="w:gz")[:90],
    ],
    ids=["empty", "no tar", "no weights", "cut tar", "cut weights", "cut gzip"],
)
def test_a_broken_archive_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Fix) as raised:
        extract(chunks(data), tmp_path / "mine", vendor="replicate")
    assert (raised.value.code, raised.value.category) == ("weights_corrupt", Category.FILE)
    assert list(tmp_path.iterdir()) == []


def weights(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 7,
        weights({"lora": ENTRY}, b"\x00" * 8, length=2**63 - 1),
        weights(b"{not json", b"\x00" * 8),
        weights([1], b""),
        weights({"lora": 5}, b""),
        weights({"lora": {**ENTRY, "dtype": "F99"}}, b"\x00" * 8),
        weights({"lora": {**ENTRY, "shape": [3]}}, b"\x00" * 8),
        weights({"lora": {**ENTRY, "shape": [-2]}}, b"\x00" * 8),
        weights({"lora": {**ENTRY, "data_offsets": [4, 12]}}, b"\x00" * 12),
        weights({"lora": {**ENTRY, "data_offsets": [True, 8]}}, b"\x00" * 8),
        weights({"lora": ENTRY}, b"\x00" * 7),
        weights({"lora": ENTRY}, b"\x00" * 9),
        weights({"lora": ENTRY, "lora2": ENTRY}, b"\x00" * 8),
        weights({"something.else": ENTRY}, b"\x00" * 8),
        weights({"__metadata__": {"a": "b"}}),
    ],
)
def test_weights_that_are_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "w"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"."):
        check(path)


def test_good_weights_pass(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(GOOD)
    check(path)
