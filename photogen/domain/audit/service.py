"""The audit: a row per change, in the transaction that makes the change."""

from collections.abc import Mapping, Sequence
from typing import Any

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.audit import repository
from photogen.domain.audit.views import AuditView, Operator
from photogen.kit.clock import Clock
from photogen.models import AuditEntry

_MOST_LISTED = 100


class AuditService:
    """Step: record. Use case: newest."""

    def __init__(self, uow: UowFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def record(
        self,
        uow: UnitOfWork,
        by: Operator,
        action: str,
        subject: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> bool:
        """Writes down what is different; False, and nothing written, where nothing is. `action` is a word in snake
        case. Values have to be JSON's; no secrets."""
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if not changed:
            return False
        uow.session.add(
            AuditEntry(
                account_id=by.account_id,
                made_by=by.name[:80],
                action=action[:40],
                subject=subject[:120],
                before={name: before[name] for name in changed if name in before},
                after={name: after[name] for name in changed if name in after},
                created_at=self._clock(),
            )
        )
        return True

    def newest(self, actions: Sequence[str], limit: int = 20) -> list[AuditView]:
        """The last changes of these kinds, the newest first; 100 at most."""
        with self._uow() as uow:
            rows = repository.newest(uow.session, actions, max(1, min(limit, _MOST_LISTED)))
        return [
            AuditView(row.id, row.made_by, row.action, row.subject, row.before, row.after, row.created_at)
            for row in rows
        ]
