"""The rows of the quota."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, text
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from photogen.db.locks import lock_account
from photogen.domain.quota.views import Ask, ModelUse
from photogen.errors import NotFound
from photogen.kit.text import t
from photogen.models import Account, ImageModel, QuotaDay, QuotaState, QuotaUse

_DAY = text("SELECT used, held FROM quota_day WHERE account_id = :account AND day = :day")
_DAY_AND_CLAIMS = text("""
    SELECT NULL AS key, '' AS account_id, used, held, '' AS model_key FROM quota_day
    WHERE account_id = :account AND day = :day
    UNION ALL SELECT key, account_id, weight, 0, model_key FROM quota_use WHERE key = ANY(CAST(:keys AS text[]))""")
_HOLD = text("""
    WITH uses AS (
        INSERT INTO quota_use (key, account_id, day, weight, model_key, state, created_at)
        SELECT key, :account, :day, weight, model, 'held', :now
        FROM unnest(CAST(:keys AS text[]), CAST(:models AS text[]), CAST(:weights AS int[])) AS new (key, model, weight)
    )
    INSERT INTO quota_day (account_id, day, used, held) VALUES (:account, :day, 0, :held)
    ON CONFLICT (account_id, day) DO UPDATE SET held = quota_day.held + excluded.held""")


def opened(session: Session, account_id: str, day: date) -> QuotaDay:
    """The day's row, of an account that is locked from here on. Raises NotFound."""
    lock_account(session, account_id)
    # A row that this session read before it had the lock may be old: it is read again.
    found = session.get(QuotaDay, (account_id, day), populate_existing=True)
    if found is None:
        found = QuotaDay(account_id=account_id, day=day)
        session.add(found)
    return found


def day(session: Session, account_id: str, day: date) -> tuple[int, int]:
    """What of the day is used and held; nothing where nothing was asked for."""
    session.flush()
    found = session.connection().execute(_DAY, {"account": account_id, "day": day}).first()
    return (found[0], found[1]) if found else (0, 0)


def day_and_claims(
    session: Session, account_id: str, day: date, keys: Sequence[str]
) -> tuple[int, dict[str, tuple[str, int, str]]]:
    """What is used and held of the day together, and (account, weight, model) of the uses under these keys, whoever's
    they are: they never change."""
    taken, claims = 0, {}
    values = {"account": account_id, "day": day, "keys": list(keys)}
    for key, whose, one, other, model in session.connection().execute(_DAY_AND_CLAIMS, values):
        if key is None:
            taken = one + other
        else:
            claims[key] = (whose, one, model)
    return taken, claims


def hold(session: Session, account_id: str, day: date, asks: Sequence[Ask], now: datetime) -> None:
    """New uses, held, and the day with them, in one round trip; the caller has locked the account."""
    session.connection().execute(
        _HOLD,
        {
            "account": account_id, "day": day, "now": now, "keys": [ask.key for ask in asks],
            "models": [ask.model_key for ask in asks], "weights": [ask.weight for ask in asks],
            "held": sum(ask.weight for ask in asks),
        },
    )  # fmt: skip


def uses_by_key(session: Session, keys: Sequence[str]) -> dict[str, QuotaUse]:
    """The uses under these keys, whoever's they are, as they are now."""
    found = session.exec(select(QuotaUse).where(col(QuotaUse.key).in_(keys)).execution_options(populate_existing=True))
    return {use.key: use for use in found}


def whose(session: Session, key: str) -> tuple[str, date] | None:
    """(account, day) of a use: they never change, so they may be asked before locking."""
    found = session.execute(
        select_columns(col(QuotaUse.account_id), col(QuotaUse.day)).where(col(QuotaUse.key) == key)
    ).first()
    return None if found is None else (found[0], found[1])


def by_model(session: Session, account_id: str, day: date) -> tuple[ModelUse, ...]:
    """The day's pictures by model, the most first."""
    weight = func.sum(QuotaUse.weight)
    rows = session.execute(
        select_columns(col(QuotaUse.model_key), col(ImageModel.name), func.count(), weight)
        .join(ImageModel, col(ImageModel.key) == col(QuotaUse.model_key), isouter=True)
        .where(col(QuotaUse.account_id) == account_id, col(QuotaUse.day) == day)
        .where(col(QuotaUse.state) != QuotaState.RELEASED)
        .group_by(col(QuotaUse.model_key), col(ImageModel.name))
        .order_by(weight.desc(), col(QuotaUse.model_key))
    ).all()
    return tuple(ModelUse(key, name or key, pictures, int(total)) for key, name, pictures, total in rows)


def account(session: Session, account_id: str) -> Account:
    """Raises NotFound."""
    found = session.get(Account, account_id)
    if found is None:
        raise NotFound(t("There is no such account."), code="account_not_found")
    return found
