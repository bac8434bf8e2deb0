"""A studio that sells, trains and draws, for what looks at all of it: the books."""

from __future__ import annotations

from photogen.gateways.base import Category, Fix
from photogen.kit.ids import new_id
from tests.factories.shop import Till
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.sandbox import SandboxServer


class House:
    """Studio, shop and workshop on one database; time is the test's."""

    def __init__(self, database_url: str, vendors: SandboxServer) -> None:
        vendors.reset()
        self.studio = Studio.on(database_url)
        self.till = Till(self.studio, vendors)
        self.works = Works(self.studio)

    def close(self) -> None:
        self.till.close()
        self.studio.close()

    def give(self, account: str, amount: int, reason: str = "A present") -> None:
        """By the operator's hand."""
        self.studio.credits.adjust(account, amount, reason, by="Boss", key=new_id())

    def draw(self, account: str, count: int = 1, *, fails: bool = False, waits: bool = False) -> str:
        """Pictures, delivered or dropped by the filter, or waiting in the queue; gives the batch's id."""
        if fails:
            dropped = Fix("Dropped.", vendor="fake", code="unsafe", category=Category.MODERATION)
            self.works.inline.breaks["submit"] = [dropped] * count
        id_ = self.works.picture(account, count=count)
        if not waits:
            self.works.run()
        return id_

    def train(self, account: str, word: str) -> str:
        """A training, completed."""
        id_ = self.works.to_training(account, trigger_word=word)
        self.works.finish()
        return id_

    def somebody(self) -> str:
        """An account with a bit of everything: a plan, a pack that went back, presents, pictures and trainings that
        were delivered, failed, are under way, and credits that have lapsed."""
        account = self.studio.account()
        self.till.plan(account, "creator")
        self.till.hear()
        self.train(account, "included")
        self.works.loras.delete(account, self.works.loras.all(account)[0].id)
        self.train(account, "paidfor")
        self.draw(account)  # of the day's quota
        self.till.later(account, 31)
        self.till.hear()
        self.till.billing.cancel(account)
        self.till.later(account, 31)
        self.till.hear()
        self.studio.credits.expire_due()
        self.till.pack(account)
        self.till.hear()
        self.give(account, 7)
        self.give(account, -2, "Too many")
        self.draw(account, 2)
        self.draw(account, fails=True)
        self.works.picture(account)
        self.works.queue.waiting.clear()
        return account
