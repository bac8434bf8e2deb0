"""Columns that every table writes alike."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from photogen.kit.clock import utc_now
from photogen.kit.ids import ID_LENGTH, new_id

# Before any table is defined: constraints get predictable names, so that migrations can name them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def id_field() -> Any:
    """A ULID primary key, made on insert."""
    return Field(default_factory=new_id, primary_key=True, max_length=ID_LENGTH)


def reference(target: str, *, index: bool = True, nullable: bool = False, ondelete: str = "CASCADE") -> Any:
    """A foreign key to `table.column`; deletes cascade unless said otherwise."""
    default = None if nullable else ...
    return Field(
        default,
        foreign_key=target,
        index=index,
        nullable=nullable,
        ondelete=ondelete,
        max_length=ID_LENGTH,  # type: ignore[call-overload]
    )


def now_field() -> Any:
    """When the row was made."""
    return Field(default_factory=utc_now, sa_type=DateTime(timezone=True), nullable=False)


def moment() -> Any:
    """A point in time that may be unknown."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


def enum_field(kind: type[StrEnum], default: StrEnum | None = None, *, primary_key: bool = False) -> Any:
    """A member of `kind`, stored as its value in text: adding a member needs no migration."""
    if default is None:
        return Field(sa_type=_enum(kind), primary_key=primary_key)
    return Field(default=default, sa_type=_enum(kind))


def optional_enum(kind: type[StrEnum]) -> Any:
    """A member of `kind`, or nothing."""
    return Field(default=None, sa_type=_enum(kind), nullable=True)


def _enum(kind: type[StrEnum]) -> Any:
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def json_field() -> Any:
    """A JSON object (jsonb), empty by default."""
    return Field(default_factory=dict, sa_type=JSONB, nullable=False)


__all__ = ["datetime", "enum_field", "id_field", "json_field", "moment", "now_field", "optional_enum", "reference"]
