"""What libraries log about requests loses its headers, cookies and tokens on the way."""

import io
import logging

import pytest

from photogen.web.security.logs import NoHeaders, struck_out


@pytest.mark.parametrize(
    "line",
    [
        "KeyError: event {'name': 'x', 'router_data': {'headers': {'cookie': 'photogen_session=SECRET'}}}",
        "cookie: photogen_session=SECRET; other=SECRET",
        "headers={'cookie': 'photogen_session=SECRET'}",
        "GET /_event?token=SECRET&EIO=4 HTTP/1.1",
        "authorization: Bearer SECRET",
        "Event data: {'payload': {'password': 'SECRET'}}",
        "'client_token': 'SECRET'",
    ],
)
def test_a_line_keeps_no_secret(line):
    assert "SECRET" not in struck_out(line)


def test_an_exception_keeps_none_either():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(NoHeaders())
    logger = logging.getLogger("photogen.test.logs")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        raise KeyError("{'headers': {'cookie': 'photogen_session=SECRET'}}")
    except KeyError:
        logger.exception("refused %s", {"cookie": "SECRET"})
    assert "KeyError" in stream.getvalue()
    assert "SECRET" not in stream.getvalue()


def test_ordinary_lines_stay_as_they_are():
    assert struck_out("granian listening at 127.0.0.1:3000") == "granian listening at 127.0.0.1:3000"
