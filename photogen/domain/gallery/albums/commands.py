"""What is asked of albums."""

from typing import Annotated

from pydantic import Field

from photogen.domain.gallery.commands import Id
from photogen.kit.commands import Command, Line
from photogen.kit.text import t

NAME_LENGTH = 60


class NewAlbum(Command):
    """An empty one."""

    name: Annotated[str, Line(NAME_LENGTH, least=1)] = Field(title=t("Name"))


class RenameAlbum(Command):
    """One of mine gets another name."""

    album: Id
    name: Annotated[str, Line(NAME_LENGTH, least=1)] = Field(title=t("Name"))


class AlbumId(Command):
    """One of mine."""

    album: Id


class AlbumCover(Command):
    """A picture of one of mine stands for it."""

    album: Id
    image: Id
