"""Pictures for taking away: one, or a ZIP of any number, in any format, with or without the recipe."""

from photogen.domain.gallery.downloads.service import DownloadsService

__all__ = ["DownloadsService"]
