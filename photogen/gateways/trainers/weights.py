"""A LoRA out of a trainer's archive: taken from the stream, held against its format, never trusted.

Nothing of the archive's own names reaches the file system, links and devices are passed over, sizes are bounded.
"""

import io
import json
import math
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import safetensors

from photogen.gateways.base import Category, Fix
from photogen.kit.text import t

_NAMES = ("lora.safetensors", "flux-lora.safetensors")
LARGEST_ARCHIVE = 3 * 1024**3
_LARGEST_WEIGHTS = 2 * 1024**3
_LARGEST_HEADER = 100 * 1000 * 1000  # the format's own limit
_MOST_MEMBERS = 10_000
_PIECE = 1024 * 1024
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip


def corrupt(vendor: str, words: str, request_id: str = "") -> Fix:
    """The error for weights that can't be used."""
    return Fix(
        t(
            "The trained weights arrived broken, so there is no model to use. Train it again; your credits are "
            "returned."
        ),
        vendor=vendor,
        code="weights_corrupt",
        category=Category.FILE,
        words=words,
        request_id=request_id,
    )


class _Stream(io.RawIOBase):
    """Chunks as a file to read from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            try:
                self._rest = next(self._chunks)
            except StopIteration:
                return 0
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken


def extract(chunks: Iterator[bytes], target: Path, *, vendor: str, request_id: str = "") -> None:
    """Writes the LoRA in the tar made of `chunks` to `target`, whole and checked or not at all.

    Raises Fix (`weights_corrupt`), and whatever `chunks` raises.
    """
    part = target.with_name(target.name + ".part")
    try:
        with tarfile.open(fileobj=io.BufferedReader(_Stream(chunks), _PIECE), mode="r|*") as archive:
            _copy(archive, part)
        check(part)
        part.replace(target)
    except (tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError) as error:
        raise corrupt(vendor, f"{type(error).__name__}: {error}", request_id) from error
    finally:
        part.unlink(missing_ok=True)


def _copy(archive: tarfile.TarFile, part: Path) -> None:
    for number, member in enumerate(archive):
        if number >= _MOST_MEMBERS:
            raise ValueError("too many files in the archive")
        if not member.isreg() or member.name.rsplit("/", 1)[-1] not in _NAMES:
            continue
        if member.size > _LARGEST_WEIGHTS:
            raise ValueError(f"weights of {member.size} bytes")
        source = archive.extractfile(member)
        if source is None:
            continue
        with part.open("wb") as file:
            while piece := source.read(_PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if part.stat().st_size != member.size:
            raise ValueError("the archive ends within the weights")
        return
    raise ValueError("the archive holds no lora.safetensors")


def check(path: Path) -> None:
    """Holds the file against the safetensors format and a LoRA's habits. Raises ValueError that says what is wrong.

    https://huggingface.co/docs/safetensors: eight bytes of length, a JSON header, tensors end to end without a gap.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or not 2 <= length <= min(_LARGEST_HEADER, size - 8):
            raise ValueError("the weights have no header")
        header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise ValueError("the weights' header is not an object")
    header.pop("__metadata__", None)
    spans = sorted(_span(name, entry) for name, entry in header.items())
    end = 0
    for start, stop in spans:
        if start != end:
            raise ValueError("the weights' tensors do not lie end to end")
        end = stop
    if end != size - 8 - length:
        raise ValueError("the weights are cut short, or too long")
    if not any("lora" in name.lower() for name in header):
        raise ValueError("the weights hold no LoRA")
    try:
        with safetensors.safe_open(path, framework="numpy") as weights:
            weights.keys()
    except safetensors.SafetensorError as error:
        raise ValueError(str(error)) from error


def _span(name: str, entry: Any) -> tuple[int, int]:
    if not isinstance(entry, dict):
        raise ValueError(f"the tensor {name[:80]!r} is not described")
    shape, offsets, bits = entry.get("shape"), entry.get("data_offsets"), _BITS.get(str(entry.get("dtype")))
    if bits is None or not _are_sizes(shape) or not _are_sizes(offsets) or len(offsets) != 2:
        raise ValueError(f"the tensor {name[:80]!r} is badly described")
    start, stop = offsets
    if (stop - start) * 8 != math.prod(shape) * bits:
        raise ValueError(f"the tensor {name[:80]!r} has the wrong length")
    return start, stop


def _are_sizes(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in value)
