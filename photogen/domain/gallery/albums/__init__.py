"""Albums: pictures that somebody put together under a name."""

from photogen.domain.gallery.albums.service import AlbumsService

__all__ = ["AlbumsService"]
