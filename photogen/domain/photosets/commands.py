"""What is asked of photo sets."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from photogen.kit.commands import Command, Line, printable

NAME_LENGTH = 255


def _base_name(name: object) -> object:
    """The last part of a path, as a person would read it; nobody could correct what a browser sends."""
    if not isinstance(name, str):
        return name
    return printable(name.replace("\\", "/").rsplit("/", 1)[-1], NAME_LENGTH) or "photo"


class CreateSet(Command):
    """A new, empty set."""

    name: Annotated[str, Line(80)] = Field("", title="Name")


class AddPhoto(Command):
    """One file. `upload_id` is chosen by the sender per file: repeating it repeats the answer."""

    upload_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")] = Field(title="Upload id")
    file_name: Annotated[str, BeforeValidator(_base_name)] = Field("photo", title="File name")


class Reorder(Command):
    """Photos in their new order; those that are not named follow in the old one."""

    ids: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{26}$")], ...] = Field(
        title="Photos", max_length=200
    )
