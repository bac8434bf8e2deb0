"""My share links: what each opens, how it stands, and its end."""

import dataclasses

import reflex as rx

from photogen.domain.shares import LinkId, LinkView
from photogen.errors import PhotogenError
from photogen.web import routes
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.typed import Steps
from photogen.web.words import iso

STATES = {
    "active": ("good", t("Active")),
    "expired": ("", t("Ended")),
    "revoked": ("", t("Revoked")),
    "withdrawn": ("bad", t("Withdrawn by the operator")),
}


@dataclasses.dataclass(frozen=True)
class Line:
    """A link. `cover` is the address of a thumbnail, `place` leads to what is shared, `address` is "" where it opens
    nothing any more; `ends_at` and `ended_at` are "" for never and not yet."""

    id: str
    what: str
    more: str
    cover: str
    place: str
    address: str
    tone: str
    state: str
    active: bool
    made_at: str
    ends_at: str
    ended_at: str


def line(view: LinkView) -> Line:
    """A link, in words."""
    tone, state = STATES[view.state]
    n = view.pictures
    count = t("{n} pictures", n=f"{n}+") if view.more else plural(n, "{n} picture", "{n} pictures")
    facts = [
        count if view.album else "",
        t("with the recipe") if view.recipe else "",
        t("with downloads") if view.downloads else "",
        plural(view.visits, "{n} visit", "{n} visits"),
    ]
    active = view.state == "active"
    return Line(
        id=view.id,
        what=view.album or count,
        more=" · ".join(fact for fact in facts if fact),
        cover=f"/media/images/{view.cover}/512" if view.cover else "",
        place=_place(view),
        address=view.address if active else "",
        tone=tone,
        state=state,
        active=active,
        made_at=iso(view.created_at),
        ends_at=iso(view.expires_at) if active else "",
        ended_at="" if active else iso(view.revoked_at or view.expires_at),
    )


def _place(view: LinkView) -> str:
    if view.album_id:
        return routes.album(view.album_id)
    return routes.picture(view.cover) if view.cover else routes.GALLERY


class Shared(rx.State):
    """What the page of links shows."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    lines: list[Line] = []
    revoking: str = ""
    """The link that is asked about."""

    async def _read(self) -> None:
        try:
            found = await call(services().shares.mine, current().account_id)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.lines = [line(view) for view in found]
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("user")
    async def load(self) -> None:
        self.revoking = ""
        await self._read()

    @rx.event
    @allow("user")
    def ask(self, link_id: str) -> None:
        """Opens the question, or closes it ("")."""
        self.revoking = link_id[:26]

    @rx.event
    @allow("user")
    async def revoke(self) -> Steps:
        """Ends the link that was asked about."""
        link, self.revoking = self.revoking, ""
        await call(services().shares.revoke, current().account_id, LinkId.of(link=link))
        await self._read()
        yield toast.good(t("Revoked. The link opens nothing any more."))
