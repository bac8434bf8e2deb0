"""A change by an operator, and who it is that makes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Operator:
    """Who changes something: an administrator, as the page has made sure; the owner of what is changed; or, without an
    account, the command line."""

    account_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class AuditView:
    """One change: only fields that are different stand in `before` and `after`."""

    id: str
    made_by: str
    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    at: datetime
