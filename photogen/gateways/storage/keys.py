"""What a key may look like: a relative path of plain characters, the same in every storage."""

import mimetypes
import re

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LONGEST = 512

_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".zip": "application/zip",
    ".safetensors": "application/octet-stream",
}


def checked(key: str) -> str:
    """`key` itself. Raises ValueError when a part is empty, begins with a dot or holds anything unusual: keys are made
    by us, so that is a bug, or somebody's attempt to climb out of the folder."""
    if len(key) > _LONGEST or _KEY.fullmatch(key) is None:
        raise ValueError(f"not a storage key: {key[:80]!r}")
    return key


def type_of(key: str) -> str:
    """The content type that a key's suffix stands for."""
    suffix = "." + key.rsplit(".", 1)[-1].lower() if "." in key else ""
    return _TYPES.get(suffix) or mimetypes.guess_type(f"file{suffix}")[0] or "application/octet-stream"
