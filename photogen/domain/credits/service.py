"""The ledger: credits come by grants, are set aside by holds, and holds are captured (spent) or released (given back).

Entries are only ever added, each under a key of its own, and the balance is their sum. A step joins the caller's unit
of work and locks the account first; call it before inserting rows that refer to the account (rule 5 of the house).

Credits with an expiry lapse at that moment. What is held by then is judged when the hold closes: captured, it was spent
in time; released, it returns to the grant that it came from and is written off by an entry of its own.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from photogen.db.accounts import for_each_account
from photogen.db.disagreements import FIRST, LAST, Disagreement, find
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.credits import repository
from photogen.domain.credits.checks import CHECKS
from photogen.domain.credits.commands import Adjust, HistoryQuery
from photogen.domain.credits.many import repository as many
from photogen.domain.credits.many.repository import Lapsed
from photogen.domain.credits.policy import Gift, burn, has_lapsed
from photogen.domain.credits.repository import Ledger
from photogen.domain.credits.views import Balance, DayUse, EntryView, GrantView
from photogen.domain.notices import NoticeKind, tell, tell_many, told
from photogen.errors import Conflict, InsufficientCredits, NotFound
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import CreditHold, EntryKind, GrantSource, HoldState

LAPSE_SOON, LAPSE_WORTH_TELLING = timedelta(days=3), 5
"""When credits that lapse are told of, and from how many on."""
_BATCH = 100
_MOST_HISTORY = 200


class CreditsService:
    """Steps: grant, grant_many, claw_back, hold, hold_many, capture, release, available, disagreements. Use cases:
    balance, grants, use_by_day, history, adjust, expire_due, remind, audit. Whoever falls below `low` credits is told
    (0: nobody)."""

    def __init__(self, uow: UowFactory, clock: Clock, *, low: int = 20) -> None:
        self._uow = uow
        self._clock = clock
        self._low = low

    # --- steps ------------------------------------------------------------------------------------------------------

    def grant(
        self,
        uow: UnitOfWork,
        account_id: str,
        amount: int,
        source: GrantSource,
        key: str,
        expires_at: datetime | None = None,
        note: str = "",
    ) -> None:
        """Gives `amount` (0: nothing happens) credits, once per `key`.

        Raises NotFound (no such account), Conflict (`key_reused`: the key stands for another grant).
        """
        _not_negative(amount)
        ledger = self._open(uow, account_id)
        earlier = repository.grant_by_key(uow.session, key)
        if earlier is not None:
            _same(key, (earlier.account_id, earlier.amount), (account_id, amount))
        elif amount:
            ledger.grant(amount, source, key, expires_at, note)
            uow.notify(account_id, "credits", account_id)

    def grant_many(self, uow: UnitOfWork, source: GrantSource, gifts: Sequence[Gift]) -> None:
        """As `grant` gives each, in a few statements, to accounts that the caller has locked. Raises Conflict
        (`key_reused`)."""
        now, whose = self._clock(), {gift.account_id for gift in gifts}
        many.lapse(uow.session, sorted(whose), now)
        earlier = many.granted(uow.session, [gift.key for gift in gifts])
        fresh = []
        for gift in gifts:
            _not_negative(gift.amount)
            if gift.key in earlier:
                _same(gift.key, earlier[gift.key], (gift.account_id, gift.amount))
            elif gift.amount:
                fresh.append(gift)
        if fresh:
            many.give(uow.session, source, fresh, now)
        for account_id in sorted(whose):
            uow.notify(account_id, "credits", account_id)

    def claw_back(
        self, uow: UnitOfWork, account_id: str, sources: Sequence[str], amount: int | None, key: str, note: str = ""
    ) -> int:
        """Takes up to `amount` (None: all) unspent credits of the grants whose keys are one of `sources` or begin with
        it and a colon, once per `key`; gives how many it took. What is held or spent stays: a balance never falls below
        zero. Raises NotFound (no such account)."""
        ledger = self._open(uow, account_id)
        earlier = repository.clawed_by(uow.session, f"clawback:{key}:")
        if earlier is not None:
            return earlier
        lots = repository.lots_of(uow.session, account_id, sources)
        wanted = sum(lot.remaining for lot in lots) if amount is None else amount
        _not_negative(wanted)
        portions = burn(lots, wanted, ledger.now)
        for portion in portions:
            ledger.write(
                EntryKind.CLAWBACK,
                -portion.amount,
                key=f"clawback:{key}:{portion.grant_id}",
                grant_id=portion.grant_id,
                note=note,
            )
        if portions:
            uow.notify(account_id, "credits", account_id)
        return sum(portion.amount for portion in portions)

    def hold(self, uow: UnitOfWork, account_id: str, amount: int, key: str, kind: str, subject_id: str) -> None:
        """Sets `amount` (0 is fine) credits aside, once per `key`. `kind` and `subject_id` say for what.

        Raises InsufficientCredits, NotFound (no such account), Conflict (`key_reused`).
        """
        self.hold_many(uow, account_id, [(key, subject_id, amount)], kind)

    def hold_many(self, uow: UnitOfWork, account_id: str, items: Sequence[tuple[str, str, int]], kind: str) -> None:
        """A hold for each (key, subject id, amount), all or none, under one lock. Raises what `hold` raises."""
        for _, _, amount in items:
            _not_negative(amount)
        ledger = self._open(uow, account_id, [key for key, _, _ in items])
        fresh = []
        for key, subject_id, amount in items:
            if key in ledger.claims:
                _same(key, ledger.claims[key], (account_id, subject_id, amount))
            else:
                fresh.append((key, subject_id, amount))
        needed = sum(amount for _, _, amount in fresh)
        if needed > ledger.balance:
            raise InsufficientCredits(needed, ledger.balance)
        if fresh:
            ledger.hold(kind, fresh)
            uow.notify(account_id, "credits", account_id)
            self._tell_if_low(uow, [Lapsed(account_id, 0, ledger.found, ledger.balance)])

    def capture(self, uow: UnitOfWork, hold_key: str) -> None:
        """The held credits are spent. Again is fine. Raises NotFound, Conflict (`hold_released`)."""
        ledger, hold = self._open_hold(uow, hold_key)
        if hold.state is HoldState.RELEASED:
            raise Conflict(t("These credits were already given back."), code="hold_released")
        if hold.state is HoldState.OPEN:
            ledger.close(hold, HoldState.CAPTURED)
            ledger.write(EntryKind.CAPTURE, 0, key=f"{hold_key}:capture", hold=hold)
            uow.notify(hold.account_id, "credits", hold.account_id)

    def release(self, uow: UnitOfWork, hold_key: str) -> None:
        """The held credits go back to the grants that they came from; those of a grant that has lapsed meanwhile are
        written off at once. Again is fine. Raises NotFound, Conflict (`hold_captured`)."""
        ledger, hold = self._open_hold(uow, hold_key)
        if hold.state is HoldState.CAPTURED:
            raise Conflict(t("These credits were already spent."), code="hold_captured")
        if hold.state is HoldState.RELEASED:
            return
        ledger.close(hold, HoldState.RELEASED)
        for grant_id, amount in repository.taken_by(uow.session, hold):
            key = f"{hold_key}:{grant_id}"
            ledger.write(EntryKind.RELEASE, amount, key=f"{key}:release", grant_id=grant_id, hold=hold)
            if has_lapsed(ledger.expiry(grant_id), ledger.now):
                ledger.write(EntryKind.EXPIRE, -amount, key=f"{key}:expire", grant_id=grant_id)
        uow.notify(hold.account_id, "credits", hold.account_id)

    def available(self, uow: UnitOfWork, account_id: str) -> int:
        """What can be spent now, as this unit of work sees it."""
        return repository.balance(uow.session, account_id, self._clock()).available

    def disagreements(self, uow: UnitOfWork, first: str, last: str, limit: int | None = None) -> list[Disagreement]:
        """In what the accounts from `first` to `last` contradict themselves; of each kind `limit` at most."""
        return find(uow.session, CHECKS, first, last, self._clock(), limit)

    def lapse(self, uow: UnitOfWork, account_id: str) -> int:
        """What is left lapses now, because its account is deleted; how many credits. Raises NotFound."""
        ledger = self._open(uow, account_id)
        left = [lot for lot in ledger.lots() if not has_lapsed(lot.expires_at, ledger.now)]
        for lot in left:
            ledger.write(EntryKind.EXPIRE, -lot.remaining, key=f"lapse:{lot.grant_id}", grant_id=lot.grant_id)
        return sum(lot.remaining for lot in left)

    # --- use cases --------------------------------------------------------------------------------------------------

    def balance(self, account_id: str) -> Balance:
        """What the account has now; all zero for one that never had any."""
        with self._uow() as uow:
            return repository.balance(uow.session, account_id, self._clock())

    def adjust(self, account_id: str, amount: int, reason: str, by: str, key: str) -> None:
        """Gives (+) or takes (-) credits by hand, once per `key`. What is held can't be taken.

        Raises Invalid, NotFound, Conflict (`key_reused`; `not_enough_to_take`).
        """
        order = Adjust.of(amount=amount, reason=reason, by=by, key=key)
        prefix = f"adjust:{order.key}:"
        with self._uow() as uow:
            ledger = self._open(uow, account_id)
            earlier = repository.adjusted_by(uow.session, prefix)
            if earlier is not None:
                _same(order.key, earlier, (account_id, order.amount))
                return
            uow.notify(account_id, "credits", account_id)
            if order.amount > 0:
                source, made_for = GrantSource.ADMIN, f"adjust:{order.key}"
                ledger.grant(order.amount, source, made_for, None, order.reason, order.by)
                return
            if -order.amount > ledger.balance:
                raise Conflict(
                    t(
                        "Only {balance} credits can be taken; what is held for work under way can't.",
                        balance=ledger.balance,
                    ),
                    code="not_enough_to_take",
                    have=ledger.balance,
                )
            for portion in burn(ledger.lots(), -order.amount, ledger.now):
                ledger.write(
                    EntryKind.ADJUST,
                    -portion.amount,
                    key=prefix + portion.grant_id,
                    grant_id=portion.grant_id,
                    note=order.reason,
                    made_by=order.by,
                )

    def expire_due(self) -> int:
        """Writes off every credit that has lapsed and is not held; gives the number of grants. Raises ExceptionGroup of
        what broke when the others are done."""

        def due(uow: UnitOfWork, after: str, limit: int) -> list[str]:
            return many.accounts_with_lapsed(uow.session, self._clock(), after, limit)

        return for_each_account(self._uow, due, self._lapse, "credits that could not lapse")

    def remind(self) -> None:
        """Tells of credits that lapse within days, once per moment at which some do."""
        now = self._clock()
        with self._uow() as uow:
            due = repository.lapsing(uow.session, now, now + LAPSE_SOON, LAPSE_WORTH_TELLING)
        for first in range(0, len(due), _BATCH):
            with self._uow() as uow:
                batch = {f"lapse:{row[0]}:{row[1].isoformat()}": row for row in due[first : first + _BATCH]}
                for key in batch.keys() - told(uow, list(batch)):
                    account_id, at, amount = batch[key]
                    tell(uow, account_id, NoticeKind.CREDITS_LAPSE, key, now, credits=amount, at=at.isoformat())

    def grants(self, account_id: str) -> list[GrantView]:
        """What makes the balance up, in the order in which it is spent."""
        with self._uow() as uow:
            return repository.grants(uow.session, account_id, self._clock())

    def use_by_day(self, account_id: str, days: int = 30) -> list[DayUse]:
        """What went to work on each of the last UTC days, today included; days without are left out."""
        midnight = self._clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        with self._uow() as uow:
            return repository.use_by_day(uow.session, account_id, midnight - timedelta(days=days - 1))

    def history(
        self, account_id: str, before: int | None = None, limit: int = 50, only: HistoryQuery | None = None
    ) -> list[EntryView]:
        """Entries that fit `only`, newest first; `before` is the id of the last one seen. At most 200 at a time."""
        with self._uow() as uow:
            return repository.history(uow.session, account_id, before, max(1, min(limit, _MOST_HISTORY)), only)

    def audit(self, account_id: str | None = None) -> list[str]:
        """Adds everything up again from the entries alone; a sentence for each disagreement, none when all is well."""
        first, last = (account_id, account_id) if account_id else (FIRST, LAST)
        with self._uow() as uow:
            return [found.words for found in self.disagreements(uow, first, last)]

    def _lapse(self, uow: UnitOfWork, account_ids: Sequence[str]) -> int:
        done = many.lapse(uow.session, account_ids, self._clock())
        for one in done:
            uow.notify(one.account_id, "credits", one.account_id)
        self._tell_if_low(uow, done)
        return sum(one.grants for one in done)

    def _tell_if_low(self, uow: UnitOfWork, moved: Sequence[Lapsed]) -> None:
        """Where this fell below the mark: once until credits come again, however often it goes up and down."""
        low = {one.account_id: one.balance for one in moved if one.balance < self._low <= one.found}
        if low:
            newest = repository.newest_grants(uow.session, list(low))
            facts = [(who, f"low:{who}:{newest.get(who, '')}", {"left": left}) for who, left in low.items()]
            tell_many(uow, NoticeKind.LOW_CREDITS, facts, self._clock())

    def _open(self, uow: UnitOfWork, account_id: str, keys: Sequence[str] = ()) -> Ledger:
        ledger = Ledger(uow.session, account_id, self._clock(), keys)
        if ledger.lapsed:
            uow.notify(account_id, "credits", account_id)
        return ledger

    def _open_hold(self, uow: UnitOfWork, hold_key: str) -> tuple[Ledger, CreditHold]:
        account_id = repository.account_of_hold(uow.session, hold_key)
        if account_id is None:
            raise NotFound(t("No credits were set aside for this."), code="hold_not_found")
        ledger = self._open(uow, account_id)
        return ledger, repository.holds_by_key(uow.session, [hold_key])[hold_key]


def _not_negative(amount: int) -> None:
    if amount < 0:
        raise ValueError(f"credits are granted and held in amounts of 0 and more, not {amount}")


def _same(key: str, then: tuple[object, ...], now: tuple[object, ...]) -> None:
    if then != now:
        raise Conflict(t("The key {key} was already used for something else.", key=key), code="key_reused")
