"""Rows of plans and image models, and how many included trainings were used."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from photogen.domain.plans.views import Paying
from photogen.errors import NotFound
from photogen.kit.text import t
from photogen.models import (
    ImageModel,
    PaidBy,
    Plan,
    PlanTerms,
    SubscriptionStatus,
    Training,
    TrainingRound,
    TrainingStatus,
)

_GIVING = (SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE)


def plans(session: Session) -> Sequence[Plan]:
    """All plans in the order of the price list."""
    return session.exec(select(Plan).order_by(col(Plan.sort), Plan.key)).all()


def plan(session: Session, key: str) -> Plan:
    """Raises NotFound."""
    found = session.get(Plan, key)
    if found is None:
        raise NotFound(t("There is no such plan."), code="plan_not_found")
    return found


def _columns(of: str) -> str:
    return ", ".join(f"{of}.{name}" for name in PlanTerms.model_fields)


_TERMS = text(f"""
    SELECT terms.key, terms.since, {_columns("terms")} FROM (
        SELECT 1 AS rank, version.plan_key AS key, subscription.created_at AS since, subscription.entitled_until,
            {_columns("version")}
        FROM subscription JOIN plan_version AS version
            ON version.plan_key = subscription.plan_key AND version.number = subscription.plan_version
        WHERE subscription.account_id = :account AND subscription.entitled_until > :now
            AND subscription.status = ANY(:giving)
        UNION ALL
        SELECT 2, plan.key, NULL, NULL, {_columns("plan")}
        FROM account JOIN plan ON plan.key = account.plan_key WHERE account.id = :account
    ) AS terms ORDER BY terms.rank, terms.entitled_until DESC LIMIT 1""")  # noqa: S608


def terms_of(session: Session, account_id: str, now: datetime) -> tuple[str, PlanTerms, datetime | None]:
    """The account's plan, key and terms, and since when a plan is paid for: as it was sold where it is, else as it is
    offered now, and None.

    Raises NotFound when there is no such account."""
    found = session.connection().execute(_TERMS, _asked(session, account_id, now)).first()
    if found is None:
        raise NotFound(t("There is no such account."), code="account_not_found")
    key, since, *terms = found
    return key, PlanTerms(**dict(zip(PlanTerms.model_fields, terms, strict=True))), since


def _asked(session: Session, account_id: str, now: datetime) -> dict[str, object]:
    session.flush()
    return {"account": account_id, "now": now, "giving": [status.value for status in _GIVING]}


_PAYING = text("""
    SELECT coalesce(sold.daily_quota, 0), account.overage
    FROM account LEFT JOIN LATERAL (
        SELECT version.daily_quota FROM subscription JOIN plan_version AS version
            ON version.plan_key = subscription.plan_key AND version.number = subscription.plan_version
        WHERE subscription.account_id = account.id AND subscription.entitled_until > :now
            AND subscription.status = ANY(:giving)
        ORDER BY subscription.entitled_until DESC LIMIT 1
    ) AS sold ON true
    WHERE account.id = :account""")


def paying(session: Session, account_id: str, now: datetime) -> Paying:
    """How the account's pictures are paid: by the terms of `terms_of`, in one statement. A quota is sold: whoever's
    plan nobody pays for, the operator's friend say, pays by credit. Raises NotFound when there is no such account."""
    found = session.connection().execute(_PAYING, _asked(session, account_id, now)).first()
    if found is None:
        raise NotFound(t("There is no such account."), code="account_not_found")
    return Paying(*found)


def included_used(session: Session, account_id: str, since: datetime | None) -> int:
    """Included trainings started, or tried again, since then that run or ran to their end."""
    query = (
        select(func.count())
        .select_from(Training)
        .outerjoin(
            TrainingRound,
            (col(TrainingRound.training_id) == col(Training.id)) & (col(TrainingRound.number) == col(Training.rounds)),
        )
        .where(
            Training.account_id == account_id,
            Training.paid_by == PaidBy.INCLUDED,
            col(Training.status).not_in([TrainingStatus.FAILED, TrainingStatus.CANCELLED]),
        )
    )
    if since is not None:
        query = query.where(func.coalesce(col(TrainingRound.started_at), col(Training.created_at)) >= since)
    return session.exec(query).one()


def image_models(session: Session) -> Sequence[ImageModel]:
    """The enabled ones, in the operator's order."""
    return session.exec(
        select(ImageModel).where(col(ImageModel.enabled)).order_by(col(ImageModel.sort), ImageModel.key)
    ).all()


def image_model(session: Session, key: str) -> ImageModel | None:
    """The model of that key, enabled or not."""
    return session.get(ImageModel, key)
