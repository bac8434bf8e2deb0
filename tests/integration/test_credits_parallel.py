"""Many at once on one account: nothing is spent twice, nothing waits for ever."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from threading import Barrier, Thread

import pytest

from photogen.errors import Conflict, InsufficientCredits
from photogen.models import EntryKind, GrantSource
from tests.factories.studio import Studio

CONNECTIONS = 20


@pytest.fixture
def studio(database_url: str) -> Iterator[Studio]:
    studio = Studio.on(database_url, pool_size=CONNECTIONS)
    yield studio
    studio.close()


def all_at_once(calls: Sequence[Callable[[], object]]) -> list[str]:
    """Runs each in a thread of its own, all let go at the same moment; gives for each the name of what it raised, or
    "done"."""
    start = Barrier(len(calls))
    outcomes = ["" for _ in calls]

    def run(number: int) -> None:
        start.wait()
        try:
            calls[number]()
            outcomes[number] = "done"
        except Exception as error:  # noqa: BLE001  (the outcome is what the test looks at)
            outcomes[number] = type(error).__name__

    threads = [Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def spend(studio: Studio, account: str, key: str, amount: int = 1) -> Callable[[], None]:
    def call() -> None:
        with studio.uow() as uow:
            studio.credits.hold(uow, account, amount, key, "shot", key[-26:])

    return call


def close(studio: Studio, key: str, how: str) -> Callable[[], None]:
    def call() -> None:
        with studio.uow() as uow:
            getattr(studio.credits, how)(uow, key)

    return call


def test_of_a_thousand_spends_against_ten_exactly_ten_succeed(studio: Studio) -> None:
    account = studio.account(10)
    outcomes = Counter(all_at_once([spend(studio, account, f"spend:{n}") for n in range(1000)]))
    assert outcomes == {"done": 10, InsufficientCredits.__name__: 990}
    balance = studio.credits.balance(account)
    assert (balance.available, balance.held) == (0, 10)
    assert studio.credits.audit() == []


def test_the_same_spend_a_hundred_times_at_once_is_one(studio: Studio) -> None:
    account = studio.account(10)
    assert set(all_at_once([spend(studio, account, "the same")] * 100)) == {"done"}
    assert studio.credits.balance(account).available == 9


def test_captures_and_releases_that_cross_agree_on_one(studio: Studio) -> None:
    account = studio.account(40)
    keys = [f"h{n}" for n in range(40)]
    for key in keys:
        spend(studio, account, key)()
    calls = [close(studio, key, how) for key in keys for how in ("capture", "release", "capture", "release")]
    outcomes = all_at_once(calls)
    assert Counter(outcomes) == {"done": 80, Conflict.__name__: 80}
    for number in range(40):
        captured, released, again, back = outcomes[4 * number : 4 * number + 4]
        assert (captured, released) == (again, back)
        assert captured != released
    balance = studio.credits.balance(account)
    captures = sum(e.kind is EntryKind.CAPTURE for e in studio.credits.history(account, limit=200))
    assert (balance.available, balance.held) == (40 - captures, 0)
    assert studio.credits.audit() == []


def test_everything_at_once_on_two_accounts_leaves_sums_that_agree(studio: Studio) -> None:
    accounts = [studio.account(), studio.account()]
    for account in accounts:
        for number in range(4):
            with studio.uow() as uow:
                lapsed = studio.clock.now if number == 0 else None
                studio.credits.grant(uow, account, 10, GrantSource.PLAN, f"{account}:{number}", lapsed)
        for number in range(10):
            spend(studio, account, f"{account}:early:{number}")()
    calls: list[Callable[[], object]] = [studio.credits.expire_due, studio.credits.expire_due]
    for account in accounts:
        calls += [spend(studio, account, f"{account}:{number}", 3) for number in range(20)]
        calls += [close(studio, f"{account}:early:{number}", "capture") for number in range(5)]
        calls += [close(studio, f"{account}:early:{number}", "release") for number in range(5, 10)]
        calls += [lambda account=account: studio.credits.adjust(account, 2, "More", "me", f"adjust:{account}")] * 5
    outcomes = Counter(all_at_once(calls))
    assert set(outcomes) == {"done", InsufficientCredits.__name__}
    for account in accounts:
        balance = studio.credits.balance(account)
        assert balance.available + balance.held == 30 + 2 - 5
    assert studio.credits.audit() == []
