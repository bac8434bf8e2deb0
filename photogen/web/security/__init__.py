"""What stands between a socket or a request and our code: the event guard, ASGI layers, limits, the log filter."""

from photogen.web.security.policy import allow

__all__ = ["allow"]
