"""No payment service: what stands in its place where none is set up."""

from typing import Any, NoReturn, cast

from photogen.gateways.base import Category, Stop
from photogen.gateways.base_payments import PaymentGateway


class _Closed:
    name = "none"

    def __getattr__(self, _name: str) -> Any:
        return _refuse


def _refuse(*_arguments: object, **_named: object) -> NoReturn:
    raise Stop(
        "Nothing is sold here: whoever runs this studio has not set up payments. Ask them for credits.",
        vendor="none",
        code="payments_off",
        category=Category.INTERNAL,
    )


def closed_payments() -> PaymentGateway:
    """A PaymentGateway that refuses everything, in words. Raises Stop (`payments_off`)."""
    return cast("PaymentGateway", _Closed())
