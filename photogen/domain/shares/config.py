"""What links need to know of the installation."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SharesConfig:
    """`address` is the public one, without a slash at its end; `key` makes tokens."""

    address: str
    key: bytes = field(repr=False)
