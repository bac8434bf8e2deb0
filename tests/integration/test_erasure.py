"""Accounts deleted: at once for the person, step by step for the rest, with a receipt, and the ledger adds up."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import select

from photogen.domain.accounts.commands import LogIn
from photogen.domain.erasure import service
from photogen.domain.erasure.commands import DeleteAccount
from photogen.domain.erasure.repository import KEPT
from photogen.domain.receipts import ReceiptKind
from photogen.domain.receipts.service import new_number
from photogen.errors import Conflict, Invalid, NotFound, Unauthenticated
from photogen.gateways.base import JobState
from photogen.models import Account, DeletionReceipt, Image, Role, Training
from tests.factories.leaving import EMAIL, Leaving
from tests.factories.studio import PASSWORD
from tests.factories.work import Works
from tests.fakes.vendors import Killed, busy
from tests.integration.test_operator import run  # noqa: F401  (the fixture)


@pytest.fixture
def leaving(works: Works) -> Leaving:
    return Leaving(works)


def test_everything_goes_and_the_ledger_stays_whole(works: Works, leaving: Leaving) -> None:
    assert works.hub.repositories
    assert any("photos/" in key for key in works.storage.objects)
    assert leaving.shares.look(leaving.shared).total == 1
    number = leaving.go()
    assert works.studio.accounts.identify(leaving.token) is None, "logged out at once"
    with pytest.raises(NotFound):
        leaving.shares.look(leaving.shared)
    with pytest.raises(Unauthenticated):
        works.studio.accounts.log_in(LogIn.of(email=EMAIL, password=PASSWORD))
    assert works.receipts.look(number).finished_at is None
    leaving.work()
    assert works.hub.repositories == {}
    assert works.storage.objects == {}
    assert works.trainer.jobs["t2"].state is JobState.CANCELLED
    assert set(leaving.rows()) <= KEPT
    receipt = works.receipts.look(number)
    assert receipt.finished_at is not None
    assert all(item.gone_at for item in receipt.items)
    assert works.balance(leaving.id) == 0
    assert works.credits.audit() == []
    with works.studio.session() as session:
        row = session.get_one(Account, leaving.id)
        kept = " ".join(str(value) for value in row.model_dump().values())
        notes = session.execute(text("SELECT string_agg(note, '') FROM credit_entry")).scalar_one()
        grants = session.execute(text("SELECT string_agg(note, '') FROM credit_grant")).scalar_one()
        audit = session.execute(text("SELECT string_agg(made_by, '') FROM audit_entry")).scalar_one()
    assert "Ada" not in kept
    assert EMAIL not in kept
    assert "Ada" not in notes + grants + audit
    assert works.studio.register(EMAIL), "the address is free again"
    assert leaving.erasure.due() == []


def test_only_with_the_password_and_the_address(works: Works, leaving: Leaving) -> None:
    for password, confirmation, code in (
        ("wrong", EMAIL, "wrong_password"),
        (PASSWORD, "bob@example.com", "not_confirmed"),
    ):
        with pytest.raises(Invalid) as refused:
            leaving.erasure.request(leaving.id, DeleteAccount.of(password=password, confirmation=confirmation))
        assert refused.value.code == code
    assert works.studio.accounts.identify(leaving.token) is not None
    leaving.go()
    with pytest.raises(NotFound):
        leaving.erasure.request_for(EMAIL)


def test_the_last_administrator_stays(works: Works, leaving: Leaving) -> None:
    with works.studio.uow() as uow:
        uow.session.get_one(Account, leaving.id).role = Role.ADMIN
    with pytest.raises(Conflict) as refused:
        leaving.go()
    assert refused.value.code == "last_admin"


def test_killed_in_the_middle_it_goes_on(works: Works, leaving: Leaving) -> None:
    number = leaving.go()
    works.clock.move(seconds=60)
    real = works.storage.delete
    calls = 0

    def dying(key: str) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            raise Killed
        real(key)

    works.storage.delete = dying  # type: ignore[method-assign]
    with pytest.raises(Killed):
        leaving.erasure.erase(leaving.id)
    works.storage.delete = real  # type: ignore[method-assign]
    assert leaving.erasure.due() == [], "who was killed is waited for a little"
    leaving.work(8)
    assert works.receipts.look(number).finished_at is not None
    assert works.storage.objects == {}


def test_one_worker_at_a_time_and_only_for_a_while(
    works: Works, leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's hundred thousand pictures must not keep everybody's workers busy."""
    monkeypatch.setattr(service, "_BATCH", 1)
    leaving.go()
    works.clock.move(seconds=60)
    real = works.storage.delete
    deleted: list[str] = []

    def slow(key: str) -> None:
        deleted.append(key)
        works.clock.move(seconds=25)
        before = len(deleted)
        assert leaving.erasure.due() == []
        leaving.erasure.erase(leaving.id)
        assert len(deleted) == before, "another worker, sent by whatever, leaves it alone"
        real(key)

    works.storage.delete = slow  # type: ignore[method-assign]
    leaving.erasure.erase(leaving.id)
    assert 3 <= len(deleted) <= 6
    assert [job.args for job in leaving.erasure.due()] == [(leaving.id,)], "and it goes on at once"
    works.storage.delete = real  # type: ignore[method-assign]
    works.clock.move(seconds=15)
    leaving.work()
    assert set(leaving.rows()) <= KEPT


def test_a_late_click_does_not_give_the_name_back(works: Works, leaving: Leaving) -> None:
    leaving.go()
    with pytest.raises(NotFound):
        works.studio.accounts.rename(leaving.id, "Ada")


def test_it_waits_for_the_vendors(works: Works, leaving: Leaving) -> None:
    number = leaving.go()
    works.hub.breaks["delete"] = [busy() for _ in range(3)]
    leaving.work(2)
    pending = {item.what for item in works.receipts.look(number).items if item.gone_at is None}
    assert any("Models" in what for what in pending)
    with works.studio.session() as session:
        assert session.scalars(select(Training).where(Training.account_id == leaving.id)).first() is not None
        assert session.scalars(select(Image).where(Image.account_id == leaving.id)).first() is None
    for _ in range(4):
        works.later(3600)
        leaving.work(1)
    assert works.receipts.look(number).finished_at is not None
    assert works.hub.repositories == {}


def test_fruits_that_wait_for_a_retry_do_not_wait_any_more(works: Works, leaving: Leaving) -> None:
    works.hub.breaks["publish"] = [busy(10) for _ in range(40)]
    works.trainer.move(JobState.SUCCEEDED, "t2", version="studio/loras:def")
    for _ in range(25):
        works.later(200)
    leaving.go()
    leaving.work()
    assert set(leaving.rows()) <= KEPT
    assert works.storage.objects == {}


def test_a_deleted_model_leaves_its_creator_a_receipt(works: Works, ada: str) -> None:
    works.to_training(ada)
    works.finish()
    works.hub.breaks["delete"] = [busy()]
    number = works.loras.delete(ada, works.loras.all(ada)[0].id)
    works.run()
    [receipt] = [r for r in works.receipts.of_account(ada) if r.number == number]
    assert receipt.kind is ReceiptKind.MODEL
    assert "Ada" not in receipt.name
    assert [(item.place, item.gone_at is not None) for item in receipt.items] == [("studio", True), ("hub", False)]
    works.later(60)
    for job in works.loras.due():
        works.queue.push(job)
    works.run()
    assert works.receipts.look(number).finished_at is not None
    assert works.receipts.of_account(works.studio.account()) == []


def test_a_number_is_read_as_people_type_it_and_can_not_be_guessed(works: Works, ada: str) -> None:
    with works.studio.uow() as uow:
        uow.session.add(
            DeletionReceipt(number="K01QM-2V9XD-40RTH-A8ZC3", kind=ReceiptKind.MODEL, subject_id="x", name="Model")
        )
    for typed in ("K01QM-2V9XD-40RTH-A8ZC3", " kolqm 2v9xd 4orth a8zc3 ", "KOIQM2V9XD40RTHA8ZC3"):
        assert works.receipts.look(typed).name == "Model"
    for unknown in ("", "K01QM", new_number(), "x" * 500, "\x00"):
        with pytest.raises(NotFound):
            works.receipts.look(unknown)
    assert len({new_number() for _ in range(50)}) == 50


def test_the_password_is_no_word_of_the_log(works: Works) -> None:
    command = DeleteAccount.of(password=PASSWORD, confirmation=EMAIL)
    assert isinstance(command.password, SecretStr)
    assert PASSWORD not in repr(command)


def test_by_the_operator(run, database_url: str) -> None:  # noqa: F811
    status, said = run("delete-account", "nobody@example.com", "--yes")
    assert (status, "not_found" in said) == (1, True)
