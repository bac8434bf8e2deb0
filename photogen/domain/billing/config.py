"""Numbers that an installation may choose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class BillingConfig:
    """How patient billing is. `address` is this installation's own, where payers come back to."""

    address: str = "http://localhost:3000"
    webhook_url: str = ""
    """Where the service sends its events; "" where it can't reach us: then it is asked more often."""
    set_up_by_itself: bool = False
    """Whether products and webhook are made unasked; at the true service that is the operator's command."""
    trial_days: int = 0
    """Days for which a first plan costs nothing; 0: no trial."""
    grace: timedelta = timedelta(days=7)
    """How long a plan goes on after a renewal that was not paid."""
    late: timedelta = timedelta(days=3)
    """How long a plan goes on after its period when nothing is heard: the service repeats events for so long."""
    remind: timedelta = timedelta(days=3)
    """How long before its time a payer is told of a renewal by the year, another price or the end of a trial."""
    full_refund: timedelta = timedelta(hours=24)
    """Until when everything is given back, if nothing of it was used."""
    poll: timedelta = timedelta(seconds=20)
    """How often the service is asked about an open checkout at first."""
    forget: timedelta = timedelta(hours=26)
    """After which an open checkout is not asked about any more: the service ends it after a day."""
    forget_debit: timedelta = timedelta(days=30)
    """After which money that a bank was asked for does not come any more: debits take days, not weeks."""
    recheck: timedelta = timedelta(hours=1)
    """How often a subscription is asked about that should have moved on."""
    recheck_unpaid: timedelta = timedelta(hours=12)
    """The same of one whose period is not paid for, as far as is known: it may be any time, and the word of it lost."""
