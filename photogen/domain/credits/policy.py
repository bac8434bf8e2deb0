"""What the ledger decides, without the ledger: which credits burn, and which have lapsed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one grant, in credits. `expires_at` None: never."""

    grant_id: str
    remaining: int
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Portion:
    """`amount` credits of one grant."""

    grant_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Gift:
    """`amount` credits for an account, once per `key`. `expires_at` None: they never lapse."""

    account_id: str
    amount: int
    key: str
    expires_at: datetime | None
    note: str = ""


def has_lapsed(expires_at: datetime | None, now: datetime) -> bool:
    """Whether credits with this expiry are gone at `now`; the moment itself already counts."""
    return expires_at is not None and expires_at <= now


def burn(lots: Iterable[Lot], amount: int, now: datetime) -> list[Portion]:
    """Takes `amount` credits, earliest expiry first, then oldest grant; lapsed lots are left alone.

    Gives less than `amount` in sum when there is not enough.
    """
    portions: list[Portion] = []
    for lot in sorted(lots, key=lambda lot: (lot.expires_at or _NEVER, lot.created_at, lot.grant_id)):
        if amount == 0:
            break
        if lot.remaining > 0 and not has_lapsed(lot.expires_at, now):
            taken = min(lot.remaining, amount)
            portions.append(Portion(lot.grant_id, taken))
            amount -= taken
    return portions
