"""Set-ups of the generate page that somebody wants to have again."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, json_field, now_field, reference


class Preset(SQLModel, table=True):
    """A named set-up of an account. With a `share_token` every account of this installation that has the link can read
    it; without one, its owner alone."""

    __tablename__ = "preset"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    name: str = Field(max_length=60)
    setup: dict[str, object] = json_field()
    """The fields of `presets.commands.SetUp`."""
    share_token: str | None = Field(default=None, max_length=43, unique=True)
    created_at: datetime = now_field()
    updated_at: datetime = now_field()
