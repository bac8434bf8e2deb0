"""The file of one's own movements: whole, by its owner only, and nothing in it is a formula."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.domain.credits import EntryKind, EntryView, HistoryQuery
from photogen.web.api import usage

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOTES = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", 'a, quoted "word"', "Füchse"]


class Credits:
    """More movements than one batch, of one account."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.asked: list[tuple[str, str]] = []

    def history(self, account: str, before: int | None, limit: int, only: HistoryQuery) -> list[EntryView]:
        self.asked.append((only.group, only.month))
        if account != self.owner:
            return []
        first = 450 if before is None else before - 1
        return [
            EntryView(n, EntryKind.GRANT, 1, n, NOTES[n % len(NOTES)], "", "", "", NOON)
            for n in range(first, max(0, first - limit), -1)
        ]


@pytest.fixture
def client(services: SimpleNamespace) -> Iterator[TestClient]:
    token = services.accounts.add("ada@example.com")
    services.credits = Credits(services.accounts.identify(token).account_id)
    with TestClient(Starlette(routes=usage.ROUTES), cookies={"photogen_session": token}) as opened:
        yield opened


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))[1:]


def test_every_movement_is_in_it_once(client: TestClient) -> None:
    said = client.get("/api/usage.csv")
    assert said.headers["content-disposition"].startswith("attachment")
    assert "no-store" in said.headers["cache-control"]
    assert [int(row[4]) for row in rows(said.text)] == list(range(450, 0, -1))


def test_no_cell_is_a_formula_and_none_loses_a_word(client: TestClient) -> None:
    cells = {row[7] for row in rows(client.get("/api/usage.csv").text)}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert {cell.removeprefix("'") for cell in cells} == set(NOTES)


def test_it_is_of_the_kind_and_month_that_were_asked_for(client: TestClient, services: SimpleNamespace) -> None:
    client.get("/api/usage.csv?group=received&month=2026-11")
    assert set(services.credits.asked) == {("received", "2026-11")}


@pytest.mark.parametrize("query", ["group=everything", "month=2026-13", "month=x"])
def test_what_is_not_on_offer_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/usage.csv?{query}").status_code == 422


def test_nobody_and_somebody_else_get_nothing_of_it(client: TestClient, services: SimpleNamespace) -> None:
    client.cookies.clear()
    assert client.get("/api/usage.csv").status_code == 401
    client.cookies.set("photogen_session", services.accounts.add("bob@example.com"))
    assert rows(client.get("/api/usage.csv").text) == []
