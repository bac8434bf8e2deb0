"""What of the vendors' things is ours, and whether it is whole. Pure."""

import re
from collections.abc import Mapping

from photogen.domain.training.policy import installation_tag
from photogen.kit.ids import ALPHABET

_GIT_ONLY = frozenset({".gitattributes"})
_NAMED_BY_US = re.compile(rf"-[{ALPHABET}]{{12}}")


def holds(files: Mapping[str, int | None], path: str, size: int) -> bool:
    """Whether a repository with these files (path, bytes) holds `path` in full; a size that nobody tells counts as
    right."""
    return path in files and files[path] in {None, size}


def is_marked(repository_id: str, tags: frozenset[str], files: frozenset[str], mark: str) -> bool:
    """Whether a repository of the hub account was certainly made by this installation: its card carries our tag, or it
    is still empty, as a worker killed in the middle leaves it, and ends as our names do."""
    if not mark:
        return False
    if installation_tag(mark) in tags:
        return True
    return files <= _GIT_ONLY and _NAMED_BY_US.search(repository_id, len(repository_id) - 13) is not None
