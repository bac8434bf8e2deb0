"""What callers want of the gallery."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from photogen.domain.gallery.policy import month_end
from photogen.kit.commands import Command, Line, wrong
from photogen.kit.ids import ID_LENGTH
from photogen.kit.text import t
from photogen.models.image import MODEL

PAGE_MOST = 200
TRASH_MOST = 500


Id = Annotated[str, Field(min_length=ID_LENGTH, max_length=ID_LENGTH, pattern=r"^[0-9a-z]+$")]


def _month(value: int) -> int:
    try:
        month_end(value)
    except ValueError:
        raise wrong("no_month", t("{label} is not a month.")) from None
    return value


Month = Annotated[int, Field(ge=100, le=999_911), AfterValidator(_month)]
"""Year * 100 + month, by UTC."""


class GalleryFilter(Command):
    """Which pictures: all that is given has to be met. `search` in the prompts; `model` is `base:<key>` or `lora:<id>`;
    `rating` is the least; months from `month` to `until` (with both), `until` alone is nothing."""

    search: Annotated[str, Line(200)] = Field("", title=t("Search"))
    model: str = Field("", max_length=70, pattern=MODEL)
    style: str = Field("", max_length=40, pattern=r"^[a-z0-9_-]*$")
    aspect: str = Field("", max_length=10, pattern=r"^[0-9:.x]*$|^custom$")
    seed: int | None = Field(None, ge=0, le=2**63 - 1)
    month: Month | None = None
    until: Month | None = None
    favourite: bool = False
    rating: int = Field(0, ge=0, le=5)
    album: Id | None = None
    parent: Id | None = Field(None, title=t("Made from"))
    trash: bool = False


class GalleryQuery(GalleryFilter):
    """A page of a list, of the gallery or the trash: what follows the cursor `before`, or what precedes the cursor
    `after`; `start` begins at a month (which `before` and `after` overrule)."""

    sort: Literal["newest", "oldest"] = "newest"
    before: Annotated[str, Field(max_length=100)] | None = None
    after: Annotated[str, Field(max_length=100)] | None = None
    start: Month | None = None
    limit: int = Field(100, ge=1, le=PAGE_MOST)


class ImageIds(Command):
    """Pictures that something is to be done with."""

    ids: tuple[Id, ...] = Field(title=t("Pictures"), min_length=1, max_length=TRASH_MOST)


class Change(Command):
    """One thing to do to pictures. `rating` is what `rate` gives, `album` where `add` puts and `take` takes out."""

    action: Literal["trash", "restore", "favourite", "unfavourite", "rate", "add", "take"]
    rating: int = Field(0, ge=0, le=5)
    album: Id | None = None

    @model_validator(mode="after")
    def _to_where(self) -> Self:
        if (self.action in {"add", "take"}) != (self.album is not None):
            raise wrong("missing", t("Choose an album."))
        return self


class Undo(Command):
    """Takes back a change, by the instant that its answer named."""

    action: Literal["trash", "favourite", "add"]
    at: AwareDatetime
    album: Id | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """How many of `seen` pictures were not so before; `at` is what `Undo` wants."""

    changed: int
    at: datetime
    next_cursor: str | None = None
    seen: int = 0


@dataclass(frozen=True, kw_only=True)
class NewImage:
    """A delivered picture whose bytes are stored already (rule 8). `id` is its shot's: a repeat is no second picture.

    `recipe` has what applies of: negative_prompt, style, steps, guidance, lora_scale, model_version,
    vendor_model, seconds."""

    id: str
    account_id: str
    generation_id: str | None
    shot_id: str
    model_key: str
    model_name: str
    lora_model_id: str | None
    prompt: str
    prompt_sent: str
    aspect: str
    width: int
    height: int
    seed: int
    vendor: str
    credits: int
    storage_key: str
    content_type: str
    bytes: int
    lora_version_id: str | None = None
    in_gallery: bool = True
    parent_id: str | None = None
    """The picture that it began with."""
    thumbhash: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None
