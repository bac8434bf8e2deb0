"""What pages and workers are shown of photo sets."""

from dataclasses import dataclass
from datetime import datetime

from photogen.models.photoset import Photo, PhotoStatus


@dataclass(frozen=True, slots=True)
class PhotoSetView:
    """A set with its counts; `cover_photo_id` is its first accepted photo, None when it has none."""

    id: str
    name: str
    accepted: int
    rejected: int
    created_at: datetime
    cover_photo_id: str | None


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One uploaded file. Accepted: pixels of the normalised picture, address of the small thumbnail, ThumbHash
    (base64). Rejected: a code and a sentence. `position` counts up within the set, with gaps."""

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

    @classmethod
    def of(cls, photo: Photo) -> "PhotoView":
        """The view of a row."""
        return cls(
            id=photo.id,
            position=photo.position,
            status=photo.status,
            name=photo.original_name,
            width=photo.width,
            height=photo.height,
            thumb_url=f"/media/photos/{photo.id}/256" if photo.status is PhotoStatus.ACCEPTED else "",
            thumbhash=photo.thumbhash,
            problem_code=photo.problem_code,
            problem=photo.problem,
            upload_id=photo.upload_id,
        )
