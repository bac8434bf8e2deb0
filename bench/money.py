"""Paying: how fast credits and quota are set aside, against the smallest transaction that would be honest at all.

That one locks the account, writes one row and moves one counter, over the same engine and by as many clients: whatever
ours does beyond it (which grant burns, what lapsed, once per key, open pages that hear of it) is what the ratio shows.
The three take turns, so that whatever else the machine does meanwhile meets all of them.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

from alembic.config import Config
from sqlalchemy import event, text

from alembic import command
from photogen.domain.billing.granting import Granting
from photogen.domain.quota import Ask
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from tests.factories.studio import Studio
from tests.fakes.servers import EmbeddedPostgres

CLIENTS = 16
SPENDS = 1_000
TURNS = 4
HISTORIES = (0, 10_000, 200_000)
CHECKS = 300
SUBSCRIBERS = 10_000

Report = Callable[[str, str], None]


def run(report: Report) -> None:
    """Seeds a fresh database; clients are threads with a connection each, all on one account of their own."""
    with EmbeddedPostgres() as server:
        url = server.create("money")
        config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
        config.attributes["url"] = url
        command.upgrade(config, "head")
        studio = Studio.on(url, pool_size=CLIENTS)
        studio.clock.now = utc_now()
        try:
            _checks(studio, report)
            _spends(studio, report)
            _month(studio, report)
        finally:
            studio.close()


def _checks(studio: Studio, report: Report) -> None:
    for size in HISTORIES:
        account = _subscriber(studio, 10**6)
        _history(studio, account, size)
        took = []
        with studio.uow() as uow:
            for _ in range(CHECKS):
                began = time.perf_counter()
                studio.quota.view_of(uow, account)
                took.append(time.perf_counter() - began)
                uow.session.expire_all()
        p95 = statistics.quantiles(took, n=20)[18] * 1e6
        report(f"quota check after {size:,} pictures", f"p50 {statistics.median(took) * 1e6:.0f} µs, p95 {p95:.0f} µs")


def _spends(studio: Studio, report: Report) -> None:
    total = CLIENTS * SPENDS
    payers = [studio.account(credits=SPENDS) for _ in range(CLIENTS)]
    subscribers = [_subscriber(studio, SPENDS) for _ in range(CLIENTS)]
    ways = (
        ("smallest honest transaction", _smallest, [studio.account() for _ in range(CLIENTS)]),
        ("credits set aside", _hold, payers),
        ("quota taken", _take, subscribers),
    )
    seconds: dict[str, float] = defaultdict(float)
    statements = {name: _statements(studio, partial(way, studio, who[0])) for name, way, who in ways}
    for turn in range(TURNS):
        for name, way, who in ways:
            first = 1 if turn == 0 else 0  # one of the first client's was spent for the count
            seconds[name] += _seconds(partial(way, studio), who, SPENDS // TURNS, first)
    for name, _, _ in ways:
        ratio = seconds[ways[0][0]] / seconds[name]
        size = f"{total / seconds[name]:,.0f} a second, {statements[name]} statements each, ratio {ratio:.2f}"
        report(f"{name}, {CLIENTS} clients x {SPENDS:,}", size)
    held = sum(studio.credits.balance(payer).held for payer in payers)
    taken = sum(studio.quota.now(account).taken for account in subscribers)
    wrong = len(studio.credits.audit()) + len(studio.quota.audit())
    report("exact", f"{held:,} and {taken:,} of {total:,}, {wrong} disagreements")


def _month(studio: Studio, report: Report) -> None:
    """A month of everybody's year ends at once: what is left of it lapses, then the next month's credits come."""
    account = studio.account()
    lapsed = {"like": account, "n": SUBSCRIBERS, "then": studio.clock() - timedelta(minutes=1)}
    with studio.uow() as uow:
        for statement in _LAST_MONTH:
            uow.session.execute(text(statement), lapsed)
    began = time.perf_counter()
    grants = studio.credits.expire_due()
    report(f"{grants:,} grants lapse", f"{time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    months = Granting(studio.uow, studio.clock, studio.credits).months()
    report(f"{months:,} months' credits are granted", f"{time.perf_counter() - began:.1f} s")
    report("disagreements after both", f"{len(studio.credits.audit())}")


_LAST_MONTH = (
    (
        "INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object("
        "'id', 'month' || lpad(CAST(n AS text), 21, '0'), 'email', 'month' || n || '@example.com'))).* "
        "FROM account AS a, generate_series(1, :n) AS n WHERE a.id = :like"
    ),
    (
        "INSERT INTO credit_grant (id, account_id, amount, remaining, source, key, note, created_at, expires_at) "
        "SELECT id, id, 200, 200, 'plan', 'stripe:' || id, '', :then, :then FROM account WHERE id LIKE 'month%'"
    ),
    (
        "INSERT INTO credit_entry "
        "(account_id, kind, amount, balance_after, grant_id, key, note, made_by, created_at) "
        "SELECT id, 'grant', 200, 200, id, 'grant:stripe:' || id, '', '', :then FROM account WHERE id LIKE 'month%'"
    ),
    (
        "WITH year AS (SELECT id, moment, jsonb_build_object('id', id, 'account_id', id, 'gateway', 'stripe', "
        "'gateway_id', id, 'plan_key', 'creator', 'plan_version', 1, 'interval', 'year', 'created_at', moment, "
        "'period_start', moment - interval '1 month', 'period_end', moment + interval '11 months') AS common "
        "FROM account, (SELECT CAST(:then AS timestamptz) AS moment) AS now WHERE id LIKE 'month%'), "
        "paid AS (INSERT INTO payment SELECT (jsonb_populate_record(CAST(NULL AS payment), common || "
        "jsonb_build_object('subscription_id', id, 'kind', 'plan', 'reason', 'subscription_create', 'cents', 19200, "
        "'status', 'paid', 'refunded_cents', 0, 'disputed', false, 'credits', 200, 'clawed', 0, 'shortfall', 0, "
        "'refund_cents', 0, 'refund_reason', '', 'moves', 0, 'number', '', 'page_url', '', 'pdf_url', '', "
        "'intent_id', '', 'paid_at', moment, 'granted_at', moment))).* FROM year) "
        "INSERT INTO subscription SELECT (jsonb_populate_record(CAST(NULL AS subscription), common || "
        "jsonb_build_object('status', 'active', 'next_price_id', '', 'cancel_at_period_end', false, 'price_id', '', "
        "'wish_price_id', '', 'wish_from_id', '', 'grant_at', moment, 'synced_at', moment, "
        "'entitled_until', moment + interval '11 months'))).* FROM year"
    ),
)


def _seconds(spend: Callable[[str, str], None], accounts: list[str], times: int, less: int) -> float:
    """All accounts spend so many times at once; the first one `less` often."""

    def client(account: str) -> None:
        for _ in range(times - (less if account == accounts[0] else 0)):
            spend(account, new_id())

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, accounts))
    return time.perf_counter() - began


def _statements(studio: Studio, spend: Callable[[str], None]) -> int:
    """How many statements one takes, without BEGIN and COMMIT."""
    seen: list[object] = []

    def see(*told: object) -> None:
        seen.append(told)

    event.listen(studio.engine, "before_cursor_execute", see)
    try:
        spend(new_id())
    finally:
        event.remove(studio.engine, "before_cursor_execute", see)
    return len(seen)


def _smallest(studio: Studio, account: str, key: str) -> None:
    with studio.uow() as uow:
        uow.session.execute(text("SELECT id FROM account WHERE id = :id FOR NO KEY UPDATE"), {"id": account})
        uow.session.execute(
            text("INSERT INTO quota_day (account_id, day, used, held) VALUES (:id, current_date, 0, 1) "
                 "ON CONFLICT (account_id, day) DO UPDATE SET held = quota_day.held + 1"),
            {"id": account},
        )  # fmt: skip
        uow.session.execute(
            text("INSERT INTO quota_use (key, account_id, day, weight, model_key, state, created_at) "
                 "VALUES (:key, :id, current_date, 1, 'bench', 'held', now())"),
            {"id": account, "key": key},
        )  # fmt: skip


def _hold(studio: Studio, account: str, key: str) -> None:
    with studio.uow() as uow:
        studio.credits.hold(uow, account, 1, key, "shot", key)


def _take(studio: Studio, account: str, key: str) -> None:
    with studio.uow() as uow:
        studio.quota.take(uow, account, [Ask(key, "flux:schnell", 1, 1)], studio.clock())


def _subscriber(studio: Studio, daily_quota: int) -> str:
    with studio.uow() as uow:
        uow.session.execute(text("UPDATE plan_version SET daily_quota = :n WHERE plan_key = 'pro'"), {"n": daily_quota})
    account = studio.account()
    studio.subscribe(account, "pro")
    return account


def _history(studio: Studio, account: str, size: int) -> None:
    """Pictures of the last hundred days."""
    with studio.uow() as uow:
        uow.session.execute(
            text(
                "INSERT INTO quota_use (key, account_id, day, weight, model_key, state, created_at) SELECT "
                ":id || n, :id, CAST(:day AS date) - CAST(n % 100 AS int), 1, 'flux:schnell', 'used', now() "
                "FROM generate_series(1, :n) AS n"
            ),
            {"id": account, "n": size, "day": studio.clock().date()},
        )
        uow.session.execute(
            text(
                "INSERT INTO quota_day (account_id, day, used, held) "
                "SELECT account_id, day, sum(weight), 0 FROM quota_use WHERE account_id = :id GROUP BY 1, 2"
            ),
            {"id": account},
        )
    with studio.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
