"""The day's quota: a picture holds its model's weight when it is asked for, and uses it or gives it back in the end.

The day is the UTC date of the click. What is held across midnight counts on the day of the click, whether it is then
used or given back, and a new day needs no reset: it is another row. A step joins the caller's unit of work and locks
the account first; call it before inserting rows that refer to the account (rule 5 of the house).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from photogen.db.disagreements import FIRST, LAST, Disagreement, find
from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.credits.service import CreditsService
from photogen.domain.notices import NoticeKind, tell
from photogen.domain.plans.service import PlansService
from photogen.domain.plans.views import Paying
from photogen.domain.quota import policy, repository
from photogen.domain.quota.checks import CHECKS
from photogen.domain.quota.views import Ask, QuotaView, is_low
from photogen.errors import Conflict, NotFound, QuotaExhausted
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models import QuotaState

_HELD, _USED, _RELEASED = QuotaState.HELD, QuotaState.USED, QuotaState.RELEASED


class QuotaService:
    """Steps: take, use, give_back, view_of, disagreements. Use cases: now, day, set_overage, audit."""

    def __init__(self, uow: UowFactory, clock: Clock, plans: PlansService, credits: CreditsService) -> None:
        self._uow = uow
        self._clock = clock
        self._plans = plans
        self._credits = credits

    # --- steps ------------------------------------------------------------------------------------------------------

    def take(self, uow: UnitOfWork, account_id: str, asks: Sequence[Ask], at: datetime) -> frozenset[str]:
        """Holds a part of the day of `at`, the moment of the click, for as many of `asks` as fit, once per key, and
        gives the keys of those: the rest is for credits to pay. None where the account pays by credit altogether.

        Raises QuotaExhausted where not all fit and credits may not pay beyond the quota, NotFound (no such account),
        Conflict (`key_reused`)."""
        lock_account(uow.session, account_id)
        paying = self._plans.paying_of(uow, account_id)
        if not paying.daily_quota:
            return frozenset()
        today = policy.day_of(at)
        taken, earlier = repository.day_and_claims(uow.session, account_id, today, [ask.key for ask in asks])
        for ask in asks:
            if ask.key in earlier and earlier[ask.key] != (account_id, ask.weight, ask.model_key):
                raise Conflict(t("The key {key} was already used for something else.", key=ask.key), code="key_reused")
        fresh = [ask for ask in asks if ask.key not in earlier]
        fit = policy.fitting(fresh, max(0, paying.daily_quota - taken))
        if len(fit) < len(fresh) and not paying.overage:
            left = set(fresh) - set(fit)
            raise QuotaExhausted(
                needed=sum(ask.weight for ask in fresh),
                used=taken,
                limit=paying.daily_quota,
                resets_at=policy.resets_at(today),
                credits=sum(ask.credits for ask in left),
                have=self._credits.available(uow, account_id),
            )
        if fit:
            repository.hold(uow.session, account_id, today, fit, self._clock())
            uow.notify(account_id, "quota", account_id)
            self._tell_if_low(uow, account_id, today, taken, taken + sum(ask.weight for ask in fit), paying)
        return frozenset(ask.key for ask in fit) | frozenset(earlier)

    def use(self, uow: UnitOfWork, key: str) -> None:
        """The picture is there. Again is fine. Raises NotFound, Conflict (`quota_released`)."""
        self._close(uow, key, _USED)

    def give_back(self, uow: UnitOfWork, key: str) -> None:
        """The picture is not going to be: its part goes back to the day of the click. Again is fine.

        Raises NotFound, Conflict (`quota_used`)."""
        self._close(uow, key, _RELEASED)

    def view_of(self, uow: UnitOfWork, account_id: str, at: datetime | None = None) -> QuotaView:
        """The day of `at` (now), without its breakdown. Raises NotFound."""
        paying = self._plans.paying_of(uow, account_id)
        day = policy.day_of(at or self._clock())
        used, held = repository.day(uow.session, account_id, day)
        return QuotaView(
            day=day,
            way=paying.way,
            limit=paying.daily_quota,
            used=used,
            held=held,
            overage=paying.overage,
            resets_at=policy.resets_at(day),
        )

    def disagreements(self, uow: UnitOfWork, first: str, last: str, limit: int | None = None) -> list[Disagreement]:
        """In what the accounts from `first` to `last` contradict themselves; of each kind `limit` at most."""
        return find(uow.session, CHECKS, first, last, self._clock(), limit)

    # --- use cases --------------------------------------------------------------------------------------------------

    def now(self, account_id: str) -> QuotaView:
        """Today, without its breakdown: what a meter shows. Raises NotFound."""
        with self._uow() as uow:
            return self.view_of(uow, account_id)

    def day(self, account_id: str) -> QuotaView:
        """Today with its pictures by model. Raises NotFound."""
        with self._uow() as uow:
            view = self.view_of(uow, account_id)
            return replace(view, by_model=repository.by_model(uow.session, account_id, view.day))

    def set_overage(self, account_id: str, *, on: bool) -> None:
        """Whether credits pay for pictures beyond the quota, from the next click on. Raises NotFound."""
        with self._uow() as uow:
            repository.account(uow.session, account_id).overage = on
            uow.notify(account_id, "quota", account_id)

    def audit(self, account_id: str | None = None) -> list[str]:
        """Adds everything up again; a sentence for each disagreement, none when all is well."""
        first, last = (account_id, account_id) if account_id else (FIRST, LAST)
        with self._uow() as uow:
            return [found.words for found in self.disagreements(uow, first, last)]

    def _tell_if_low(
        self, uow: UnitOfWork, account_id: str, day: date, before: int, taken: int, paying: Paying
    ) -> None:
        """Once a day when it gets low, and once when it is used up; `before` and `taken` are what was taken of it."""
        limit, now, key = paying.daily_quota, self._clock(), f"{account_id}:{day}"
        left = limit - taken
        if left <= 0:
            tell(uow, account_id, NoticeKind.QUOTA_OUT, f"quota_out:{key}", now, overage=paying.overage)
        elif is_low(left, limit) and not is_low(limit - before, limit):
            tell(uow, account_id, NoticeKind.QUOTA_LOW, f"quota_low:{key}", now, left=left, limit=limit)

    def _close(self, uow: UnitOfWork, key: str, to: QuotaState) -> None:
        whose = repository.whose(uow.session, key)
        if whose is None:
            raise NotFound(t("Nothing of the quota was set aside for this."), code="quota_use_not_found")
        day = repository.opened(uow.session, *whose)
        use = repository.uses_by_key(uow.session, [key])[key]
        if use.state is to:
            return
        if use.state is _RELEASED:
            raise Conflict(t("This part of the quota was already given back."), code="quota_released")
        if use.state is _USED:
            raise Conflict(t("This part of the quota was already used."), code="quota_used")
        use.state, use.closed_at = to, self._clock()
        day.held -= use.weight
        if to is _USED:
            day.used += use.weight
        uow.notify(use.account_id, "quota", use.account_id)
