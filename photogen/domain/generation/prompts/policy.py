"""What could come next while somebody types. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from photogen.domain.generation.prompts.views import Suggestion

MOST = 6
"""Suggestions at a time."""
MOST_OF_MINE = 3
"""Of them from the history."""
FEWEST_TYPED = 2
"""Characters before anything is suggested."""
_MOST_WORDS = 4


def suggest(
    typed: str, *, mine: Sequence[str], trigger_word: str = "", catalogue: Sequence[str] = ()
) -> tuple[Suggestion, ...]:
    """What the prompt could become, best first: prompts of before (`mine`, which contain what was typed), the model's
    trigger word, phrases whose beginning was typed, and after a comma those that are not there yet."""
    if len(typed.strip()) < FEWEST_TYPED:
        return ()
    found = [Suggestion("history", text, text) for text in mine if text.strip() != typed.strip()][:MOST_OF_MINE]
    candidates = [("trigger", trigger_word)] if trigger_word else []
    candidates += [("phrase", phrase) for phrase in catalogue]
    there = typed.casefold()
    for source, words in candidates:
        tail = _begun(typed, words)
        if tail is None or words.casefold() in there:
            continue
        found.append(Suggestion(source, words, typed[: len(typed) - len(tail)] + words))
    return _distinct(found)[:MOST]


def _begun(typed: str, words: str) -> str | None:
    """The end of `typed` with which `words` begins; "" after a comma; None where it was not begun."""
    if typed.rstrip(" ").endswith(","):
        return ""
    for count in range(_MOST_WORDS, 0, -1):
        tail = _last(typed, count)
        if tail is not None and len(tail) >= FEWEST_TYPED and words.casefold().startswith(tail.casefold()):
            return tail
    return None


def _last(typed: str, count: int) -> str | None:
    """The last `count` words with what stands between and behind them; None where there are fewer in the last part."""
    part = re.split(r"[,.;:\n]\s*", typed)[-1]
    starts = [match.start() for match in re.finditer(r"\S+", part)]
    return part[starts[-count] :] if len(starts) >= count else None


def _distinct(found: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    seen: dict[str, Suggestion] = {}
    for one in found:
        seen.setdefault(one.text.casefold(), one)
    return tuple(seen.values())
