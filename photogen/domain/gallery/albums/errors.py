"""What is said about albums."""

from photogen.errors import NotFound


def no_album() -> NotFound:
    """There is none, or it is somebody else's."""
    return NotFound("This album does not exist, or it has been deleted.", code="album_not_found")
