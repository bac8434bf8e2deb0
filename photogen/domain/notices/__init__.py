"""Notices: what a person is told of. A step of whatever causes one writes the row; a worker mails it, pages show it."""

from photogen.domain.notices.service import NoticesService
from photogen.domain.notices.steps import resolve, tell, tell_many, told
from photogen.domain.notices.views import MailChoiceView, News, NoticeView
from photogen.models.notice import NoticeKind, Topic

__all__ = [
    "MailChoiceView",
    "News",
    "NoticeKind",
    "NoticeView",
    "NoticesService",
    "Topic",
    "resolve",
    "tell",
    "tell_many",
    "told",
]
