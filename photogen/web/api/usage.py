"""`/api/usage.csv`: every movement of one's own credits, oldest last, as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from photogen.domain.credits import EntryView, HistoryQuery
from photogen.web import deps
from photogen.web.api.answers import endpoint
from photogen.web.movements import words
from photogen.web.text import t

BATCH = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula (owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def lines_of(rows: Sequence[Sequence[str | int | float]]) -> bytes:
    """Rows as CSV (RFC 4180), in UTF-8."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue().encode()


def _row(entry: EntryView) -> Sequence[str | int]:
    return (
        entry.created_at.isoformat(timespec="seconds"),
        safe(words(entry)),
        entry.kind.value,
        entry.amount,
        entry.balance_after,
        entry.subject_kind,
        entry.subject_id,
        safe(entry.note),
    )


@endpoint
async def _file(request: Request, account_id: str) -> Response:
    asked = request.query_params
    only = HistoryQuery.of(group=asked.get("group", "all"), month=asked.get("month", ""))
    history = deps.services().credits.history
    first = await deps.call(history, account_id, None, BATCH, only)

    async def lines() -> AsyncIterator[bytes]:
        head = [t("When"), t("What"), "kind", t("Credits"), t("Balance"), "subject", "subject_id", t("Note")]
        yield b"\xef\xbb\xbf" + lines_of([head])  # the mark by which Excel knows UTF-8
        entries = first
        while entries:
            yield lines_of([_row(entry) for entry in entries])
            entries = await deps.call(history, account_id, entries[-1].id, BATCH, only)

    headers = {
        "cache-control": "private, no-store",
        "content-disposition": 'attachment; filename="photogen-credits.csv"',
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(lines(), headers=headers, media_type="text/csv; charset=utf-8")


ROUTES = [Route("/api/usage.csv", _file)]
