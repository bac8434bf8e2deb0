"""What a person asks for."""

from typing import Annotated

from pydantic import Field, SecretStr

from photogen.domain.accounts.commands import LONGEST_PASSWORD
from photogen.kit.commands import Command, Line, Password
from photogen.kit.text import t


class DeleteAccount(Command):
    """The end of an account: the password, and the email address typed once more."""

    password: Annotated[SecretStr, Password(LONGEST_PASSWORD, least=1), Field(title=t("Password"))]
    confirmation: Annotated[str, Line(254, least=1), Field(title=t("Your email address"))]
