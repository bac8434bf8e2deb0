"""`/api/admin/figures/<part>.csv?span=30`: the owner's figures as files for a spreadsheet. For anybody but an
administrator they are not there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from photogen.domain.analytics import Figures, Period
from photogen.errors import NotFound
from photogen.web import deps
from photogen.web.api.answers import admin_endpoint
from photogen.web.api.usage import lines_of, safe
from photogen.web.text import t

Cell = str | int | float
Table = tuple[Sequence[str], Sequence[Sequence[Cell]]]

BATCH = 2000


def _days(view: Figures) -> Table:
    head = (
        "day",
        "income_cents",
        "returned_cents",
        "cost_cents",
        "pictures",
        "trainings",
        "granted",
        "burnt",
        "registered",
    )
    return head, [
        (
            d.day.isoformat(), d.income_cents, d.returned_cents, round(d.cost_cents, 3), d.pictures, d.trainings,
            d.granted, d.burnt, d.registered,
        )
        for d in view.days
    ]  # fmt: skip


def _work(view: Figures) -> Table:
    head = ("key", "name", "delivered", "by_plan", "credits", "cost_cents", "cost_unknown")
    return head, [
        (safe(w.key), safe(w.name), w.count, w.by_plan, w.credits, round(w.cost_cents, 3), w.unknown) for w in view.work
    ]


def _plans(view: Figures) -> Table:
    head = ("key", "name", "subscribers", "ending", "trialing", "mrr_cents")
    return head, [
        (safe(p.key), safe(p.name), p.subscribers, p.ending, p.trialing, round(p.mrr_cents, 2)) for p in view.plans
    ]


def _statement(view: Figures) -> Table:
    found = view.statement
    return ("what", "credits"), [
        ("opening", found.opening),
        *((flow.reason, flow.credits) for flow in found.came),
        *((flow.reason, -flow.credits) for flow in found.went),
        ("closing", found.closing),
        ("difference", found.difference),
    ]


TABLES: dict[str, Callable[[Figures], Table]] = {
    "days": _days, "work": _work, "plans": _plans, "statement": _statement,
}  # fmt: skip
_LEDGER = (
    "id", "when", "account", "kind", "source", "credits", "balance", "subject", "subject_id", "made_by", "note",
)  # fmt: skip


async def _ledger(period: Period) -> AsyncIterator[bytes]:
    read = deps.services().analytics.ledger
    yield lines_of([_LEDGER])
    after = 0
    while entries := await deps.call(read, period, after, BATCH):
        yield lines_of(
            [
                (
                    e.id, e.at.isoformat(timespec="seconds"), e.account_id, e.kind.value,
                    e.source.value if e.source else "", e.amount, e.balance, e.subject_kind, e.subject_id,
                    safe(e.made_by), safe(e.note),
                )
                for e in entries
            ]
        )  # fmt: skip
        after = entries[-1].id


async def _table(part: str, view: Figures) -> AsyncIterator[bytes]:
    head, rows = TABLES[part](view)
    yield lines_of([head, *rows])


@admin_endpoint
async def _file(request: Request, _account_id: str) -> Response:
    part = request.path_params["part"]
    if part not in {*TABLES, "ledger"}:
        raise NotFound(t("There is no such file."))
    period = Period.of(span=request.query_params.get("span", "30"))
    content = (
        _ledger(period)
        if part == "ledger"
        else _table(part, await deps.call(deps.services().analytics.figures, period))
    )
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="photogen-{part}-{period.span}.csv"',
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(content, headers=headers, media_type="text/csv; charset=utf-8")


ROUTES = [Route("/api/admin/figures/{part}.csv", _file)]
