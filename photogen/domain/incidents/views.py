"""What of an incident is shown to the operator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photogen.models.incident import Incident


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident. `subject_id` says what it is about: a row's id, a vendor, a name at a vendor. `count` is how often
    it was seen."""

    id: str
    kind: str
    subject_id: str
    account_id: str | None
    message: str
    details: Mapping[str, Any]
    count: int
    first_seen_at: datetime
    last_seen_at: datetime

    @classmethod
    def of(cls, row: Incident) -> "IncidentView":
        """The view of a row."""
        return cls(
            row.id,
            row.kind,
            row.subject_id,
            row.account_id,
            row.message,
            row.details,
            row.count,
            row.first_seen_at,
            row.last_seen_at,
        )
