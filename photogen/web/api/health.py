"""`/healthz`: the process answers. `/readyz`: database, queue and storage, each by name, so that an operator sees
which one is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.kit import log
from photogen.web import deps

_log = log.get("health")
_PATIENCE = 3.0


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


async def readyz(_: Request) -> Response:
    """503 while one of the parts does not answer within three seconds."""
    checks = deps.services().checks
    answers = await asyncio.gather(*(_probe(name, check) for name, check in checks.items()))
    parts = dict(zip(checks, answers, strict=True))
    ready = all(state == "ok" for state in parts.values())
    return JSONResponse({"status": "ok" if ready else "unavailable", **parts}, status_code=200 if ready else 503)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]
