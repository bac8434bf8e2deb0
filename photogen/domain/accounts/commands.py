"""What people ask of their accounts."""

from typing import Annotated, Self

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, model_validator

from photogen.errors import Invalid
from photogen.kit.commands import Command, Line, Password, wrong
from photogen.kit.text import t

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 256

# Names of one's own network: a studio in a house has accounts there. The library's way of allowing them is this list.
SPECIAL_USE_DOMAIN_NAMES[:] = [name for name in SPECIAL_USE_DOMAIN_NAMES if name not in {"local", "test"}]


def _address(text: str) -> str:
    """Normalised, in lower case. Syntax only: nothing is looked up."""
    try:
        address = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        raise wrong("email", t("This is not an email address. It should look like ada@example.com.")) from None
    return address.normalized.lower()


Name = Annotated[str, Line(80, least=1), Field(title=t("Name"))]
Email = Annotated[str, Line(254, least=1), AfterValidator(_address), Field(title=t("Email"))]
NewPassword = Annotated[SecretStr, Password(LONGEST_PASSWORD, least=SHORTEST_PASSWORD)]
AnyPassword = Annotated[SecretStr, Password(LONGEST_PASSWORD, least=1)]


class Register(Command):
    """A new account."""

    name: Name
    email: Email
    password: Annotated[NewPassword, Field(title=t("Password"))]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        refuse_email_as_password(self.password, self.email, field="password")
        return self


class LogIn(Command):
    """An email and a password, right or wrong."""

    email: Annotated[str, Line(254, least=1), Field(title=t("Email"))]
    password: Annotated[AnyPassword, Field(title=t("Password"))]


class ChangePassword(Command):
    """The password now and the one to come."""

    current: Annotated[AnyPassword, Field(title=t("Current password"))]
    new: Annotated[NewPassword, Field(title=t("New password"))]


class Rename(Command):
    """What the account's owner wants to be called."""

    name: Name


def refuse_email_as_password(password: SecretStr, email: str, *, field: str) -> None:
    """Raises Invalid when the password is the email address: the first thing that anybody would try."""
    if password.get_secret_value().strip().lower() == email:
        raise Invalid(
            t("The password can't be the email address. Choose one that nobody can look up."),
            field=field,
            code="password_is_email",
        )
