"""`python -m photogen.sandbox --port 4010 --data .data/sandbox`: serves until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from photogen.sandbox.app import create_app
from photogen.sandbox.server import Server


def main(arguments: list[str] | None = None) -> int:
    """Serves; returns the exit status: 0 after a signal, 1 when the port or the folder can't be used."""
    parser = argparse.ArgumentParser(prog="python -m photogen.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="folder that keeps trainings, files and repositories")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(_serve(options.port, options.data))
    except OSError as error:
        print(f"The sandbox can't start: {error}. Choose another --port or --data.", file=sys.stderr)
        return 1
    return 0


async def _serve(port: int, data: Path) -> None:
    server = Server(create_app(data, f"http://127.0.0.1:{port}"), port=port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve(lambda: print(f"sandbox ready at http://127.0.0.1:{port}", flush=True))


if __name__ == "__main__":
    sys.exit(main())
