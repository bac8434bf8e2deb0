"""What stands in a recorded request: the values of its body, whatever it travelled as, and of its query."""

import json
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

from tests.contract.recording import Exchange


@dataclass(frozen=True)
class Part:
    """One part of a form."""

    name: str
    text: str


def form(exchange: Exchange) -> list[Part]:
    """The parts of a `multipart/form-data` request; bytes stand as Latin-1."""
    head = f"content-type: {exchange.headers['content-type']}\r\n\r\n".encode()
    return [
        Part(
            str(part.get_param("name", header="content-disposition")),
            part.get_payload(decode=True).decode("latin-1"),  # type: ignore[union-attr]
        )
        for part in message_from_bytes(head + exchange.request_body).get_payload()
    ]


def form_values(exchange: Exchange, properties: dict[str, Any]) -> dict[str, Any]:
    """A form as the object that its schema describes: what is no text there travels as JSON."""
    return {
        part.name: part.text if properties.get(part.name, {}).get("type", "string") == "string" else _json(part.text)
        for part in form(exchange)
    }


def lines(exchange: Exchange) -> list[Any]:
    """The objects of a request in JSON lines."""
    return [json.loads(line) for line in exchange.request_body.splitlines() if line]


def query(exchange: Exchange) -> list[tuple[str, list[Any]]]:
    """Names in the query, each with what its text may stand for: itself, JSON, or a list of one."""
    pairs = parse_qsl(exchange.query.decode(), keep_blank_values=True)
    return [(name, [text, _json(text), [text]]) for name, text in pairs]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
