"""What is asked of links."""

from typing import Literal, Self

from pydantic import Field, model_validator

from photogen.domain.gallery.commands import Id
from photogen.kit.commands import Command, wrong
from photogen.kit.text import t

PICTURES_MOST = 500
"""Pictures that one link names; more of them belong into an album."""


class Share(Command):
    """A link for an `album` of mine, or for `pictures`; how long it `lasts` by itself. The `recipe` and `downloads` of
    originals only go along when that is asked for."""

    pictures: tuple[Id, ...] = Field((), title=t("Pictures"), max_length=PICTURES_MOST)
    album: Id | None = Field(None, title=t("Album"))
    lasts: Literal["day", "week", "month", "ever"] = Field("week", title=t("Ends"))
    recipe: bool = False
    downloads: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if bool(self.pictures) == (self.album is not None):
            raise wrong("missing", t("Choose pictures or an album to share."))
        return self


class LinkId(Command):
    """One of mine."""

    link: Id
