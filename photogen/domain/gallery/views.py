"""What the gallery shows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ImageCard:
    """A picture in a list: as much as it takes to keep its space, name it and open it.

    `width` and `height` in pixels; `thumbhash` in base64, empty where there is none; `deleted_at` only in the trash."""

    id: str
    prompt: str
    width: int
    height: int
    aspect: str
    thumbhash: str
    created_at: datetime
    deleted_at: datetime | None = None
    favourite: bool = False
    rating: int = 0


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """A page of a list; `next_cursor` is None at its end, `previous_cursor` at its beginning."""

    items: tuple[ImageCard, ...]
    next_cursor: str | None
    previous_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many pictures; where that would be slow to say, `at_least` that many."""

    number: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many pictures of a month (year * 100 + month, by UTC) are in the gallery."""

    month: int
    count: int


@dataclass(frozen=True, slots=True)
class AlbumView:
    """An album. `cover` is the id of the picture that stands for it, "" while it is empty; `count` without what lies in
    the trash."""

    id: str
    name: str
    count: int
    cover: str


@dataclass(frozen=True, slots=True)
class RecipeView:
    """A picture with everything needed to make it again.

    `prompt` is as typed, `prompt_drawn` with its wildcards drawn ("" without any), `prompt_sent` with trigger word and
    style too. `vendor_model` is the vendor's name and version of the model. None and "" mean that the model knows no
    such parameter. `seconds` is how long the making took, `credits` what it cost, `bytes` the size of the original,
    `albums` the ids of those that it is in. `ancestors` are the ids of the pictures that it comes from, the first one
    first, up to one that was deleted; `parent_id` is the last of them."""

    id: str
    prompt: str
    prompt_sent: str
    negative_prompt: str
    seed: int
    model_key: str
    model_name: str
    lora_model_id: str | None
    vendor: str
    vendor_model: str
    style: str
    steps: int | None
    guidance: float | None
    lora_scale: float | None
    model_version: int | None
    aspect: str
    width: int
    height: int
    seconds: float | None
    credits: int
    content_type: str
    bytes: int
    thumbhash: str
    generation_id: str | None
    created_at: datetime
    deleted_at: datetime | None
    prompt_drawn: str = ""
    parent_id: str | None = None
    strength: float | None = None
    favourite: bool = False
    rating: int = 0
    albums: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageFile:
    """Where the bytes of a variant lie, and the name under which it is downloaded."""

    key: str
    content_type: str
    filename: str
