"""One function per job: ids in, one call to a service, nothing out. Named by `photogen.gateways.base.Job.name`.

A job is safe to run twice, and to be lost: the schedule finds the row again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import structlog

from photogen.kit import log
from worker.context import services

Ids = ParamSpec("Ids")
_log = log.get("job")


def _job(function: Callable[Ids, object]) -> Callable[Ids, None]:
    """Puts the job's name and ids on every line that is logged within, and logs what nobody foresaw."""

    @functools.wraps(function)
    def run(*ids: Ids.args, **more: Ids.kwargs) -> None:
        with structlog.contextvars.bound_contextvars(job=function.__name__, ids=" ".join(map(str, ids))):
            try:
                function(*ids, **more)
            except Exception:
                _log.exception("job failed")
                raise

    return run


@_job
def advance_training(training_id: str) -> None:
    """The next steps of a training."""
    services().training.advance(training_id)


@_job
def clean_up_training(training_id: str) -> None:
    """Deletes what a finished training has left."""
    services().training.clean_up(training_id)


@_job
def remove_model_version(version_id: str) -> None:
    """Deletes what a deleted version of a model consists of."""
    services().loras.remove(version_id)


@_job
def advance_shot(shot_id: str) -> None:
    """The next steps of a picture."""
    services().generation.advance(shot_id)


@_job
def draw_next(_shot_id: str) -> None:
    """The picture that is next in line, which need not be this one: its arrival, or its end, is why to look."""
    services().generation.draw_next()


@_job
def handle_event(event_id: str) -> None:
    """An event of the inbox."""
    services().inbox.handle(event_id)


@_job
def purge_events() -> None:
    """Deletes events that were handled long ago."""
    services().inbox.purge()


@_job
def probe_vendors() -> None:
    """Asks the vendors which models they serve."""
    services().vendors.probe()


@_job
def erase_account(account_id: str) -> None:
    """Deletes what belonged to a deleted account."""
    services().erasure.erase(account_id)


@_job
def audit_hub() -> None:
    """Looks whether published models are what they should be."""
    services().upkeep.audit_hub()


@_job
def find_strays() -> None:
    """Deletes what lies at the vendors and belongs to nobody."""
    services().upkeep.find_strays()


@_job
def mail_notice(notice_id: str) -> None:
    """Mails what an account is to be told."""
    services().notices.mail(notice_id)


@_job
def purge_notices() -> None:
    """Deletes notices of long ago."""
    services().notices.purge()


@_job
def remind_of_credits() -> None:
    """Tells of credits that lapse soon."""
    services().credits.remind()


@_job
def remind_of_plans() -> None:
    """Tells of renewals, changes and ends of trials to come."""
    services().billing.remind()


@_job
def expire_credits() -> None:
    """Writes off credits that have lapsed."""
    services().credits.expire_due()


@_job
def check_books() -> None:
    """Holds ledger, quota, work and payments against each other."""
    services().books.check()


@_job
def purge_trash() -> None:
    """Deletes for good what has been in the trash long enough."""
    services().gallery.purge_due()


@_job
def purge_shares() -> None:
    """Forgets links that ended long ago."""
    services().shares.purge()


@_job
def sweep_inputs() -> None:
    """Gives up uploaded pictures that nothing was made of."""
    services().inputs.sweep()


@_job
def sweep_files() -> None:
    """Deletes objects without a row, and reports rows without their object."""
    services().files.sweep()


@_job
def measure_photos(set_id: str = "") -> None:
    """Lets the coach see photos that came in before today's rules."""
    services().photosets.measure(set_id)


@_job
def set_up_payments() -> None:
    """Has products, prices and the webhook at the sandbox's Stripe; at the true one that is the operator's command."""
    services().billing.set_up_by_itself()


@_job
def sync_shop() -> None:
    """Has products, prices and the webhook at the payment service, as an administrator asked."""
    services().billing.set_up_now()


@_job
def fetch_payment_events() -> None:
    """Reads from the payment service's list what it could not send us."""
    services().payment_events.fetch()


@_job
def check_purchase(purchase_id: str) -> None:
    """An open checkout of which nothing was heard."""
    services().billing.check_purchase(purchase_id)


@_job
def check_subscription(subscription_id: str) -> None:
    """A subscription that should have moved on."""
    services().billing.check_subscription(subscription_id)


@_job
def grant_months() -> None:
    """The next month's credits of yearly plans."""
    services().billing.grant_months()


@_job
def refund_payment(payment_id: str) -> None:
    """Gives back what was paid."""
    services().billing.refund_payment(payment_id)
