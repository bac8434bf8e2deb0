"""Pictures that were made: the list, the search, the recipe, the trash."""

from photogen.domain.gallery.commands import GalleryQuery, ImageIds, NewImage
from photogen.domain.gallery.service import GalleryService
from photogen.domain.gallery.views import GalleryPage, ImageCard, ImageFile, RecipeView

__all__ = [
    "GalleryPage",
    "GalleryQuery",
    "GalleryService",
    "ImageCard",
    "ImageFile",
    "ImageIds",
    "NewImage",
    "RecipeView",
]
