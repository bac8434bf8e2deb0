"""The SQL of billing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, or_, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from photogen.domain.billing.policy import LIVE, OVER
from photogen.domain.plans.repository import included_used
from photogen.models import (
    Account,
    BillingCustomer,
    CreditGrant,
    GatewayListing,
    GatewaySecret,
    Interval,
    Payment,
    PaymentStatus,
    Purchase,
    PurchaseKind,
    PurchaseStatus,
    QuotaState,
    QuotaUse,
    Subscription,
    SubscriptionStatus,
)

# --- who ------------------------------------------------------------------------------------------------------------


def account(session: Session, account_id: str) -> Account | None:
    """The account."""
    return session.get(Account, account_id)


def is_closed(session: Session, account_id: str) -> bool:
    """Whether the account is deleted, or being so."""
    found = session.exec(select(Account.id).where(Account.id == account_id, col(Account.deleted_at).is_(None)))
    return found.one_or_none() is None


def customer(session: Session, account_id: str) -> BillingCustomer | None:
    """The account at the service."""
    return session.get(BillingCustomer, account_id)


def account_of(session: Session, customer_id: str) -> str | None:
    """Whose customer it is; None for somebody of another shop's."""
    return session.exec(
        select(BillingCustomer.account_id).where(BillingCustomer.customer_id == customer_id)
    ).one_or_none()


def tried_to_buy(session: Session, account_id: str) -> tuple[datetime, datetime] | None:
    """When the account began its first and its newest checkout; None when it never began one."""
    first, last = session.exec(
        select(func.min(Purchase.created_at), func.max(Purchase.created_at)).where(Purchase.account_id == account_id)
    ).one()
    return (first, last) if first and last else None


# --- the service itself -----------------------------------------------------------------------------------------------


def listed_at(session: Session, gateway: str) -> datetime | None:
    """Until when the service's own list of events was read."""
    row = session.get(GatewayListing, gateway)
    return row.listed_at if row else None


def set_listed_at(session: Session, gateway: str, moment: datetime) -> None:
    """The same from now on; never back."""
    made = insert(GatewayListing).values(gateway=gateway, listed_at=moment)
    later = func.greatest(GatewayListing.listed_at, made.excluded.listed_at)
    session.execute(made.on_conflict_do_update(index_elements=["gateway"], set_={"listed_at": later}))


def secret(session: Session, gateway: str) -> GatewaySecret | None:
    """What the service signs its events with."""
    return session.get(GatewaySecret, gateway)


# --- what the schedule finds ----------------------------------------------------------------------------------------

_Asked = TypeVar("_Asked", Purchase, Payment, Subscription)


def due(session: Session, table: type[_Asked], now: datetime, limit: int, push: timedelta) -> list[_Asked]:
    """Rows about which the service is to be asked; each is not due again for a while."""
    check_at = col(table.check_at)
    found = select(table).where(check_at <= now).order_by(check_at).limit(limit).with_for_update(skip_locked=True)
    rows = list(session.exec(found))
    for row in rows:
        row.check_at = now + push
        session.add(row)
    return rows


def accounts_with_months(session: Session, now: datetime, after: str = "", limit: int = 1) -> Sequence[str]:
    """Ids, in order and beyond `after`, of accounts for which the next month of a paid year has begun."""
    return session.exec(
        select(Subscription.account_id)
        .where(col(Subscription.grant_at) <= now, Subscription.account_id > after)
        .distinct()
        .order_by(col(Subscription.account_id))
        .limit(limit)
    ).all()


def months_due(session: Session, account_ids: Sequence[str], now: datetime) -> Sequence[Subscription]:
    """Those subscriptions of these accounts, locked."""
    return session.exec(
        select(Subscription)
        .where(col(Subscription.account_id).in_(account_ids), col(Subscription.grant_at) <= now)
        .order_by(col(Subscription.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


# --- purchases ------------------------------------------------------------------------------------------------------


def purchase(session: Session, purchase_id: str, *, locked: bool = False) -> Purchase | None:
    """Whosever purchase."""
    query = select(Purchase).where(Purchase.id == purchase_id)
    query = query.with_for_update().execution_options(populate_existing=True) if locked else query
    return session.exec(query).one_or_none()


def own_purchase(session: Session, account_id: str, purchase_id: str) -> Purchase | None:
    """The account's purchase."""
    return session.exec(
        select(Purchase).where(Purchase.id == purchase_id, Purchase.account_id == account_id)
    ).one_or_none()


def purchase_by_request(session: Session, request_key: str) -> Purchase | None:
    """What this click has begun already."""
    return session.exec(select(Purchase).where(Purchase.request_key == request_key)).one_or_none()


def open_purchases(session: Session, account_id: str) -> Sequence[Purchase]:
    """Checkouts that could still be completed."""
    return session.exec(
        select(Purchase).where(
            Purchase.account_id == account_id,
            Purchase.status == PurchaseStatus.OPEN,
            col(Purchase.session_id).is_not(None),
        )
    ).all()


# --- subscriptions --------------------------------------------------------------------------------------------------


def subscription(session: Session, gateway_id: str, *, locked: bool = False) -> Subscription | None:
    """Whosever subscription, by the service's id."""
    query = select(Subscription).where(Subscription.gateway_id == gateway_id)
    query = query.with_for_update().execution_options(populate_existing=True) if locked else query
    return session.exec(query).one_or_none()


def unended_subscriptions(
    session: Session, account_id: str, among: Sequence[SubscriptionStatus] | None = None
) -> Sequence[str]:
    """The service's ids of those that are not over, as far as was heard; only those of a status `among` so many."""
    query = select(Subscription.gateway_id).where(
        Subscription.account_id == account_id, col(Subscription.status).not_in(OVER)
    )
    return session.exec(query if among is None else query.where(col(Subscription.status).in_(among))).all()


def live_subscription(session: Session, account_id: str, now: datetime) -> Subscription | None:
    """What gives the account its plan now: the one that does so longest."""
    return session.exec(
        select(Subscription)
        .where(
            Subscription.account_id == account_id,
            col(Subscription.entitled_until) > now,
            col(Subscription.status).in_(LIVE),
        )
        .order_by(col(Subscription.entitled_until).desc())
        .limit(1)
    ).one_or_none()


def live_subscriptions(session: Session, account_id: str, now: datetime) -> Sequence[Subscription]:
    """All that give the account a plan now, in the order in which they were bought. There should be one at most."""
    return session.exec(
        select(Subscription)
        .where(
            Subscription.account_id == account_id,
            col(Subscription.entitled_until) > now,
            col(Subscription.status).in_(LIVE),
        )
        .order_by(col(Subscription.created_at), col(Subscription.gateway_id))
    ).all()


def any_payment(session: Session, payment_id: str, *, locked: bool = False) -> Payment | None:
    """Whosever payment."""
    query = select(Payment).where(Payment.id == payment_id)
    query = query.with_for_update().execution_options(populate_existing=True) if locked else query
    return session.exec(query).one_or_none()


def plan_was_used(session: Session, account_id: str, since: datetime) -> bool:
    """Whether since then an included training was begun, or a picture asked for that the day's quota pays."""
    picture = (
        select(QuotaUse.key)
        .where(
            QuotaUse.account_id == account_id,
            col(QuotaUse.created_at) >= since,
            QuotaUse.state != QuotaState.RELEASED,
        )
        .limit(1)
    )
    return session.exec(picture).first() is not None or included_used(session, account_id, since) > 0


def had_subscription(session: Session, account_id: str) -> bool:
    """Whether there ever was one: a trial is for the first."""
    return (
        session.exec(select(Subscription.id).where(Subscription.account_id == account_id).limit(1)).first() is not None
    )


def ending_soon(session: Session, now: datetime, until: datetime, after: str, limit: int) -> Sequence[Subscription]:
    """Those whose period ends by then and whose payer should know: trials, years, and what goes on at another price.
    In the order of their ids, beyond `after`."""
    surprising = or_(
        col(Subscription.status) == SubscriptionStatus.TRIALING,
        col(Subscription.interval) == Interval.YEAR,
        col(Subscription.next_price_id) != "",
    )
    return session.exec(
        select(Subscription)
        .where(
            Subscription.id > after,
            col(Subscription.status).in_([SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE]),
            col(Subscription.cancel_at_period_end).is_(False),
            col(Subscription.period_end) > now,
            col(Subscription.period_end) <= until,
            surprising,
        )
        .order_by(col(Subscription.id))
        .limit(limit)
    ).all()


# --- payments -------------------------------------------------------------------------------------------------------


def payment(session: Session, gateway_id: str, *, locked: bool = False) -> Payment | None:
    """Whosever payment, by the service's id."""
    query = select(Payment).where(Payment.gateway_id == gateway_id)
    query = query.with_for_update().execution_options(populate_existing=True) if locked else query
    return session.exec(query).one_or_none()


def payment_by_intent(session: Session, intent_id: str) -> Payment | None:
    """Whosever payment, by the money's own id."""
    return session.exec(select(Payment).where(Payment.intent_id == intent_id).limit(1)).one_or_none()


def forget_pages(session: Session, account_id: str) -> None:
    """Of the account's payments, where their invoices are shown: there stands who paid."""
    session.execute(
        update(Payment)
        .where(col(Payment.account_id) == account_id)
        .values(page_url="", pdf_url="")
        .execution_options(synchronize_session=False)
    )


def own_payment(session: Session, account_id: str, payment_id: str) -> Payment | None:
    """The account's payment."""
    return session.exec(select(Payment).where(Payment.id == payment_id, Payment.account_id == account_id)).one_or_none()


def payments(session: Session, account_id: str, before: str | None, limit: int) -> Sequence[Payment]:
    """Newest first, those older than the payment `before`."""
    query = select(Payment).where(Payment.account_id == account_id)
    if before is not None:
        last = (
            select(col(Payment.created_at), col(Payment.id))
            .where(Payment.id == before, Payment.account_id == account_id)
            .scalar_subquery()
        )
        query = query.where(tuple_(col(Payment.created_at), col(Payment.id)) < last)
    return session.exec(query.order_by(col(Payment.created_at).desc(), col(Payment.id).desc()).limit(limit)).all()


def open_invoice(session: Session, subscription_id: str) -> Payment | None:
    """The invoice of a subscription that waits to be paid."""
    return session.exec(
        select(Payment)
        .where(Payment.subscription_id == subscription_id, Payment.status == PaymentStatus.OPEN)
        .order_by(col(Payment.created_at).desc())
        .limit(1)
    ).one_or_none()


def paid_of(session: Session, subscription_id: str) -> Sequence[Payment]:
    """The invoices of a subscription that were paid."""
    return session.exec(
        select(Payment)
        .where(Payment.subscription_id == subscription_id, Payment.status == PaymentStatus.PAID)
        .order_by(col(Payment.id))
    ).all()


def is_paid(session: Session, row: Subscription) -> bool:
    """Whether the subscription's period was paid, as far as is known, and with the plan that it has now."""
    covering = (
        select(Payment.plan_key, Payment.interval)
        .where(
            Payment.subscription_id == row.gateway_id,
            Payment.status == PaymentStatus.PAID,
            col(Payment.period_end) == row.period_end,
        )
        .order_by(col(Payment.period_start).desc())
    )
    return session.exec(covering.limit(1)).one_or_none() == (row.plan_key, row.interval)


def paid_years(session: Session, account_ids: Sequence[str]) -> dict[str, list[Payment]]:
    """The paid invoices of each subscription of these accounts: a period's, then those of changes within it."""
    found: dict[str, list[Payment]] = {}
    for row in session.exec(
        select(Payment)
        .where(
            col(Payment.account_id).in_(account_ids),
            Payment.kind == PurchaseKind.PLAN,
            Payment.status == PaymentStatus.PAID,
            col(Payment.granted_at).is_not(None),
        )
        .order_by(col(Payment.period_start), col(Payment.created_at), col(Payment.id))
    ):
        found.setdefault(row.subscription_id, []).append(row)
    return found


def grants_of(session: Session, account_id: str, paid: str, returned: str) -> tuple[int, int]:
    """(granted, unspent) credits of a payment, of whose grants the keys begin with `paid`, and with `returned` where
    they were taken back once and returned: those are granted no second time. Held ones count as spent."""
    key = col(CreditGrant.key)
    first = or_(key == paid, func.starts_with(key, f"{paid}:"))
    row = session.exec(
        select(func.sum(CreditGrant.amount).filter(first), func.sum(CreditGrant.remaining)).where(
            CreditGrant.account_id == account_id, or_(first, func.starts_with(key, f"{returned}:"))
        )
    ).one()
    return int(row[0] or 0), int(row[1] or 0)
