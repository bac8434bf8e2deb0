"""`POST /api/inputs`: a picture to begin with, as the body. The answer is `{"id"}`; what is wrong with it stands in the
error."""

from __future__ import annotations

import asyncio
import contextvars
import functools

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from photogen.web import deps
from photogen.web.api.answers import answer, endpoint
from photogen.web.api.uploads import pool, received
from photogen.web.security.throttle import throttle


@endpoint
async def _add(request: Request, account_id: str) -> Response:
    await throttle.upload(account_id)
    async with received(request) as path:
        add = functools.partial(contextvars.copy_context().run, deps.services().inputs.add, account_id, path)
        return answer({"id": await asyncio.get_running_loop().run_in_executor(pool(), add)})


ROUTES = [Route("/api/inputs", _add, methods=["POST"])]
