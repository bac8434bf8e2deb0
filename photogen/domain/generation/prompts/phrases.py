"""Phrases that help with a prompt, by the kind of subject: English, as the models read it."""

from __future__ import annotations

from collections.abc import Mapping

ANYTHING: tuple[str, ...] = (
    "soft morning light",
    "golden hour light",
    "overcast daylight",
    "backlit, rim of light",
    "shallow depth of field",
    "wide angle view",
    "close-up",
    "seen from above",
    "seen from below",
    "plain background",
    "muted colours",
    "vivid colours",
    "fog in the distance",
    "after the rain",
    "fine detail",
    "shot on 35 mm film",
)
"""For whatever is drawn."""

BY_SUBJECT: Mapping[str, tuple[str, ...]] = {
    "person": (
        "portrait, looking into the camera",
        "candid portrait, looking away",
        "head and shoulders",
        "full body, walking towards the camera",
        "by a window, soft side light",
        "in a linen shirt",
        "in a dark coat",
        "in a sunlit café",
        "on a city street at dusk",
        "at the sea, wind in the hair",
        "in a library",
        "laughing",
        "serious expression",
        "professional headshot, grey background",
        "holding a cup of coffee",
    ),
    "pet": (
        "portrait, looking into the camera",
        "running through tall grass",
        "jumping, frozen in motion",
        "sleeping on a blanket",
        "sitting on a wooden floor",
        "on a beach at low tide",
        "in fresh snow",
        "close-up of the face, whiskers in focus",
        "looking out of a window",
        "wearing a knitted scarf",
        "in autumn leaves",
        "at eye level",
    ),
    "product": (
        "product photo, white background",
        "on a marble table",
        "on a wooden table by a window",
        "floating, soft shadow",
        "flat lay, seen from above",
        "with water drops",
        "hard light, crisp shadow",
        "pastel background, studio light",
        "in use, held in one hand",
        "macro shot of the texture",
        "on a stone pedestal",
        "reflection on black glass",
    ),
    "style": (
        "a lighthouse on a cliff",
        "a quiet street at night",
        "a bowl of fruit",
        "a portrait of an old sailor",
        "a forest path",
        "a city skyline",
        "a cat on a roof",
        "a ship in a storm",
        "a garden in spring",
        "an empty room with one chair",
    ),
}
"""By `Subject`; of a style, what it can be tried on."""


def phrases(subject: str) -> tuple[str, ...]:
    """Those for the subject first, then those for anything. An unknown subject has none of its own."""
    return BY_SUBJECT.get(subject, ()) + ANYTHING
