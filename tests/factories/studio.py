"""The services at the bottom of the house on a test's database, and accounts to use them with."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from passlib.context import CryptContext  # type: ignore[import-untyped]
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlmodel import select

from photogen.db.uow import UnitOfWork
from photogen.domain.accounts import AccountsService, NewSession
from photogen.domain.accounts.commands import Register
from photogen.domain.accounts.secrets import Passwords
from photogen.domain.credits import CreditsService
from photogen.domain.plans import PlansService
from photogen.domain.quota import QuotaService
from photogen.gateways.queue.memory import MemoryQueue
from photogen.models import Account, GrantSource, Interval, Subscription, SubscriptionStatus
from tests.fakes.clock import FakeClock
from tests.fakes.databases import POOL, engine_of

PASSWORD = "correct horse battery"
_numbers = count(1)


def quick_passwords() -> Passwords:
    """True Argon2 at its smallest: a hash takes less than a millisecond."""
    return Passwords(CryptContext(schemes=["argon2"], argon2__memory_cost=8, argon2__rounds=1, argon2__parallelism=1))


@dataclass
class Studio:
    """Accounts, plans and credits on one database, with a clock and a queue in the test's hands."""

    engine: Engine
    clock: FakeClock = field(default_factory=FakeClock)
    queue: MemoryQueue = field(default_factory=MemoryQueue)

    def __post_init__(self) -> None:
        self.credits = CreditsService(self.uow, self.clock)
        self.plans = PlansService(self.uow, self.clock)
        self.quota = QuotaService(self.uow, self.clock, self.plans, self.credits)
        self.passwords = quick_passwords()
        self.accounts = AccountsService(
            self.uow, self.clock, self.credits, self.plans, session_days=30, passwords=self.passwords
        )

    @classmethod
    def on(cls, database_url: str, *, pool_size: int = POOL) -> "Studio":
        """One on the database of that address."""
        return cls(engine_of(database_url, pool_size))

    def uow(self) -> UnitOfWork:
        return UnitOfWork(self.engine, self.queue)

    def session(self) -> Session:
        """For looking at rows, and for changing them behind the services' backs."""
        return Session(self.engine)

    def close(self) -> None:
        """Its connections stay open for the next one on this database, unless they are many."""
        assert self.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        if self.engine.pool.size() > POOL:  # type: ignore[attr-defined]
            self.engine.dispose()

    def register(self, email: str = "", name: str = "Ada") -> NewSession:
        """A new account, logged in, with the free plan's welcome credits (5)."""
        email = email or f"person{next(_numbers)}@example.com"
        return self.accounts.register(Register.of(name=name, email=email, password=PASSWORD))

    def account(self, credits: int = 0, plan: str = "free") -> str:
        """Id of an account with that plan and exactly that many credits, which never lapse. It can't log in."""
        with self.uow() as uow:
            account = Account(
                email=f"person{next(_numbers)}@example.com", name="Ada", password_hash="none", plan_key=plan
            )
            uow.session.add(account)
            uow.session.flush()
            self.credits.grant(uow, account.id, credits, GrantSource.PACK, f"test:{account.id}")
        return account.id

    def subscribe(self, account_id: str, plan: str = "creator", *, version: int = 1, days: float = 30) -> str:
        """The plan is paid for from now on; gives the subscription's id. One that was paid before has ended."""
        self.unsubscribe(account_id)
        now = self.clock()
        with self.uow() as uow:
            row = Subscription(
                account_id=account_id, gateway="stripe", gateway_id=f"sub_{next(_numbers)}",
                status=SubscriptionStatus.ACTIVE, plan_key=plan, plan_version=version,
                interval=Interval.MONTH, price_id="price_test", period_start=now, created_at=now,
                period_end=now + timedelta(days=days), entitled_until=now + timedelta(days=days),
            )  # fmt: skip
            uow.session.add(row)
        return row.id

    def unsubscribe(self, account_id: str) -> None:
        """What was paid for is over."""
        with self.uow() as uow:
            for row in uow.session.exec(select(Subscription).where(Subscription.account_id == account_id)):
                row.status, row.entitled_until = SubscriptionStatus.CANCELED, self.clock()
