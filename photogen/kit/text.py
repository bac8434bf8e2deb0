"""All visible text goes through here, on pages and in mails: `t("Log in")`, `t("{n} of {m} photos", n=2, m=12)`,
`plural(n, "{n} photo", "{n} photos")`; and numbers, amounts and days, the same everywhere.

The English sentence is the message id of the gettext catalogue `photogen/locales/<language>.po`, which `make words`
keeps in step with the code; plurals follow the language's own rule, numbers and days what Babel (CLDR) knows of it.
`PHOTOGEN_LANGUAGE` chooses the language when the pages are built and when handlers answer, so the prerendered HTML is
in that language too. Values may be Reflex Vars: they are spliced into the sentence in the browser.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

_LOCALES = Path(__file__).parents[1] / "locales"
_SOURCE = "en"


def language() -> str:
    """The language of this installation's pages, a BCP 47 tag; `en` where nothing else is set."""
    return os.environ.get("PHOTOGEN_LANGUAGE") or _SOURCE


def languages() -> list[str]:
    """English, and those that there is a catalogue of."""
    return [_SOURCE, *sorted(file.stem for file in _LOCALES.glob("*.po"))]


@lru_cache(maxsize=8)
def _catalogue(tag: str) -> NullTranslations:
    if not (_LOCALES / f"{tag}.po").is_file():
        return NullTranslations()  # the settings refuse it, with words
    compiled = BytesIO()
    with (_LOCALES / f"{tag}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=tag.replace("-", "_")))
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache(maxsize=8)
def _parsed(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


def locale() -> Locale:
    """What Babel knows of the installation's language."""
    return _parsed(language())


def t(sentence: str, **values: Any) -> str:
    """`sentence` in the installation's language with `values` filled in; the sentence itself where it isn't
    translated."""
    found = _catalogue(language()).gettext(sentence)
    return found.format(**values) if values else found


def plural(n: int, one: str, many: str, **values: Any) -> str:
    """The form that the language has for `n`, which is also filled in as `{n}`."""
    return _catalogue(language()).ngettext(one, many, n).format(n=number(n), **values)


def mark(sentence: str) -> str:
    """`sentence` as it is, put into the catalogue: for constants, which `t` translates where they are shown."""
    return sentence


def within(label: str) -> str:
    """A label as it stands within a sentence: "Version 2" begins small there in English, and stays in German."""
    return label[:1].lower() + label[1:] if language() == _SOURCE else label


# --- numbers, amounts, days -------------------------------------------------------------------------------------------


def number(value: float, digits: int = 0) -> str:
    """ "1,234", or "1,234.50" with two digits."""
    return format_decimal(Decimal(value), f"#,##0.{'0' * digits}" if digits else "#,##0", locale())


def percent(share: float, digits: int = 0) -> str:
    """ "20%" of 0.2, or "20.0%" with one digit."""
    pattern = locale().percent_formats[None].pattern
    last = pattern.rindex("0") + 1
    return format_percent(share, f"{pattern[:last]}.{'0' * digits}{pattern[last:]}" if digits else pattern, locale())


def dollars(cents: float, digits: int | None = None) -> str:
    """ "$20" or "$79.20"; always so many `digits` where they are given."""
    if digits is None:
        digits = 0 if cents % 100 == 0 else 2
    pattern = locale().currency_formats["standard"].pattern
    exact = pattern.replace(".00", f".{'0' * digits}" if digits else "")
    return format_currency(cents / 100, "USD", exact, locale(), currency_digits=False)


def month(year: int, number: int) -> str:
    """ "December 2026"."""
    return format_date(date(year, number, 1), t("MMMM y"), locale())


def day(moment: datetime | None) -> str:
    """ "24 December 2026", by UTC; "" for none."""
    return "" if moment is None else format_date(moment.astimezone(UTC).date(), t("d MMMM y"), locale())


def short_day(on: date) -> str:
    """ "24 Dec"."""
    return format_date(on, t("d MMM"), locale())
