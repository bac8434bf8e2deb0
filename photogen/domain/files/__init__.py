"""The objects in the storage as a whole: none without a row, no row without its object."""

from photogen.domain.files.service import FilesService
from photogen.domain.files.views import Area, AreaReport, SweepReport

__all__ = ["Area", "AreaReport", "FilesService", "SweepReport"]
