"""The owner's books at 10,000 subscribers and 1,000,000 entries: the daily check, the figures, an explained balance."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from alembic.config import Config
from sqlalchemy import text

from alembic import command
from photogen.domain.analytics import AnalyticsService, Period
from photogen.domain.books import BooksService
from photogen.domain.incidents import IncidentsService
from photogen.kit.clock import utc_now
from tests.factories.studio import Studio
from tests.fakes.servers import EmbeddedPostgres

SUBSCRIBERS = 10_000
PICTURES = 50
"""Pictures of each: with its grant, two entries a picture, that makes a million, over a hundred days."""

Report = Callable[[str, str], None]
T = TypeVar("T")

_FILL = (
    # Accounts, each with a paid plan and one invoice whose credits are its grant.
    """INSERT INTO account (id, email, name, password_hash, role, plan_key, overage, created_at)
    SELECT lpad(to_hex(a), 26, '0'), a || '@example.com', 'Ada', '', 'creator', 'free', false,
        :now - a % 100 * interval '1 day'
    FROM generate_series(1, :n) AS a""",
    """INSERT INTO payment (id, account_id, gateway, gateway_id, intent_id, subscription_id, kind, reason, plan_key,
        plan_version, interval, status, cents, refunded_cents, disputed, credits, clawed, shortfall, refund_cents,
        refund_reason, moves, number, page_url, pdf_url, period_start, period_end, created_at, paid_at, granted_at)
    SELECT id, id, 'stripe', 'in_' || id, '', 'sub_' || id, 'plan', 'subscription_create', 'creator', 1, 'month',
        'paid', 2000, 0, false, 200, 0, 0, 0, '', 0, '', '', '', created_at,
        :now + interval '30 days', created_at, created_at, created_at FROM account""",
    """INSERT INTO subscription (id, account_id, gateway, gateway_id, status, plan_key, plan_version, interval,
        price_id, next_price_id, wish_price_id, wish_from_id, period_start, period_end, cancel_at_period_end,
        entitled_until, synced_at, created_at)
    SELECT id, id, 'stripe', 'sub_' || id, 'active', 'creator', 1, 'month', 'price', '', '', '', created_at,
        :now + interval '30 days', false, :now + interval '30 days', created_at, created_at FROM account""",
    """INSERT INTO credit_grant (id, account_id, amount, remaining, source, key, note, created_at, expires_at)
    SELECT id, id, 200, 200 - :k, 'plan', 'stripe:in_' || id, 'Creator', created_at, :now + interval '30 days'
    FROM account""",
    # Pictures, drawn and paid with a credit each.
    """INSERT INTO generation (id, account_id, request_key, model_key, model_name, prompt, prompt_sent, negative_prompt,
        style, aspect, width, height, count, seed, seed_chosen, credits_each, created_at)
    SELECT lpad(to_hex(n), 26, '0'), a.id, n::text, 'flux:schnell', 'FLUX', 'a red fox', 'a red fox', '', '', '1:1',
        1024, 1024, 1, 1, false, 1, a.created_at + (:now - a.created_at) * n / (CAST(:n AS int) * :k)
    FROM account a CROSS JOIN generate_series(1, :k) AS k, LATERAL (
        SELECT (('x' || right(a.id, 8))::bit(32)::int - 1) * CAST(:k AS int) + k AS n) AS number""",
    """INSERT INTO shot (id, generation_id, account_id, number, seed, status, hold_key, paid_by, credits, quota_weight,
        vendor, vendor_model, tried, vendor_cost_cents, vendor_id, attempts, waiting, error_code, error_category, error,
        vendor_words, lease_owner, stop_owed, background, turn, at_once, created_at, finished_at)
    SELECT id, id, account_id, 1, 1, 'done', 'shot:' || id, 'credits', 1, 0, 'together', 'x', '[]', 0.28, '', 0, '', '',
        '', '', '', '', false, false, 0, 8, created_at, created_at FROM generation""",
    """INSERT INTO credit_hold (id, account_id, amount, state, key, kind, subject_id, created_at, closed_at)
    SELECT id, account_id, 1, 'captured', hold_key, 'shot', id, created_at, created_at FROM shot""",
    """INSERT INTO credit_entry (account_id, kind, amount, balance_after, grant_id, hold_id, key, note, made_by,
        created_at)
    SELECT account_id, kind, amount, sum(amount) OVER (PARTITION BY account_id ORDER BY at, rank, key), grant_id,
        hold_id, key, '', '', at
    FROM (
        SELECT account_id, 'grant' AS kind, 200 AS amount, id AS grant_id, NULL AS hold_id, 'grant:' || key AS key,
            created_at AS at, 0 AS rank FROM credit_grant
        UNION ALL SELECT account_id, 'hold', -1, account_id, id, key || '/hold', created_at, 1 FROM credit_hold
        UNION ALL SELECT account_id, 'capture', 0, NULL, id, key || '/capture', created_at, 2 FROM credit_hold
    ) AS all_of_it ORDER BY at, account_id, rank, key""",
)


def run(report: Report) -> None:
    """Fills a fresh database with statements, then asks the services."""
    with EmbeddedPostgres() as server:
        url = server.create("books")
        config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
        config.attributes["url"] = url
        command.upgrade(config, "head")
        studio = Studio.on(url)
        studio.clock.now = utc_now()
        try:
            _fill(studio)
            _measure(studio, report)
        finally:
            studio.close()


def _fill(studio: Studio) -> None:
    values = {"n": SUBSCRIBERS, "k": PICTURES, "now": studio.clock()}
    with studio.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in _FILL:
            names = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), names)
    with studio.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _measure(studio: Studio, report: Report) -> None:
    books = BooksService(
        studio.uow, studio.clock, studio.credits, studio.quota, IncidentsService(studio.uow, studio.clock)
    )
    analytics = AnalyticsService(studio.uow, studio.clock)
    with studio.engine.connect() as connection:
        entries = connection.execute(text("SELECT count(*) FROM credit_entry")).scalar_one()
        account = connection.execute(text("SELECT max(id) FROM account")).scalar_one()
    verdict = books.check()
    size = f"{verdict.accounts:,} subscribers, {entries:,} entries"
    report(f"books checked: {size}", f"{verdict.seconds:.1f} s, {len(verdict.found)} contradictions")
    for span in ("7", "30", "90"):
        period = Period.of(span=span)
        took, view = _timed(partial(analytics.figures, period))
        report(f"figures of {span} days", f"{took * 1000:.0f} ms, off by {view.statement.difference}")
    took, _ = _timed(partial(books.explain, account))
    report("a balance explained, a page of it", f"{took * 1000:.1f} ms")


def _timed(ask: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the second time, and the answer."""
    ask()
    began = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began, answer
