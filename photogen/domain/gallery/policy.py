"""What a search means, what a cursor says, and how long the trash keeps things. No database here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from photogen.errors import Invalid
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.image import SEPARATORS, SINGLES

TRASH_FOR = timedelta(days=30)
"""How long a picture can be taken back out of the trash."""

PURGE_GRACE = timedelta(hours=1)
"""How much later its bytes go: nobody restores a picture whose file is being deleted at that moment."""

MAX_TERMS = 16
"""More words than this are not looked for: each is a walk through the index."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([lt])1\.(\d{1,17})\.([0-9a-z]{26})(?:\.([0-9a-f]{8}))?", re.ASCII)
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_SEPARATORS = re.compile(SEPARATORS)
_SINGLES = re.compile(SINGLES)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list that is ordered by (`at`, `id`), newest first: what follows is older."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pictures, and in which order: all conditions have to be met.

    `words` is a tsquery (see search_query); `facets` are words of `image.search` that begin with its mark; `model` is
    the id of a LoRA or the key of a base model; `since` and `until` (without) bound `created_at` and are beginnings of
    months; `rating` is the least; `trashed_since` makes it the trash, whose order is that of `deleted_at`."""

    words: str | None = None
    facets: tuple[str, ...] = ()
    model: str = ""
    favourite: bool = False
    rating: int = 0
    album_id: str | None = None
    parent_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    oldest: bool = False
    trashed_since: datetime | None = None

    @property
    def mark(self) -> str:
        """Stands in cursors: one of another list or order is refused. "" for the whole gallery, newest first."""
        said = (
            self.words, self.facets, self.model, self.favourite, self.rating, self.album_id, self.parent_id, self.since,
            self.until, self.oldest,
        )  # fmt: skip
        if self == Selection(trashed_since=self.trashed_since):
            return ""
        return hashlib.blake2s(repr(said).encode(), digest_size=4).hexdigest()

    @property
    def whole(self) -> bool:
        """Whether it is looked for in all of the gallery, and not in a part that has an index of its own."""
        return not (self.favourite or self.rating or self.album_id or self.parent_id or self.trashed_since)


def month_start(month: int) -> datetime:
    """The first instant of `month` (year * 100 + month), UTC. Raises ValueError."""
    return datetime(month // 100, month % 100, 1, tzinfo=UTC)


def month_end(month: int) -> datetime:
    """The first instant of the month after. Raises ValueError."""
    month_start(month)
    return month_start(month + 1 if month % 100 < 12 else month + 89)


def month_of(at: datetime) -> int:
    """The month that `at` is in."""
    at = at.astimezone(UTC)
    return at.year * 100 + at.month


def grouped(months: Sequence[int]) -> Iterator[Sequence[int]]:
    """`months` in runs of one, two, four, eight: what is rare is found in few steps, what is common in the first."""
    start, size = 0, 1
    while start < len(months):
        yield months[start : start + size]
        start, size = start + size, size * 2


def before_month(month: int, *, oldest: bool) -> Position:
    """The place before the pictures of `month` in a list of that order."""
    return Position(month_start(month) if oldest else month_end(month), "0" * 26)


def quoted(word: str) -> str:
    """`word` as one lexeme of a tsquery that is cast and not parsed."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def encode_cursor(position: Position, *, trash: bool, of: str = "") -> str:
    """An opaque text for `position` in the list that `of` marks; microseconds are kept, so that nothing is skipped or
    shown twice."""
    micros = (position.at - _EPOCH) // timedelta(microseconds=1)
    plain = f"{'t' if trash else 'l'}1.{micros}.{position.id}" + (f".{of}" if of else "")
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(text: str, *, trash: bool, of: str = "") -> Position:
    """The position in `text`. Raises Invalid for anything that `encode_cursor` did not make for this list."""
    broken = Invalid(
        t("This place in the gallery does not exist. Reload the page."), field="before", code="invalid_cursor"
    )
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        found = _CURSOR.fullmatch(plain)
        if found is None or (found[1] == "t") != trash or not is_id(found[3]) or (found[4] or "") != of:
            raise broken
        return Position(_EPOCH + timedelta(microseconds=int(found[2])), found[3])
    except (binascii.Error, ValueError, OverflowError):
        raise broken from None


def search_query(search: str) -> str | None:
    """`search` as the text of a PostgreSQL tsquery that can't fail to parse; None when there is no word in it.

    All words have to be there, each as the beginning of a word of the prompt; what stands in quotation marks, or was
    written together (photo-real, 猫耳), has to be there in this order."""
    terms = []
    for quoted, plain in _TERM.findall(search):
        words = _SINGLES.sub(r" \1 ", _SEPARATORS.sub(" ", quoted or plain)).split()
        if words:  # letters and digits only: nothing is left that would need an escape
            terms.append(f"'{' '.join(words)}':*")
    return " & ".join(terms[:MAX_TERMS]) or None
