"""What the coach remarks on, from what was measured. Pure.

The limits were set on photos degraded by known amounts (tests/unit/test_photo_analysis.py): a person's eye and these
numbers agree on those.
"""

from collections.abc import Iterator, Mapping, Sequence

from photogen.domain.photosets.analysis import VERSION, Analysis
from photogen.domain.photosets.framing import around, mapped, widened, worthwhile
from photogen.domain.photosets.views import Edit, Fix, Remark, crop_of
from photogen.kit.text import t
from photogen.models.photoset import Photo
from photogen.models.training import Subject

_BLURRED, _SOFT = 0.62, 0.5  # a photo of 1,000 pixels smeared over 2 of them, and over 1
_TELLING = 45.0  # grey levels between dark and bright under which there is nothing to tell sharpness by
_DARK, _DIM = (45.0, 130.0), (65.0, 160.0)  # mean and bright end, both of which have to be under it
_BLOWN = 0.3
_FLAT = 40.0
_DETAIL = (512, 768)  # pixels on the short side: the trainer's buckets are 512, 768 and 1,024
_ALIKE = 8  # bits of 64
_SAME_COLOUR = 12.0  # distance in Lab
_SMALL_FACE = 0.09  # of the picture's height
_SMALL_SUBJECT = 0.2  # of the picture's area
_SECOND_FACE = 0.25  # of the first one's area, from which on it competes with it
_AT_EDGE = 0.004
_CRUDE, _POOR = 30, 50  # JPEG qualities
FEWEST = 5
"""Photos without which no training starts (training.commands.PHOTOS), and nothing is said of a set as a whole."""

Box = tuple[float, float, float, float]
_ORDER = {"warn": 0, "hint": 1}


def analysis_of(photo: Photo) -> Analysis | None:
    """What was measured; None while it has not been."""
    return Analysis.from_json(photo.analysis) if photo.analysis and photo.analysis_version == VERSION else None


def remarks(used: Sequence[Photo], subject: Subject) -> Mapping[str, tuple[Remark, ...]]:
    """The remarks on each of the photos that are trained on, by id; the gravest first. None on what is kept anyway."""
    known = [(photo, seen) for photo in used if (seen := analysis_of(photo)) is not None]
    twins, faceless = _twins(known), nobody(known, subject)
    found: dict[str, tuple[Remark, ...]] = {}
    for photo, seen in known:
        if photo.kept:
            continue
        about = [*_pixels(photo, seen, subject), *_frame(photo, seen, subject)]
        if faceless:  # the report says it once for all of them
            about = [remark for remark in about if remark.code != "no_face"]
        if photo.id in twins:
            about.append(_twin(twins[photo.id]))
        found[photo.id] = tuple(sorted(about, key=lambda remark: _ORDER[remark.severity]))
    return found


def nobody(known: Sequence[tuple[Photo, Analysis]], subject: Subject) -> bool:
    """Whether a set of a person shows no face at all: an animal or a thing, perhaps, or somebody always from behind."""
    return subject is Subject.PERSON and len(known) >= FEWEST and not any(seen.faces or seen.turn for _, seen in known)


def suggested_edit(photo: Photo, found: Sequence[Remark], subject: Subject) -> Edit | None:
    """The edit that the remarks' fixes ask for, None when they ask for none. A crop of before is a part of the new one;
    turning undoes it, as its sides would be others."""
    seen = analysis_of(photo)
    if seen is None:
        return None
    if any(remark.fix == "rotate" for remark in found):
        return Edit((photo.rotation + seen.turn) % 360, None)
    for remark in found:
        box = _box(photo, seen, remark.code, subject) if remark.fix == "crop" else None
        if box is not None:
            return Edit(photo.rotation, mapped(box, crop_of(photo)))
    return None


def caption_problem(caption: str, trigger_word: str) -> str:
    """What is wrong with a caption, "" when nothing is."""
    if caption and trigger_word and trigger_word.casefold() not in caption.casefold():
        return t(
            "The trigger word “{word}” is missing. It is put in front when the training starts.", word=trigger_word
        )
    return ""


# --- one photo ------------------------------------------------------------------------------------------------------


def _pixels(photo: Photo, seen: Analysis, subject: Subject) -> Iterator[Remark]:
    yield from _sharpness(seen)
    yield from _exposure(seen, subject)
    short = min(photo.width, photo.height)
    if short < _DETAIL[0]:
        yield Remark(
            "tiny", "warn", t("Only {short} pixels on the short side: the trainer has to enlarge it.", short=short)
        )
    elif short < _DETAIL[1]:
        yield Remark(
            "small",
            "hint",
            t("{short} pixels on the short side. From {n} on, detail is learned too.", short=short, n=_DETAIL[1]),
        )
    if 0 < seen.jpeg_quality < _CRUDE:
        yield Remark("compressed", "warn", t("Saved so small that blocks show. Add the photo as the camera made it."))
    elif 0 < seen.jpeg_quality < _POOR:
        yield Remark("compressed", "hint", t("Saved at low quality, as messengers do. The original would teach more."))


def _sharpness(seen: Analysis) -> Iterator[Remark]:
    # Light and dark, and nowhere an edge between them: that is blur too.
    blur = seen.blur if seen.blur is not None else float(seen.bright - seen.dark > _TELLING)
    if blur >= _BLURRED:
        yield Remark("blurred", "warn", t("Blurred: the model would learn the blur. Leave it out."), "drop")
    elif blur >= _SOFT:
        yield Remark("soft", "hint", t("A little soft. A sharper photo would teach more."))


def _exposure(seen: Analysis, subject: Subject) -> Iterator[Remark]:
    if seen.mean < _DARK[0] and seen.bright < _DARK[1]:
        yield Remark(
            "dark", "warn", t("Too dark: little can be made out. Leave it out, or add a brighter one."), "drop"
        )
    elif seen.mean < _DIM[0] and seen.bright < _DIM[1]:
        yield Remark("dim", "hint", t("Rather dark. Photos in better light teach more."))
    elif seen.clipped > _BLOWN and subject is not Subject.PRODUCT:  # products stand before white on purpose
        yield Remark("blown_out", "warn", t("Blown out: much of it is plain white. Leave it out."), "drop")
    elif seen.bright - seen.dark < _FLAT and subject is not Subject.STYLE:
        yield Remark("flat", "hint", t("Hardly any contrast, as in fog or haze."))


def _frame(photo: Photo, seen: Analysis, subject: Subject) -> Iterator[Remark]:
    if seen.border is not None:
        if _box(photo, seen, "borders", subject) is not None:
            yield Remark("borders", "warn", t("It has bars or a frame around it. Crop them off."), "crop")
        else:
            yield Remark("borders", "warn", t("Most of it is bars or a frame. Leave it out."), "drop")
    if subject is Subject.PERSON:
        yield from _person(photo, seen)
    elif subject in {Subject.PET, Subject.PRODUCT} and _box(photo, seen, "small_subject", subject) is not None:
        yield Remark("small_subject", "hint", t("The subject fills little of the photo. Crop closer."), "crop")


def _person(photo: Photo, seen: Analysis) -> Iterator[Remark]:
    if seen.turn:
        yield Remark("turned", "warn", t("It lies on its side or upside down. Turn it."), "rotate")
        return
    if not seen.faces:
        yield Remark("no_face", "hint", t("No face can be seen, or only a very small one."))
        return
    face, *others = seen.faces
    rivals = sum(other.width * other.height >= _SECOND_FACE * face.width * face.height for other in others)
    if rivals:
        croppable = _box(photo, seen, "several_people", Subject.PERSON) is not None
        people = rivals + 1
        fix: Fix = "crop" if croppable else "drop"
        words = (
            t("{n} people: it is unclear who is meant. Crop to the one.", n=people)
            if croppable
            else t("{n} people: it is unclear who is meant. Leave it out.", n=people)
        )
        yield Remark("several_people", "warn", words, fix)
    elif face.height < _SMALL_FACE and _box(photo, seen, "small_face", Subject.PERSON) is not None:
        yield Remark("small_face", "hint", t("The face is very small. Crop closer."), "crop")
    if min(face.left, face.top) < _AT_EDGE or max(face.left + face.width, face.top + face.height) > 1 - _AT_EDGE:
        yield Remark("cut_off", "hint", t("The face is cut off at the edge."))


def _box(photo: Photo, seen: Analysis, code: str, subject: Subject) -> Box | None:
    """What to cut the picture to, in fractions of the picture as it is; None when there is no good crop."""
    if code == "borders":
        return worthwhile(seen.border, photo.width, photo.height)
    if code == "small_subject":
        _, _, width, height = seen.detail
        if not seen.plain or width * height >= _SMALL_SUBJECT:
            return None
        return widened(seen.detail, photo.width, photo.height)
    if subject is not Subject.PERSON or not seen.faces:
        return None
    face, *others = seen.faces
    rivals = [other for other in others if other.width * other.height >= _SECOND_FACE * face.width * face.height]
    return around(face, rivals, photo.width, photo.height)


# --- photos beside each other ---------------------------------------------------------------------------------------


def alike(one: Analysis, other: Analysis) -> bool:
    """Whether two pictures are nearly the same: the same shapes at the same places, in the same colours."""
    bits = (int(one.hash, 16) ^ int(other.hash, 16)).bit_count()
    return bits <= _ALIKE and distance(one.edge, other.edge) < _SAME_COLOUR


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two colours in Lab: 2 can just be told apart, 50 are different colours."""
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)


def _twins(known: Sequence[tuple[Photo, Analysis]]) -> Mapping[str, Photo]:
    """Photos that nearly repeat another, each with the best of them: kept by the creator, else the sharpest."""
    groups: list[list[tuple[Photo, Analysis]]] = []
    for photo, seen in known:
        near = [group for group in groups if any(alike(seen, other) for _, other in group)]
        merged = [(photo, seen), *(member for group in near for member in group)]
        groups = [group for group in groups if group not in near] + [merged]
    found: dict[str, Photo] = {}
    for group in groups:
        best = min(group, key=_worth)[0]
        found |= {photo.id: best for photo, _ in group if photo is not best}
    return found


def _worth(member: tuple[Photo, Analysis]) -> tuple[bool, float, int, int]:
    photo, seen = member
    return (not photo.kept, 1.0 if seen.blur is None else seen.blur, -photo.width * photo.height, photo.position)


def _twin(best: Photo) -> Remark:
    name = best.original_name if len(best.original_name) <= 60 else f"{best.original_name[:59]}…"
    return Remark("twin", "warn", t("Nearly the same as {name}. One of them is enough.", name=name), "drop", best.id)
