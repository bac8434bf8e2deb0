"""`/healthz`: the process answers, and which installation it is. `/readyz`: database, queue and storage, each by name,
so that an operator sees which one is missing; and what is worth knowing of an installation that is ready."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.kit import log
from photogen.web import deps

_log = log.get("health")
_PATIENCE = 3.0
_FRESH = 1.0


async def healthz(_: Request) -> Response:
    """Alive: nothing outside is asked. By the id, the doctor sees whether PUBLIC_URL leads here."""
    return JSONResponse({"status": "ok", "installation": deps.settings().installation})


async def _probe(name: str, check: Callable[[], object]) -> str:
    try:
        await asyncio.wait_for(deps.call(check), _PATIENCE)
        return "ok"
    except Exception as error:  # noqa: BLE001 - whatever it is, the part is not ready; the log has the cause
        _log.warning("not ready", part=name, error=type(error).__name__)
        return "unavailable"


async def _noted(name: str, note: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
    try:
        return await asyncio.wait_for(deps.call(note), _PATIENCE)
    except Exception as error:  # noqa: BLE001 - a note makes nothing unready; the log has the cause
        _log.warning("no note", part=name, error=type(error).__name__)
        return {}


class _Looked:
    """The last look at the parts of `services`. Anybody may ask, and a look writes into the storage: so a second's
    crowd shares one."""

    def __init__(self, services: object) -> None:
        self.services = services
        self.turn = asyncio.Lock()
        self.at = float("-inf")
        self.parts: dict[str, str] = {}
        self.notes: dict[str, Mapping[str, object]] = {}


_last: list[_Looked] = []


async def _look() -> _Looked:
    services = deps.services()
    if not _last or _last[0].services is not services:
        _last[:] = [_Looked(services)]
    looked = _last[0]
    async with looked.turn:
        if time.monotonic() - looked.at > _FRESH:
            checks, notes = services.checks, services.notes
            answers, said = await asyncio.gather(
                asyncio.gather(*(_probe(name, check) for name, check in checks.items())),
                asyncio.gather(*(_noted(name, note) for name, note in notes.items())),
            )
            looked.parts = dict(zip(checks, answers, strict=True))
            looked.notes = {name: words for name, words in zip(notes, said, strict=True) if words}
            looked.at = time.monotonic()
        return looked


async def readyz(_: Request) -> Response:
    """503 while one of the parts does not answer within three seconds. `notes` is there when there are any."""
    looked = await _look()
    ready = all(state == "ok" for state in looked.parts.values())
    notes = {"notes": looked.notes} if looked.notes else {}
    body = {"status": "ok" if ready else "unavailable", **looked.parts, **notes}
    return JSONResponse(body, status_code=200 if ready else 503)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
