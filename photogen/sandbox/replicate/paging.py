"""Lists in pages of a hundred, newest first, each with the address of the next."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from photogen.sandbox.calls import Call
from photogen.sandbox.store import Record

PAGE = 100


def page(call: Call, records: Sequence[Record], view: Callable[[Record], dict[str, Any]], key: str = "id") -> Response:
    """The page that the request's `cursor` (key of the last record seen) asks for; `records` are oldest first."""
    newest = list(reversed(records))
    cursor = call.request.query_params.get("cursor")
    start = 0
    if cursor:
        start = next((i + 1 for i, record in enumerate(newest) if record[key] == cursor), len(newest))
    shown = newest[start : start + PAGE]
    more = len(newest) > start + PAGE
    address = call.request.url.replace(query="")
    return JSONResponse(
        {
            "previous": None,
            "next": f"{address}?cursor={shown[-1][key]}" if more else None,
            "results": [view(record) for record in shown],
        }
    )
