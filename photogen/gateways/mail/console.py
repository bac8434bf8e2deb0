"""The log in the place of a mail server: says what would have been sent, and to nobody whom."""

from photogen.gateways.base_mail import Letter, masked
from photogen.kit import log
from photogen.kit.guard import outside_call

_log = log.get("mail")


class ConsoleMail:
    """A Mail that delivers nothing. Addresses lose their queries: there are the tokens."""

    delivers = False

    def send(self, letter: Letter) -> None:
        """Writes the letter's text into the log."""
        outside_call("mail")
        _log.info(
            "mail not sent, as SMTP_HOST is not set",
            letter=letter.id,
            to=masked(letter.to),
            subject=letter.subject,
            text=log.without_secrets(letter.text),
        )
