"""A training's log and curve, asked as a browser asks: by cookie, by its owner only."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.domain.training.logbook import LogPiece, LogText
from photogen.errors import NotFound
from photogen.kit.ids import new_id
from photogen.web.api import trainings

TRAINING = new_id()
LOG = LogText((LogPiece("one\ntwo\n", 0), LogPiece("nine\n", 1_234)), 1_247)


class History:
    """One training, of one account."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.asked: list[int] = []

    def _check(self, account_id: str, training_id: str) -> None:
        if (account_id, training_id) != (self.owner, TRAINING):
            raise NotFound("This training does not exist.", code="training_not_found")

    def log(self, account_id: str, training_id: str, after: int = 0) -> LogText:
        self._check(account_id, training_id)
        self.asked.append(after)
        return LOG

    def losses(self, account_id: str, training_id: str) -> tuple[tuple[float, float], ...]:
        self._check(account_id, training_id)
        return ((10.0, 0.5), (20.0, 0.4))


@pytest.fixture
def ada(services: SimpleNamespace) -> Iterator[Any]:
    """Her browser, and Eve's."""
    tokens = {name: services.accounts.add(f"{name}@example.com") for name in ("ada", "eve")}
    owner = services.accounts.people["ada@example.com"][0].account_id
    services.training = SimpleNamespace(history=History(owner))
    with TestClient(Starlette(routes=trainings.ROUTES)) as client:

        def get(what: str, who: str | None = "ada", training: str = TRAINING) -> Any:
            headers = {"cookie": f"photogen_session={tokens[who]}"} if who else {}
            return client.get(f"/api/trainings/{training}/{what}", headers=headers)

        yield get


def test_the_log_goes_on_from_where_it_was_read_and_says_what_is_missing(ada: Any, services: SimpleNamespace) -> None:
    answer = ada("log?after=77")
    assert answer.json() == {
        "text": "one\ntwo\n---- 1,234 characters of this log were left out here ----\nnine\n",
        "end": 1_247,
    }
    assert answer.headers["cache-control"] == "private, no-store"
    assert services.training.history.asked == [77]


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 40, "٣", "1.5"])
def test_a_place_that_is_none_is_the_beginning(ada: Any, services: SimpleNamespace, after: str) -> None:
    assert ada(f"log?after={after}").status_code == 200
    assert services.training.history.asked == [0]


def test_the_file_is_saved_and_never_shown(ada: Any) -> None:
    answer = ada("log.txt")
    assert answer.text.startswith("one\ntwo\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="training-{TRAINING}.log.txt"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_curve(ada: Any) -> None:
    assert ada("losses").json() == {"points": [[10.0, 0.5], [20.0, 0.4]]}


@pytest.mark.parametrize("what", ["log", "log.txt", "losses"])
def test_nobody_else_gets_any_of_it(ada: Any, what: str) -> None:
    assert ada(what, who=None).status_code == 401
    for answer in (ada(what, who="eve"), ada(what, training=new_id())):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "training_not_found")
