"""What the operator is told on the command line: incidents, and what is left behind."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from photogen.domain.files import SweepReport
from photogen.errors import NotFound, Unavailable
from photogen.gateways.base import GatewayError
from photogen.kit import log
from photogen.kit.clock import utc_now
from photogen.runtime.admin import services_on

Say = Callable[[str], object]


def incidents(database_url: str, say: Say, *, as_json: bool = False, resolve: str = "") -> int:
    """Lists the open incidents, after having resolved the one with the id `resolve`; gives 1 when there are any.

    Raises NotFound."""
    log.to_stderr()
    with services_on(database_url) as services:
        if resolve:
            services.incidents.resolve_by_hand(resolve, by="command line")
        found = services.incidents.open()
    if as_json:
        say(_json(found))
    elif not found:
        say("No incidents.")
    for incident in () if as_json else found:
        seen = f"{incident.count} times, last " if incident.count > 1 else ""
        say(f"{incident.kind}  {incident.subject_id}  (seen {seen}{age(incident.last_seen_at)} ago)")
        say(f"    {incident.message}")
        details = ", ".join(f"{name}={value}" for name, value in incident.details.items())
        say(f"    id {incident.id}" + (f"  {details}" if details else ""))
    return 1 if found else 0


def sweep(database_url: str, say: Say, *, dry: bool, as_json: bool = False) -> int:
    """Goes through the whole storage; gives 1 when objects are missing. Raises Unavailable when it does not answer."""
    with services_on(database_url) as services:
        try:
            report = services.files.inspect(dry=dry)
        except GatewayError as error:
            raise Unavailable(error.public, code=error.code) from error
    if as_json:
        say(json.dumps(dataclasses.asdict(report), indent=2))
    else:
        for line in _swept(report):
            say(line)
    return int(any(area.missing_count for area in report.areas))


def sync_shop(database_url: str, say: Say) -> None:
    """Has products, prices, portal and webhook at the payment service; says each price's name and id.

    Raises Unavailable when it refuses or does not answer."""
    with services_on(database_url) as services:
        try:
            made = services.billing.set_up()
        except GatewayError as error:
            raise Unavailable(error.public, code=error.code) from error
    for name, price_id in made:
        say(f"{name:<36}{price_id}")
    say(f"{len(made)} prices are at the payment service.")


def _swept(report: SweepReport) -> Iterator[str]:
    fate = "would be deleted" if report.dry else "deleted"
    for area in report.areas:
        yield f"{area.prefix:<12}{area.looked_at} files, {area.orphan_count} of nobody, {area.missing_count} missing"
        for key in area.orphans:
            yield f"    {fate}: {key}"
        for key in area.missing:
            yield f"    missing: {key}"
        if area.left:
            yield f"    {area.left} could not be looked at or deleted; they are tried again"
    yield f"{'unfinished':<12}{report.unfinished} uploads {fate}"


def leftovers(database_url: str, say: Say, *, as_json: bool = False, retry: bool = False) -> int:
    """Lists what deletions have left behind; `retry` makes each due at once. Gives 1 when there is anything."""
    log.to_stderr()
    with services_on(database_url) as services:
        found = services.leftovers.list()
        for thing in found if retry else ():
            with suppress(NotFound):  # it went meanwhile
                services.upkeep.try_now(thing.id)
    if as_json:
        say(_json(found))
    elif not found:
        say("Nothing is left behind.")
    for thing in () if as_json else found:
        whose = f"of {thing.owner.value} {thing.owner_id}" if thing.owner_id else "of nobody"
        say(f"{thing.what}  {thing.name}  at {thing.place}  {whose}")
        tries = f"{thing.tries} {'try' if thing.tries == 1 else 'tries'}"
        say(f"    since {age(thing.since)}, {tries}, last {age(thing.tried_at)} ago: {thing.code} {thing.words[:200]}")
    return 1 if found else 0


def release(database_url: str, model_id: str) -> str:
    """Gives a quarantined model back to its owner; gives a sentence that says so. Raises NotFound, Conflict,
    Unavailable."""
    with services_on(database_url) as services:
        services.upkeep.release(model_id)
    return "The model is private at the hub, and its owner can use it again."


def delete_account(database_url: str, email: str) -> str:
    """Closes an account at once; the worker deletes the rest. Gives a sentence with the receipt's number.

    Raises NotFound, Conflict (`last_admin`)."""
    with services_on(database_url) as services:
        number = services.erasure.request_for(email)
    return f"The account is closed; the worker deletes what belonged to it. Receipt {number}, to be seen at /deletions"


def age(since: datetime) -> str:
    """ "3 minutes", "5 hours", "2 days": roughly, for a list."""
    minutes = int((utc_now() - since).total_seconds() // 60)
    for size, name in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            return f"{minutes // size} {name}{'s' if minutes >= 2 * size else ''}"
    return f"{max(0, minutes)} minute{'' if minutes == 1 else 's'}"


def _json(items: Sequence[Any]) -> str:
    def plain(value: object) -> str:
        return value.isoformat() if isinstance(value, datetime) else str(value)

    return json.dumps([dataclasses.asdict(item) for item in items], default=plain, indent=2)
