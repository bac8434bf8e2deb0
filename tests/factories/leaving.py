"""Somebody on the way out."""

from __future__ import annotations

from sqlalchemy import inspect, text

from photogen.domain.audit import AuditService
from photogen.domain.billing.service import BillingService
from photogen.domain.erasure import ErasureService
from photogen.domain.erasure.commands import DeleteAccount
from photogen.domain.shares import Share, SharesService
from photogen.domain.shares.config import SharesConfig
from photogen.gateways.base_payments import PaymentGateway
from photogen.gateways.payments.stripe import StripePayments
from photogen.models import Account
from tests.factories.studio import PASSWORD
from tests.factories.work import Works

EMAIL = "ada@example.com"


class Leaving:
    """Somebody who has everything an account can have, and goes."""

    def __init__(self, works: Works, payments: PaymentGateway | None = None) -> None:
        self.works = works
        self.token = works.studio.register(EMAIL).token
        self.id = works.studio.accounts.find(EMAIL).account_id
        works.credits.adjust(self.id, 200, "A present for Ada", by="boss", key=f"present-{self.id}")
        with works.studio.uow() as uow:
            uow.session.get_one(Account, self.id).plan_key = "pro"
        self.billing = BillingService(
            works.studio.uow, works.clock, works.credits, works.incidents, payments or StripePayments("sk_test_unused")
        )
        self.erasure = ErasureService(
            works.studio.uow, works.clock, works.studio.accounts, works.credits, works.training, works.generation,
            works.loras, works.storage, works.receipts, works.leftovers, self.billing,
        )  # fmt: skip
        works.to_training(self.id, trigger_word="done")
        works.finish()
        works.picture(self.id)
        works.run()
        audit = AuditService(works.studio.uow, works.clock)
        config = SharesConfig("https://photos.example", b"k" * 32)
        self.shares = SharesService(works.studio.uow, works.clock, works.storage, audit, config)
        pictures = tuple(card.id for card in works.gallery.recent(self.id, 1))
        self.shared = self.shares.create(self.id, Share.of(pictures=pictures)).address[-32:]
        works.to_training(self.id, trigger_word="running")

    def go(self) -> str:
        return self.erasure.request(self.id, DeleteAccount.of(password=PASSWORD, confirmation=EMAIL))

    def work(self, rounds: int = 4) -> None:
        for _ in range(rounds):
            for job in self.erasure.due():
                self.erasure.erase(*job.args)
            self.works.queue.waiting = type(self.works.queue.waiting)(
                job for job in self.works.queue.waiting if job.name != "erase_account"
            )
            self.works.later(60)
            for job in self.works.loras.due():
                self.works.queue.push(job)
            self.works.run()

    def rows(self) -> dict[str, int]:
        """How many rows still refer to the account, by table."""
        found = {}
        with self.works.studio.session() as session:
            tables = inspect(session.connection())
            for table in tables.get_table_names():
                for key in tables.get_foreign_keys(table):
                    if key["referred_table"] == "account":
                        [column] = key["constrained_columns"]
                        query = text(f"SELECT count(*) FROM {table} WHERE {column} = :id")
                        found[table] = session.execute(query, {"id": self.id}).scalar_one()
        return {table: count for table, count in found.items() if count}
