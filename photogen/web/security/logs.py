"""No header, cookie, token or payload in a log: Reflex 0.10.1 logs all request headers with a refused event
(reflex.md, 3.1)."""

from __future__ import annotations

import logging
import re

_PRIVATE = re.compile(
    r"""(?ix)
    (["']?(?:cookie|set-cookie|authorization|x-forwarded-[a-z]+|client_token|token|headers|raw_headers)["']?\s*[:=]\s*)
    (?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\{[^{}]*\}|[^\s,})&]+)
    """
)
_HEADER_LINE = re.compile(r"(?im)^(.*?\b(?:set-)?cookie|.*?\b(?:proxy-)?authorization):\s.*$")
_TAB = re.compile(r"(?i)(\bclient ')[^']*(?=')")
_EVENT_DATA = re.compile(r"(?s)((?:router_data|payload|Event data|event data)\s*[:=]).*")


_SHARED = re.compile(r"(/s/)[^/?#\s\"']{20,}")


def path_of(path: str) -> str:
    """`path` without the token of a share link: whoever reads a log must not be able to open it."""
    return _SHARED.sub(r"\1***", path)


def struck_out(text: str) -> str:
    """`text` without the values of headers, cookies and tokens, and without the data of events."""
    text = _HEADER_LINE.sub(r"\1: ***", _EVENT_DATA.sub(r"\1 ***", text))
    return _TAB.sub(r"\1***", _PRIVATE.sub(r"\1***", text))


class NoHeaders(logging.Filter):
    """Rewrites the record of any library before a handler sees it, its traceback's last line included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = struck_out(record.getMessage()), ()
        if record.exc_info and record.name.startswith(("engineio", "socketio")):
            # A frame that nobody's client sends: anybody can send thousands, so each is one line.
            kind = record.exc_info[0]
            record.msg, record.exc_info, record.exc_text = f"{record.msg} ({kind.__name__ if kind else ''})", None, None
        if record.exc_info and not record.exc_text:
            record.exc_text = struck_out(logging.Formatter().formatException(record.exc_info))
        return True


def install() -> None:
    """Puts the filter on the handlers of the root and of Reflex's and the socket's loggers, and on those loggers
    themselves."""
    guard = NoHeaders()
    names = [
        name
        for name in logging.root.manager.loggerDict
        if name.split(".")[0] in {"reflex", "reflex_base", "socketio", "engineio", "_granian", "granian"}
    ]
    for name in ["", "reflex", "reflex_base", "socketio", "engineio", "asyncio", *names]:
        logger = logging.getLogger(name or None)
        for target in (logger, *logger.handlers):
            if not any(isinstance(f, NoHeaders) for f in target.filters):
                target.addFilter(guard)
