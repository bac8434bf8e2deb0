"""Contrast of every text role on every surface, in both themes: WCAG 2.2 AA, 4.5 for text and 3 for the edges of
controls."""

import re

import pytest

from photogen.domain.notices import NoticeKind, Topic
from photogen.domain.notices.letters import letter
from photogen.domain.notices.words import words
from photogen.web.theme import DARK, LIGHT, stylesheet
from tests.factories.notices import SAMPLES


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["bg", "surface", "raised", "sunken"])
@pytest.mark.parametrize("role", ["text", "soft", "muted", "accent-text", "good", "warn", "bad"])
def test_text_is_readable(theme, ground, role):
    assert contrast(theme[role], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(
    ("role", "ground"),
    [
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("on-bad", "bad-solid"),
        ("good", "good-soft"),
        ("warn", "warn-soft"),
        ("bad", "bad-soft"),
        ("accent-text", "accent-soft"),
        ("muted", "accent-soft"),
    ],
)
def test_text_on_colour_is_readable(theme, role, ground):
    assert contrast(theme[role], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["bg", "surface", "sunken"])
def test_a_control_and_the_focus_ring_can_be_seen(theme, ground):
    assert contrast(theme["control"], theme[ground]) >= 3
    assert contrast(theme["accent"], theme[ground]) >= 3


def test_both_themes_have_the_same_roles():
    assert DARK.keys() == LIGHT.keys()


def test_nothing_is_loaded_from_elsewhere():
    assert "http" not in stylesheet()


def test_mails_have_the_colours_of_the_pages() -> None:
    said = words(NoticeKind.PAYMENT_FAILED, SAMPLES[NoticeKind.PAYMENT_FAILED])
    mail = letter("01h", "ada@example.com", Topic.CREDITS, said, address="https://studio.test", ending="https://x.test")
    assert set(re.findall(r"#[0-9a-f]{6}", mail.html)) <= {*DARK.values(), *LIGHT.values()}
