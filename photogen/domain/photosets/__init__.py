"""Photo sets: uploads judged one by one, normalised and stored; the ZIP that a trainer gets."""

from photogen.domain.photosets.commands import AddPhoto
from photogen.domain.photosets.service import PhotoSetsService
from photogen.domain.photosets.views import PhotoSetView, PhotoView
from photogen.domain.photosets.zipping import ZipInfo

__all__ = ["AddPhoto", "PhotoSetView", "PhotoSetsService", "PhotoView", "ZipInfo"]
