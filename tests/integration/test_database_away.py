"""A database that goes away: said as what it is, whenever it happens, and over as soon as it answers again."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from photogen.errors import DatabaseAway
from photogen.gateways.base import Job
from tests.factories.studio import Studio

_CUT = text("SELECT pg_terminate_backend(pg_backend_pid())")


def cut(studio: Studio) -> None:
    with studio.uow() as uow:
        uow.session.execute(_CUT)


def cut_before_the_commit(studio: Studio, account: str) -> None:
    with studio.uow() as uow:
        pid = uow.session.execute(text("SELECT pg_backend_pid()")).scalar()
        uow.session.execute(text("UPDATE account SET name = 'Eve' WHERE id = :id"), {"id": account})
        uow.after_commit(Job("advance_training", (account,)))
        with studio.session() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def refuse(studio: Studio, words: str) -> None:
    with studio.uow() as uow:
        uow.session.execute(text("SET LOCAL statement_timeout = 10"))
        uow.session.execute(text(words))


def test_a_connection_cut_in_the_middle(studio: Studio) -> None:
    with pytest.raises(DatabaseAway):
        cut(studio)
    with studio.uow() as uow:
        assert uow.session.execute(text("SELECT 1")).scalar() == 1


def test_a_connection_cut_before_the_commit_sends_no_job(studio: Studio) -> None:
    account = studio.account()
    with pytest.raises(DatabaseAway):
        cut_before_the_commit(studio, account)
    assert not studio.queue.waiting
    with studio.session() as rows:
        assert rows.execute(text("SELECT name FROM account WHERE id = :id"), {"id": account}).scalar() != "Eve"


@pytest.mark.parametrize("refused", ["SELECT 1 / 0", "SELECT pg_sleep(9)", "SELECT nonsense"])
def test_what_the_server_itself_refuses_is_another_matter(studio: Studio, refused: str) -> None:
    with pytest.raises(DBAPIError):
        refuse(studio, refused)
