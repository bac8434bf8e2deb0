"""A notice as a mail: text, and HTML that looks right in mail programs, dark and light, with nothing loaded from
anywhere. Everything that is filled in is escaped."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from photogen.domain.notices.policy import CHOOSABLE
from photogen.domain.notices.words import Words
from photogen.gateways.base_mail import Letter
from photogen.kit.text import language, mark, t
from photogen.models.notice import Topic

_TEMPLATES = Path(__file__).parent / "templates"
_ENDS: Mapping[Topic, str] = {
    Topic.CREDITS: mark("You get this because mails about credits are switched on."),
    Topic.TRAININGS: mark("You get this because mails about trainings are switched on."),
}


@functools.lru_cache(maxsize=1)
def _template() -> Template:
    loader = FileSystemLoader(_TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "mail.html"
    )


def letter(notice_id: str, to: str, topic: Topic, words: Words, *, address: str, ending: str) -> Letter:
    """The mail of a notice. `address` is the studio's, `ending` the link that switches mails of the topic off."""
    ends = topic in CHOOSABLE
    where = urlsplit(address).netloc
    foot = t(_ENDS[topic]) if ends else t("You get this because it is about what you pay.")
    link = f"{address}{words.path}" if words.path else ""
    html = _template().render(
        language=language(), words=words, link=link, foot=foot, ending=ending if ends else "", home=address,
        where=where, end_word=t("Switch them off"),
    )  # fmt: skip
    parts = [
        words.title,
        *words.lines,
        "\n".join(f"{label}: {value}" for label, value in words.facts),
        f"{words.action}: {link}" if link else "",
        "-- ",
        f"photogen, {address}\n{foot}" + (f"\n{t('Switch them off')}: {ending}" if ends else ""),
    ]
    text = "\n\n".join(part for part in parts if part).replace("-- \n\n", "-- \n") + "\n"
    return Letter(f"notice.{notice_id}", to, words.title, text, html, ending if ends else "")
