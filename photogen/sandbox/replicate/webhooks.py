"""Signed webhooks of trainings and predictions, as replicate.com/docs/topics/webhooks describes them.

`output` and `logs` leave at most every half second and once; `start` and `completed` always leave, and `completed` is
tried again while the receiver does not answer 2xx. Redirects are not followed.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import random
import secrets
import time
from typing import Any

import httpx
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.context import Sandbox
from photogen.sandbox.faults import WEBHOOK_FAULTS, Fault
from photogen.sandbox.store import Record

_log = logging.getLogger("photogen.sandbox")
_THROTTLE = 0.5  # seconds between two webhooks of one job about output or logs
_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)  # seconds before each further try of a final webhook: about a minute


def signing_key(sandbox: Sandbox) -> str:
    """The account's secret, `whsec_` and base 64; made once."""
    record = sandbox.store.get("account", "webhooks")
    if record is None:
        key = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        record = sandbox.store.put("account", "webhooks", {"key": key})
    return str(record["key"])


@operation("replicate", "webhooks.default.secret.get")
async def secret(call: Call) -> Response:
    return JSONResponse({"key": signing_key(call.sandbox)})


class Hooks:
    """The webhooks of one job, in the order of its events."""

    def __init__(self, sandbox: Sandbox, job: Record) -> None:
        self._sandbox = sandbox
        self._job = job
        self._last = 0.0
        self._held: tuple[str, str] | None = None

    def send(self, event: str, view: dict[str, Any]) -> None:
        """Sends `view` if the job wants to hear of `event`: start, output, logs or completed."""
        url = self._job.get("webhook")
        wanted = self._job.get("webhook_events_filter") or ("start", "output", "logs", "completed")
        if not url or event not in wanted:
            return
        if event in {"output", "logs"}:
            if time.monotonic() - self._last < _THROTTLE:
                return
            self._last = time.monotonic()
        body = json.dumps(view)
        fault = self._sandbox.faults.take("replicate", "webhook", WEBHOOK_FAULTS, f"{url} {event} {body}")
        if fault is not None and fault.fault == "reordered" and event != "completed":
            self._held = (event, body)
            return
        self._spawn(url, event, body, fault)
        if self._held is not None:
            held_event, held_body = self._held
            self._held = None
            self._spawn(url, held_event, held_body, None, wait=0.3)

    def _spawn(self, url: str, event: str, body: str, fault: Fault | None, wait: float = 0.0) -> None:
        name = fault.fault if fault else ""
        if name == "lost":
            _log.info("webhook %s of %s lost on purpose", event, self._job["id"])
            return
        if fault is not None and name == "late":
            wait = float(fault.args.get("seconds", 3))
        message = f"msg_{secrets.token_hex(12)}"
        spread = float(fault.args.get("spread", 0)) if fault is not None else 0.0
        for copy in range(2 if name == "doubled" else 1):
            key = f"webhook {message} {copy}"
            wait = wait if not spread else random.uniform(0, spread)  # noqa: S311 - when a copy comes is nobody's secret
            work = self._deliver(url, message, body, wait, retry=event == "completed", forged=name == "badly_signed")
            self._sandbox.spawn(key, work)

    async def _deliver(self, url: str, message: str, body: str, wait: float, *, retry: bool, forged: bool) -> None:
        await asyncio.sleep(wait)
        for delay in (*(_DELAYS if retry else ()), None):
            headers = signature_headers(signing_key(self._sandbox), message, body, forged=forged)
            try:
                answer = await self._sandbox.http.post(url, content=body, headers=headers, timeout=10)
                if answer.is_success:
                    return
                _log.info("webhook to %s answered %d", httpx.URL(url).path, answer.status_code)
            except httpx.HTTPError as error:
                _log.info("webhook to %s failed: %s", httpx.URL(url).path, type(error).__name__)
            if delay is not None:
                await asyncio.sleep(delay)


def signature_headers(key: str, message: str, body: str, *, forged: bool = False) -> dict[str, str]:
    """The headers of a delivery: HMAC-SHA256 of "id.timestamp.body" with what follows `whsec_`, in base 64."""
    moment = str(int(time.time()))
    secret_bytes = base64.b64decode(key.removeprefix("whsec_"))
    if forged:
        secret_bytes = b"not the secret"
    digest = hmac.new(secret_bytes, f"{message}.{moment}.{body}".encode(), hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "user-agent": "Replicate/1.0",
        "webhook-id": message,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


routes = [Route("/v1/webhooks/default/secret", secret, methods=["GET"])]
