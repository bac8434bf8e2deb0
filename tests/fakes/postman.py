"""A mail server in memory, with its troubles in the test's hands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from photogen.gateways.base import Category, Fix, GatewayError, Retry, Stop, Unknown
from photogen.gateways.base_mail import Letter
from photogen.kit.guard import outside_call


class Postman:
    """A Mail. `before` and `after` are raised (or called) at the next letters, before one is taken and after it."""

    delivers = True

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.before: deque[BaseException | Callable[[], object]] = deque()
        self.after: deque[BaseException] = deque()

    def send(self, letter: Letter) -> None:
        outside_call("mail")
        if self.before:
            trouble = self.before.popleft()
            if isinstance(trouble, BaseException):
                raise trouble
            trouble()
        self.letters.append(letter)
        if self.after:
            raise self.after.popleft()


def _made(kind: type[GatewayError], code: str) -> GatewayError:
    return kind("The mail server has trouble.", vendor="smtp", code=code, category=Category.NETWORK, words="no")  # type: ignore[call-arg]


def deferred() -> GatewayError:
    return _made(Retry, "mail_deferred")


def away() -> GatewayError:
    return _made(Retry, "mail_unreachable")


def no_such_address() -> GatewayError:
    return _made(Fix, "mail_address_refused")


def wrong_log_in() -> GatewayError:
    return _made(Stop, "mail_log_in_refused")


def no_answer() -> GatewayError:
    return _made(Unknown, "mail_outcome_unknown")
