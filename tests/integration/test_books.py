"""The books: every balance can be explained, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from photogen.domain.billing.commands import Refund
from photogen.domain.books import BooksService, Explanation
from photogen.domain.books.commands import Explain, FindAccounts
from photogen.errors import NotFound
from photogen.kit.ids import new_id
from photogen.models import EntryKind
from tests.factories.house import House
from tests.fakes.sandbox import SandboxServer


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def house(database_url: str, vendors: SandboxServer) -> Iterator[House]:
    house = House(database_url, vendors)
    yield house
    house.close()


@pytest.fixture
def books(house: House) -> BooksService:
    return BooksService(
        house.studio.uow, house.studio.clock, house.studio.credits, house.studio.quota, house.till.incidents
    )


def tamper(house: House, statement: str, **values: object) -> None:
    """Changes rows behind the services' backs, the ledger's own guard asleep."""
    with house.studio.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement), values)


def told(view: Explanation) -> list[tuple[int, int, str]]:
    return [(line.amount, line.balance, line.why) for line in view.lines]


# --- explained ---


def test_every_movement_of_pictures_is_told_with_its_cause(house: House, books: BooksService) -> None:
    ada = house.studio.account()
    house.give(ada, 5, "Sorry for the trouble")
    house.draw(ada)
    house.draw(ada, fails=True)
    waiting = house.works.picture(ada)
    house.works.generation.cancel(ada, waiting)
    under_way = house.works.shots(house.works.picture(ada))[0].id
    house.give(ada, -1, "One too many")
    view = books.explain(ada, Explain.of(order="oldest"))
    today = f"{house.studio.clock():%-d %B %Y}"
    gift, given = f"5 credits that the operator gave on {today}", f"the 5 credits given on {today}"
    one = "picture 1 of 1 with FLUX.1 schnell"
    assert told(view) == [
        (5, 5, "Given by Boss: Sorry for the trouble"),
        (-1, 4, f"Set aside for {one}, out of {given}"),
        (0, 4, f"Spent 1 credit: {one} was delivered"),
        (-1, 3, f"Set aside for {one}, out of {given}"),
        (1, 4, f"Returned: {one} failed (unsafe); back to {given}"),
        (-1, 3, f"Set aside for {one}, out of {given}"),
        (1, 4, f"Returned: {one} was cancelled; back to {given}"),
        (-1, 3, f"Set aside for {one}, out of {given}"),
        (-1, 2, "Taken by Boss: One too many"),
    ]
    assert {part.words: part.credits for part in view.parts} == {
        "Given by the operator": 5, "Taken by the operator": -1, "Spent": -1, "Set aside for work under way": -1,
    }  # fmt: skip
    assert [(hold.why, hold.amount, hold.subject_id) for hold in view.holds] == [
        (one.capitalize()[:1] + one[1:], 1, under_way)
    ]
    assert [(lot.remaining, lot.what, lot.lapses_at) for lot in view.left] == [(2, gift, None)]
    assert (view.available, view.held, view.balance, view.remaining, view.agrees) == (2, 1, 2, 2, True)


def test_invoices_packs_refunds_and_trainings_are_named(house: House, books: BooksService) -> None:
    ada = house.studio.account()
    house.till.plan(ada, "creator")
    house.till.hear()
    house.train(ada, "included")
    house.works.loras.delete(ada, house.works.loras.all(ada)[0].id)
    house.train(ada, "paidfor")
    house.till.pack(ada)
    house.till.hear()
    pack, invoice = house.till.billing.payments(ada)[:2]
    house.till.billing.refund(ada, Refund.of(payment_id=pack.id))
    house.till.work()
    lines = books.explain(ada, Explain.of(order="oldest")).lines
    why = {line.kind: line for line in lines}
    plan = next(line for line in lines if line.kind is EntryKind.GRANT)
    assert plan.why.startswith(f"Creator, first invoice {invoice.number} of ")
    assert "over $20.00; lapses on " in plan.why
    assert (plan.subject_kind, plan.subject_id) == ("payment", invoice.id)
    assert why[EntryKind.CAPTURE].why == "Spent 20 credits: training 'Ada' of 1,000 steps was delivered"
    assert why[EntryKind.HOLD].subject_kind == "training"
    assert "100 credits bought, the pack's payment " in why[EntryKind.CLAWBACK].why
    assert why[EntryKind.CLAWBACK].amount == -100
    assert why[EntryKind.CLAWBACK].subject_id == pack.id


def test_what_lapses_says_of_what_and_when(house: House, books: BooksService) -> None:
    ada = house.studio.account()
    house.till.plan(ada, "creator")
    house.till.hear()
    ends = house.till.billing.subscription(ada)
    house.till.billing.cancel(ada)
    house.till.later(ada, 32)
    house.till.hear()
    assert ends is not None
    until = f"{ends.period_end:%-d %B %Y}"
    assert [(lot.remaining, lot.lapsed) for lot in books.explain(ada).left] == [(200, True)]
    assert (books.explain(ada).available, books.explain(ada).balance) == (0, 200)
    house.studio.credits.expire_due()
    newest = books.explain(ada).lines[0]
    assert newest.amount == -200
    assert newest.why.startswith(f"Lapsed on {until}: what was left of the Creator, first invoice ")


def test_pages_of_both_orders_tell_the_same_entries_with_the_same_balances(house: House, books: BooksService) -> None:
    ada = house.studio.account()
    for amount in range(1, 8):
        house.give(ada, amount)

    def walk(order: str) -> list[tuple[int, int, str]]:
        page = books.explain(ada, Explain.of(order=order, limit=3))
        found = told(page)
        while page.beyond:
            page = books.explain(ada, Explain.of(order=order, limit=3, beyond=page.beyond))
            found += told(page)
        return found

    oldest = walk("oldest")
    assert [balance for _, balance, _ in oldest] == [1, 3, 6, 10, 15, 21, 28]
    assert walk("newest") == oldest[::-1]


def test_a_balance_that_is_noted_wrongly_is_shown_as_such(house: House, books: BooksService) -> None:
    ada = house.studio.account()
    house.give(ada, 5)
    tamper(house, "UPDATE credit_entry SET balance_after = 6 WHERE account_id = :id", id=ada)
    view = books.explain(ada)
    assert (view.lines[0].balance, view.lines[0].noted, view.agrees) == (5, 6, False)


def test_accounts_are_found_by_address_name_and_id_with_what_they_can_spend(house: House, books: BooksService) -> None:
    made = [house.studio.register(f"Find.{n}@example.com", name=f"Fin 100% {n}").identity for n in range(3)]
    ids = [who.account_id for who in made]
    rows, more = books.accounts(FindAccounts.of(words="find.", limit=2))
    assert ([row.id for row in rows], more) == (ids[:0:-1], True)
    rest, more = books.accounts(FindAccounts.of(words="FIND.", limit=2, beyond=rows[-1].id))
    assert ([row.id for row in rest], more) == (ids[:1], False)
    assert [row.id for row in books.accounts(FindAccounts.of(words=ids[1]))[0]] == [ids[1]]
    assert [row.id for row in books.accounts(FindAccounts.of(words="100% 2"))[0]] == [ids[2]]
    assert books.accounts(FindAccounts.of(words="100_ 2"))[0] == []
    assert rows[0].available == 5


def test_an_account_that_is_not_there(books: BooksService) -> None:
    with pytest.raises(NotFound):
        books.explain(new_id())
