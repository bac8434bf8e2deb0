"""Arguments of events, checked before the handler runs.

Reflex 0.10.1 hands a handler whatever a raw socket sent: `n: int` may get "abc", `name: str` a dict (reflex.md,
3.1). Here every
payload is read against the handler's annotations by pydantic, in strict JSON mode: no missing, no unknown, no
coerced argument.
"""

from __future__ import annotations

import functools
import inspect
import json
import re
import typing
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from photogen.errors import Invalid
from photogen.web.text import t

MAX_PAYLOAD = 256 * 1024
"""Bytes of JSON that one event may carry; files never travel by event."""


_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""The character as JSON writes it, but not somebody's backslash, u and four noughts."""


class BadArguments(Invalid):
    """The payload does not fit the handler's signature. `field` is the argument at fault, where one is."""

    default_code = "bad_arguments"


@functools.lru_cache(maxsize=4096)
def _signature(fn: Callable[..., Any]) -> tuple[dict[str, TypeAdapter[Any]], frozenset[str], bool]:
    hints = typing.get_type_hints(fn, include_extras=True)
    adapters: dict[str, TypeAdapter[Any]] = {}
    required: set[str] = set()
    parameters = list(inspect.signature(fn).parameters.values())[1:]  # without self
    for parameter in parameters:
        if parameter.name not in hints:
            raise TypeError(f"{fn.__qualname__}: the argument {parameter.name} has no annotation")
        adapters[parameter.name] = TypeAdapter(hints[parameter.name])
        if parameter.default is inspect.Parameter.empty:
            required.add(parameter.name)
    return adapters, frozenset(required), bool(parameters)


def check_signature(fn: Callable[..., Any]) -> None:
    """Raises TypeError when a handler's arguments can't be checked, because one is not annotated."""
    _signature(fn)


def validated(fn: Callable[..., Any], payload: dict[str, Any]) -> dict[str, Any]:
    """`payload` as the annotations of `fn` want it. Raises BadArguments."""
    adapters, required, takes_any = _signature(fn)
    if not takes_any and not payload:
        return {}
    try:
        size = len(json.dumps(payload, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadArguments(t("This request was not understood. Reload the page and try again.")) from error
    if size > MAX_PAYLOAD:
        raise BadArguments(t("This is too long. Shorten it and try again."), code="payload_too_large")
    if required - payload.keys() or payload.keys() - adapters.keys():
        raise BadArguments(t("This request was not understood. Reload the page and try again."))
    result: dict[str, Any] = {}
    for name, value in payload.items():
        text = json.dumps(value, allow_nan=False)
        if _NUL.search(text):  # PostgreSQL's text can't hold it
            raise BadArguments(t("This text has a character in it that can't be stored."), field=name)
        try:
            result[name] = adapters[name].validate_json(text, strict=True)
        except ValidationError as error:
            raise BadArguments(
                t("This request was not understood. Reload the page and try again."), field=name
            ) from error
    return result
