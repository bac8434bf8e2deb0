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


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """A page of a list, newest first; `next_cursor` is None at its end."""

    items: tuple[ImageCard, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class RecipeView:
    """A picture with everything needed to make it again.

    `prompt` is as typed, `prompt_drawn` with its wildcards drawn ("" without any), `prompt_sent` with trigger word and
    style too. `vendor_model` is the vendor's name and version of
    the model. None and "" mean that the model knows no such parameter. `seconds` is how long the making took, `credits`
    what it cost, `bytes` the size of the original."""

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


@dataclass(frozen=True, slots=True)
class ImageFile:
    """Where the bytes of a variant lie, and the name under which it is downloaded."""

    key: str
    content_type: str
    filename: str
