"""What is shown of links: to their owner, and to who holds one."""

from dataclasses import dataclass
from datetime import datetime

from photogen.domain.gallery.views import RecipeView
from photogen.domain.shares.policy import State


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link of mine. `album` and `album_id` are the album's name and id, "" for pictures; `pictures` how many it shows
    now (with `more`, at least), `cover` the id of the first of them, "" for none. `address` is "" when SECRET_KEY is no
    longer the one that made it: whoever has the address can use it on, but it can't be told again."""

    id: str
    address: str
    state: State
    album: str
    album_id: str
    pictures: int
    more: bool
    cover: str
    recipe: bool
    downloads: bool
    visits: int
    last_visit_at: datetime | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """A picture that a link shows: width and height in pixels; `recipe` only where that is shared too."""

    id: str
    width: int
    height: int
    thumbhash: str
    recipe: RecipeView | None = None


@dataclass(frozen=True, slots=True)
class SharedList:
    """What a link shows, a page of it. `title` is the album's name, "" for pictures; `total` how many they are (with
    `more`, at least); `cover` stands for it where the address is pasted; `next_cursor` is None at the end."""

    title: str
    total: int
    more: bool
    cover: SharedPicture | None
    items: tuple[SharedPicture, ...]
    next_cursor: str | None
    downloads: bool


@dataclass(frozen=True, slots=True)
class SharedOne:
    """One picture of a link, with the ids of its neighbours ("" at the ends) and its `number` from 1 to `total` (at
    least, with `more`), 0 where that was not counted."""

    title: str
    picture: SharedPicture
    number: int
    total: int
    more: bool
    previous: str
    next: str
    downloads: bool


@dataclass(frozen=True, slots=True)
class SharedFile:
    """Bytes of a picture, and the name under which they are saved ("" for what is only shown)."""

    data: bytes
    content_type: str
    filename: str = ""
