"""What is asked of downloads."""

from typing import Literal

from pydantic import Field

from photogen.domain.gallery.commands import Id
from photogen.kit.commands import Command
from photogen.kit.text import t

IDS_MOST = 5000
"""Pictures that are named one by one; all that match are named by their filter."""

Format = Literal["original", "png", "jpeg", "webp"]


class SaveAs(Command):
    """The format (`original`: the one that it has), and whether the recipe goes along in the file."""

    format: Format = "original"
    recipe: bool = True


class ArchiveIds(Command):
    """Pictures that are to be packed."""

    ids: tuple[Id, ...] = Field(title=t("Pictures"), min_length=1, max_length=IDS_MOST)
