"""What the owner of the machine does on the command line, on a real database."""

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from photogen.__main__ import app
from photogen.domain.audit import AuditService
from photogen.domain.gallery import AlbumsService
from photogen.domain.gallery.albums.commands import NewAlbum
from photogen.domain.shares import Share, SharesService
from photogen.domain.shares.config import SharesConfig
from photogen.errors import NotFound
from photogen.models import Account, Role
from tests.factories.studio import Studio
from tests.fakes.sandbox import SandboxServer
from tests.fakes.storage import MemoryStorage


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path):
    """Calls `python -m photogen ...` in this process; gives exit status and everything said."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PHOTOGEN_DATA", str(tmp_path))
    for name in ("REDIS_URL", "SECRET_KEY", "PHOTOGEN_SANDBOX_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str, password: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words), env={"ADMIN_PASSWORD": password} if password else {})
        return result.exit_code, result.output

    return call


def test_the_first_administrator(run, database_url: str) -> None:
    status, said = run("create-admin", "--email", "boss@example.com", "--name", "Boss", password="a long password")
    assert (status, "can now log in" in said) == (0, True)
    studio = Studio.on(database_url)
    assert studio.accounts.find("Boss@Example.com").role is Role.ADMIN
    studio.close()
    status, said = run("create-admin", "--email", "boss@example.com", "--name", "Boss", password="a long password")
    assert (status, "email_taken" in said) == (1, True)


def test_a_password_that_can_t_be_used_is_told_in_words(run) -> None:
    status, said = run("create-admin", "--email", "boss@example.com", "--name", "Boss", password="short")
    assert status == 1
    assert "Traceback" not in said
    assert "8" in said


def test_credits_by_hand(run, database_url: str) -> None:
    studio = Studio.on(database_url)
    account = studio.account(5)
    with studio.uow() as uow:
        email = uow.session.get_one(Account, account).email
    assert run("give-credits", email, "100")[0] == 0
    assert studio.credits.balance(account).available == 105
    assert run("give-credits", email, "-5", "--reason", "A mistake") == (0, f"{email} has 100 credits now.\n")
    status, said = run("give-credits", email, "-500")
    assert (status, "not_enough_to_take" in said) == (1, True)
    assert studio.credits.history(account)[0].note == "A mistake"
    assert studio.credits.audit() == []
    studio.close()


def test_a_balance_is_explained_and_the_books_are_checked(run, database_url: str) -> None:
    studio = Studio.on(database_url)
    account = studio.account()
    studio.credits.adjust(account, 12, "For the bug", by="Boss", key="present")
    with studio.uow() as uow:
        email = uow.session.get_one(Account, account).email
    status, said = run("explain-balance", email.upper())
    assert status == 0
    assert "+12       12  Given by Boss: For the bug" in said
    told = json.loads(run("explain-balance", account, "--json")[1])
    assert (told["balance"], told["agrees"], told["lines"][0]["why"]) == (12, True, "Given by Boss: For the bug")
    assert run("check-books")[0] == 0
    with studio.engine.begin() as connection:
        connection.execute(text("UPDATE credit_grant SET remaining = 11"))
    studio.close()
    status, said = run("check-books")
    assert (status, "grant_remaining: grant adjust:present: what remains is 11" in said) == (1, True)
    said = run("check-books", "--json")[1]
    assert json.loads(said[said.index("{") :])["sound"] is False
    assert run("explain-balance", email)[0] == 1
    assert "books_grant_remaining" in run("incidents")[1]


def test_a_share_link_is_ended_by_its_address(run, database_url: str) -> None:
    studio = Studio.on(database_url)
    owner = studio.account()
    album = AlbumsService(studio.uow, studio.clock).create(owner, NewAlbum.of(name="Foxes"))
    config = SharesConfig("https://photos.example", b"k" * 32)
    audit = AuditService(studio.uow, studio.clock)
    shares = SharesService(studio.uow, studio.clock, MemoryStorage(), audit, config)
    address = shares.create(owner, Share.of(album=album)).address
    assert shares.look(address[-32:]).title == "Foxes"
    status, said = run("withdraw-link", f"{address}?after=x")
    assert (status, "opens nothing any more" in said) == (0, True)
    with pytest.raises(NotFound):
        shares.look(address[-32:])
    status, said = run("withdraw-link", address)
    assert (status, "link_ended" in said) == (1, True)
    status, said = run("withdraw-link", "https://photos.example/s/nothing")
    assert (status, "link_not_found" in said) == (1, True)
    studio.close()


def test_an_account_that_is_not_there(run) -> None:
    for words in (("give-credits", "nobody@example.com", "5"), ("explain-balance", "nobody@example.com")):
        status, said = run(*words)
        assert (status, "not_found" in said) == (1, True)


def test_the_shop_is_set_up_as_often_as_one_likes(run, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    with SandboxServer(tmp_path / "vendors") as sandbox:
        monkeypatch.setenv("PHOTOGEN_SANDBOX_URL", sandbox.url)
        monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
        first, again = run("stripe", "sync"), run("stripe", "sync")
        sandbox.fault("stripe", "webhook_endpoints.list", "500", times=None)
        refused = run("stripe", "sync")
    assert first[0] == 0
    assert "Creator" in first[1]
    assert "price_" in first[1]
    assert again == first
    assert "whsec" not in first[1]
    assert "sk_" not in first[1]
    assert refused[0] == 1
    assert "Traceback" not in refused[1]
