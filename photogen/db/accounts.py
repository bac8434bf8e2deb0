"""Work for many accounts: in batches, and by themselves where one stands in a batch's way."""

from collections.abc import Callable, Sequence

from photogen.db.locks import lock_account, lock_free
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.errors import DatabaseAway, NotFound
from photogen.kit import log

_BATCH = 100
_log = log.get("accounts")


def for_each_account(
    uow: UowFactory,
    due: Callable[[UnitOfWork, str, int], Sequence[str]],
    work: Callable[[UnitOfWork, Sequence[str]], int],
    trouble: str,
) -> int:
    """Lets `work` do what is due of accounts that are locked for it, a hundred in one transaction; gives the sum of
    what it returns. `due` finds the ids of accounts beyond an id, in order, so many at most.

    Accounts that somebody works on, and those of a batch that breaks, go by themselves; those that were deleted
    meanwhile are left out. Raises DatabaseAway, and when the others are done an ExceptionGroup, called `trouble`, of
    what broke."""
    total, last, broken = 0, "", list[Exception]()
    while True:
        with uow() as unit:
            found = due(unit, last, _BATCH)
        left = set(found)
        try:
            with uow() as unit:
                free = lock_free(unit.session, found)
                number = work(unit, free)
            left, total = left - set(free), total + number
        except DatabaseAway:
            raise
        except Exception as error:  # noqa: BLE001  (which of them broke it, is seen when each goes by itself)
            _log.warning("a batch broke", trouble=trouble, error=type(error).__name__, accounts=len(found))
        for account_id in sorted(left):
            try:
                with uow() as unit:
                    lock_account(unit.session, account_id)
                    number = work(unit, [account_id])
                total += number
            except NotFound:
                continue  # deleted since, and what was due with it
            except DatabaseAway:
                raise
            except Exception as error:  # noqa: BLE001  (raised below: one account's trouble stops no other)
                broken.append(error)
        if len(found) < _BATCH:
            if broken:
                raise ExceptionGroup(trouble, broken)
            return total
        last = found[-1]
