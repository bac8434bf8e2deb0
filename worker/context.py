"""The services of this process. Built on first use, and so after the fork: connections must not be shared by two."""

from __future__ import annotations

import os

from photogen.bootstrap import Services, build
from photogen.kit import log
from photogen.settings import Settings

_services: tuple[int, Services] | None = None


def settings() -> Settings:
    """From the environment. Raises ValidationError with what is missing."""
    return Settings()


def configure_logs(chosen: Settings) -> None:
    """Once per process."""
    log.configure(json=chosen.log_json, level=chosen.log_level)


def services() -> Services:
    """The services of this very process."""
    global _services  # noqa: PLW0603  (one per process, by its id: a fork must not inherit its parent's)
    if _services is None or _services[0] != os.getpid():
        _services = (os.getpid(), build(settings()))
    return _services[1]
