"""Answers that no contract allows, for hypothesis: true ones with something missing or replaced, and no JSON at all."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.fakes.odd_server import Answer

_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 10**400, float("nan"), float("inf"), "", "\x00", "\ud800", "x" * 5000, "../../etc/passwd", "💥",
    [], {}, [[[]]], {"": {"": None}}, "http://[", "2026-13-45T99:99:99Z",
)  # fmt: skip
_BODIES = (
    b"", b"null", b"true", b"[]", b"{}", b"<html><body>502 Bad Gateway</body></html>", b"\xff\xfe\x00", b'{"id": "x',
    b"[" * 100_000, b'{"a":' * 50_000, b'{"id": ' + b"9" * 5000 + b"}", b"\x1f\x8b\x08broken", b"data: {}\n\n",
)  # fmt: skip
_STATUSES = (
    200, 200, 200, 201, 202, 204, 302, 400, 401, 402, 403, 404, 409, 410, 413, 418, 422, 425, 429, 500, 502, 503, 504,
    599,
)  # fmt: skip
_HEADERS = (
    (), (("retry-after", "nan"),), (("retry-after", "-5"),), (("retry-after", "1e400"),),
    (("content-encoding", "gzip"),), (("location", "http://["),), (("x-request-id", "x" * 3000),),
    (("retry-after", "Fri, 31 Dec 9999 23:59:59 -2300"),),
)  # fmt: skip


def oddities() -> st.SearchStrategy[Any]:
    """Values that stand where they must not."""
    return st.sampled_from(_ODD) | st.text(max_size=20) | st.integers() | st.floats()


@st.composite
def twisted(draw: st.DrawFn, value: Any) -> Any:
    """`value` with one thing in it missing, replaced, or too much."""
    inner = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not inner or draw(st.integers(0, 5)) == 0:
        return draw(oddities())
    at = draw(st.sampled_from(inner))
    what = draw(st.sampled_from(("drop", "replace", "within", "within")))
    copy = dict(value) if isinstance(value, dict) else list(value)
    if what == "drop":
        del copy[at]
    elif what == "replace":
        copy[at] = draw(oddities())
    else:
        copy[at] = draw(twisted(copy[at]))
    return copy


@st.composite
def answers(draw: st.DrawFn, true: Any) -> Answer:
    """Something in the place of the answer that would be `true`: most often nearly right."""
    body = json.dumps(draw(twisted(true))).encode() if draw(st.integers(0, 3)) else draw(st.sampled_from(_BODIES))
    return Answer(
        draw(st.sampled_from(_STATUSES)),
        body,
        draw(st.sampled_from(("application/json", "application/json", "text/html", "", "application/x; charset=nope"))),
        draw(st.sampled_from(_HEADERS)),
        draw(st.sampled_from((0, 0, 0, 0, 7))),
    )
