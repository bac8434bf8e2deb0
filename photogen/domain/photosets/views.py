"""What pages and workers are shown of photo sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from photogen.domain.photosets.commands import Crop
from photogen.models.photoset import Photo, PhotoStatus

Fix = Literal["", "drop", "crop", "rotate"]


def photo_url(photo_id: str, size: str, revision: int = 0) -> str:
    """The address of a photo's file; what lies under it never changes."""
    return f"/media/photos/{photo_id}/{size}" if not revision else f"/media/photos/{photo_id}/{revision}/{size}"


@dataclass(frozen=True, slots=True)
class PhotoSetView:
    """A set with its counts: `accepted` photos are trained on, `dropped` ones are left out and can be put back.

    `cover_photo_id` is the first photo that is trained on, None when there is none; `cover_url` its small thumbnail."""

    id: str
    name: str
    accepted: int
    rejected: int
    created_at: datetime
    cover_photo_id: str | None
    cover_url: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a photo that a person should know. `code` is stable, `fix` is what one tap would do about it
    ("" when nothing would); `other_photo_id` is the twin to keep, of near-duplicates, else ""."""

    code: str
    severity: Literal["warn", "hint"]
    sentence: str
    fix: Fix = ""
    other_photo_id: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Points that a set gained (+) or lost (-), why, and the photos that it is about."""

    code: str
    points: int
    sentence: str
    photo_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Settings that suit the set, and why."""

    steps: int
    lora_rank: int
    learning_rate: float
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetReport:
    """How ready a set is: `score` 0-100 is the sum of the reasons' points, `word` says it in a word."""

    score: int
    word: Literal["Ready", "Good", "Thin", "Not ready"]
    reasons: tuple[Reason, ...]
    suggestion: Suggestion
    photos_used: int
    captions_missing_trigger: int


@dataclass(frozen=True, slots=True)
class Edit:
    """How a photo is turned (degrees clockwise) and cut (fractions of the turned photo; None: all of it)."""

    rotation: int
    crop: Crop | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What one tap on everything did: photos left out, and how the edited ones were before, by id, for an undo."""

    dropped: tuple[str, ...]
    edited: tuple[tuple[str, Edit], ...]


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One uploaded file. Accepted: pixels of the picture as it is edited, address of the small thumbnail, ThumbHash
    (base64). Rejected: a code and a sentence. `position` counts up within the set, with gaps.

    `kept`: wanted as it is, so there are no remarks. `dropped`: stays in the set, but is not trained on. Crops are
    fractions of the photo as it is turned (`photo_url(id, size)` is the upload, neither turned nor cut);
    `suggested_crop` and `suggested_rotation` are what the remarks' fixes would set. `revision` is part of addresses."""

    id: str
    position: int
    status: PhotoStatus
    name: str
    width: int
    height: int
    thumb_url: str
    thumbhash: str
    problem_code: str
    problem: str
    upload_id: str
    remarks: tuple[Remark, ...] = ()
    kept: bool = False
    dropped: bool = False
    caption: str = ""
    caption_problem: str = ""
    rotation: int = 0
    crop: Crop | None = None
    suggested_rotation: int = 0
    suggested_crop: Crop | None = None
    revision: int = 0

    @classmethod
    def of(
        cls,
        photo: Photo,
        remarks: Sequence[Remark] = (),
        *,
        caption_problem: str = "",
        suggested: Edit | None = None,
    ) -> "PhotoView":
        """The view of a row. `suggested` is the edit that the remarks ask for, None when they ask for none."""
        shown = photo.status is PhotoStatus.ACCEPTED
        return cls(
            id=photo.id,
            position=photo.position,
            status=photo.status,
            name=photo.original_name,
            width=photo.width,
            height=photo.height,
            thumb_url=photo_url(photo.id, "256", photo.revision) if shown else "",
            thumbhash=photo.thumbhash,
            problem_code=photo.problem_code,
            problem=photo.problem,
            upload_id=photo.upload_id,
            remarks=tuple(remarks),
            kept=photo.kept,
            dropped=photo.dropped,
            caption=photo.caption,
            caption_problem=caption_problem,
            rotation=photo.rotation,
            crop=crop_of(photo),
            suggested_rotation=suggested.rotation if suggested else photo.rotation,
            suggested_crop=suggested.crop if suggested else None,
            revision=photo.revision,
        )


def crop_of(photo: Photo) -> Crop | None:
    """The row's crop as a tuple."""
    return None if photo.crop is None else (photo.crop[0], photo.crop[1], photo.crop[2], photo.crop[3])
