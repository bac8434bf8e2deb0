"""No payment service: what stands in its place where none is set up."""

from collections.abc import Iterator
from typing import Any, NoReturn, cast

from photogen.gateways.base import Category, Stop
from photogen.gateways.base_payments import ListedEvent, PaymentGateway
from photogen.kit.text import t


class _Closed:
    name = "none"

    def events(self, *_arguments: object) -> Iterator[ListedEvent]:
        return iter(())

    def __getattr__(self, _name: str) -> Any:
        return _refuse


def _refuse(*_arguments: object, **_named: object) -> NoReturn:
    raise Stop(
        t("Nothing is sold here: whoever runs this studio has not set up payments. Ask them for credits."),
        vendor="none",
        code="payments_off",
        category=Category.INTERNAL,
    )


def closed_payments() -> PaymentGateway:
    """A PaymentGateway at which nothing happens, and that refuses the rest in words. Raises Stop (`payments_off`)."""
    return cast("PaymentGateway", _Closed())
