"""What the doctor says of Stripe and of what was left behind: against the sandbox, with what it should have found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from photogen.domain.leftovers import LeftoversService
from photogen.gateways.base import Stop
from photogen.gateways.examination import Finding, Verdict
from photogen.gateways.payments.stripe import StripePayments
from photogen.models import Leftover, LeftoverOf, Plan
from photogen.runtime.checkup import operation, shop
from photogen.settings import Settings
from tests.factories.shop import Till
from tests.factories.studio import Studio
from tests.fakes.sandbox import SandboxServer

URL = "https://studio.test/webhooks/stripe"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def till(studio: Studio, sandbox: SandboxServer) -> Iterator[Till]:
    sandbox.reset()
    till = Till(studio, sandbox, webhook_url=URL)
    yield till
    till.close()


def compared(till: Till, *, secret_given: bool = False) -> dict[str, Verdict]:
    found = list(shop.compared(till.billing.shop(), till.gateway, secret_given=secret_given))
    assert all(finding.mend for finding in found if finding.verdict is not Verdict.OK)
    return {finding.check: finding.verdict for finding in found}


def endpoint(till: Till) -> str:
    [found] = till.shop.client.v1.webhook_endpoints.list().data
    return str(found.id)


def test_what_was_set_up_is_as_it_should_be_and_what_was_not_is_told(till: Till) -> None:
    assert compared(till) == {"prices": Verdict.WARNING, "webhook": Verdict.FAILED}
    till.billing.set_up()
    assert compared(till) == {"prices": Verdict.OK, "webhook": Verdict.OK}


def test_a_price_that_is_out_of_use_at_stripe_can_t_be_sold_until_it_is_synced(till: Till) -> None:
    till.billing.set_up()
    offer = till.billing.shop().offers[0]
    till.shop.client.v1.prices.update(offer.price_id, params={"active": False})
    [finding] = [f for f in shop.compared(till.billing.shop(), till.gateway, secret_given=True) if f.check == "prices"]
    assert (finding.verdict, offer.name in finding.words) == (Verdict.FAILED, True)
    assert "stripe sync" in finding.mend


def test_prices_of_another_account_are_made_anew_by_a_sync(till: Till, sandbox: SandboxServer) -> None:
    till.billing.set_up()
    sandbox.reset()  # another account: what was written down is not there
    till.studio.clock.move(days=1)
    assert compared(till, secret_given=True)["prices"] is Verdict.FAILED
    till.billing.set_up()
    assert compared(till, secret_given=True) == {"prices": Verdict.OK, "webhook": Verdict.OK}
    till.plan(till.studio.account())
    till.hear()


def test_a_plan_that_was_edited_has_no_price_yet(till: Till) -> None:
    till.billing.set_up()
    with till.studio.uow() as uow:
        plan = uow.session.get_one(Plan, "creator")
        plan.month_cents, plan.version = plan.month_cents + 100, plan.version + 1
    assert compared(till)["prices"] is Verdict.WARNING


def test_a_webhook_that_does_not_do(till: Till, studio: Studio, sandbox: SandboxServer) -> None:
    till.billing.set_up()
    endpoints = till.shop.client.v1.webhook_endpoints
    endpoints.update(endpoint(till), params={"enabled_events": ["invoice.paid"]})
    assert compared(till)["webhook"] is Verdict.WARNING
    endpoints.update(endpoint(till), params={"enabled_events": ["*"]})
    assert compared(till)["webhook"] is Verdict.OK
    endpoints.update(endpoint(till), params={"disabled": True})
    assert compared(till)["webhook"] is Verdict.FAILED
    till.billing.set_up()
    assert compared(till)["webhook"] is Verdict.OK
    moved = Till(studio, sandbox, webhook_url="https://other.test/webhooks/stripe")
    assert compared(moved)["webhook"] is Verdict.FAILED
    unreached = Till(studio, sandbox)
    assert compared(unreached)["webhook"] is Verdict.WARNING
    for other in (moved, unreached):
        other.close()


def test_events_whose_secret_is_not_known_are_told(till: Till) -> None:
    till.gateway.ensure_webhook(URL, tuple(till.billing.shop().events))
    assert compared(till)["webhook"] is Verdict.FAILED
    assert compared(till, secret_given=True)["webhook"] is Verdict.OK


def test_the_key(till: Till, sandbox: SandboxServer) -> None:
    assert {f.check: f.verdict for f in till.gateway.examine()} == {
        "account": Verdict.OK, "charges": Verdict.OK, "portal": Verdict.WARNING,
    }  # fmt: skip
    till.billing.set_up()
    assert {f.verdict for f in till.gateway.examine()} == {Verdict.OK}
    sandbox.fault("stripe", "account.get", "401")
    with pytest.raises(Stop):
        list(till.gateway.examine())


def test_a_restricted_key_that_may_not_all(sandbox: SandboxServer, till: Till) -> None:
    restricted = StripePayments("rk_test_sandbox", address=sandbox.stripe)
    assert next(restricted.examine()).verdict is Verdict.OK
    sandbox.fault("stripe", "refunds.list", "403")
    sandbox.fault("stripe", "webhook_endpoints.list", "403")
    refused = next(restricted.examine())
    restricted.close()
    assert (refused.check, refused.verdict) == ("rights", Verdict.FAILED)
    assert "refunds, webhook endpoints" in refused.words


def test_where_nothing_is_sold_nothing_is_wrong() -> None:
    closed = Settings.model_construct(stripe_key=None, sandbox_url="")
    [part] = shop.parts(closed, _Services(payments=None))  # type: ignore[arg-type]
    assert [finding.verdict for finding in part.look()] == [Verdict.OK]


class _Services:
    """As much of the services as a part needs."""

    def __init__(self, **parts: object) -> None:
        self.__dict__ |= parts
        self.outside = self


def left(studio: Studio) -> Finding:
    leftovers = LeftoversService(studio.uow, studio.clock, None)  # type: ignore[arg-type]
    parts = operation.parts(_Services(leftovers=leftovers))  # type: ignore[arg-type]
    [part] = [part for part in parts if part.key == "leftovers"]
    [finding] = part.look()
    return finding


def test_what_was_left_behind_is_counted_with_its_age(studio: Studio) -> None:
    assert left(studio).verdict is Verdict.OK
    now = datetime.now(UTC)
    with studio.uow() as uow:
        for hours, name in ((3, "one"), (76, "two"), (1, "three")):
            since = now - timedelta(hours=hours)
            uow.session.add(
                Leftover(
                    owner=LeftoverOf.TRAINING, owner_id="x", what="vendor", place="fake", name=name, since=since,
                    tried_at=now, tries=1,
                )
            )  # fmt: skip
    found = left(studio)
    assert found.verdict is Verdict.WARNING
    assert found.words == "3 that should be gone are still there, the oldest for 3 days"
    assert "leftovers --retry" in found.mend or "--retry" in found.mend
