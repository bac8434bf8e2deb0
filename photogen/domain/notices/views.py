"""What of notices is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photogen.domain.notices.words import Words, words
from photogen.models.notice import Notice, NoticeKind, Topic


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice in words. `unread`: it has not been seen on a page."""

    id: str
    kind: NoticeKind
    words: Words
    created_at: datetime
    unread: bool

    @classmethod
    def of(cls, row: Notice) -> NoticeView:
        """The view of a row."""
        return cls(row.id, row.kind, words(row.kind, row.data), row.created_at, row.read_at is None)


@dataclass(frozen=True, slots=True)
class News:
    """For the frame around every page: how many notices wait, and what stands on each page until it is over."""

    unread: int
    banner: NoticeView | None


@dataclass(frozen=True, slots=True)
class MailChoiceView:
    """Whether mails of a topic are wanted."""

    topic: Topic
    wanted: bool
