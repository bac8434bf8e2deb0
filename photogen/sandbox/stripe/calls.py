"""A call in Stripe's manner: a form with nested names in, an object out, expanded as asked, once per key."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.dialects import Refusal
from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import API_VERSION, Account, kind_of, new_id, public
from photogen.sandbox.stripe.deliveries import account_of

Schema = TypeVar("Schema", bound="Params")
Endpoint = Callable[["Account", "StripeCall"], Record]

_PART = re.compile(r"([^\[\]]+)|\[([^\[\]]*)\]")
_MOST = 100
_REPLAYED = "idempotent-replayed"


class Params(BaseModel):
    """Parameters of a call; what it does not know is refused, as the vendor does. Values come as text."""

    model_config = ConfigDict(extra="forbid")

    expand: list[str] = []


class StripeCall:
    """What an endpoint gets: parameters, the path's id, and ways to refuse."""

    def __init__(self, call: Call, given: Record) -> None:
        self.call = call
        self.given = given

    @property
    def id(self) -> str:
        """The id in the address."""
        return self.call.path("id")

    def params(self, schema: type[Schema]) -> Schema:
        """The parameters. Raises Refusal (400) for one that is missing, unknown or of the wrong kind."""
        try:
            return schema.model_validate(self.given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            name = _bracketed(first["loc"])
            code, words = {
                "extra_forbidden": ("parameter_unknown", f"Received unknown parameter: {name}"),
                "missing": ("parameter_missing", f"Missing required param: {name}."),
            }.get(first["type"], ("parameter_invalid", f"Invalid {name}: {first['msg']}"))
            raise self.refuse(400, words, param=name, code=code) from error

    def refuse(self, status: int, message: str, **more: Any) -> Refusal:
        """An error to be raised."""
        return self.call.refuse(status, message, **more)

    def find(self, account: Account, kind: str, identity: Any, param: str = "id") -> Record:
        """The object, or a refusal (404) as the vendor gives it."""
        found = account.find(kind, identity)
        if found is None:
            words = f"No such {kind.rpartition('.')[2].replace('_', '')}: '{identity}'"
            raise self.refuse(404, words, param=param, code="resource_missing")
        return found


def endpoint(name: str) -> Callable[[Endpoint], Callable[[Request], Any]]:
    """Makes a route of a function that gives an object (or a list object)."""

    def wrap(function: Endpoint) -> Callable[[Request], Any]:
        async def handle(call: Call) -> Response:
            request = call.request
            given = nested(call.raw.decode("utf-8", "replace") if request.method == "POST" else request.url.query)
            call.record["body"] = given
            key = request.headers.get("idempotency-key") if request.method == "POST" else None
            if key and (known := call.sandbox.store.get("stripe idempotency", key)):
                return _replayed(call, known, given)
            try:
                made = public(function(account_of(call.sandbox), StripeCall(call, given)))
                answer: Response = JSONResponse(expanded(account_of(call.sandbox), made, given.get("expand", [])))
            except Refusal as refusal:
                answer = refusal.response
            answer.headers["request-id"] = f"req_{new_id('event').removeprefix('evt_')[:14]}"
            answer.headers["stripe-version"] = request.headers.get("stripe-version", API_VERSION)
            if key:
                record = {"path": request.url.path, "params": given, "status": answer.status_code}
                call.sandbox.store.put("stripe idempotency", key, record | {"body": bytes(answer.body).decode()})
            return answer

        return operation("stripe", name)(handle)

    return wrap


def _replayed(call: Call, known: Record, given: Record) -> Response:
    if (known["path"], known["params"]) != (call.request.url.path, given):
        words = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        raise call.refuse(400, words, type="idempotency_error")
    return Response(known["body"], known["status"], media_type="application/json", headers={_REPLAYED: "true"})


def nested(text: str) -> Record:
    """`a[b][0][c]=1` as {"a": {"b": [{"c": "1"}]}}: the form encoding of Stripe's clients."""
    root: Record = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = [plain or bracketed for plain, bracketed in _PART.findall(name)]
        here = root
        for part in parts[:-1]:
            here = here.setdefault(part, {})
        last = parts[-1]
        if last == "" or name.endswith("[]"):
            here.setdefault("", []).append(value)
        else:
            here[last] = value
    listed = _lists(root)
    return listed if isinstance(listed, dict) else {}


def _lists(value: Any) -> Any:
    """Objects whose keys are 0, 1, 2 ... (or none) are lists."""
    if not isinstance(value, dict):
        return value
    if set(value) == {""}:
        return value[""]
    if value and all(key.isdigit() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(item) for key, item in value.items()}


def _bracketed(path: Sequence[int | str]) -> str:
    first, *rest = path
    return str(first) + "".join(f"[{part}]" for part in rest)


def expanded(account: Account, value: Any, paths: Sequence[str]) -> Any:
    """A copy of the answer in which the ids at `paths` are replaced by their objects."""
    copy = json.loads(json.dumps(value))
    for path in paths:
        _expand(account, copy, path.split("."))
    return copy


def _expand(account: Account, value: Any, parts: list[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _expand(account, item, parts)
        return
    if not parts or not isinstance(value, dict):
        return
    first, rest = parts[0], parts[1:]
    held = value.get(first)
    if isinstance(held, str):
        kind = kind_of(held) or ("coupon" if first == "coupon" else "")
        found = account.find(kind, held)
        if found is not None:
            held = value[first] = json.loads(json.dumps(public(found)))
    _expand(account, held, rest)


class Created(Params):
    """When what a list is to have was made, in seconds of Unix time."""

    gte: int = 0
    lte: int | None = None

    def has(self, moment: int) -> bool:
        """Whether `moment` is within."""
        return self.gte <= moment and (self.lte is None or moment <= self.lte)


class ListParams(Params):
    """A page of a list."""

    limit: int = 10
    starting_after: str = ""
    ending_before: str = ""


def page(call: StripeCall, records: Sequence[Record], params: ListParams, url: str) -> Record:
    """The page of `records` (oldest first) that is asked for, newest first."""
    if not 1 <= params.limit <= _MOST:
        raise call.refuse(400, f"Invalid integer: limit must be between 1 and {_MOST}", param="limit")
    newest = list(reversed(records))
    ids = [record["id"] for record in newest]
    if params.starting_after:
        if params.starting_after not in ids:
            words = f"No such object: '{params.starting_after}'"
            raise call.refuse(400, words, param="starting_after", code="resource_missing")
        newest = newest[ids.index(params.starting_after) + 1 :]
    elif params.ending_before in ids:
        newest = newest[: ids.index(params.ending_before)][-params.limit :]
    return {"object": "list", "data": newest[: params.limit], "has_more": len(newest) > params.limit, "url": url}
