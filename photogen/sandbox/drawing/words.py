"""What the words of a prompt ask for: a mood (colours and light), a scene, a treatment, named colours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MOODS: Mapping[str, str] = {
    "sunset": "sunset sundown dusk golden evening warm",
    "dawn": "dawn sunrise morning pastel dreamy soft spring",
    "ocean": "ocean sea beach underwater aquatic marine lagoon island tropical coast lake river",
    "forest": "forest woods woodland jungle rainforest tree trees moss meadow nature green park",
    "night": "night midnight moon moonlit moonlight stars starry galaxy space cosmic nebula aurora astronaut",
    "neon": "neon cyberpunk synthwave vaporwave futuristic hologram techno cyber nightclub robot",
    "snow": "snow snowy winter ice icy glacier arctic frost christmas",
    "desert": "desert dune dunes sand sahara canyon savanna safari",
    "autumn": "autumn fall october harvest rustic",
    "blossom": "blossom flower flowers floral rose roses garden bouquet tulip lavender poppy cherry sakura",
    "ember": "fire lava volcano ember flame flames dragon inferno",
    "storm": "storm rain rainy fog foggy mist misty moody cinematic dramatic gothic noir",
    "studio": "studio headshot portrait professional business editorial fashion magazine product minimal linkedin",
}
_SCENES: Mapping[str, str] = {
    "waves": "ocean sea beach wave waves lake lagoon coast river island boat sailing surf underwater",
    "forest": "forest woods woodland jungle rainforest trees tree pine pines park",
    "city": "city skyline street urban tokyo york paris downtown skyscraper cyberpunk metropolis rooftop alley",
    "dunes": "desert dune dunes sand sahara",
    "flowers": "flower flowers floral rose roses garden meadow field lavender poppy tulip blossom bouquet",
    "mountains": "mountain mountains alps peak peaks hill hills valley landscape sunset sunrise snow volcano hiking",
    "cosmos": "space galaxy cosmic nebula aurora universe planet astronaut stars starry",
}
_TREATMENTS: Mapping[str, str] = {
    "mono": "monochrome noir grayscale greyscale bw charcoal",
    "watercolour": "watercolor watercolour aquarelle ink wash",
    "painted": "painting painterly oil impressionist impressionism brush gouache acrylic canvas illustration anime",
    "film": "film analog analogue vintage retro polaroid kodak 35mm grainy",
}
_PEOPLE = frozenset(
    {
        "portrait",
        "person",
        "people",
        "woman",
        "man",
        "girl",
        "boy",
        "child",
        "face",
        "headshot",
        "selfie",
        "model",
        "hero",
    }
    | {"character", "wizard", "knight", "warrior", "astronaut", "king", "queen", "lady", "gentleman", "dancer"}
)
_STARRY = frozenset({"night", "stars", "starry", "galaxy", "space", "cosmic", "midnight", "moonlit", "astronaut"})
_COLOURS: Mapping[str, tuple[int, int, int]] = {
    "red": (214, 48, 49),
    "crimson": (180, 24, 52),
    "orange": (244, 129, 51),
    "yellow": (247, 201, 72),
    "gold": (222, 170, 74),
    "green": (64, 156, 92),
    "emerald": (24, 140, 104),
    "teal": (22, 138, 140),
    "turquoise": (54, 190, 190),
    "blue": (48, 106, 214),
    "navy": (26, 44, 104),
    "purple": (124, 72, 190),
    "violet": (142, 84, 214),
    "lavender": (176, 152, 222),
    "pink": (238, 118, 166),
    "magenta": (214, 46, 146),
    "brown": (134, 88, 56),
    "white": (238, 238, 234),
    "black": (26, 26, 30),
    "silver": (176, 182, 190),
}


@dataclass(frozen=True)
class Wishes:
    """What a prompt asks for. Empty strings: nothing said."""

    mood: str
    scene: str
    treatments: frozenset[str]
    colours: tuple[tuple[int, int, int], ...]
    person: bool
    stars: bool
    snow: bool
    rain: bool


def read_prompt(prompt: str, negative: str = "") -> Wishes:
    """The wishes in a prompt; words of the negative prompt count for nothing."""
    unwanted = set(_words(negative))
    words = [word for word in _words(prompt) if word not in unwanted]
    said = set(words)
    treatments = {name for name, hints in _TREATMENTS.items() if said & set(hints.split())}
    if "black and white" in prompt.lower():
        treatments.add("mono")
        said -= {"black", "white"}
    return Wishes(
        mood=_first(words, _MOODS),
        scene=_first(words, _SCENES),
        treatments=frozenset(treatments),
        colours=tuple(_COLOURS[word] for word in words if word in _COLOURS and word in said)[:2],
        person=bool(said & _PEOPLE),
        stars=bool(said & _STARRY),
        snow=bool(said & {"snow", "snowy", "winter", "snowfall", "blizzard", "christmas"}),
        rain=bool(said & {"rain", "rainy", "storm"}),
    )


def contains_word(prompt: str, word: str) -> bool:
    """Whether `word` (a trigger word) stands in the prompt, whatever its case."""
    return bool(word) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", prompt, re.IGNORECASE) is not None


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _first(words: list[str], table: Mapping[str, str]) -> str:
    """The entry whose hints are named most, the earliest of equals."""
    scores = {name: sum(word in hints.split() for word in words) for name, hints in table.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else ""
