"""What notices say, on pages and in mails: whole sentences for each kind, and nothing of anybody's becomes HTML."""

from __future__ import annotations

import re

import pytest

from photogen.domain.notices import policy
from photogen.domain.notices.letters import letter
from photogen.domain.notices.links import Links
from photogen.domain.notices.words import Words, words
from photogen.kit.ids import new_id
from photogen.models.notice import NoticeKind, Topic
from tests.factories.notices import SAMPLES

HOME = "https://studio.test"
EVIL = '<img src=x onerror="alert(1)"> & "Ada"'


def written(said: Words, topic: Topic = Topic.CREDITS) -> tuple[str, str]:
    made = letter("01h", "ada@example.com", topic, said, address=HOME, ending=f"{HOME}/mail/unsubscribe?token=a.b&c")
    return made.text, made.html


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_each_kind_has_words_and_a_way_on(kind: NoticeKind) -> None:
    said = words(kind, SAMPLES[kind])
    text, html = written(said)
    everything = [said.title, *said.lines, *(part for fact in said.facts for part in fact)]
    assert said.lines
    assert not [sentence for sentence in everything if re.search(r"[{}]|None|^\s*$", sentence)]
    assert len(said.title) < 60
    assert said.title in text
    assert f"{HOME}{said.path}" in text
    assert f'href="{HOME}{said.path}"' in html


def test_a_change_of_price_says_both() -> None:
    said = words(
        NoticeKind.RENEWAL,
        SAMPLES[NoticeKind.RENEWAL] | {"before": "Pro", "before_cents": 4000, "before_interval": "month"},
    )
    assert said.title == "Your plan changes on 24 December 2026"
    assert said.facts[:2] == (("Until then", "Pro, $40 a month"), ("From then on", "Creator, $192 a year"))


def test_a_failure_that_is_heard_of_late_promises_no_day_that_is_over() -> None:
    said = words(NoticeKind.PAYMENT_FAILED, SAMPLES[NoticeKind.PAYMENT_FAILED] | {"over": True})
    assert "went on until" in said.lines[0]
    assert "goes on" not in " ".join(said.lines).lower()


def test_what_people_write_stays_text() -> None:
    text, html = written(words(NoticeKind.TRAINING_FAILED, {"name": EVIL, "training": "01h", "why": EVIL}))
    assert "<img" not in html
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt; &amp;" in html
    assert EVIL in text


def test_a_mail_loads_nothing_and_runs_nothing() -> None:
    _, html = written(words(NoticeKind.RECEIPT, SAMPLES[NoticeKind.RECEIPT]))
    assert not re.search(r"<script|<link|<img|url\(|@import|src=", html)
    assert set(re.findall(r'href="(https?://[^/"]+)', html)) == {HOME}


def test_only_what_may_be_switched_off_offers_it() -> None:
    for topic in Topic:
        text, html = written(words(NoticeKind.LOW_CREDITS, {"left": 1}), topic)
        assert ("unsubscribe" in text) == ("unsubscribe" in html) == (topic in policy.CHOOSABLE)


def test_a_link_opens_what_it_was_made_for_and_nothing_else() -> None:
    links, ada, bob = Links(HOME, b"k" * 32), new_id(), new_id()
    token = links.token(ada, Topic.CREDITS)
    assert links.read(token) == (ada, Topic.CREDITS)
    assert links.ending(ada, Topic.CREDITS) == f"{HOME}/mail/unsubscribe?token={token}"
    for forged in (
        "", ".", "..", "x", token[:-1], token + "0", token.replace(ada, bob), token.replace("credits", "trainings"),
        token.upper(), "\udcff." + token, f"{ada}.credits.", f"{ada}.nothing.{token[-40:]}", "a" * 10_000,
    ):  # fmt: skip
        assert links.read(forged) is None, forged
    assert Links(HOME, b"x" * 32).read(token) is None
