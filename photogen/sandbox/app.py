"""The sandbox as an ASGI application: `/replicate`, `/together`, `/nebius`, `/hub`, `/stripe` and `/control`."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from photogen.sandbox import control, nebius, stripe, together
from photogen.sandbox.context import Sandbox
from photogen.sandbox.hub import routes as hub_routes
from photogen.sandbox.replicate import resume
from photogen.sandbox.replicate import routes as replicate_routes


def create_app(data: Path, base_url: str) -> Starlette:
    """The application; `data` keeps its state, `base_url` is where it is reached (no trailing slash).

    Raises OSError when the folder can't be written.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        sandbox = Sandbox(data, base_url, (resume, stripe.resume))
        app.state.sandbox = sandbox
        sandbox.start()
        try:
            yield
        finally:
            await sandbox.close()

    data.mkdir(parents=True, exist_ok=True)
    return Starlette(
        lifespan=lifespan,
        routes=[
            *control.routes,
            *stripe.control_routes,
            Mount("/replicate", routes=replicate_routes),
            Mount("/together", routes=together.routes),
            Mount("/nebius", routes=nebius.routes),
            Mount("/hub", routes=hub_routes),
            Mount("/stripe", routes=stripe.routes),
        ],
        exception_handlers={404: _unknown, 405: _unknown},
    )


async def _unknown(request: Request, _error: Exception) -> Response:
    message = f"The sandbox does not know {request.method} {request.url.path}"
    return JSONResponse({"detail": message, "error": {"message": message, "type": "invalid_request_error"}}, 404)
