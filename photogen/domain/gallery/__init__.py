"""Pictures that were made: the list, the search, the recipe, albums, the trash."""

from photogen.domain.gallery.albums import AlbumsService
from photogen.domain.gallery.commands import Change, Changed, GalleryFilter, GalleryQuery, ImageIds, NewImage, Undo
from photogen.domain.gallery.service import GalleryService
from photogen.domain.gallery.views import AlbumView, Counted, GalleryPage, ImageCard, ImageFile, MonthCount, RecipeView

__all__ = [
    "AlbumView",
    "AlbumsService",
    "Change",
    "Changed",
    "Counted",
    "GalleryFilter",
    "GalleryPage",
    "GalleryQuery",
    "GalleryService",
    "ImageCard",
    "ImageFile",
    "ImageIds",
    "MonthCount",
    "NewImage",
    "RecipeView",
    "Undo",
]
