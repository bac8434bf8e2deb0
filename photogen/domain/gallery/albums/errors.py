"""What is said about albums."""

from photogen.errors import NotFound
from photogen.kit.text import t


def no_album() -> NotFound:
    """There is none, or it is somebody else's."""
    return NotFound(t("This album does not exist, or it has been deleted."), code="album_not_found")
