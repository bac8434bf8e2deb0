"""What is asked of photo sets."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from photogen.kit.commands import Command, Line, Lines, printable, wrong
from photogen.kit.text import t
from photogen.models.training import Subject

NAME_LENGTH = 255


def _base_name(name: object) -> object:
    """The last part of a path, as a person would read it; nobody could correct what a browser sends."""
    if not isinstance(name, str):
        return name
    return printable(name.replace("\\", "/").rsplit("/", 1)[-1], NAME_LENGTH) or "photo"


class CreateSet(Command):
    """A new, empty set."""

    name: Annotated[str, Line(80)] = Field("", title=t("Name"))


class RenameSet(Command):
    """A new name for a set."""

    name: Annotated[str, Line(80, least=1)] = Field(title=t("Name"))


class AddPhoto(Command):
    """One file. `upload_id` is chosen by the sender per file: repeating it repeats the answer."""

    upload_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")] = Field(title=t("Upload id"))
    file_name: Annotated[str, BeforeValidator(_base_name)] = Field("photo", title=t("File name"))


class Reorder(Command):
    """Photos in their new order; those that are not named follow in the old one."""

    ids: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{26}$")], ...] = Field(
        title=t("Photos"), max_length=200
    )


Crop = tuple[float, float, float, float]
"""Left, top, width, height, as fractions (0..1) of the photo as it is turned."""


def _inside(crop: Crop) -> Crop:
    left, top, width, height = crop
    if min(left, top) < 0 or min(width, height) <= 0 or left + width > 1 + 1e-6 or top + height > 1 + 1e-6:
        raise wrong("outside", t("{label} has to lie within the photo."))
    return crop


class EditPhoto(Command):
    """How a photo is to look, always counted from what was uploaded: an edit replaces the one before."""

    rotation: Literal[0, 90, 180, 270] = Field(0, title=t("Rotation"))
    """Degrees clockwise."""
    crop: Annotated[Crop, AfterValidator(_inside)] | None = Field(None, title=t("The crop"))
    """None for the whole photo."""


class CaptionPhoto(Command):
    """What a photo shows, in words; empty leaves it to the trainer."""

    text: Annotated[str, Lines(1000)] = Field("", title=t("Caption"))


class Coaching(Command):
    """For which kind of subject, and for which trigger word ("": captions are not judged by it)."""

    subject: Subject = Field(Subject.PERSON, title=t("Subject"))
    trigger_word: Annotated[str, Line(200)] = Field("", title=t("Trigger word"))
