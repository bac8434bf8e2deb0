"""A mail server on this machine (aiosmtpd), with answers in the test's hands."""

from __future__ import annotations

import email
import email.policy
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.fakes.sandbox import free_port

USER, PASSWORD = "studio", "hunter2-hunter2"


@dataclass(frozen=True)
class Received:
    """A mail as it came in."""

    sender: str
    to: str
    message: EmailMessage


@dataclass
class PostOffice:
    """`with PostOffice() as office:` listens at `office.port`; `received` is what it took.

    `answers` are what it says in the place of "250 OK" to MAIL, RCPT or DATA; "hang up" ends the connection without a
    word, after DATA with the mail in its hands."""

    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    log_in: bool = False
    utf8: bool = True
    answers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        more: dict[str, Any] = {}
        if self.log_in:
            more = {"authenticator": _check, "auth_required": True, "auth_require_tls": self.tls is not None}
        self.port = free_port()
        self._server = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            server_hostname="office.test",
            ready_timeout=20,
            enable_SMTPUTF8=self.utf8,
            ssl_context=self.tls if self.from_the_start else None,
            tls_context=None if self.from_the_start else self.tls,
            **more,
        )
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._answer(server, "MAIL")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._answer(server, "RCPT")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._answer(server, "DATA")
        if answer[0] == "2":
            content = envelope.original_content or b""
            message = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.received.append(Received(str(envelope.mail_from), envelope.rcpt_tos[0], message))
        return answer

    def _answer(self, server: SMTP, command: str) -> str:
        answer = self.answers.get(command, "250 OK")
        if answer == "hang up":
            assert server.transport is not None
            server.transport.close()
            return "250 OK"
        return answer


def _check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=good)
