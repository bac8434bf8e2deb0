"""How ready a set is, and the settings that suit it. Pure.

Three things count: how many photos there are (60 points), that they are good ones (25), that they differ (15). What is
taken off again says for what, and which photos it is about.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import Literal

from photogen.domain.photosets.analysis import Analysis
from photogen.domain.photosets.policy import FEWEST, analysis_of, caption_problem, distance, nobody
from photogen.domain.photosets.views import Reason, Remark, SetReport, Suggestion
from photogen.kit.text import number, plural, t
from photogen.models.photoset import Photo
from photogen.models.training import Subject

_USUAL: Mapping[Subject, int] = {Subject.PERSON: 15, Subject.PET: 15, Subject.PRODUCT: 12, Subject.STYLE: 20}
"""Photos from which on more of them add little."""
_SOME = 8  # photos from which on their quality and variety count in full
_COUNT, _QUALITY, _VARIETY = 60, 25, 15
_MANY_ALIKE = 0.25  # of the photos
_PENALTY = 8  # points for each way in which they don't differ
_CLOSE, _FAR = 0.35, 0.15  # a face's share of the height: portrait above, whole figure below
_SAME_PLACE = 9.0  # distance in Lab: the median of any two photos' rims is under it when all have one background

Word = Literal["Ready", "Good", "Thin", "Not ready"]
Seen = Sequence[tuple[Photo, Analysis]]

STEPS_A_PHOTO = 75
"""Between Astria's 27 and the 120 of LoRA Dataset Studio: some 1,000 steps for a dozen photos."""
_STEPS_A_PHOTO_OF_FEW = 120
_PRICED_BY = 1000  # a begun thousand costs as much as a full one (product.md, 7), so full ones are suggested
_MOST_STEPS = 3000
_RANK: Mapping[Subject, int] = {Subject.PERSON: 16, Subject.PET: 16, Subject.PRODUCT: 16, Subject.STYLE: 32}
_LEARNING_RATE = 4e-4  # the trainer's own default


def report(
    used: Sequence[Photo], remarks: Mapping[str, tuple[Remark, ...]], subject: Subject, trigger_word: str
) -> SetReport:
    """The report on the photos that are trained on; `remarks` are policy.remarks's on them."""
    known = [(photo, seen) for photo in used if (seen := analysis_of(photo)) is not None]
    reasons = [_count(len(used), subject)]
    if len(used) >= FEWEST:
        reasons += [*_quality(used, remarks), *_variety(known, remarks, subject)]
    score = max(0, min(100, sum(reason.points for reason in reasons)))
    missing = sum(1 for photo in used if caption_problem(photo.caption, trigger_word))
    return SetReport(score, word(score), tuple(reasons), suggest(len(used), subject), len(used), missing)


def word(score: int) -> Word:
    """The score in a word."""
    return "Ready" if score >= 80 else "Good" if score >= 60 else "Thin" if score >= 35 else "Not ready"


def _count(count: int, subject: Subject) -> Reason:
    usual = _USUAL[subject]
    points = _COUNT * min(count, usual) // usual
    have, kind = plural(count, "{n} photo", "{n} photos"), _KINDS[subject]
    if count < FEWEST:
        sentence = t("{photos}; a training needs at least {n}.", photos=have, n=FEWEST)
    elif count < usual:
        sentence = t("{photos}; {n} or more are usual for {kind}.", photos=have, n=usual, kind=kind)
    else:
        sentence = t("{photos}, as many as are usual for {kind}.", photos=have, kind=kind)
    return Reason("count", points, sentence)


_KINDS: Mapping[Subject, str] = {
    Subject.PERSON: t("a person"),
    Subject.PET: t("a pet"),
    Subject.PRODUCT: t("a product"),
    Subject.STYLE: t("a style"),
}


def _quality(used: Sequence[Photo], remarks: Mapping[str, tuple[Remark, ...]]) -> Iterator[Reason]:
    weak = tuple(photo.id for photo in used if _warned(remarks.get(photo.id, ())))
    full = round(_QUALITY * min(len(used), _SOME) / _SOME)
    lost = -(-full * len(weak) // len(used))
    if not weak:
        yield Reason("quality", full, t("Nothing is wrong with any of the photos."))
        return
    good = len(used) - len(weak)
    yield Reason(
        "quality",
        full - lost,
        t("{good} of {n} photos have nothing seriously wrong; see the others.", good=good, n=len(used)),
        weak,
    )


def _warned(found: Sequence[Remark]) -> bool:
    """Twins count as variety's matter: each of them may be a good photo."""
    return any(remark.severity == "warn" and remark.code != "twin" for remark in found)


def _variety(known: Seen, remarks: Mapping[str, tuple[Remark, ...]], subject: Subject) -> Iterator[Reason]:
    full = round(_VARIETY * min(len(known), _SOME) / _SOME)
    yield Reason("variety", full, t("Points for photos that differ in place, light and framing."))
    left = full
    framing = (*_faceless(known, subject), *_one_framing(known, subject))
    for code, sentence, ids in (*framing, *_alike(known, remarks), *_one_place(known, subject)):
        lost = min(left, _PENALTY)
        left -= lost
        yield Reason(code, -lost, sentence, ids)


def _faceless(known: Seen, subject: Subject) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if nobody(known, subject):
        sentence = t("No face can be seen in any of them. Add photos that show it, or choose another subject.")
        yield "no_face", sentence, ()


def _alike(known: Seen, remarks: Mapping[str, tuple[Remark, ...]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    twins = tuple(photo.id for photo, _ in known if any(remark.code == "twin" for remark in remarks.get(photo.id, ())))
    if len(twins) > _MANY_ALIKE * len(known):
        yield (
            "alike",
            t("{n} photos nearly repeat others. Leave them out, and add different ones.", n=len(twins)),
            twins,
        )


def _one_framing(known: Seen, subject: Subject) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if subject is not Subject.PERSON:
        return
    shares = [seen.faces[0].height for _, seen in known if seen.faces]
    if len(shares) < FEWEST:
        return
    if min(shares) > _CLOSE:
        yield "one_framing", t("All are close-ups. Add some that show shoulders, and some of the whole figure."), ()
    elif max(shares) < _FAR:
        yield "one_framing", t("All are taken from far away. Add some that show the face close up."), ()


def _one_place(known: Seen, subject: Subject) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if subject is Subject.STYLE or len(known) < FEWEST:  # a style may well be its colours
        return
    distances = [distance(one.edge, other.edge) for (_, one), (_, other) in combinations(known, 2)]
    if median(distances) < _SAME_PLACE:
        yield "one_place", t("One background and one light in nearly all of them: both would be learned too."), ()


def suggest(photos: int, subject: Subject) -> Suggestion:
    """Steps by the number of photos, rank by what is to be learned."""
    if photos < _SOME:
        steps = max(500, min(_PRICED_BY, photos * _STEPS_A_PHOTO_OF_FEW // 100 * 100))
        why = t("{steps} steps: with so few photos, more would learn them by heart.", steps=number(steps))
    else:
        thousands = max(1, min(_MOST_STEPS // _PRICED_BY, (photos * STEPS_A_PHOTO + 500) // _PRICED_BY))
        steps = thousands * _PRICED_BY
        why = t(
            "{steps} steps: about {n} for each of {photos} photos, in full thousands, because a begun one costs as "
            "much.",
            steps=number(steps),
            n=STEPS_A_PHOTO,
            photos=photos,
        )
    rank = _RANK[subject]
    shape = (
        t("Rank {n}: a style is in every detail, and needs more room.", n=rank)
        if subject is Subject.STYLE
        else t("Rank {n}: enough for one subject.", n=rank)
    )
    return Suggestion(
        steps,
        rank,
        _LEARNING_RATE,
        (
            why,
            shape,
            t("Learning rate 0.0004: the trainer's own default."),
        ),
    )
