"""What a deletion says of what it could not delete, and what the operator is shown of it."""

from dataclasses import dataclass
from datetime import datetime

from photogen.models.leftover import Leftover, LeftoverOf


@dataclass(frozen=True, slots=True)
class Remains:
    """One thing that is still there: `what` (dataset, vendor, weights, repository, file, version, photos, images,
    customer), at which `place` (storage, or a vendor's name), under which `name`. `code` and `words` are the other
    side's last."""

    what: str
    place: str
    name: str
    code: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class LeftoverView:
    """A leftover. `owner_id` is the training's, the version's or the account's id, "" for what belongs to nobody."""

    id: str
    owner: LeftoverOf
    owner_id: str
    what: str
    place: str
    name: str
    since: datetime
    tried_at: datetime
    tries: int
    code: str
    words: str

    @classmethod
    def of(cls, row: Leftover) -> "LeftoverView":
        """The view of a row."""
        return cls(
            row.id, row.owner, row.owner_id, row.what, row.place, row.name, row.since, row.tried_at, row.tries,
            row.code, row.words,
        )  # fmt: skip
