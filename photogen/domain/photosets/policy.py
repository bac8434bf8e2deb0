"""What the coach remarks on, from what was measured. Pure."""

from collections.abc import Mapping, Sequence

from photogen.domain.photosets.views import Edit, Remark
from photogen.models.photoset import Photo
from photogen.models.training import Subject

_DETAIL: Mapping[Subject, int] = {
    Subject.PERSON: 768,
    Subject.PET: 768,
    Subject.PRODUCT: 768,
    Subject.STYLE: 768,
}
"""Pixels on the short side under which the trainer's larger buckets (768, 1,024) enlarge a photo."""


def remarks(used: Sequence[Photo], subject: Subject) -> Mapping[str, tuple[Remark, ...]]:
    """The remarks on each of the photos that are trained on, by id; the gravest first."""
    needed = _DETAIL[subject]
    return {photo.id: _small(photo, needed) for photo in used}


def _small(photo: Photo, needed: int) -> tuple[Remark, ...]:
    short = min(photo.width, photo.height)
    if short >= needed:
        return ()
    sentence = f"Only {short} pixels on the short side: the trainer has to enlarge it, and fine detail is lost."
    return (Remark("small", "hint", sentence),)


def suggested_edit(photo: Photo, found: Sequence[Remark]) -> Edit | None:
    """The edit that the remarks' fixes ask for."""
    return Edit(photo.rotation, None) if any(remark.fix in {"crop", "rotate"} for remark in found) else None


def caption_problem(caption: str, trigger_word: str) -> str:
    """What is wrong with a caption, "" when nothing is."""
    if caption and trigger_word and trigger_word.casefold() not in caption.casefold():
        return f"The trigger word “{trigger_word}” is missing. It is put in front when the training starts."
    return ""
