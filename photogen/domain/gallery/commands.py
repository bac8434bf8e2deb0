"""What callers want of the gallery."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from photogen.kit.commands import Command, Line
from photogen.kit.ids import ID_LENGTH

PAGE_MOST = 200
TRASH_MOST = 500


class GalleryQuery(Command):
    """A page of a list: `search` in the prompts, after the cursor `before`, of the gallery or the trash."""

    search: Annotated[str, Line(200)] = Field("", title="Search")
    before: Annotated[str, Field(max_length=100)] | None = None
    limit: int = Field(100, ge=1, le=PAGE_MOST)
    trash: bool = False


class ImageIds(Command):
    """Pictures that something is to be done with."""

    ids: tuple[Annotated[str, Field(min_length=ID_LENGTH, max_length=ID_LENGTH, pattern=r"^[0-9a-z]+$")], ...] = Field(
        title="Pictures", min_length=1, max_length=TRASH_MOST
    )


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
