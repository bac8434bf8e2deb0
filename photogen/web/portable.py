"""One build of the pages for every address.

Reflex writes the server's address into the client at build time. Here the pages are built for an address that can't
exist, and the built files then ask the browser where they came from: the same build serves any port, any host, http and
https.
"""

import re
from pathlib import Path
from typing import Any

from reflex_base.plugins.base import Plugin

PLACEHOLDER = "http://photogen.invalid"
"""Given to Reflex as `api_url`. The top level domain is reserved for never existing (RFC 2606)."""

_LITERAL = re.compile(r"""(["'`])(http|ws)://photogen\.invalid(/[^"'`]*)?\1""")


def _portable(match: re.Match[str]) -> str:
    scheme = '.replace(/^http/,"ws")' if match[2] == "ws" else ""
    return f'(globalThis.location.origin{scheme}+"{match[3] or ""}")'


class PortableClient(Plugin):
    """Replaces the placeholder in the built client. Put it last among the plugins."""

    def post_build(self, **context: Any) -> None:
        """Rewrites the files of `static_dir`, before Reflex compresses them.

        Raises RuntimeError when the placeholder stands where it can't be replaced: a new Reflex writes it elsewhere.
        """
        for file in Path(context["static_dir"]).rglob("*"):
            if file.suffix not in {".js", ".html", ".css", ".xml", ".json", ".txt"}:
                continue
            before = file.read_text(encoding="utf-8")
            after = _LITERAL.sub(_portable, before) if file.suffix == ".js" else before
            if "photogen.invalid" in after:
                raise RuntimeError(f"{file} still has the placeholder address in it")
            if after != before:
                file.write_text(after, encoding="utf-8")
