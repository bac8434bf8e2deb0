"""Mail: is there a server, does it answer, may we send from our address, and what has not gone out?"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from photogen.bootstrap import Services
from photogen.gateways.examination import Examinable, Finding, good, warning
from photogen.runtime.checkup.parts import Part
from photogen.settings import Settings

_LATE = timedelta(minutes=15)


def parts(settings: Settings, services: Services) -> list[Part]:
    """One part. Nothing is sent."""

    def look() -> Iterator[Finding]:
        mail = services.outside.mail
        if isinstance(mail, Examinable):
            yield from mail.examine()
        elif settings.environment == "production":
            yield warning(
                "configured",
                "no mail server: nobody is told of a failed payment or the end of a plan but in the app",
                "Set SMTP_HOST, SMTP_USER, SMTP_PASSWORD and MAIL_FROM.",
            )
        else:
            yield good("configured", "mails appear in the log")
        count, age = 0, timedelta(0)
        with suppress(SQLAlchemyError):  # the database has a part of its own
            count, age = services.notices.waiting()
        if age > _LATE:
            minutes = round(age.total_seconds() / 60)
            yield warning(
                "waiting",
                f"{count} mails have not left, the oldest for {minutes} minutes",
                "They go by themselves once the server takes them; is a worker running?",
            )
        else:
            yield good("waiting", f"{count} wait")

    return [
        Part(
            "mail",
            "Mail",
            look,
            "SMTP_HOST" if settings.smtp_host else "",
            "Look at SMTP_HOST, SMTP_PORT and SMTP_TLS, and whether this machine may reach that port.",
            "Look at SMTP_USER, SMTP_PASSWORD and MAIL_FROM.",
        )
    ]
