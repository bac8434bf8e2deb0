"""Paying: how fast credits and quota are set aside, against the smallest transaction that would be honest at all.

That one locks the account, writes one row and moves one counter, over the same engine and by as many clients: whatever
ours does beyond it (which grant burns, what lapsed, once per key) is what the ratio shows.
"""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from alembic.config import Config
from sqlalchemy import text

from alembic import command
from photogen.domain.quota import Ask
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from photogen.models import GrantSource
from tests.factories.studio import Studio
from tests.fakes.servers import EmbeddedPostgres

CLIENTS = 16
SPENDS = 1_000
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
    smallest = _rate(lambda account, key: _smallest(studio, account, key), [studio.account() for _ in range(CLIENTS)])
    report(f"smallest honest transaction, {CLIENTS} clients x {SPENDS:,}", f"{smallest:,.0f} a second")
    payers = [studio.account(credits=SPENDS) for _ in range(CLIENTS)]
    credits = _rate(lambda account, key: _hold(studio, account, key), payers)
    held = sum(studio.credits.balance(payer).held for payer in payers)
    report("credits set aside", f"{credits:,.0f} a second, ratio {credits / smallest:.2f}")
    subscribers = [_subscriber(studio, SPENDS) for _ in range(CLIENTS)]
    quota = _rate(lambda account, key: _take(studio, account, key), subscribers)
    taken = sum(studio.quota.now(account).taken for account in subscribers)
    report("quota taken", f"{quota:,.0f} a second, ratio {quota / smallest:.2f}")
    wrong = len(studio.credits.audit()) + len(studio.quota.audit())
    report("exact", f"{held:,} and {taken:,} of {total:,}, {wrong} disagreements")


def _month(studio: Studio, report: Report) -> None:
    """Everybody's month ends at once: what is left of it lapses, then the next month's credits come."""
    account = studio.account()
    lapsed = {"like": account, "n": SUBSCRIBERS, "then": studio.clock() - timedelta(minutes=1)}
    with studio.uow() as uow:
        for statement in _LAST_MONTH:
            uow.session.execute(text(statement), lapsed)
        ids = list(uow.session.scalars(text("SELECT id FROM account WHERE id LIKE 'month%'")))
    began = time.perf_counter()
    grants = studio.credits.expire_due()
    report(f"{grants:,} grants lapse", f"{time.perf_counter() - began:.1f} s")
    began, until = time.perf_counter(), studio.clock() + timedelta(days=31)
    for id_ in ids:
        with studio.uow() as uow:
            studio.credits.grant(uow, id_, 200, GrantSource.PLAN, f"bench:{id_}", until)
    report(f"{len(ids):,} months' credits are granted", f"{time.perf_counter() - began:.1f} s")
    report("disagreements after both", f"{len(studio.credits.audit())}")


_LAST_MONTH = (
    (
        "INSERT INTO account SELECT (jsonb_populate_record(a, jsonb_build_object("
        "'id', 'month' || lpad(CAST(n AS text), 21, '0'), 'email', 'month' || n || '@example.com'))).* "
        "FROM account AS a, generate_series(1, :n) AS n WHERE a.id = :like"
    ),
    (
        "INSERT INTO credit_grant (id, account_id, amount, remaining, source, key, note, created_at, expires_at) "
        "SELECT id, id, 200, 200, 'plan', 'last:' || id, '', :then, :then FROM account WHERE id LIKE 'month%'"
    ),
    (
        "INSERT INTO credit_entry "
        "(account_id, kind, amount, balance_after, grant_id, key, note, made_by, created_at) "
        "SELECT id, 'grant', 200, 200, id, 'grant:last:' || id, '', '', :then FROM account WHERE id LIKE 'month%'"
    ),
)


def _rate(spend: Callable[[str, str], None], accounts: list[str]) -> float:
    def client(account: str) -> None:
        for _ in range(SPENDS):
            spend(account, new_id())

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, accounts))
    return CLIENTS * SPENDS / (time.perf_counter() - began)


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
