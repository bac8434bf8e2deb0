"""The ledger from outside: what is granted, held, spent, given back, and lost by lapse."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from time import monotonic

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from photogen.db.locks import lock_account
from photogen.domain.credits import HistoryQuery
from photogen.errors import Conflict, InsufficientCredits, Invalid, NotFound
from photogen.kit.ids import new_id
from photogen.models import CreditGrant, EntryKind, GrantSource
from tests.factories.studio import Studio

_ENTRY = "INSERT INTO credit_entry (account_id, kind, amount, balance_after, grant_id, key, note, made_by, created_at)"


def grant(studio: Studio, account: str, amount: int, key: str, days: int | None = None) -> None:
    expires_at = None if days is None else studio.clock.now + timedelta(days=days)
    with studio.uow() as uow:
        studio.credits.grant(uow, account, amount, GrantSource.PLAN, key, expires_at)


def hold(studio: Studio, account: str, amount: int, key: str) -> None:
    with studio.uow() as uow:
        studio.credits.hold(uow, account, amount, key, "shot", f"subject-of-{key}"[:26])


def capture(studio: Studio, key: str) -> None:
    with studio.uow() as uow:
        studio.credits.capture(uow, key)


def release(studio: Studio, key: str) -> None:
    with studio.uow() as uow:
        studio.credits.release(uow, key)


def entries(studio: Studio, account: str) -> list[tuple[EntryKind, int, int]]:
    """The two newest: kind, amount, balance after it."""
    return [(e.kind, e.amount, e.balance_after) for e in studio.credits.history(account, limit=2)]


def state(studio: Studio, account: str) -> tuple[int, int]:
    assert studio.credits.audit() == []
    balance = studio.credits.balance(account)
    return balance.available, balance.held


def test_a_hold_is_captured(studio: Studio) -> None:
    account = studio.account(10)
    hold(studio, account, 4, "a")
    assert state(studio, account) == (6, 4)
    capture(studio, "a")
    capture(studio, "a")
    assert state(studio, account) == (6, 0)
    with pytest.raises(Conflict) as refused:
        release(studio, "a")
    assert refused.value.code == "hold_captured"
    assert state(studio, account) == (6, 0)


def test_a_hold_is_released(studio: Studio) -> None:
    account = studio.account(10)
    hold(studio, account, 4, "a")
    release(studio, "a")
    release(studio, "a")
    assert state(studio, account) == (10, 0)
    with pytest.raises(Conflict) as refused:
        capture(studio, "a")
    assert refused.value.code == "hold_released"


def test_what_is_not_there_can_not_be_held(studio: Studio) -> None:
    account = studio.account(3)
    with pytest.raises(InsufficientCredits) as refused:
        hold(studio, account, 4, "a")
    assert (refused.value.needed, refused.value.have) == (4, 3)
    assert state(studio, account) == (3, 0)
    hold(studio, account, 3, "a")
    hold(studio, account, 0, "free of charge")
    capture(studio, "free of charge")
    assert state(studio, account) == (0, 3)


def test_a_batch_is_held_as_a_whole_or_not_at_all(studio: Studio) -> None:
    account = studio.account(5)
    with pytest.raises(InsufficientCredits) as refused, studio.uow() as uow:
        studio.credits.hold_many(uow, account, [(f"shot:{n}", f"s{n}", 2) for n in range(3)], "shot")
    assert (refused.value.needed, refused.value.have) == (6, 5)
    assert state(studio, account) == (5, 0)
    for _ in range(2):
        with studio.uow() as uow:
            studio.credits.hold_many(uow, account, [(f"shot:{n}", f"s{n}", 1) for n in range(5)], "shot")
    assert state(studio, account) == (0, 5)


def test_the_same_key_twice_is_once(studio: Studio) -> None:
    account = studio.account()
    for _ in range(2):
        grant(studio, account, 10, "stripe:in_1")
        hold(studio, account, 2, "a")
    assert state(studio, account) == (8, 2)


def test_a_key_can_not_stand_for_two_things(studio: Studio) -> None:
    account, other = studio.account(10), studio.account(10)
    grant(studio, account, 10, "g")
    hold(studio, account, 2, "h")
    for wrong in (
        lambda: grant(studio, account, 11, "g"),
        lambda: grant(studio, other, 10, "g"),
        lambda: hold(studio, account, 3, "h"),
        lambda: hold(studio, other, 2, "h"),
    ):
        with pytest.raises(Conflict) as refused:
            wrong()
        assert refused.value.code == "key_reused"
    assert (state(studio, account), state(studio, other)) == ((18, 2), (10, 0))


def test_a_hold_takes_from_several_grants_and_gives_back_to_the_same(studio: Studio) -> None:
    account = studio.account(5)
    grant(studio, account, 3, "soon", days=1)
    grant(studio, account, 4, "later", days=9)
    hold(studio, account, 9, "a")
    studio.clock.move(seconds=1)
    release(studio, "a")
    taken = [e for e in studio.credits.history(account) if e.kind is EntryKind.HOLD]
    assert sorted(e.amount for e in taken) == [-4, -3, -2]
    assert state(studio, account) == (12, 0)
    studio.clock.move(days=2)
    assert studio.credits.expire_due() == 1
    assert state(studio, account) == (9, 0)


def test_lapsed_credits_can_not_be_spent_even_before_they_are_written_off(studio: Studio) -> None:
    account = studio.account(1)
    grant(studio, account, 10, "month", days=30)
    studio.clock.move(days=30)
    assert studio.credits.balance(account).available == 1
    with pytest.raises(InsufficientCredits):
        hold(studio, account, 2, "a")
    hold(studio, account, 1, "b")
    assert [e.kind for e in studio.credits.history(account)][:2] == [EntryKind.HOLD, EntryKind.EXPIRE]
    assert studio.credits.expire_due() == 0
    assert state(studio, account) == (0, 1)


def test_what_is_held_when_it_lapses_is_judged_when_the_hold_closes(studio: Studio) -> None:
    account = studio.account()
    grant(studio, account, 10, "month", days=30)
    hold(studio, account, 4, "spent in time")
    hold(studio, account, 3, "came back too late")
    studio.clock.move(days=31)
    assert studio.credits.expire_due() == 1
    assert state(studio, account) == (0, 7)
    capture(studio, "spent in time")
    release(studio, "came back too late")
    assert state(studio, account) == (0, 0)
    lost = [e.amount for e in studio.credits.history(account) if e.kind is EntryKind.EXPIRE]
    assert lost == [-3, -3]


def test_writing_off_goes_through_every_account(studio: Studio) -> None:
    accounts = [studio.account(1) for _ in range(3)]
    for account in accounts:
        grant(studio, account, 2, f"a:{account}", days=1)
        grant(studio, account, 2, f"b:{account}", days=2)
    studio.clock.move(days=2)
    assert studio.credits.expire_due() == 6
    assert studio.credits.expire_due() == 0
    assert {state(studio, account) for account in accounts} == {(1, 0)}


def test_adjustments_carry_a_reason_and_a_name(studio: Studio) -> None:
    account = studio.account(4)
    grant(studio, account, 3, "soon", days=1)
    for _ in range(2):
        studio.credits.adjust(account, 5, "  Sorry for\nthe outage ", "grace@example.com", "ticket-1")
        studio.credits.adjust(account, -8, "Given twice", "grace@example.com", "ticket-2")
    assert state(studio, account) == (4, 0)
    moves = [(e.amount, e.note, e.made_by) for e in studio.credits.history(account) if e.kind is EntryKind.ADJUST]
    assert (5, "Sorry for the outage", "grace@example.com") in moves
    assert sum(amount for amount, _, _ in moves) == -3
    with pytest.raises(Conflict, match="Only 4 credits"):
        studio.credits.adjust(account, -5, "Too much", "grace@example.com", "ticket-3")
    with pytest.raises(Conflict):
        studio.credits.adjust(account, 6, "Sorry", "grace@example.com", "ticket-1")
    for amount, reason in ((0, "Nothing"), (5, " "), (10**9, "Slip of the finger")):
        with pytest.raises(Invalid):
            studio.credits.adjust(account, amount, reason, "grace@example.com", "ticket-4")


def test_the_history_is_paged_and_its_balances_add_up(studio: Studio) -> None:
    account = studio.account(10)
    for number in range(5):
        hold(studio, account, 1, f"h{number}")
        capture(studio, f"h{number}")
    first = studio.credits.history(account, limit=4)
    rest = studio.credits.history(account, before=first[-1].id, limit=1000)
    entries = [*first, *rest]
    assert len(entries) == 11
    assert [e.id for e in entries] == sorted((e.id for e in entries), reverse=True)
    running = 0
    for entry in reversed(entries):
        running += entry.amount
        assert entry.balance_after == running
    assert (entries[0].subject_kind, entries[0].subject_id) == ("shot", "subject-of-h4")
    assert studio.credits.history(studio.account()) == []


def test_what_a_session_read_before_it_had_the_lock_is_not_believed(studio: Studio) -> None:
    account = studio.account(5)
    with pytest.raises(InsufficientCredits) as refused, studio.uow() as uow:  # noqa: PT012  (one transaction)
        known = uow.session.exec(select(CreditGrant)).all()
        assert [grant.remaining for grant in known] == [5]
        hold(studio, account, 4, "meanwhile, elsewhere")
        studio.credits.hold(uow, account, 2, "a", "shot", "s")
    assert refused.value.have == 1
    assert state(studio, account) == (1, 4)


def test_nobody_has_nothing(studio: Studio) -> None:
    nobody = new_id()
    assert studio.credits.balance(nobody).granted_total == 0
    for step in (
        lambda: grant(studio, nobody, 1, "g"),
        lambda: hold(studio, nobody, 0, "h"),
        lambda: capture(studio, "never held"),
        lambda: release(studio, "never held"),
        lambda: studio.credits.adjust(nobody, 1, "Why", "me", "k"),
    ):
        with pytest.raises(NotFound):
            step()
    with pytest.raises(ValueError, match="not -1"):
        grant(studio, studio.account(), -1, "g")


def test_nothing_of_a_transaction_that_fails_is_kept(studio: Studio) -> None:
    account = studio.account(5)
    with pytest.raises(ZeroDivisionError), studio.uow() as uow:  # noqa: PT012  (all of it belongs to the transaction)
        studio.credits.hold(uow, account, 5, "a", "shot", "s")
        studio.credits.grant(uow, account, 5, GrantSource.PACK, "g")
        assert 1 / 0
    assert state(studio, account) == (5, 0)


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE credit_entry SET amount = amount + 1", "append-only"),
        ("DELETE FROM credit_entry", "append-only"),
        ("DELETE FROM credit_hold", "append-only|still referenced"),
        ("UPDATE credit_grant SET remaining = -1", "remaining_within"),
        ("UPDATE credit_grant SET remaining = amount + 1", "remaining_within"),
        (
            f"{_ENTRY} SELECT account_id, 'hold', -99, -89, id, 'x', '', '', now() FROM credit_grant",
            "balance_not_negative",
        ),
        (
            f"{_ENTRY} SELECT account_id, 'hold', 1, 11, id, 'x', '', '', now() FROM credit_grant",
            "sign_of_kind",
        ),
    ],
)
def test_the_database_itself_refuses_to_break_the_ledger(studio: Studio, statement: str, complaint: str) -> None:
    account = studio.account(10)
    hold(studio, account, 1, "a")
    with pytest.raises(DBAPIError, match=complaint), studio.engine.begin() as connection:
        connection.execute(text(statement))
    assert state(studio, account) == (9, 1)


def test_deleting_an_account_takes_its_ledger_along_and_no_other(studio: Studio) -> None:
    gone, stays = studio.account(10), studio.account(10)
    for account in (gone, stays):
        hold(studio, account, 1, f"h:{account}")
    with studio.engine.begin() as connection:
        connection.execute(text("DELETE FROM account WHERE id = :id"), {"id": gone})
    assert studio.credits.history(gone) == []
    assert state(studio, stays) == (9, 1)


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ("UPDATE credit_grant SET remaining = remaining - 1", "what remains is 8, its entries give 9"),
        ("UPDATE credit_grant SET amount = amount + 1", "it is of 11, but was filled with 10"),
        ("UPDATE credit_hold SET state = 'captured'", "hold a is captured over 1: taken 1, returned 0, captures 0"),
        ("UPDATE credit_hold SET state = 'released'", "hold a is released over 1: taken 1, returned 0, captures 0"),
        ("UPDATE credit_hold SET amount = 2", "hold a is open over 2: taken 1"),
    ],
)
def test_the_audit_finds_what_was_tampered_with(studio: Studio, tampering: str, words: str) -> None:
    account, other = studio.account(10), studio.account()
    hold(studio, account, 1, "a")
    with studio.engine.begin() as connection:
        connection.execute(text(tampering))
    assert words in "\n".join(studio.credits.audit())
    assert studio.credits.audit(account) == studio.credits.audit()
    assert studio.credits.audit(other) == []


def test_pages_hear_of_every_change(studio: Studio) -> None:
    account = studio.account(5)
    url = studio.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute("LISTEN photogen_changes")
        hold(studio, account, 1, "a")
        hold(studio, account, 1, "a")
        release(studio, "a")
        heard = [note.payload for note in listener.notifies(timeout=1, stop_after=2)]
        assert heard == [f'{{"account":"{account}","kind":"credits","id":"{account}"}}'] * 2


def test_a_month_lapses_for_all_but_the_account_that_is_broken(studio: Studio) -> None:
    fine, broken, busy = (studio.account() for _ in range(3))
    for account in (fine, broken, busy):
        grant(studio, account, 30, f"month:{account}", days=30)
        hold(studio, account, 4, f"held:{account}")
    with studio.engine.begin() as connection:  # somebody was faster under the entry's key
        connection.execute(
            text(f"{_ENTRY} SELECT account_id, 'adjust', -1, 0, id, 'expire:' || id, '', '', now() FROM credit_grant "
                 "WHERE account_id = :id"), {"id": broken},
        )  # fmt: skip
    studio.clock.move(days=31)
    with ThreadPoolExecutor(1) as pool:
        with studio.uow() as uow:
            lock_account(uow.session, busy)
            lapsing = pool.submit(studio.credits.expire_due)
            deadline = monotonic() + 10
            while entries(studio, fine)[0][0] is not EntryKind.EXPIRE and monotonic() < deadline:
                with suppress(TimeoutError):  # the busy one's lock is in its way, the others' are not
                    assert lapsing.result(0.02) is None
            assert entries(studio, fine) == [(EntryKind.EXPIRE, -26, 0), (EntryKind.HOLD, -4, 26)]
            assert entries(studio, busy) == [(EntryKind.HOLD, -4, 26), (EntryKind.GRANT, 30, 30)]
        with pytest.raises(ExceptionGroup) as problem:
            lapsing.result()
    assert [type(error) for error in problem.value.exceptions] == [IntegrityError]
    assert entries(studio, busy) == [(EntryKind.EXPIRE, -26, 0), (EntryKind.HOLD, -4, 26)]
    with pytest.raises(ExceptionGroup):
        studio.credits.expire_due()
    assert entries(studio, fine) == [(EntryKind.EXPIRE, -26, 0), (EntryKind.HOLD, -4, 26)]
    assert studio.credits.audit(fine) == studio.credits.audit(busy) == []
    assert studio.credits.balance(broken).available == 0


def test_what_makes_the_balance_up_and_where_it_went(studio: Studio) -> None:
    ada, bob = studio.account(), studio.account()
    grant(studio, ada, 30, "month", days=10)
    grant(studio, ada, 100, "pack")
    grant(studio, bob, 7, "of bob")
    for key in ("kept", "back"):
        hold(studio, ada, 10, key)
    capture(studio, "kept")
    release(studio, "back")
    with studio.uow() as uow:
        studio.credits.hold(uow, ada, 5, "training:1", "training", new_id())
    assert [(lot.remaining, lot.amount) for lot in studio.credits.grants(ada)] == [(15, 30), (100, 100)]
    assert [(use.kind, use.credits) for use in studio.credits.use_by_day(ada)] == [("shot", 10), ("training", 5)]
    studio.clock.move(days=11)
    assert [lot.remaining for lot in studio.credits.grants(ada)] == [100]
    studio.clock.move(days=30)
    assert studio.credits.use_by_day(ada) == []


def test_the_history_of_one_kind_and_of_one_month(studio: Studio) -> None:
    ada = studio.account()
    grant(studio, ada, 30, "month", days=10)
    hold(studio, ada, 10, "picture")
    month = f"{studio.clock.now:%Y-%m}"

    def kinds(**only: str) -> list[EntryKind]:
        return [entry.kind for entry in studio.credits.history(ada, only=HistoryQuery.of(**only))]

    assert kinds(group="pictures") == [EntryKind.HOLD]
    assert kinds(group="trainings") == []
    assert kinds(group="received") == [EntryKind.GRANT]
    studio.clock.move(days=45)
    studio.credits.expire_due()
    assert kinds(group="lost") == [EntryKind.EXPIRE]
    assert kinds(month=month) == [EntryKind.HOLD, EntryKind.GRANT]
    with pytest.raises(Invalid):
        kinds(month="2026-13")
