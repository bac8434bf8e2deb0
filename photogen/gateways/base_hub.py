"""What the domain knows of the hub on which models are published. Errors are those of `base.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class HubRepository:
    """`id` is owner/name; `files` are the paths in it with their sizes in bytes (None where the answer had none);
    `tags` are those of its card."""

    id: str
    private: bool
    files: Mapping[str, int | None]
    url: str
    tags: frozenset[str] = frozenset()
    created_at: datetime | None = None


class Hub(Protocol):
    """Where weights are published. Errors: Retry, Fix, Stop, Missing."""

    def publish(self, name: str, files: Mapping[str, Path | bytes], *, public: bool) -> HubRepository:
        """Creates the repository private (or makes it private), uploads, verifies presence and privacy, and only then
        opens it if `public`. `name` is the repository's, under the account of this installation (or owner/name).
        Repeating it is safe. Raises Stop (`hub_not_private`) when it stays public."""

    def look(self, repository_id: str) -> HubRepository:
        """As it is now, with the files' sizes. Raises Missing."""

    def make_private(self, repository_id: str) -> HubRepository:
        """Makes it private and looks whether it is. Raises Missing, Stop (`hub_not_private`) when it stays public."""

    def owned(self) -> Iterator[HubRepository]:
        """Every repository of this installation's account, also what isn't ours; without the files' sizes."""

    def delete(self, repository_id: str) -> None:
        """Deletes; one that isn't there is fine."""
