"""Rule 2 of the house: no outside call inside a transaction. A unit of work raises the flag, gateways look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_open_units: ContextVar[int] = ContextVar("open_units", default=0)


class OutsideCallInTransaction(RuntimeError):
    """A gateway was called while a unit of work was open: a bug in the caller."""


@contextmanager
def transaction() -> Iterator[None]:
    """Marks the block as running inside a database transaction."""
    token = _open_units.set(_open_units.get() + 1)
    try:
        yield
    finally:
        _open_units.reset(token)


def outside_call(name: str) -> None:
    """To be called first by whatever leaves the process. `name` says what it is, for the error.

    Raises OutsideCallInTransaction when a unit of work is open in this context.
    """
    if _open_units.get():
        raise OutsideCallInTransaction(f"{name} was called inside a transaction")
