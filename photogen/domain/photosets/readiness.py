"""How ready a set is, and the settings that suit it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal

from photogen.domain.photosets.policy import caption_problem
from photogen.domain.photosets.views import Reason, Remark, SetReport, Suggestion
from photogen.models.photoset import Photo
from photogen.models.training import Subject

_USUAL: Mapping[Subject, int] = {Subject.PERSON: 15, Subject.PET: 15, Subject.PRODUCT: 12, Subject.STYLE: 20}
"""Photos from which on more of them add little."""
_RANK: Mapping[Subject, int] = {Subject.PERSON: 16, Subject.PET: 16, Subject.PRODUCT: 16, Subject.STYLE: 32}

Word = Literal["Ready", "Good", "Thin", "Not ready"]


def report(
    used: Sequence[Photo], remarks: Mapping[str, tuple[Remark, ...]], subject: Subject, trigger_word: str
) -> SetReport:
    """The report on the photos that are trained on."""
    count = len(used)
    usual = _USUAL[subject]
    reasons = [Reason("count", min(100, 100 * count // usual), f"{count} photos are used; {usual} are usual.")]
    weak = tuple(photo.id for photo in used if any(remark.severity == "warn" for remark in remarks.get(photo.id, ())))
    if weak:
        reasons.append(Reason("weak", -min(40, 5 * len(weak)), "Some photos may hurt the result.", weak))
    score = max(0, sum(reason.points for reason in reasons))
    missing = sum(1 for photo in used if caption_problem(photo.caption, trigger_word))
    return SetReport(score, _word(score), tuple(reasons), suggest(count, subject), count, missing)


def _word(score: int) -> Word:
    return "Ready" if score >= 80 else "Good" if score >= 60 else "Thin" if score >= 35 else "Not ready"


def suggest(photos: int, subject: Subject) -> Suggestion:
    """Steps by the number of photos, rank by what is to be learned."""
    steps = max(1000, min(2500, photos * 66 // 100 * 100))
    return Suggestion(steps, _RANK[subject], 4e-4, (f"{steps:,} steps for {photos} photos.",))
