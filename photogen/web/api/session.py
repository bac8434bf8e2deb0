"""Log in, register, log out, change the password: native form posts, so that the cookie travels with a full page load.

A form that was refused goes back to its page with a flash: a short-lived cookie that the page reads once and
deletes, holding the
sentence, the field at fault and what was typed, passwords never. Origins are held by the `SameOrigin` layer before
any of this runs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from photogen.domain.accounts.commands import ChangePassword, LogIn, Register
from photogen.domain.erasure.commands import DeleteAccount
from photogen.errors import Invalid, PhotogenError
from photogen.web import deps, routes, session
from photogen.web.security.layers import client_address
from photogen.web.security.throttle import throttle
from photogen.web.text import t

FLASH = "flash"
_FLASH_SECONDS = 60
_COOKIE_MOST = 3500
_MAX_BODY = 16 * 1024
_KEPT = ("name", "email", "next")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form. Raises Invalid for anything but a small urlencoded body."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Invalid(t("This form was not understood. Reload the page and try again."))
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise Invalid(t("This form is too long."), code="too_long")
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise Invalid(t("This form was not understood. Reload the page and try again.")) from error
    return {name: values[0].replace("\x00", "") for name, values in fields.items()}


def _back(path: str, form: str, fields: Mapping[str, str], problem: PhotogenError) -> Response:
    """To the form's page again, with the reason and what was typed."""
    flash = {
        "form": form,
        "tone": "bad",
        "text": problem.public,
        "code": problem.code,
        "field": problem.details.get("field") or "",
        "values": {name: fields[name][:254] for name in _KEPT if fields.get(name)},
    }
    wanted = session.safe_next(fields.get("next"))
    query = f"?next={quote(wanted, safe='/')}" if wanted != session.LANDING else ""
    return _with_flash(RedirectResponse(path + query, 303), flash)


def _packed(flash: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(flash).encode()).decode()


def _with_flash(response: Response, flash: Mapping[str, object]) -> Response:
    value = _packed(flash)
    if len(value) > _COOKIE_MOST:  # browsers drop a cookie of more than 4 KB, and with it the reason
        value = _packed({**flash, "values": {}})
    https = deps.settings().https
    response.set_cookie(FLASH, value, max_age=_FLASH_SECONDS, path="/", secure=https, samesite="lax")
    response.headers["cache-control"] = "no-store"
    return response


def _enter(token: str, path: str) -> Response:
    settings = deps.settings()
    response = RedirectResponse(path, 303)
    response.set_cookie(
        session.cookie_name(settings.https),
        token,
        max_age=settings.session_days * 86_400,
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="lax",
    )
    response.delete_cookie(FLASH, path="/")
    response.headers["cache-control"] = "no-store"
    return response


def _who(request: Request) -> tuple[str, str]:
    return client_address(request.scope, deps.settings().trusted_proxies), request.headers.get("user-agent", "")[:300]


def _old(request: Request) -> str:
    return session.token_in(request.headers.get("cookie")) or ""


async def log_in(request: Request) -> Response:
    """Starts a session; an older one of this browser ends, so that a log-in always changes the cookie."""
    fields: dict[str, str] = {}
    try:
        fields = await _form(request)
        address, agent = _who(request)
        await throttle.log_in(address, fields.get("email", ""))
        command = LogIn.of(email=fields.get("email", ""), password=fields.get("password", ""))
        log_in = deps.services().accounts.log_in
        started = await deps.call(log_in, command, ip=address, user_agent=agent, replaces=_old(request))
    except PhotogenError as problem:
        return _back(routes.LOGIN, "login", fields, problem)
    return _enter(started.token, session.safe_next(fields.get("next")))


async def register(request: Request) -> Response:
    """Makes an account and starts its first session."""
    fields: dict[str, str] = {}
    try:
        fields = await _form(request)
        address, agent = _who(request)
        await throttle.register(address)
        command = Register.of(**{name: fields.get(name, "") for name in ("name", "email", "password")})
        register = deps.services().accounts.register
        started = await deps.call(register, command, ip=address, user_agent=agent, replaces=_old(request))
    except PhotogenError as problem:
        return _back(routes.REGISTER, "register", fields, problem)
    return _enter(started.token, session.safe_next(fields.get("next")))


async def log_out(request: Request) -> Response:
    """Ends the session, here and in the browser's storage."""
    if token := _old(request):
        await deps.call(deps.services().accounts.log_out, token)
    return _out(routes.LANDING)


def _out(path: str) -> Response:
    """To a public page, with nothing left in the browser."""
    response = RedirectResponse(path, 303)
    https = deps.settings().https
    response.delete_cookie(session.cookie_name(https), path="/", secure=https, httponly=True, samesite="lax")
    response.headers["clear-site-data"] = '"storage"'
    response.headers["cache-control"] = "no-store"
    return response


async def change_password(request: Request) -> Response:
    """Changes the password of who is logged in; the service ends the other sessions."""
    identity = await session.identify(request.headers.get("cookie"))
    if identity is None:
        return RedirectResponse(f"{routes.LOGIN}?next={routes.SETTINGS}", 303)
    try:
        fields = await _form(request)
        await throttle.log_in(_who(request)[0], identity.email)
        command = ChangePassword.of(current=fields.get("current", ""), new=fields.get("new", ""))
        change = deps.services().accounts.change_password
        await deps.call(change, identity.account_id, identity.session_id, command)
    except PhotogenError as problem:
        return _back(routes.SETTINGS, "password", {}, problem)
    done = {"form": "password", "tone": "good", "text": t("Password changed. Your other sessions were logged out.")}
    return _with_flash(RedirectResponse(routes.SETTINGS, 303), done)


async def delete_account(request: Request) -> Response:
    """Deletes the account of who is logged in: out at once, to the receipt; the worker does the rest."""
    identity = await session.identify(request.headers.get("cookie"))
    if identity is None:
        return RedirectResponse(f"{routes.LOGIN}?next={routes.SETTINGS}", 303)
    try:
        fields = await _form(request)
        await throttle.log_in(_who(request)[0], identity.email)
        command = DeleteAccount.of(
            password=fields.get("delete_password", ""), confirmation=fields.get("confirmation", "")
        )
        number = await deps.call(deps.services().erasure.request, identity.account_id, command)
    except PhotogenError as problem:
        if problem.details.get("field") == "password":
            problem.details["field"] = "delete_password"
        return _back(f"{routes.SETTINGS}?{routes.DELETE_ASKED}=1", "delete", {}, problem)
    return _out(routes.receipt(number))


ROUTES = [
    Route(routes.AUTH_LOGIN, log_in, methods=["POST"]),
    Route(routes.AUTH_REGISTER, register, methods=["POST"]),
    Route(routes.AUTH_LOGOUT, log_out, methods=["POST"]),
    Route(routes.AUTH_PASSWORD, change_password, methods=["POST"]),
    Route(routes.AUTH_DELETE, delete_account, methods=["POST"]),
]
