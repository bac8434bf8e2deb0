"""`/healthz`: the process answers. `/readyz`: database, queue and storage, each by name, so that an operator sees
which one is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.kit import log
from photogen.web import deps

_log = log.get("health")
_PATIENCE = 3.0
_FRESH = 1.0


async def healthz(_: Request) -> Response:
    """Alive: nothing outside is asked."""
    return JSONResponse({"status": "ok"})


async def _probe(name: str, check: Callable[[], object]) -> str:
    try:
        await asyncio.wait_for(deps.call(check), _PATIENCE)
        return "ok"
    except Exception as error:  # noqa: BLE001 - whatever it is, the part is not ready; the log has the cause
        _log.warning("not ready", part=name, error=type(error).__name__)
        return "unavailable"


class _Looked:
    """The last look at the parts of `services`. Anybody may ask, and a look writes into the storage: so a second's
    crowd shares one."""

    def __init__(self, services: object) -> None:
        self.services = services
        self.turn = asyncio.Lock()
        self.at = float("-inf")
        self.parts: dict[str, str] = {}


_last: list[_Looked] = []


async def _parts() -> dict[str, str]:
    services = deps.services()
    if not _last or _last[0].services is not services:
        _last[:] = [_Looked(services)]
    looked = _last[0]
    async with looked.turn:
        if time.monotonic() - looked.at > _FRESH:
            checks = services.checks
            answers = await asyncio.gather(*(_probe(name, check) for name, check in checks.items()))
            looked.parts, looked.at = dict(zip(checks, answers, strict=True)), time.monotonic()
        return looked.parts


async def readyz(_: Request) -> Response:
    """503 while one of the parts does not answer within three seconds."""
    parts = await _parts()
    ready = all(state == "ok" for state in parts.values())
    return JSONResponse({"status": "ok" if ready else "unavailable", **parts}, status_code=200 if ready else 503)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
