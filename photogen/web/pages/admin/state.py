"""What the operator has to know of, and what can be done about it at once."""

import dataclasses

import reflex as rx

from photogen.errors import PhotogenError
from photogen.web.deps import call, services
from photogen.web.notices import toast
from photogen.web.security.policy import allow
from photogen.web.session import current
from photogen.web.text import plural, t
from photogen.web.typed import Steps
from photogen.web.words import iso, left_behind

_SHOWN = 50


@dataclasses.dataclass(frozen=True)
class IncidentShown:
    """An open incident, in words."""

    id: str
    kind: str
    subject: str
    message: str
    seen: str
    last_at: str


@dataclasses.dataclass(frozen=True)
class LeftoverShown:
    """A thing that should be gone, in words."""

    id: str
    what: str
    where: str
    since: str
    tries: str
    words: str


@dataclasses.dataclass(frozen=True)
class TroubleShown:
    """A vendor's operation that is paused."""

    name: str
    operation: str
    since: str
    words: str


@dataclasses.dataclass(frozen=True)
class HeldShown:
    """A version of a model that is held back."""

    id: str
    name: str
    repository: str
    href: str


class Admin(rx.State):
    """The overview. Each list is cut to the fifty that matter most; the counts are of all."""

    ready: bool = False
    problem: str = ""
    code: str = ""
    incidents: list[IncidentShown] = []
    incident_count: int = 0
    leftovers: list[LeftoverShown] = []
    leftover_count: int = 0
    troubles: list[TroubleShown] = []
    held: list[HeldShown] = []

    async def _read(self) -> None:
        house = services()
        try:
            incidents = await call(house.incidents.open, _SHOWN)
            left = await call(house.leftovers.list, _SHOWN)
            troubles = await call(house.vendors.troubles)
            held = await call(house.upkeep.quarantined)
            self.incident_count = await call(house.incidents.count)
            self.leftover_count = await call(house.leftovers.count)
        except PhotogenError as error:
            self.problem, self.code, self.ready = error.public, error.code, True
            return
        self.incidents = [
            IncidentShown(
                one.id,
                one.kind.replace("_", " "),
                one.subject_id,
                one.message,
                plural(one.count, "seen once", "seen {n} times"),
                iso(one.last_seen_at),
            )
            for one in incidents
        ]
        self.leftovers = [
            LeftoverShown(
                one.id,
                left_behind(one.what),
                f"{one.name} ({one.place})",
                iso(one.since),
                plural(one.tries, "{n} try", "{n} tries"),
                f"{one.code}: {one.words[:200]}" if one.words else one.code,
            )
            for one in left
        ]
        self.troubles = [
            TroubleShown(one.name, one.operation.replace("_", " "), iso(one.since), one.public) for one in troubles
        ]
        self.held = [
            HeldShown(one.id, t("{name}, version {n}", name=one.name, n=one.number), one.hub_repository, one.hub_url)
            for one in held[:_SHOWN]
        ]
        self.problem, self.code, self.ready = "", "", True

    @rx.event
    @allow("admin")
    async def load(self) -> None:
        await self._read()

    @rx.event
    @allow("admin")
    async def resolve(self, incident_id: str) -> Steps:
        """The operator says that it is over."""
        try:
            await call(services().incidents.resolve_by_hand, incident_id, current().name)
        except PhotogenError as error:
            yield toast.error(error)
        await self._read()

    @rx.event
    @allow("admin")
    async def try_now(self, leftover_id: str) -> Steps:
        """Has the deletion tried at once."""
        try:
            await call(services().upkeep.try_now, leftover_id)
        except PhotogenError as error:
            yield toast.error(error)
        else:
            yield toast.info(t("It is tried now. Look again in a few seconds."))
        await self._read()

    @rx.event
    @allow("admin")
    async def release(self, version_id: str) -> Steps:
        """Gives a model back to its owner."""
        try:
            await call(services().upkeep.release, version_id)
        except PhotogenError as error:
            yield toast.error(error)
        else:
            yield toast.good(t("The model can be used again"))
        await self._read()
