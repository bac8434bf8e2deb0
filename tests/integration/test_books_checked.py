"""The books are held against themselves: in a store that has everything, each contradiction is found by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, text

from photogen.db.uow import UnitOfWork
from photogen.domain.billing.commands import Refund
from photogen.domain.books import BooksService, Verdict
from photogen.domain.books.checking import repository as checking
from photogen.domain.credits import CreditsService
from photogen.domain.credits import checks as credits
from photogen.domain.generation.inputs import InputsService
from photogen.domain.incidents import IncidentsService
from photogen.domain.plans import PlansService
from photogen.domain.quota import QuotaService
from photogen.domain.quota import checks as quota
from tests.factories.house import House
from tests.factories.leaving import Leaving
from tests.factories.photos import jpeg
from tests.fakes.sandbox import SandboxServer


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    with SandboxServer(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


def _corrupt(connection: Connection, statement: str) -> None:
    """Changes rows behind the services' backs, the ledger's own guard asleep."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(text(statement))


@dataclass
class Lived:
    """A studio in which everything that can be paid was, one was refunded and one has left; nobody changes it for
    good."""

    house: House

    def check(self, *corruptions: str) -> tuple[Verdict, Counter[str]]:
        """What is found once these statements have been, and the incidents open then; all of it is rolled back."""
        with self.house.studio.engine.connect() as connection, connection.begin() as whole:
            for statement in corruptions:
                _corrupt(connection, statement)

            def uow() -> UnitOfWork:
                return UnitOfWork(connection, self.house.studio.queue)  # type: ignore[arg-type]

            clock = self.house.studio.clock
            ledger, incidents = CreditsService(uow, clock), IncidentsService(uow, clock, ())
            days = QuotaService(uow, clock, PlansService(uow, clock), ledger)
            books = BooksService(uow, clock, ledger, days, incidents)
            verdict = books.check()
            assert books.check().found == verdict.found
            seen = Counter({one.kind: 0 for one in incidents.open()})
            for one in incidents.open():
                assert one.count == 2  # once for each look, and not two of them
                seen[one.kind] += 1
            whole.rollback()
        return verdict, seen


@pytest.fixture(scope="module")
def lived(
    module_database_url: str, vendors: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lived]:
    house = House(module_database_url, vendors)
    house.somebody()
    refunded = house.studio.account()
    house.till.pack(refunded)
    house.till.hear()
    house.till.billing.refund(refunded, Refund.of(payment_id=house.till.billing.payments(refunded)[0].id))
    house.till.work()
    upload = tmp_path_factory.mktemp("uploads") / "photo.jpg"
    upload.write_bytes(jpeg())
    works = house.works
    InputsService(house.studio.uow, house.studio.clock, works.storage, works.gallery).add(refunded, upload)
    gone = Leaving(house.works, house.till.gateway)
    gone.go()
    gone.work()
    yield Lived(house)
    house.close()


def test_sound_books_are_found_sound(lived: Lived) -> None:
    verdict, incidents = lived.check()
    assert verdict.found == ()
    assert (verdict.accounts, verdict.sound, verdict.cut, incidents) == (3, True, False, Counter())


PICTURE = "SELECT id FROM shot WHERE paid_by = 'credits' AND status = 'done' LIMIT 1"
CORRUPTIONS = {
    "account_sum": "DELETE FROM credit_entry WHERE kind = 'expire' AND key NOT LIKE 'lapse:%'",
    "grant_remaining": "UPDATE credit_grant SET remaining = remaining - 1 WHERE source = 'admin' AND remaining > 0",
    "grant_filled": "UPDATE credit_grant SET amount = amount + 1 WHERE source = 'admin'",
    "hold_entries": "UPDATE credit_hold SET state = 'open' WHERE state = 'captured' AND kind = 'shot'",
    "hold_returned": """UPDATE credit_entry SET grant_id = (SELECT id FROM credit_grant WHERE source = 'plan' LIMIT 1)
        WHERE kind = 'release' AND key LIKE 'shot:%'""",
    "entry_owner": """UPDATE credit_grant SET account_id = (SELECT max(id) FROM account) WHERE source = 'pack'""",
    "entry_balance": "UPDATE credit_entry SET balance_after = balance_after + 1 WHERE kind = 'adjust'",
    "quota_day": "UPDATE quota_day SET used = used + 1",
    "quota_of_picture": "UPDATE quota_use SET state = 'released'",
    "quota_of_nothing": "UPDATE shot SET quota_weight = 7 WHERE paid_by = 'quota'",
    "hold_of_picture": f"UPDATE shot SET status = 'failed' WHERE id = ({PICTURE})",
    "picture_not_held": f"UPDATE shot SET credits = 2 WHERE id = ({PICTURE})",
    "picture_not_paid": f"DELETE FROM shot WHERE id = ({PICTURE})",
    "hold_of_training": "DELETE FROM training WHERE paid_by = 'credits'",
    "training_round": "UPDATE training_round SET credits = 1 WHERE paid_by = 'included'",
    "training_status": "UPDATE training SET status = 'cancelled' WHERE paid_by = 'included'",
    "included_trainings": "UPDATE plan_version SET trainings_included = 0",
    "payment_granted": "UPDATE payment SET credits = credits - 1 WHERE kind = 'plan'",
    "payment_not_granted": "UPDATE payment SET granted_at = NULL WHERE kind = 'plan'",
    "payment_terms": "UPDATE purchase SET credits = 7 WHERE kind = 'pack'",
    "payment_refunded": "UPDATE payment_refund SET cents = cents - 1",
    "payment_clawed": "UPDATE payment SET clawed = clawed + 1",
    "grant_not_paid": "DELETE FROM payment WHERE kind = 'pack' AND clawed = 0",
    "plan_not_paid": """UPDATE subscription SET status = 'active', entitled_until = '2999-01-01', gateway_id = 'sub_x',
        created_at = '2020-01-01'""",
}


@pytest.mark.parametrize("check", CORRUPTIONS)
def test_what_contradicts_itself_is_found_by_name_and_is_one_incident(lived: Lived, check: str) -> None:
    verdict, incidents = lived.check(CORRUPTIONS[check])
    named = Counter(one.check for one in verdict.found)
    assert named[check] >= 1
    assert incidents == Counter({f"books_{name}": count for name, count in named.items()})
    assert not verdict.sound


def test_every_check_there_is_has_its_corruption() -> None:
    known = {check.name for part in (checking.CHECKS, credits.CHECKS, quota.CHECKS) for check in part}
    assert known == CORRUPTIONS.keys()


def test_what_is_broken_everywhere_is_cut_short_and_said(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photogen.domain.books.checking.service.MOST_IN_ALL", 2)
    verdict, _ = lived.check("UPDATE credit_entry SET balance_after = balance_after + 1")
    assert (len(verdict.found), verdict.cut) == (2, True)
