"""What keys of the ledger say. Pure."""

from dataclasses import dataclass

_OWN = {"welcome", "adjust"}
_BY_ID = {"returned", "clawback"}


@dataclass(frozen=True, slots=True)
class PaymentName:
    """How a key names a payment: by our own id, or by the service's. `month` is that of a yearly plan, from 1."""

    id: str = ""
    gateway: str = ""
    gateway_id: str = ""
    month: int = 0

    @property
    def key(self) -> str:
        """Under which `Causes.payments` has it."""
        return self.id or f"{self.gateway}:{self.gateway_id}"


def payment_of(key: str) -> PaymentName | None:
    """The payment that a key of a grant or an entry names, if it does: `stripe:in_1`, `stripe:in_1:3`,
    `returned:<id>:2`, `clawback:<id>:1:<grant>`, `grant:<key of the grant>`."""
    first, *rest = key.removeprefix("grant:").split(":")
    if not rest or first in _OWN:
        return None
    if first in _BY_ID:
        return PaymentName(id=rest[0])
    month = int(rest[1]) + 1 if len(rest) > 1 and rest[1].isdigit() else 0
    return PaymentName(gateway=first, gateway_id=rest[0], month=month)
