"""The rules of the lab, without any I/O: what is drawn, and what the votes say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCALES = (0.0, 0.6, 0.8, 1.0, 1.2)
"""Strengths side by side. At 0 the model is there and adds nothing: the same prompt, seed and service as in the other
columns, so that whatever differs is the model's doing."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A row of the grid. `{word}` in `text` stands for the trigger word; the seed is the same for every model and every
    run, so that runs can be held against each other."""

    key: str
    text: str
    seed: int

    def of(self, word: str) -> str:
        """The prompt as it is sent."""
        return self.text.format(word=word)


_PERSON = (
    Prompt("portrait", "{word}, a person, head and shoulders portrait, looking at the camera, plain backdrop", 101),
    Prompt("cafe", "{word}, a person, laughing at a table of a street café, afternoon light", 102),
    Prompt("hike", "{word}, a person, full figure, hiking on a mountain ridge, wide landscape", 103),
    Prompt("painting", "oil painting of {word}, a person, in the clothes of the 17th century", 104),
)
_PET = (
    Prompt("portrait", "{word}, an animal, close portrait, looking at the camera, plain backdrop", 201),
    Prompt("meadow", "{word}, an animal, running over a meadow, low evening sun", 202),
    Prompt("sofa", "{word}, an animal, asleep on a sofa, soft window light", 203),
    Prompt("painting", "watercolour painting of {word}, an animal, loose washes", 204),
)
_PRODUCT = (
    Prompt("studio", "{word}, an object, product photograph on a white table, soft shadow", 301),
    Prompt("hand", "{word}, an object, held in a hand, city street behind it", 302),
    Prompt("shelf", "{word}, an object, on a wooden shelf among plants, morning light", 303),
    Prompt("dark", "{word}, an object, on wet black stone, dramatic light from the side", 304),
)
_STYLE = (
    Prompt("portrait", "portrait of a woman in {word} style", 401),
    Prompt("harbour", "a harbour with fishing boats in {word} style", 402),
    Prompt("still", "a bowl of fruit on a table in {word} style", 403),
    Prompt("fox", "a fox in a winter forest in {word} style", 404),
)
PROMPTS: Mapping[str, tuple[Prompt, ...]] = {"person": _PERSON, "pet": _PET, "product": _PRODUCT, "style": _STYLE}
"""By subject; the first three are what is suggested."""
SUGGESTED = 3


def scales_within(limits: tuple[float, float, float] | None) -> tuple[float, ...]:
    """The strengths that a service takes, whose limits are (lowest, highest, usual)."""
    if limits is None:
        return ()
    return tuple(scale for scale in SCALES if limits[0] <= scale <= limits[1])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the votes say. `best` is the strength that leads, None without votes or when several are level (`level`);
    `votes` how many it has, of `total`."""

    best: float | None
    level: tuple[float, ...]
    votes: int
    total: int


def verdict(votes: Mapping[float, int]) -> Verdict:
    """From votes by strength."""
    total = sum(votes.values())
    most = max(votes.values(), default=0)
    leading = tuple(sorted(scale for scale, count in votes.items() if count == most)) if most else ()
    return Verdict(leading[0] if len(leading) == 1 else None, leading if len(leading) > 1 else (), most, total)


def chosen(subject: str, keys: Sequence[str]) -> tuple[Prompt, ...]:
    """The subject's prompts with these keys, in the order of the list; none for a key that there is not."""
    return tuple(prompt for prompt in PROMPTS[subject] if prompt.key in keys)
