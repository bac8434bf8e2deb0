"""What Replicate keeps of ours: files that were handed over, and versions of the model that collects our trainings."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from photogen.gateways.base import Kept, Missing
from photogen.gateways.errors import unreadable
from photogen.gateways.replicate_api import VENDOR, ReplicateApi
from photogen.kit.ids import ID_LENGTH, is_id

FILES = "/v1/files"
MARK = "ref"
"""The key in a file's metadata under which our training's id stands: what has none is not ours."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,200}")
"""An id that may go into an address."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    created_at: datetime | None = None
    metadata: Any = None


def files(api: ReplicateApi) -> Iterator[Kept]:
    """Files that carry our mark, newest first."""
    for entry in _entries(api, FILES):
        reference = entry.metadata.get(MARK) if isinstance(entry.metadata, dict) else None
        if isinstance(reference, str) and is_id(reference[:ID_LENGTH]):  # a round's number may follow
            yield Kept("file", entry.id, reference[:ID_LENGTH], entry.created_at)


def versions(api: ReplicateApi, model: str) -> Iterator[Kept]:
    """Versions of owner/name, newest first; none where there is no such model."""
    try:
        for entry in _entries(api, f"/v1/models/{model}/versions"):
            yield Kept("version", entry.id, "", entry.created_at)
    except Missing:
        return


def discard(api: ReplicateApi, kept: Kept, model: str) -> bool:
    """Deletes a file, or a version of `model`; True when it is gone."""
    path = f"{FILES}/{kept.id}" if kept.kind == "file" else f"/v1/models/{model}/versions/{kept.id}"
    if _gone(api, path):
        return True
    try:
        api.delete(path)
    except Missing:
        return True
    return _gone(api, path)


def _gone(api: ReplicateApi, path: str) -> bool:
    try:
        api.get(path)
    except Missing:
        return True
    return False


def _entries(api: ReplicateApi, path: str) -> Iterator[_Entry]:
    for found in api.entries(path):
        try:
            entry = _Entry.model_validate(found)
        except ValidationError as error:
            raise unreadable(VENDOR, f"an entry of {path}: {error.error_count()} faults") from error
        if _PLAIN.fullmatch(entry.id):
            yield entry
