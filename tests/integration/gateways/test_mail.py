"""Mail against a real server: what arrives, what each refusal means, and what nobody can know."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
import structlog
import trustme

from photogen.gateways.base import Fix, GatewayError, Retry, Stop, Unknown
from photogen.gateways.base_mail import Letter
from photogen.gateways.examination import Verdict
from photogen.gateways.mail.console import ConsoleMail
from photogen.gateways.mail.smtp import Encryption, SmtpMail, SmtpServer
from photogen.kit import guard
from tests.fakes.post_office import PASSWORD, USER, PostOffice
from tests.fakes.sandbox import free_port

LETTER = Letter(
    id="notice.01h",
    to="ada@example.com",
    subject="Your payment for \N{LATIN SMALL LETTER U WITH DIAERESIS}ber-Ada did not go through",
    text=".A dot first, and \N{EURO SIGN}20 \N{EM DASH} " + "long " * 300 + "\n",
    html="<p>Ada &amp; Bob</p>",
    unsubscribe="https://studio.test/mail/unsubscribe?token=" + "a1" * 60,
)


def mail(office: PostOffice, encryption: Encryption = "none", **more: str) -> SmtpMail:
    server = SmtpServer("127.0.0.1", office.port, encryption, more.get("user", ""), more.get("password", ""))
    return SmtpMail(server, "The studio <studio@studio.test>", trusted=_TRUSTED)


_AUTHORITY = trustme.CA()
_TRUSTED = ssl.create_default_context()
_AUTHORITY.configure_trust(_TRUSTED)


def certificate(authority: trustme.CA = _AUTHORITY) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_it_arrives_whole(office: PostOffice) -> None:
    mail(office).send(LETTER)
    [got] = office.received
    message = got.message
    assert (got.sender, got.to) == ("studio@studio.test", "ada@example.com")
    assert message["subject"] == LETTER.subject
    assert message["from"] == "The studio <studio@studio.test>"
    assert message["message-id"] == "<notice.01h@studio.test>"
    assert message["list-unsubscribe"] == f"<{LETTER.unsubscribe}>"
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message["auto-submitted"] == "auto-generated"
    assert [each.get_content_type() for each in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert (part(message, "plain"), part(message, "html").strip()) == (LETTER.text, LETTER.html)


def test_a_repeat_has_the_same_name_and_what_is_not_to_be_ended_offers_no_end(office: PostOffice) -> None:
    for _ in range(2):
        mail(office).send(replace(LETTER, unsubscribe=""))
    assert len({got.message["message-id"] for got in office.received}) == 1
    assert office.received[0].message["list-unsubscribe"] is None


def test_nothing_of_a_letter_becomes_a_header(office: PostOffice) -> None:
    mail(office).send(replace(LETTER, subject="Ada\r\nBcc: eve@example.com"))
    assert office.received[0].message["bcc"] is None
    assert office.received[0].message["subject"] == "Ada Bcc: eve@example.com"


@pytest.mark.parametrize(
    ("command", "answer", "kind", "code"),
    [
        ("RCPT", "550 no such user", Fix, "mail_address_refused"),
        ("RCPT", "450 greylisted", Retry, "mail_deferred"),
        ("RCPT", "hang up", Retry, "mail_unreachable"),
        ("MAIL", "553 not yours", Stop, "mail_sender_refused"),
        ("MAIL", "421 too busy", Retry, "mail_deferred"),
        ("DATA", "554 spam", Fix, "mail_refused"),
        ("DATA", "451 later", Retry, "mail_deferred"),
        ("DATA", "hang up", Unknown, "mail_outcome_unknown"),
    ],
)
def test_what_an_answer_means(
    office: PostOffice, command: str, answer: str, kind: type[GatewayError], code: str
) -> None:
    office.answers[command] = answer
    with pytest.raises(kind) as refused:
        mail(office).send(LETTER)
    assert refused.value.code == code
    office.answers.clear()
    mail(office).send(LETTER)


def test_a_server_that_is_away() -> None:
    away = SmtpMail(SmtpServer("127.0.0.1", free_port(), "none"), "studio@studio.test")
    with pytest.raises(Retry):
        away.send(LETTER)


def test_encrypted_and_logged_in() -> None:
    for first in (False, True):
        with PostOffice(tls=certificate(), from_the_start=first, log_in=not first) as office:
            mail(office, "tls" if first else "starttls", user="" if first else USER, password=PASSWORD).send(LETTER)
            assert len(office.received) == 1


def test_without_encryption_nothing_is_said() -> None:
    with PostOffice() as office, pytest.raises(Stop) as refused:
        mail(office, "starttls", user=USER, password=PASSWORD).send(LETTER)
    assert refused.value.code == "mail_not_encrypted"
    with PostOffice(tls=certificate(trustme.CA())) as stranger, pytest.raises(Stop) as refused:
        mail(stranger, "starttls").send(LETTER)
    assert refused.value.code == "mail_not_encrypted"
    assert stranger.received == []


def test_a_wrong_log_in_is_for_the_operator_and_is_not_repeated_in_words() -> None:
    with PostOffice(tls=certificate(), log_in=True) as office, pytest.raises(Stop) as refused:
        mail(office, "starttls", user=USER, password="wrong-wrong").send(LETTER)
    assert refused.value.code == "mail_log_in_refused"
    assert "wrong-wrong" not in str(refused.value)
    assert PASSWORD not in repr(SmtpServer("a", 1, "tls", USER, PASSWORD))


def test_letters_beyond_ascii_in_an_address() -> None:
    name, place = "m\N{LATIN SMALL LETTER U WITH DIAERESIS}ller", "b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example"
    with PostOffice() as office:
        mail(office).send(replace(LETTER, to=f"ada@{place}"))
        mail(office).send(replace(LETTER, to=f"{name}@{place}"))
        assert [got.to for got in office.received] == ["ada@xn--bcher-kva.example", f"{name}@{place}"]
    with PostOffice(utf8=False) as old, pytest.raises(Fix) as refused:
        mail(old).send(replace(LETTER, to=f"{name}@{place}"))
    assert refused.value.code == "mail_address_refused"


def test_the_doctor_is_told_and_nothing_is_sent(office: PostOffice) -> None:
    found = list(mail(office).examine())
    assert [(f.check, f.verdict) for f in found] == [
        ("reachable", Verdict.OK), ("encrypted", Verdict.OK), ("sender", Verdict.OK),
    ]  # fmt: skip
    office.answers["MAIL"] = "550 not yours"
    with pytest.raises(Stop):
        list(mail(office).examine())
    assert office.received == []


def test_no_letter_leaves_inside_a_transaction(office: PostOffice) -> None:
    for carrier in (mail(office), ConsoleMail()):
        with guard.transaction(), pytest.raises(guard.OutsideCallInTransaction):
            carrier.send(LETTER)
    assert office.received == []


def test_the_log_names_no_address_and_no_token() -> None:
    with structlog.testing.capture_logs() as said:
        ConsoleMail().send(replace(LETTER, text="Look: https://studio.test/unsubscribe?token=sesame now"))
    assert said[0]["to"] == "a***@example.com"
    assert "sesame" not in str(said)
    assert "ada@" not in str(said)
