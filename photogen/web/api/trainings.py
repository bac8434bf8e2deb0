"""A training's log and loss curve for the islands of its page, and the log as a file.

`/api/trainings/{id}/log?after=<end>` is `{text, end}`: whole lines from there on; ask again from `end` for what is new.
`/api/trainings/{id}/losses` is `{points: [[step, loss], ...]}`; `/api/trainings/{id}/log.txt` saves the whole log.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.domain.training.logbook import LogText
from photogen.web import deps
from photogen.web.api.answers import answer, endpoint
from photogen.web.text import number, t


def _text(log: LogText) -> str:
    """The log with a line where something was left out."""
    parts = []
    for piece in log.pieces:
        if piece.left_out:
            parts.append(t("---- {n} characters of this log were left out here ----", n=number(piece.left_out)) + "\n")
        parts.append(piece.text)
    return "".join(parts)


@endpoint
async def _log(request: Request, account_id: str) -> Response:
    asked = request.query_params.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 13 else 0
    history = deps.services().training.history
    log = await deps.call(history.log, account_id, request.path_params["training_id"], after)
    return answer({"text": _text(log), "end": log.end})


@endpoint
async def _file(request: Request, account_id: str) -> Response:
    training_id = request.path_params["training_id"]
    log = await deps.call(deps.services().training.history.log, account_id, training_id)
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="training-{training_id}.log.txt"',
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
    }
    return Response(_text(log), headers=headers, media_type="text/plain; charset=utf-8")


@endpoint
async def _losses(request: Request, account_id: str) -> Response:
    points = await deps.call(deps.services().training.history.losses, account_id, request.path_params["training_id"])
    return answer({"points": points})


ROUTES = [
    Route("/api/trainings/{training_id}/log", _log),
    Route("/api/trainings/{training_id}/log.txt", _file),
    Route("/api/trainings/{training_id}/losses", _losses),
]
