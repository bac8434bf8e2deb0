"""Credits: grants, holds, and a ledger that only grows."""

from photogen.domain.credits.service import CreditsService
from photogen.domain.credits.views import Balance, EntryView
from photogen.models import EntryKind, HoldState

__all__ = ["Balance", "CreditsService", "EntryKind", "EntryView", "HoldState"]
