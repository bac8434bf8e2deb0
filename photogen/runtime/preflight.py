"""What is looked at before anything starts, each with words for who has to mend it."""

import errno
import os
import shutil
import socket
from pathlib import Path

import psutil

from photogen.errors import PhotogenError

LITTLE_DISK = 1_000_000_000
"""Bytes below which a start warns: a handful of photo sets with their ZIP files fills this."""
NO_DISK = 200_000_000
"""Bytes below which PostgreSQL, its log and the pages' build can't be expected to work."""


class CannotStart(PhotogenError):
    """Something that is needed is missing; `public` says what and how to mend it."""

    default_code = "cannot_start"


def private_folder(folder: Path) -> Path:
    """Makes `folder` where it is missing and closes it to other users. Gives it absolute. Raises CannotStart."""
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"The data folder {folder} can't be written: {error.strerror}. Mend its rights, or name another one: "
            "PHOTOGEN_DATA=/path/to/folder make run",
            code="data_folder",
        ) from error
    return folder.resolve()


def room_on_disk(folder: Path) -> str:
    """Gives a warning, or "" when there is room enough. Raises CannotStart when nothing would fit."""
    free = shutil.disk_usage(folder).free
    if free < NO_DISK:
        raise CannotStart(
            f"Only {free // 1_000_000} MB are free where {folder} lies; at least {NO_DISK // 1_000_000} MB are needed. "
            "Make room, or name another folder: PHOTOGEN_DATA=/path/to/folder make run",
            code="disk_full",
        )
    if free < LITTLE_DISK:
        return f"only {free // 1_000_000} MB are free on the disk of {folder}"
    return ""


def free_port(port: int) -> None:
    """Raises CannotStart when a page could not be served at `port` of localhost, in either family of addresses."""
    try:
        _bind(port)
    except OSError as error:
        if error.errno == errno.EACCES:
            raise CannotStart(
                f"Port {port} may only be used by an administrator. Choose one above 1023: PORT=3000 make run",
                code="port_forbidden",
            ) from error
        raise _taken(port) from error
    if socket.has_ipv6:
        # A program on ::1 would be met in the place of ours by every browser that tries IPv6 first for "localhost".
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("::1", port)) == 0:
                raise _taken(port)


def any_port(wish: int | None = None) -> int:
    """A port of 127.0.0.1 that is free now: `wish` if that is."""
    if wish is not None:
        try:
            return _bind(wish)
        except OSError:
            pass
    return _bind(0)


def find_chromium() -> Path | None:
    """A Chromium for the browser tests: CHROMIUM_PATH, Playwright's own, or the system's."""
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        return Path(named) if Path(named).exists() else None
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        own = sorted(cache.glob(pattern))
        if own:
            return own[-1]
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    return None


def _bind(port: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection in TIME_WAIT is no obstacle
        probe.bind(("127.0.0.1", port))
        probe.listen(1)
        number: int = probe.getsockname()[1]
        return number


def _taken(port: int) -> CannotStart:
    other = any_port(port + 1) if port < 65_000 else any_port()
    holder = _holder(port)
    return CannotStart(
        f"Port {port} is taken{f' by {holder}' if holder else ''}. End that program, or use another port: "
        f"PORT={other} make run",
        code="port_taken",
        port=port,
    )


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})" if connection.pid else ""
    except psutil.Error:  # macOS shows other users' connections to root alone
        return ""
    return ""
