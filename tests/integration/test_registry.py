"""Plans, packs and models edited by the operator: what was sold stays, each edit is written down, one price for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from photogen.domain.audit import AuditService, Operator
from photogen.domain.billing.service import BillingService
from photogen.domain.generation.commands import QuoteGeneration
from photogen.domain.incidents import IncidentsService
from photogen.domain.plans.policy import picture_price
from photogen.domain.plans.registry import EditModel, EditPack, EditPlan, Registry
from photogen.errors import Conflict, InsufficientCredits, Invalid, NotFound
from photogen.gateways.payments.stripe import StripePayments
from photogen.models import AuditEntry, CreditUnit, Tier
from tests.factories.leaving import Leaving
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.sandbox import SandboxServer

PIXELS = 1024 * 1024


@pytest.fixture
def registry(studio: Studio) -> Registry:
    return Registry(studio.uow, studio.clock, AuditService(studio.uow, studio.clock))


@pytest.fixture
def boss(studio: Studio) -> Operator:
    return Operator(studio.account(), "Boss")


def plan(registry: Registry, key: str = "creator", **changes: Any) -> EditPlan:
    [found] = [row for row in registry.view().plans if row.key == key]
    return EditPlan.of(**{"key": key, "version": found.version, **found.terms.model_dump(), **changes})


def model(registry: Registry, key: str = "flux:schnell", **changes: Any) -> EditModel:
    [found] = [row for row in registry.view().models if row.key == key]
    names = ("name", "description", "tier", "credits", "credit_unit", "quota_weight", "enabled", "beta")
    return EditModel.of(**{"key": key, **{name: getattr(found, name) for name in names}, **changes})


# --- plans ---


def test_an_edited_plan_is_a_new_version_and_who_has_bought_keeps_the_old_one(
    studio: Studio, registry: Registry, boss: Operator
) -> None:
    ada = studio.account()
    studio.subscribe(ada)
    changed = plan(registry, month_cents=2500, daily_quota=10, tier=Tier.PRO, name="Maker")
    assert registry.edit_plan(boss, changed) == 2
    bob = studio.account()
    studio.subscribe(bob, version=2)
    rights = {who: studio.plans.entitlements(who) for who in (ada, bob)}
    assert [(r.name, r.tier, r.paying.daily_quota) for r in rights.values()] == [
        ("Creator", Tier.BASIC, 50), ("Maker", Tier.PRO, 10),
    ]  # fmt: skip
    [offered] = [row for row in registry.view().plans if row.key == "creator"]
    assert (offered.version, offered.terms.month_cents, offered.subscribers, offered.earlier) == (2, 2500, 2, 1)
    assert [view.month_cents for view in studio.plans.plans() if view.key == "creator"] == [2500]


def test_each_edit_is_written_down_with_what_was_different(registry: Registry, boss: Operator) -> None:
    registry.edit_plan(boss, plan(registry, month_cents=2500, trainings_once=True))
    registry.edit_model(boss, model(registry, credits=3, credit_unit=CreditUnit.MEGAPIXEL))
    registry.edit_pack(boss, EditPack.of(key="credits_100", credits=100, cents=900, enabled=True))
    found = [(c.made_by, c.action, c.subject, c.before, c.after) for c in registry.changes()]
    assert found == [
        ("Boss", "pack_edited", "pack credits_100", {"cents": 1000}, {"cents": 900}),
        ("Boss", "model_edited", "model flux:schnell", {"credits": 1, "credit_unit": "picture"},
         {"credits": 3, "credit_unit": "megapixel"}),
        ("Boss", "plan_edited", "plan creator", {"month_cents": 2000, "trainings_once": False},
         {"month_cents": 2500, "trainings_once": True}),
    ]  # fmt: skip


def test_an_edit_that_changes_nothing_is_none(registry: Registry, boss: Operator) -> None:
    assert registry.edit_plan(boss, plan(registry)) == 1
    registry.edit_model(boss, model(registry))
    registry.edit_pack(boss, EditPack.of(key="credits_100", credits=100, cents=1000, enabled=True))
    assert registry.changes() == []


def test_of_two_who_edit_at_once_one_is_told(studio: Studio, registry: Registry, boss: Operator) -> None:
    commands = [plan(registry, month_cents=2000 + 100 * n) for n in range(1, 5)]
    outcomes: list[object] = []
    gate = threading.Barrier(len(commands))

    def edit(command: EditPlan) -> None:
        gate.wait()
        try:
            outcomes.append(registry.edit_plan(boss, command))
        except Conflict as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=edit, args=(command,)) for command in commands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [2, *["edited_meanwhile"] * 3]
    assert len(registry.changes()) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"month_cents": 0}, "out_of_range"), ({"year_cents": 0}, "out_of_range"),
        ({"month_cents": 49}, "out_of_range"),
        ({"month_cents": -1}, "out_of_range"), ({"month_cents": 10**9}, "out_of_range"), ({"name": " "}, "missing"),
        ({"model_slots": 0}, "out_of_range"), ({"credits_month": "many"}, "not_a_number"),
        ({"tier": "gold"}, "not_a_choice"),
    ],
)  # fmt: skip
def test_terms_that_can_t_be_sold_are_refused(registry: Registry, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan(registry, **changes)
    assert refused.value.code == code


def test_the_plan_with_which_accounts_begin_costs_nothing(registry: Registry, boss: Operator) -> None:
    with pytest.raises(Invalid) as refused:
        registry.edit_plan(boss, plan(registry, "free", month_cents=500, year_cents=5000))
    assert refused.value.code == "free_plan"
    assert registry.edit_plan(boss, plan(registry, "free", credits_once=9)) == 2
    with pytest.raises(NotFound):
        registry.edit_plan(boss, EditPlan.of(**plan(registry).model_dump() | {"key": "gold"}))


# --- packs ---


def test_a_pack_is_added_taken_off_sale_and_not_made_twice(registry: Registry, boss: Operator) -> None:
    key = registry.edit_pack(boss, EditPack.of(credits=250, cents=2000, enabled=True))
    with pytest.raises(Conflict):
        registry.edit_pack(boss, EditPack.of(credits=250, cents=100, enabled=True))
    registry.edit_pack(boss, EditPack.of(key=key, credits=250, cents=2100, enabled=False))
    assert [(p.key, p.cents, p.enabled) for p in registry.view().packs if p.key == key] == [(key, 2100, False)]
    assert registry.changes()[-1].before == {}
    with pytest.raises(NotFound):
        registry.edit_pack(boss, EditPack.of(key="credits_9", credits=9, cents=100, enabled=True))


# --- models and their price ---


@pytest.mark.parametrize(
    ("credits", "unit", "size", "price"),
    [
        (2, CreditUnit.PICTURE, (4096, 4096), 2), (2, CreditUnit.MEGAPIXEL, (1024, 1024), 2),
        (2, CreditUnit.MEGAPIXEL, (896, 1184), 2), (10, CreditUnit.MEGAPIXEL, (2048, 1024), 20),
        (1, CreditUnit.MEGAPIXEL, (256, 256), 1), (0, CreditUnit.MEGAPIXEL, (1024, 1024), 0),
        (3, CreditUnit.MEGAPIXEL, (1024, 512), 2), (5, CreditUnit.MEGAPIXEL, (1024, 1536), 8),
    ],
)  # fmt: skip
def test_what_a_picture_costs(credits: int, unit: CreditUnit, size: tuple[int, int], price: int) -> None:
    assert picture_price(credits, unit, *size) == price


def test_page_click_and_ledger_agree_on_a_price_by_the_megapixel(
    studio: Studio, registry: Registry, boss: Operator
) -> None:
    works, ada = Works(studio), studio.account(credits=5000)
    registry.edit_model(boss, model(registry, credits=1000, credit_unit=CreditUnit.MEGAPIXEL))
    choice = "base:flux:schnell"
    [offered] = [m for m in works.generation.options(ada).base_models if m.choice == choice]
    assert offered.credits == 1000
    quote = works.generation.quote(ada, QuoteGeneration.of(model=choice, count=2, aspect="16:9"))
    [shape] = [a for a in works.generation.options(ada).aspects if a.key == "16:9"]
    assert quote.credits_each == round(1000 * shape.width * shape.height / PIXELS) != 1000
    batch = works.picture(ada, count=2, aspect="16:9")
    assert [shot.credits for shot in works.shots(batch)] == [quote.credits_each] * 2
    works.run()
    assert works.balance(ada) == quote.balance_after
    assert works.sound(ada)
    with pytest.raises(InsufficientCredits):
        works.picture(ada, count=8, aspect="16:9")


def test_what_was_asked_for_keeps_its_price(studio: Studio, registry: Registry, boss: Operator) -> None:
    works, ada = Works(studio), studio.account(credits=10)
    works.picture(ada)
    registry.edit_model(boss, model(registry, credits=9))
    works.run()
    assert works.balance(ada) == 9
    assert works.generation.quote(ada, QuoteGeneration.of(model="base:flux:schnell")).total == 9


def test_a_price_by_the_second_is_no_price_of_a_picture(studio: Studio, registry: Registry) -> None:
    with pytest.raises(Invalid) as refused:
        model(registry, credit_unit=CreditUnit.SECOND)
    assert refused.value.code == "unit_not_suitable"
    works, ada = Works(studio), studio.account(credits=10)
    with studio.engine.begin() as connection:
        connection.execute(text("UPDATE image_model SET credit_unit = 'second' WHERE key = 'flux:schnell'"))
    for ask in (
        lambda: works.generation.quote(ada, QuoteGeneration.of(model="base:flux:schnell")),
        lambda: works.picture(ada),
    ):
        with pytest.raises(Conflict) as stopped:
            ask()
        assert stopped.value.code == "unit_not_suitable"
    assert works.balance(ada) == 10


def test_a_model_that_is_off_is_not_offered(studio: Studio, registry: Registry, boss: Operator) -> None:
    registry.edit_model(boss, model(registry, "flux:1.1-pro", enabled=False))
    assert "flux:1.1-pro" not in [m.key for m in studio.plans.image_models()]
    assert [m.enabled for m in registry.view().models if m.key == "flux:1.1-pro"] == [False]


# --- the payment service ---


@pytest.fixture
def vendors(tmp_path: Any) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path / "sandbox") as server:
        yield server


def test_what_the_payment_service_lacks_is_made_when_asked_for(
    studio: Studio, registry: Registry, boss: Operator, vendors: SandboxServer
) -> None:
    gateway, incidents = (
        StripePayments("sk_test_sandbox", address=vendors.stripe),
        IncidentsService(studio.uow, studio.clock),
    )
    billing = BillingService(studio.uow, studio.clock, studio.credits, incidents, gateway)
    billing.set_up()
    assert billing.not_at_the_service() == []
    registry.edit_plan(boss, plan(registry, month_cents=2500))
    missing = billing.not_at_the_service()
    assert missing == ["Creator, monthly", "Creator, yearly"]
    registry.sync(boss, len(missing))
    [job] = studio.queue.waiting
    assert job.name == "sync_shop"
    vendors.fault("stripe", "prices.create", "500", times=None)
    billing.set_up_now()
    assert [one.kind for one in incidents.open()] == ["shop_not_synced"]
    vendors.clear_faults()
    billing.set_up_now()
    assert (billing.not_at_the_service(), incidents.open()) == ([], [])
    assert registry.changes()[0].action == "shop_synced"
    gateway.close()


# --- afterwards ---


def test_an_operator_who_leaves_is_named_no_more(studio: Studio, registry: Registry) -> None:
    leaving = Leaving(Works(studio))
    registry.edit_model(Operator(leaving.id, "Ada of the operators"), model(registry, beta=True))
    leaving.go()
    leaving.work()
    with studio.session() as session:
        rows = session.scalars(select(AuditEntry)).all()  # of a link that they shared, too
    assert {(row.account_id, row.made_by) for row in rows} == {(None, "")}
    assert {"beta": True} in [row.after for row in rows]
