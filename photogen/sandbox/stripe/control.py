"""What tests and curious people do to the sandbox's Stripe: move time on, dispute a charge, send an event again."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.context import Sandbox
from photogen.sandbox.control import guarded
from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import public
from photogen.sandbox.stripe.clocks import move_on
from photogen.sandbox.stripe.deliveries import account_of, send
from photogen.sandbox.stripe.payments import close_dispute, dispute


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Move(_Strict):
    customer: str
    days: float = Field(gt=0, le=3700)


class _Dispute(_Strict):
    charge: str = ""
    dispute: str = ""
    outcome: Literal["won", "lost"] | None = None


class _Resend(_Strict):
    event: str


def _missing(what: str) -> Response:
    return JSONResponse({"error": f"there is no {what}"}, 404)


async def _move(request: Request, sandbox: Sandbox) -> Response:
    wanted, account = _Move.model_validate(await request.json()), account_of(sandbox)
    customer = account.find("customer", wanted.customer)
    if customer is None:
        return _missing(wanted.customer)
    move_on(account, customer, round(wanted.days * 86_400))
    return JSONResponse({"now": account.now(customer["id"])})


async def _dispute(request: Request, sandbox: Sandbox) -> Response:
    wanted, account = _Dispute.model_validate(await request.json()), account_of(sandbox)
    if wanted.outcome is not None:
        record = account.find("dispute", wanted.dispute)
        return (
            JSONResponse(public(close_dispute(account, record, wanted.outcome == "won")))
            if record
            else _missing("dispute")
        )
    charge = account.find("charge", wanted.charge)
    return JSONResponse(public(dispute(account, charge))) if charge else _missing("charge")


async def _resend(request: Request, sandbox: Sandbox) -> Response:
    wanted, account = _Resend.model_validate(await request.json()), account_of(sandbox)
    event = account.find("event", wanted.event)
    if event is None:
        return _missing(wanted.event)
    for endpoint in account.all("webhook_endpoint"):
        send(account, event, endpoint)
    return Response(status_code=204)


async def _objects(request: Request, sandbox: Sandbox) -> Response:
    found: list[Record] = account_of(sandbox).all(request.path_params["kind"])
    shown: list[Any] = [public(record) for record in found]
    return JSONResponse(shown)


routes = [
    Route("/control/stripe/move", guarded(_move), methods=["POST"]),
    Route("/control/stripe/dispute", guarded(_dispute), methods=["POST"]),
    Route("/control/stripe/resend", guarded(_resend), methods=["POST"]),
    Route("/control/stripe/objects/{kind}", guarded(_objects), methods=["GET"]),
]
