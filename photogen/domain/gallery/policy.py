"""What a search means, what a cursor says, and how long the trash keeps things. No database here."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from photogen.errors import Invalid
from photogen.kit.ids import is_id
from photogen.models.image import SEPARATORS, SINGLES

TRASH_FOR = timedelta(days=30)
"""How long a picture can be taken back out of the trash."""

PURGE_GRACE = timedelta(hours=1)
"""How much later its bytes go: nobody restores a picture whose file is being deleted at that moment."""

MAX_TERMS = 16
"""More words than this are not looked for: each is a walk through the index."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([lt])1\.(\d{1,17})\.([0-9a-z]{26})", re.ASCII)
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_SEPARATORS = re.compile(SEPARATORS)
_SINGLES = re.compile(SINGLES)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list that is ordered by (`at`, `id`), newest first: what follows is older."""

    at: datetime
    id: str


def encode_cursor(position: Position, *, trash: bool) -> str:
    """An opaque text for `position`; microseconds are kept, so that nothing is skipped or shown twice."""
    micros = (position.at - _EPOCH) // timedelta(microseconds=1)
    plain = f"{'t' if trash else 'l'}1.{micros}.{position.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(text: str, *, trash: bool) -> Position:
    """The position in `text`. Raises Invalid for anything that `encode_cursor` did not make for this list."""
    broken = Invalid(
        "This place in the gallery does not exist. Reload the page.", field="before", code="invalid_cursor"
    )
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        found = _CURSOR.fullmatch(plain)
        if found is None or (found[1] == "t") != trash or not is_id(found[3]):
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
