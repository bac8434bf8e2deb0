"""Credits: grants, holds, and a ledger that only grows."""

from photogen.domain.credits.commands import HistoryQuery
from photogen.domain.credits.policy import Gift
from photogen.domain.credits.service import CreditsService
from photogen.domain.credits.views import Balance, DayUse, EntryView, GrantView
from photogen.models import EntryKind, GrantSource, HoldState

__all__ = [
    "Balance",
    "CreditsService",
    "DayUse",
    "EntryKind",
    "EntryView",
    "Gift",
    "GrantSource",
    "GrantView",
    "HistoryQuery",
    "HoldState",
]
