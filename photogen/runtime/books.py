"""The books on the command line: why an account has what it has, and whether all of it agrees."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import datetime

from photogen.bootstrap import Services
from photogen.domain.books import Explanation, Line
from photogen.domain.books.commands import Explain
from photogen.kit import log
from photogen.runtime.admin import services_on

Say = Callable[[str], object]
_AT_ONCE = 1000


def explain_balance(database_url: str, say: Say, email: str, *, as_json: bool = False) -> int:
    """Says every movement of the account with this address or id, the oldest first; gives 1 where they contradict each
    other. Raises NotFound."""
    log.to_stderr()
    with services_on(database_url) as services:
        found = _whole(services, _account(services, email))
    for line in [_json(found)] if as_json else _told(found):
        say(line)
    return 0 if found.agrees else 1


def check_books(database_url: str, say: Say, *, as_json: bool = False) -> int:
    """Says in what the books contradict themselves; each is an incident from then on. Gives 1 where they do."""
    log.to_stderr()
    with services_on(database_url) as services:
        verdict = services.books.check()
    if as_json:
        say(json.dumps({**dataclasses.asdict(verdict), "sound": verdict.sound}, indent=2))
        return 0 if verdict.sound else 1
    for one in verdict.found:
        say(f"{one.check}: {one.words}")
    more = ", and there are more" if verdict.cut else ""
    fate = (
        f"{len(verdict.found)} contradictions{more}; see `python -m photogen incidents`"
        if verdict.found
        else "all agree"
    )
    say(f"{verdict.accounts:,} accounts in {verdict.seconds:.1f} s: {fate}.")
    return 0 if verdict.sound else 1


def _account(services: Services, email: str) -> str:
    """An account that is deleted has an id and no address any more."""
    return services.accounts.find(email).account_id if "@" in email else email.strip()


def _whole(services: Services, account_id: str) -> Explanation:
    """All its entries, as long as there are more."""
    page = services.books.explain(account_id, Explain.of(order="oldest", limit=_AT_ONCE))
    lines = list(page.lines)
    while page.beyond:
        page = services.books.explain(account_id, Explain.of(order="oldest", limit=_AT_ONCE, beyond=page.beyond))
        lines += page.lines
    return dataclasses.replace(page, lines=tuple(lines))


def _told(found: Explanation) -> Iterator[str]:
    who = "A deleted account" if found.closed else f"{found.name} <{found.email}>, {found.plan} plan"
    yield f"{who}, since {found.since:%Y-%m-%d}, id {found.account_id}"
    yield f"{found.available:,} credits can be spent, {found.held:,} are set aside for work under way."
    yield ""
    for part in found.parts:
        yield f"{part.credits:>+10,}  {part.words}"
    agree = "the grants say so too" if found.balance == found.remaining else f"the grants say {found.remaining:,}"
    yield f"{found.balance:>10,}  by {found.entries:,} entries; {agree}"
    if found.left:
        yield "\nLeft, in the order in which it is spent:"
    for lot in found.left:
        until = f"lapses on {_at(lot.lapses_at)}" if lot.lapses_at else "never lapses"
        until = "has lapsed and is written off at the next movement" if lot.lapsed else until
        yield f"{lot.remaining:>10,}  of {lot.amount:,}: {lot.what}; {until}"
    if found.holds:
        yield "\nSet aside:"
    for hold in found.holds:
        yield f"{hold.amount:>10,}  {hold.why}, since {_at(hold.at)} ({hold.subject_kind} {hold.subject_id})"
    yield f"\n{'When (UTC)':<20}{'Credits':>9}{'Balance':>9}  Why"
    yield from map(_entry, found.lines)
    if not found.agrees:
        yield "\nThe books contradict each other here: run `python -m photogen check-books`."


def _entry(line: Line) -> str:
    about = f" ({line.subject_kind} {line.subject_id})" if line.subject_id else ""
    wrong = "" if line.balance == line.noted else f"  [{line.noted:,} was written down]"
    return f"{_at(line.at):<20}{line.amount:>+9,}{line.balance:>9,}  {line.why}{about}{wrong}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _json(found: Explanation) -> str:
    def plain(value: object) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)

    return json.dumps({**dataclasses.asdict(found), "agrees": found.agrees}, default=plain, indent=2)
