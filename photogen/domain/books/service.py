"""The books, for the operator: why an account has what it has, and whether all of it agrees. Whosever account, and
nothing is changed."""

from photogen.db.moment import one_moment
from photogen.db.uow import UowFactory
from photogen.domain.books import repository, show
from photogen.domain.books.checking import Checking, Verdict
from photogen.domain.books.commands import Explain, FindAccounts
from photogen.domain.books.views import AccountLine, Explanation
from photogen.domain.credits.service import CreditsService
from photogen.domain.incidents import IncidentsService
from photogen.domain.quota import QuotaService
from photogen.kit.clock import Clock

_NOW = Explain()


class BooksService:
    """Use cases: accounts, explain; for the worker: check."""

    def __init__(
        self, uow: UowFactory, clock: Clock, credits: CreditsService, quota: QuotaService, incidents: IncidentsService
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._checking = Checking(uow, clock, incidents, (credits.disagreements, quota.disagreements))

    def check(self) -> Verdict:
        """Holds all accounts' books against themselves, in portions; each contradiction is an incident from then on."""
        return self._checking()

    def accounts(self, wanted: FindAccounts) -> tuple[list[AccountLine], bool]:
        """Accounts that fit, the newest first, and whether there are more."""
        with self._uow() as uow:
            rows = repository.accounts(uow.session, wanted, self._clock())
        found = [
            AccountLine(
                row.id, row.email, row.name, plan, row.role.value, int(available), row.created_at,
                row.deleted_at is not None,
            )
            for row, available, plan in rows[: wanted.limit]
        ]  # fmt: skip
        return found, len(rows) > wanted.limit

    def explain(self, account_id: str, wanted: Explain = _NOW) -> Explanation:
        """The balance, what it is made of, what is set aside and when the rest lapses; and a page of entries, each with
        the balance after it and its cause. All of it is of one moment. Raises NotFound."""
        now = self._clock()
        with self._uow() as uow:
            one_moment(uow.session)
            account = repository.account(uow.session, account_id)
            plan = repository.plan_of(uow.session, account_id, now)
            sums = repository.sums(uow.session, account_id, now)
            rows, balance = repository.entries(uow.session, account_id, wanted)
            holds = repository.open_holds(uow.session, account_id)
            grants = repository.live_grants(uow.session, account_id)
            causes = repository.causes(uow.session, rows, holds, grants)
        lines = []
        for row in sorted(rows, key=lambda row: row.id or 0):
            balance += row.amount
            lines.append(show.line(row, balance, causes))
        if wanted.order == "newest":
            lines.reverse()
        more = len(lines) > wanted.limit
        parts = [part for part in show.parts(sums) if part.credits]
        lines = lines[: wanted.limit]
        return Explanation(
            account_id=account.id,
            email=account.email,
            name=account.name,
            plan=plan,
            since=account.created_at,
            closed=account.deleted_at is not None,
            available=sums.remaining - sums.lapsed,
            held=sums.open,
            balance=sums.balance,
            remaining=sums.remaining,
            unaccounted=next((part.credits for part in parts if part.words == show.UNACCOUNTED), 0),
            entries=sums.entries,
            parts=tuple(parts),
            holds=tuple(show.hold(row, causes) for row in holds),
            left=tuple(show.left(row, causes, now) for row in grants),
            lines=tuple(lines),
            beyond=lines[-1].id if more else 0,
        )
