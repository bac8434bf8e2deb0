"""Deleting several things, each tried whatever became of the others, and what is left of them."""

from __future__ import annotations

from collections.abc import Callable

from photogen.domain.leftovers.views import Remains
from photogen.gateways.base import GatewayError
from photogen.kit import log
from photogen.kit.text import t

STORAGE, HUB, PAYMENTS = "storage", "hub", "payments"
"""Places at which things of ours lie; the trainer's is called by its own name."""
_STILL_THERE = "still_there"
_log = log.get("leftovers")


class Tried:
    """One round of deletions for one training, version or search. `left` is what is still there after it."""

    def __init__(self, owner_id: str) -> None:
        self._owner_id = owner_id
        self.left: list[Remains] = []

    def part(self, what: str, place: str, name: str, work: Callable[[], bool | None]) -> bool:
        """Tries `work`, which says False when the thing is still there. True when it is gone."""
        try:
            gone = work() is not False
            remains = Remains(what, place, name, _STILL_THERE, t("Asked to delete it; it is not gone yet."))
        except GatewayError as error:
            gone, remains = False, Remains(what, place, name, error.code, error.words or error.public)
        except Exception as error:  # noqa: BLE001  (whatever it is: the other parts are tried, and this one again)
            gone, remains = False, Remains(what, place, name, type(error).__name__)
        if not gone:
            self.left.append(remains)
            say = _log.info if remains.code == _STILL_THERE else _log.warning  # vendors take their time with it
            say("not deleted yet", owner=self._owner_id, what=what, place=place, code=remains.code)
        return gone
