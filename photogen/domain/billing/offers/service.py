"""What is sold, and its prices at the service: found or made from the plan table, never typed in twice."""

from __future__ import annotations

from dataclasses import dataclass

from photogen.db.uow import UowFactory
from photogen.domain.billing.offers import repository
from photogen.errors import NotFound
from photogen.gateways.base_payments import PaymentGateway
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import GatewayPrice, Interval, Plan

_RHYTHM = {Interval.MONTH: "monthly", Interval.YEAR: "yearly"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be bought now. `interval` None: a pack."""

    lookup_key: str
    name: str
    cents: int
    credits: int
    plan_key: str | None = None
    plan_version: int | None = None
    interval: Interval | None = None
    pack_key: str | None = None


def plan_offer(plan: Plan, interval: Interval) -> Offer:
    """A plan as it is offered now."""
    return Offer(
        lookup_key=f"photogen_{plan.key}_{interval.value}_v{plan.version}",
        name=f"{plan.name}, {_RHYTHM[interval]}",
        cents=plan.year_cents if interval is Interval.YEAR else plan.month_cents,
        credits=plan.credits_month,
        plan_key=plan.key,
        plan_version=plan.version,
        interval=interval,
    )


class Offers:
    """Use cases about what is on sale."""

    def __init__(self, uow: UowFactory, clock: Clock, gateway: PaymentGateway) -> None:
        self._uow = uow
        self._clock = clock
        self._gateway = gateway

    def plan(self, key: str, interval: Interval) -> Offer:
        """Raises NotFound for a plan that isn't sold."""
        with self._uow() as uow:
            found = next((plan for plan in repository.plans(uow.session) if plan.key == key), None)
        if found is None or not found.month_cents:
            raise NotFound(t("This plan is not on sale. Reload the page and choose another."), code="plan_not_found")
        return plan_offer(found, interval)

    def pack(self, key: str) -> Offer:
        """Raises NotFound for a pack that isn't sold."""
        with self._uow() as uow:
            found = next((pack for pack in repository.packs(uow.session) if pack.key == key), None)
        if found is None:
            raise NotFound(t("This pack is not on sale. Reload the page and choose another."), code="pack_not_found")
        return Offer(
            lookup_key=f"photogen_{found.key}_{found.credits}_{found.cents}",
            name=f"{found.credits:,} credits",
            cents=found.cents,
            credits=found.credits,
            pack_key=found.key,
        )

    def all(self) -> list[Offer]:
        """Everything that can be bought."""
        with self._uow() as uow:
            sold = [plan for plan in repository.plans(uow.session) if plan.month_cents]
            packs = [pack.key for pack in repository.packs(uow.session)]
        return [*(plan_offer(plan, rhythm) for plan in sold for rhythm in Interval), *(self.pack(key) for key in packs)]

    def price(self, offer: Offer) -> str:
        """The id of its price at the service, made there and written down here where it is missing. Safe to repeat."""
        known = self.known(offer)
        return known or self._find(offer)

    def known(self, offer: Offer) -> str:
        """The id of its price as it was written down; "" while there is none of this amount."""
        with self._uow() as uow:
            known = repository.price(uow.session, offer.lookup_key)
        return known.price_id if known is not None and known.cents == offer.cents else ""

    def _find(self, offer: Offer) -> str:
        price_id = self._gateway.ensure_price(
            offer.lookup_key, offer.name, offer.cents, offer.interval.value if offer.interval else None
        )
        with self._uow() as uow:
            uow.session.merge(
                GatewayPrice(
                    price_id=price_id,
                    gateway=self._gateway.name,
                    lookup_key=offer.lookup_key,
                    plan_key=offer.plan_key,
                    plan_version=offer.plan_version,
                    interval=offer.interval,
                    pack_key=offer.pack_key,
                    credits=offer.credits,
                    cents=offer.cents,
                    created_at=self._clock(),
                )
            )
        return price_id

    def missing(self) -> list[str]:
        """Names of the offers whose price was not made yet."""
        with self._uow() as uow:
            known = repository.price_cents(uow.session)
        return [offer.name for offer in self.all() if known.get(offer.lookup_key) != offer.cents]

    def sync(self) -> list[tuple[str, str]]:
        """Has every offer's price, and the portal, at the service; gives (name, price id) of each. The service is asked
        about each: what was written down may be of another account, or put out of use there."""
        self._gateway.ensure_portal()
        return [(offer.name, self._find(offer)) for offer in self.all()]
