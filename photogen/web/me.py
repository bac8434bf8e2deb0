"""Who is logged in and what they have, for the frame around every page. Thin: a name, a role, a balance,
the day's quota."""

import dataclasses

import reflex as rx

from photogen.domain.notices import News
from photogen.domain.quota import QuotaView
from photogen.web import deps, live
from photogen.web.security.policy import allow
from photogen.web.session import current, maybe
from photogen.web.text import t
from photogen.web.typed import Step


@dataclasses.dataclass(frozen=True)
class QuotaShown:
    """Today's quota; `limit` is 0 where pictures are paid with credits alone."""

    limit: int = 0
    left: int = 0
    text: str = ""
    percent: int = 0
    tone: str = ""
    warning: str = ""
    resets_at: str = ""


def quota_of(view: QuotaView) -> QuotaShown:
    """The meter: "38 of 50"; under a fifth it warns."""
    if not view.limit:
        return QuotaShown()
    warning = ""
    if not view.left:
        warning = t("Today's quota is used up.")
    elif view.low:
        warning = t("Less than a fifth of today's quota is left.")
    return QuotaShown(
        limit=view.limit,
        left=view.left,
        text=t("{n} of {m}", n=view.taken, m=view.limit),
        percent=min(100, round(100 * view.taken / view.limit)),
        tone="bad" if not view.left else "warn" if view.low else "",
        warning=warning,
        resets_at=view.resets_at.isoformat(),
    )


@dataclasses.dataclass(frozen=True)
class NewsShown:
    """How many notices are new, and what stands on every page until it is over; `banner` is "" when nothing does."""

    unread: int = 0
    count: str = ""
    banner: str = ""
    line: str = ""
    action: str = ""
    path: str = ""


def news_of(news: News) -> NewsShown:
    """The bell and the banner."""
    count = "9+" if news.unread > 9 else str(news.unread)
    if news.banner is None:
        return NewsShown(news.unread, count)
    said = news.banner.words
    return NewsShown(news.unread, count, said.title, said.lines[0], said.action, said.path)


class Me(rx.State):
    """The account of this tab's log-in; empty until the page has been told."""

    account_id: str = ""
    name: str = ""
    email: str = ""
    initial: str = ""
    role: str = ""
    credits: int = 0
    quota: QuotaShown = QuotaShown()
    news: NewsShown = NewsShown()
    ready: bool = False

    @rx.event
    @allow("user")
    async def load(self) -> None:
        live.subscribe(self, "credits", Me.refresh)
        live.subscribe(self, "quota", Me.refresh)
        live.subscribe(self, "notices", Me.refresh_news)
        who = current()
        self.account_id, self.name, self.email, self.role = who.account_id, who.name, who.email, str(who.role)
        self.initial = who.name[:1]
        await self._read()
        await self._read_news()
        self.ready = True

    async def _read(self) -> None:
        account = current().account_id
        services = deps.services()
        self.credits = (await live.read("credits", services.credits.balance, account)).available
        self.quota = quota_of(await live.read("quota", services.quota.now, account))

    async def _read_news(self) -> None:
        account = current().account_id
        self.news = news_of(await live.read("notices", deps.services().notices.news, account))

    @rx.event
    @allow("user")
    async def refresh(self) -> None:
        """Balance and quota again, after something was charged or given back."""
        await self._read()

    @rx.event
    @allow("user")
    async def refresh_news(self) -> None:
        """The notices again, after something was told."""
        await self._read_news()


class Visitor(rx.State):
    """Who looks at a public page: all it knows is whether to offer the log-in or the studio."""

    known: bool = False

    @rx.event
    @allow("public")
    def load(self) -> None:
        self.known = maybe() is not None

    @rx.event
    @allow("public")
    def enter(self) -> Step:
        """On the log-in and register pages: who is logged in goes on to the dashboard."""
        if maybe() is not None:
            return rx.redirect("/dashboard", replace=True)
        return None
