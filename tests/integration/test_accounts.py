"""Registering, logging in and out, and what a stolen, old or foreign session can do."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from passlib.context import CryptContext
from sqlmodel import select

from photogen.domain.accounts import NewSession
from photogen.domain.accounts.commands import ChangePassword, LogIn, Register
from photogen.domain.accounts.secrets import Passwords, digest
from photogen.errors import Invalid, NotFound, Rejected, Unauthenticated
from photogen.models import Account, LoginSession, Role
from tests.factories.studio import PASSWORD, Studio

EMAIL = "ada@example.com"


def log_in(studio: Studio, email: str = EMAIL, password: str = PASSWORD, **rest: str) -> NewSession:
    return studio.accounts.log_in(LogIn.of(email=email, password=password), **rest)


def change(studio: Studio, session: NewSession, current: str, new: str) -> None:
    identity = session.identity
    studio.accounts.change_password(
        identity.account_id, identity.session_id, ChangePassword.of(current=current, new=new)
    )


def test_registering_logs_in_and_grants_the_welcome_credits(studio: Studio) -> None:
    session = studio.register("Ada@Example.COM ", name="Ada Lovelace")
    identity = studio.accounts.identify(session.token)
    assert identity == session.identity
    assert (identity.email, identity.name, identity.role) == (EMAIL, "Ada Lovelace", Role.CREATOR)
    assert studio.credits.balance(identity.account_id).available == 5
    profile = studio.accounts.profile(identity.account_id)
    assert (profile.plan_key, profile.created_at) == ("free", studio.clock.now)


def test_neither_password_nor_token_is_stored_or_shown(studio: Studio) -> None:
    session = studio.register(EMAIL)
    with studio.session() as rows:
        account = rows.scalars(select(Account)).one()
        login = rows.scalars(select(LoginSession)).one()
    stored = repr(account) + repr(login)
    assert PASSWORD not in stored
    assert session.token not in stored
    assert login.id == digest(session.token) == session.identity.session_id
    assert account.password_hash.startswith("$argon2id$")
    assert session.token not in repr(session)
    assert PASSWORD not in repr(LogIn.of(email=EMAIL, password=PASSWORD))


@pytest.mark.parametrize("email", [EMAIL, "ADA@example.com", "  ada@EXAMPLE.com "])
def test_an_email_address_has_one_account(studio: Studio, email: str) -> None:
    studio.register(EMAIL)
    with pytest.raises(Invalid) as refused:
        studio.register(email)
    assert (refused.value.field, refused.value.code) == ("email", "email_taken")


def test_of_registrations_at_the_same_moment_one_wins(studio: Studio) -> None:
    start = Barrier(8)

    def register(_: int) -> str:
        start.wait()
        try:
            studio.register(EMAIL)
        except Invalid as refused:
            return refused.code
        return "made"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(register, range(8)))
    assert outcomes == ["email_taken"] * 7 + ["made"]
    with studio.session() as rows:
        account = rows.scalars(select(Account)).one()
    assert studio.credits.balance(account.id).granted_total == 5


def test_logging_in_gives_a_new_token_each_time_and_ends_the_browsers_old_session(studio: Studio) -> None:
    first = studio.register(EMAIL)
    second = log_in(
        studio, email=" ADA@example.com", replaces=first.token, ip="203.0.113.9", user_agent="Mo\x00zilla\n" * 50
    )
    assert second.token != first.token
    assert studio.accounts.identify(first.token) is None
    assert studio.accounts.identify(second.token) == second.identity
    (view,) = studio.accounts.sessions(second.identity.account_id)
    assert view.ip == "203.0.113.9"
    assert view.user_agent.startswith("Mo zilla Mo zilla")
    assert len(view.user_agent) <= 300


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong password"), ("nobody@example.com", PASSWORD), (EMAIL, PASSWORD + " "), ("not an address", "x")],
)
def test_a_wrong_pair_is_told_nothing_about_which_half(studio: Studio, email: str, password: str) -> None:
    studio.register(EMAIL)
    with pytest.raises(Unauthenticated, match="Email or password is wrong") as refused:
        log_in(studio, email, password)
    assert refused.value.code == "wrong_credentials"


def test_an_unknown_address_costs_as_many_verifications_as_a_known_one(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.register(EMAIL)
    verified: list[str] = []
    original = CryptContext.verify

    def counted(self: CryptContext, secret: str, hashed: str) -> bool:
        verified.append(hashed)
        return original(self, secret, hashed)

    monkeypatch.setattr(CryptContext, "verify", counted)
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(Unauthenticated):
            log_in(studio, email, "wrong password")
    known, unknown = verified
    assert known.rpartition("$")[0].rpartition("$")[0] == unknown.rpartition("$")[0].rpartition("$")[0]


def test_an_old_hash_is_renewed_at_log_in(studio: Studio) -> None:
    studio.register(EMAIL)
    studio.accounts._passwords = Passwords(  # the operator has raised the cost since
        CryptContext(schemes=["argon2"], argon2__memory_cost=16, argon2__rounds=1, argon2__parallelism=1)
    )
    log_in(studio)
    with studio.session() as rows:
        assert "m=16," in rows.scalars(select(Account)).one().password_hash
    log_in(studio)


def test_logging_out_ends_that_session_only(studio: Studio) -> None:
    one = studio.register(EMAIL)
    two = log_in(studio)
    studio.accounts.log_out(one.token)
    studio.accounts.log_out(one.token)
    assert studio.accounts.identify(one.token) is None
    assert not studio.accounts.session_alive(one.identity.session_id)
    assert studio.accounts.identify(two.token) == two.identity
    assert studio.accounts.session_alive(two.identity.session_id)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 1000, "\ud800", "naïve\x00", "' OR 1=1 --"])
def test_a_made_up_token_is_nobody(studio: Studio, token: str) -> None:
    studio.register()
    assert studio.accounts.identify(token) is None
    studio.accounts.log_out(token)


def test_the_session_id_does_not_log_in(studio: Studio) -> None:
    session = studio.register()
    assert studio.accounts.identify(session.identity.session_id) is None


def test_a_session_lives_while_it_is_used_and_ends_thirty_days_after(studio: Studio) -> None:
    session = studio.register()
    for _ in range(4):
        studio.clock.move(days=29)
        assert studio.accounts.identify(session.token) == session.identity
    studio.clock.move(days=30)
    assert studio.accounts.identify(session.token) is None
    assert not studio.accounts.session_alive(session.identity.session_id)
    assert studio.accounts.sessions(session.identity.account_id) == []


def test_a_use_is_written_down_once_a_minute(studio: Studio) -> None:
    session = studio.register()
    began = studio.clock.now

    def last_seen() -> object:
        return studio.accounts.sessions(session.identity.account_id)[0].last_seen_at

    studio.clock.move(seconds=59)
    studio.accounts.identify(session.token)
    assert last_seen() == began
    later = studio.clock.move(seconds=1)
    studio.accounts.identify(session.token)
    assert last_seen() == later


def test_a_suspended_account_is_out_at_once(studio: Studio) -> None:
    session = studio.register(EMAIL)
    with studio.session() as rows:
        rows.scalars(select(Account)).one().suspended_at = studio.clock.now
        rows.commit()
    assert studio.accounts.identify(session.token) is None
    assert not studio.accounts.session_alive(session.identity.session_id)
    with pytest.raises(Rejected) as refused:
        log_in(studio)
    assert refused.value.code == "account_suspended"
    with pytest.raises(Unauthenticated):
        log_in(studio, password="wrong password")


def test_changing_the_password_ends_the_other_sessions(studio: Studio) -> None:
    here = studio.register(EMAIL)
    elsewhere = log_in(studio)
    change(studio, here, PASSWORD, "another fine password")
    assert studio.accounts.identify(here.token) == here.identity
    assert studio.accounts.identify(elsewhere.token) is None
    with pytest.raises(Unauthenticated):
        log_in(studio)
    log_in(studio, password="another fine password")


@pytest.mark.parametrize(
    ("current", "new", "field", "code"),
    [
        ("wrong password", "another fine password", "current", "wrong_password"),
        (PASSWORD, PASSWORD, "new", "same_password"),
        (PASSWORD, "Ada@example.com", "new", "password_is_email"),
        (PASSWORD, "short", "new", "too_short"),
    ],
)
def test_a_password_is_not_changed_to_just_anything(
    studio: Studio, current: str, new: str, field: str, code: str
) -> None:
    session = studio.register(EMAIL)
    other = log_in(studio)
    with pytest.raises(Invalid) as refused:
        change(studio, session, current, new)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert studio.accounts.identify(other.token) == other.identity


def test_sessions_of_others_can_neither_be_seen_nor_ended(studio: Studio) -> None:
    mine, theirs = studio.register(), studio.register()
    with pytest.raises(NotFound):
        studio.accounts.end_session(mine.identity.account_id, theirs.identity.session_id)
    assert studio.accounts.identify(theirs.token) == theirs.identity
    assert [s.id for s in studio.accounts.sessions(mine.identity.account_id)] == [mine.identity.session_id]

    studio.accounts.end_session(theirs.identity.account_id, theirs.identity.session_id)
    assert studio.accounts.identify(theirs.token) is None
    with pytest.raises(NotFound):
        studio.accounts.end_session(theirs.identity.account_id, theirs.identity.session_id)


def test_renaming(studio: Studio) -> None:
    session = studio.register()
    studio.accounts.rename(session.identity.account_id, "  عائشة   بنت أحمد 🌙 ")
    identity = studio.accounts.identify(session.token)
    assert identity is not None
    assert identity.name == "عائشة بنت أحمد 🌙"
    with pytest.raises(Invalid):
        studio.accounts.rename(session.identity.account_id, "\u200b")
    with pytest.raises(NotFound):
        studio.accounts.rename("0" * 26, "Nobody")


def test_an_admin_is_made_from_the_command_line(studio: Studio) -> None:
    command = Register.of(name="Operator", email="op@studio.local", password=PASSWORD)
    account_id = studio.accounts.create_admin(command)
    session = log_in(studio, "op@studio.local")
    assert (session.identity.account_id, session.identity.role) == (account_id, Role.ADMIN)
    with pytest.raises(Invalid, match="already"):
        studio.accounts.create_admin(command)
