"""Photo sets: uploads judged one by one, normalised and stored; the coach's remarks and the edits that answer them; the
ZIP that a trainer gets."""

from photogen.domain.photosets.commands import AddPhoto, EditPhoto
from photogen.domain.photosets.service import PhotoSetsService
from photogen.domain.photosets.views import (
    Applied,
    Edit,
    PhotoSetView,
    PhotoView,
    Reason,
    Remark,
    SetReport,
    Suggestion,
    photo_url,
)
from photogen.domain.photosets.zipping import SetZip, UsedPhoto, ZipInfo

__all__ = [
    "AddPhoto",
    "Applied",
    "Edit",
    "EditPhoto",
    "PhotoSetView",
    "PhotoSetsService",
    "PhotoView",
    "Reason",
    "Remark",
    "SetReport",
    "SetZip",
    "Suggestion",
    "UsedPhoto",
    "ZipInfo",
    "photo_url",
]
