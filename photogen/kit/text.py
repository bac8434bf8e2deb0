"""All visible text goes through here, on pages and in mails: `t("Log in")`, `t("{n} of {m} photos", n=2, m=12)`,
`plural(n, "{n} photo", "{n} photos")`; and amounts and days, the same everywhere.

The English sentence is the key. A translation is `locales/<language>.json` (English sentence -> sentence; a plural is
keyed by its English plural). `PHOTOGEN_LANGUAGE` chooses it when the pages are built and when handlers answer, so the
prerendered HTML is in that language too. Values may be Reflex Vars: they are spliced into the sentence in the browser.
"""

from __future__ import annotations

import json
import os
from calendar import month_name
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

_LOCALES = Path(__file__).parents[1] / "locales"


def language() -> str:
    """The language of this installation's pages, a BCP 47 tag; `en` where nothing else is set."""
    return os.environ.get("PHOTOGEN_LANGUAGE") or "en"


@lru_cache(maxsize=8)
def _catalogue(tag: str) -> dict[str, str]:
    path = _LOCALES / f"{tag}.json"
    if tag == "en" or not path.exists():
        return {}
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def t(sentence: str, **values: Any) -> str:
    """`sentence` in the installation's language with `values` filled in; the sentence itself where it isn't
    translated."""
    found = _catalogue(language()).get(sentence, sentence)
    return found.format(**values) if values else found


def plural(n: int, one: str, many: str, **values: Any) -> str:
    """`one` or `many` by `n`, which is also filled in as `{n}`."""
    return t(one if n == 1 else many, n=n, **values)


def dollars(cents: float) -> str:
    """ "$20" or "$79.20"."""
    return f"${cents / 100:,.0f}" if cents % 100 == 0 else f"${cents / 100:,.2f}"


def month(year: int, number: int) -> str:
    """ "December 2026"."""
    return t("{month} {year}", month=t(month_name[number]), year=year)


def day(moment: datetime | None) -> str:
    """ "24 December 2026", by UTC; "" for none."""
    if moment is None:
        return ""
    utc = moment.astimezone(UTC)
    return t("{day} {month} {year}", day=utc.day, month=t(month_name[utc.month]), year=utc.year)
