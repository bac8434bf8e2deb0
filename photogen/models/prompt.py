"""What creators have typed, kept for them whatever becomes of the pictures."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from photogen.models.columns import id_field, now_field, reference


class Prompt(SQLModel, table=True):
    """One distinct prompt of an account, as typed. Lists run by (`used_at`, `id`), newest first; forgetting deletes."""

    __tablename__ = "prompt"
    __table_args__ = (
        UniqueConstraint("account_id", "digest"),
        Index("ix_prompt_history", "account_id", text("used_at DESC"), text("id DESC")),
    )

    id: str = id_field()
    account_id: str = reference("account.id", index=False)
    text: str = Field(sa_column=Column(Text, nullable=False))
    digest: str = Field(max_length=64)
    """SHA-256 of the text in hex: a prompt may be longer than what an index takes."""
    times: int = 1
    """How many batches were asked for with it."""
    used_at: datetime = now_field()
