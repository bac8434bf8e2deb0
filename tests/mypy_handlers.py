"""A plugin of mypy: what `@rx.event` makes of a handler.

Reflex declares it as a class whose `__new__` gives an `EventCallback`. mypy takes a class for what bears its name, and
would know nothing of a handler. With this, `State.rename(id, name)` is checked like any call and gives an event, and
`self.rename` inside the State is the method it is.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import TypeInfo
from mypy.plugin import FunctionContext, MethodContext, Plugin
from mypy.types import CallableType, Instance, Type, get_proper_type

_MODULE = "reflex_base.event"


class Handlers(Plugin):
    """The two places where a handler gets its type: the decorator, and the call with a page's values."""

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        return self._handler if fullname == f"{_MODULE}.EventNamespace" else None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        return self._sent if fullname == f"{_MODULE}.EventCallback.__call__" else None

    def _handler(self, ctx: FunctionContext) -> Type:
        given = get_proper_type(ctx.arg_types[0][0]) if ctx.arg_types and ctx.arg_types[0] else None
        if not isinstance(given, CallableType):
            return ctx.default_return_type
        return Instance(self._info("EventCallback"), given.arg_types[1:])

    def _sent(self, ctx: MethodContext) -> Type:
        result = get_proper_type(ctx.default_return_type)
        if isinstance(result, Instance) and result.type.name == "EventCallback" and not result.args:
            return Instance(self._info("EventSpec"), [])
        return ctx.default_return_type

    def _info(self, name: str) -> TypeInfo:
        found = self.lookup_fully_qualified(f"{_MODULE}.{name}")
        if found is None or not isinstance(found.node, TypeInfo):
            raise LookupError(f"{_MODULE}.{name}: Reflex has it no more")
        return found.node


def plugin(version: str) -> type[Plugin]:
    """What mypy asks for."""
    return Handlers
