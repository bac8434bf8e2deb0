"""Structured logs: one JSON line per event in production, plain lines in a terminal. Secrets are struck out by name."""

import logging
import re
import sys
from typing import TextIO

import structlog

_SECRET_NAME = re.compile(
    r"(password|passwd|secret|token|api_key|apikey|authorization|cookie|signature|session_id)", re.IGNORECASE
)
_SECRET_VALUE = re.compile(
    r"(r8_[A-Za-z0-9]{6,}|hf_[A-Za-z0-9]{6,}|sk_(?:live|test)_\w+|whsec_[\w+/=]+|Bearer\s+\S+|://[^/\s:@]+:[^/\s@]+@)"
)

_QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]+")
_KEY = re.compile(r"\b(?:tgp_v1_|v1\.|key[_-])[A-Za-z0-9._-]{12,}")


def without_secrets(text: str) -> str:
    """What others wrote, without keys, tokens and the queries of addresses (they hold signatures)."""
    return _KEY.sub("***", _QUERY.sub(r"\1?***", _SECRET_VALUE.sub("***", text)))


def redact(value: object) -> object:
    """The same value with everything that looks like a secret replaced by `***`; containers are walked."""
    if isinstance(value, str):
        return _SECRET_VALUE.sub("***", value)
    if isinstance(value, dict):
        return {k: "***" if _SECRET_NAME.search(str(k)) else redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(redact(v) for v in value)
    return value


def _redact_event(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {k: "***" if _SECRET_NAME.search(k) else redact(v) for k, v in event.items()}


class _RedactFilter(logging.Filter):
    """Strikes secrets out of records of other libraries, after their arguments were filled in."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = ()
        return True


def configure(*, json: bool, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sets up structlog and the standard library's logging. Call once per process, at its start."""
    out = stream or sys.stderr
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=out.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(_RedactFilter())
    logging.basicConfig(level=max(logging.getLevelNamesMapping()[level], logging.INFO), handlers=[handler], force=True)
    for noisy in ("httpx", "httpx2", "httpcore", "httpcore2", "urllib3", "botocore", "rq.worker", "huggingface_hub"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def to_stderr() -> None:
    """For a command whose answer is read by a program: lines of the log keep out of it."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; bind what belongs to every line: `log.get("training").bind(training=id)`."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(part=name)
    return logger
