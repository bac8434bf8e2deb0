"""Mail by SMTP (RFC 5321), with the standard library: one connection per letter.

Until the data are sent nothing was taken: whatever goes wrong by then may be tried again. From there to the server's
answer nobody knows.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8 as SMTPUTF8_POLICY
from email.utils import format_datetime, parseaddr
from typing import Literal

from photogen.gateways.base import Category, Fix, GatewayError, Retry, Stop, Unknown
from photogen.gateways.base_mail import Letter
from photogen.gateways.errors import redacted
from photogen.gateways.examination import Finding, good, warning
from photogen.gateways.http import tls
from photogen.kit.clock import Clock, utc_now
from photogen.kit.guard import outside_call
from photogen.kit.text import t

Encryption = Literal["starttls", "tls", "none"]
VENDOR = "smtp"
_SECONDS = 20.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LINE = 900
"""Letters of a header line; RFC 5322 allows 998. Folded earlier, Python would encode long addresses into nonsense."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. `encryption`: STARTTLS, which is insisted on; TLS from the first byte; or none."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = field(default="", repr=False)


class SmtpMail:
    """A Mail. `sender` is an address, with or without a name before it: "photogen <studio@example.com>"."""

    delivers = True

    def __init__(
        self, server: SmtpServer, sender: str, *, clock: Clock = utc_now, trusted: ssl.SSLContext | None = None
    ) -> None:
        """`trusted`: certificates to be believed in, in the place of the system's."""
        self._server = server
        name, self._address = parseaddr(sender)
        self._sender = Address(display_name=name, addr_spec=self._address)
        self._clock = clock
        self._trusted = trusted

    def send(self, letter: Letter) -> None:
        """One connection, one letter."""
        outside_call("smtp")
        with self._connected() as smtp:
            to, options = self._route(smtp, letter.to)
            policy = (SMTPUTF8_POLICY if options else SMTP_POLICY).clone(max_line_length=_LINE)
            body = self._message(letter, to).as_bytes(policy=policy)
            self._expect(smtp.mail(self._address, options))
            self._expect(smtp.rcpt(to), refused="mail_address_refused")
            self._expect(self._handed_over(smtp, body), refused="mail_refused")

    def examine(self) -> Iterator[Finding]:
        """Everything up to the letter: who answers, how it is encrypted, whether we may send from our address."""
        outside_call("smtp")
        server = self._server
        with self._connected() as smtp:
            yield good("reachable", f"{server.host}:{server.port} answers")
            if server.encryption == "none" and server.host not in _LOOPBACK:
                yield warning(
                    "encrypted",
                    "mails and the log-in travel in the open",
                    t("Set SMTP_TLS to starttls (port 587) or tls (port 465)."),
                )
            else:
                yield good("encrypted", "encrypted" if server.encryption != "none" else "on this machine")
            if server.user:
                yield good("log_in", "the log-in is good")
            self._expect(smtp.mail(self._address))
            smtp.rset()
            yield good("sender", f"takes mail from {self._address}")

    # --- within -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Greeted, encrypted and logged in."""
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._open()
            yield smtp
        except GatewayError:
            raise
        except smtplib.SMTPAuthenticationError as error:
            words = _said((error.smtp_code, error.smtp_error))
            if error.smtp_code < 500:
                raise _retry(words) from error
            raise _stop("mail_log_in_refused", t("The mail server refuses the log-in."), words) from error
        except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
            sentence = t("No safe connection to the mail server can be made.")
            raise _stop("mail_not_encrypted", sentence, redacted(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _retry(redacted(f"{type(error).__name__}: {error}")) from error
        finally:
            if smtp is not None:
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
                smtp.close()

    def _open(self) -> smtplib.SMTP:
        server, trusted = self._server, self._trusted or tls()
        here = self._address.rpartition("@")[2]  # else the library asks the name server, each time
        if server.encryption == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, here, timeout=_SECONDS, context=trusted)
        else:
            smtp = smtplib.SMTP(server.host, server.port, here, timeout=_SECONDS)
        try:
            if server.encryption == "starttls":
                smtp.starttls(context=trusted)
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @staticmethod
    def _route(smtp: smtplib.SMTP, address: str) -> tuple[str, list[str]]:
        """The address as it travels, and what the server has to be told for it: letters beyond ASCII are fine in a
        domain (as IDNA), before the @ only with SMTPUTF8 (RFC 6531)."""
        name, _, domain = address.rpartition("@")
        try:
            plain = domain.encode("idna").decode()
        except UnicodeError:
            plain = domain
        if name.isascii():
            return f"{name}@{plain}", []
        if smtp.has_extn("smtputf8"):
            return address, ["SMTPUTF8"]
        raise _fix("mail_address_refused", t("The mail server does not take addresses like this one."))

    def _message(self, letter: Letter, to: str) -> EmailMessage:
        message = EmailMessage(policy=SMTPUTF8_POLICY if not to.isascii() else SMTP_POLICY)
        message["From"] = self._sender
        name, _, domain = to.rpartition("@")
        message["To"] = Address(username=name, domain=domain)
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{letter.id}@{self._address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        if letter.unsubscribe:
            message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text, cte="quoted-printable")
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        return message

    @staticmethod
    def _handed_over(smtp: smtplib.SMTP, body: bytes) -> tuple[int, bytes]:
        """The server's answer to the letter itself. Raises Unknown."""
        try:
            return smtp.data(body)
        except smtplib.SMTPDataError as error:  # it did not even want to see it
            return error.smtp_code, _bytes(error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            raise Unknown(
                t("The mail server did not say whether it took the mail."),
                vendor=VENDOR,
                code="mail_outcome_unknown",
                category=Category.NETWORK,
                words=redacted(f"{type(error).__name__}: {error}"),
            ) from error

    @staticmethod
    def _expect(answer: tuple[int, bytes], *, refused: str = "") -> None:
        """Raises where the answer is not yes: 4xx is for now, 5xx for good (RFC 5321, 4.2.1)."""
        code, words = answer[0], _said(answer)
        if 200 <= code < 300:
            return
        if not 500 <= code < 600:
            raise _retry(words, "mail_deferred")
        if refused:
            raise _fix(refused, t("The mail server refuses this mail."), words)
        raise _stop("mail_sender_refused", t("The mail server does not take mail from MAIL_FROM."), words)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _said(answer: tuple[int, bytes | str]) -> str:
    return redacted(f"{answer[0]} {_bytes(answer[1]).decode('utf-8', 'replace')}")


def _retry(words: str, code: str = "mail_unreachable") -> Retry:
    return Retry(
        t("The mail server did not take the mail now. This is tried again by itself."),
        vendor=VENDOR,
        code=code,
        category=Category.NETWORK,
        words=words,
    )


def _fix(code: str, public: str, words: str = "") -> Fix:
    return Fix(public, vendor=VENDOR, code=code, category=Category.VALIDATION, words=words)


def _stop(code: str, public: str, words: str) -> Stop:
    return Stop(public, vendor=VENDOR, code=code, category=Category.AUTHENTICATION, words=words)
