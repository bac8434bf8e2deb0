"""docs/benchmarks.md: a section per bench, each with the machine, the moment and the commit of its own figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Written by `make bench`; no figure here is typed by hand. `python -m bench <names>` prints some of them, and with
`--write` their sections here are replaced. Each section says on which machine, when, and at which commit its figures
were taken, and how busy that machine was when it began (its load average; 0 is a quiet one). How each is measured
stands in `bench/<name>.py`.
"""
_SECTION = re.compile(r"^## (\S+)$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_AIM = re.compile(r"\s*\(aim: ([^()]*)\)")


@dataclass(frozen=True)
class Section:
    """What a bench called `name` found: `about` says what it measures, `how` how, `taken` where and when; `rows` are
    names of figures, where they have one with "(aim: ...)", and values."""

    name: str
    about: str
    how: str
    taken: str
    rows: Sequence[tuple[str, str]]

    def markdown(self) -> str:
        """Its heading, two paragraphs, and its table."""
        lines = [f"## {self.name}", "", f"{_sentence(self.about)} {self.how}", "", self.taken, ""]
        lines += ["| what | figure | aim |", "| --- | --- | --- |"]
        for name, value in self.rows:
            aim = _AIM.search(name)
            lines.append(f"| {_cell(_AIM.sub('', name))} | {_cell(value)} | {_cell(aim[1]) if aim else ''} |")
        return "\n".join(lines)


def updated(page: str, section: Section, order: Sequence[str]) -> str:
    """`page` with this section new, the others as they were; sections stand as in `order`, and what is not named there
    is gone."""
    found = {m[1]: m[0] for m in _SECTION.finditer(page)}
    found[section.name] = section.markdown()
    return "\n".join([_HEAD, *(found[name].strip() + "\n" for name in order if name in found)])


def write(section: Section, order: Sequence[str]) -> None:
    """Replaces this section in the page."""
    PAGE.parent.mkdir(exist_ok=True)
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    PAGE.write_text(updated(page, section, order), encoding="utf-8")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
