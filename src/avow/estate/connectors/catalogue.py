"""What a live system says of itself: tables, columns, keys, foreign keys, triggers. No law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ColumnKind(StrEnum):
    """The few kinds of column that change how a value is compared, blanked or shown."""

    DATE = "date"
    INSTANT = "instant"
    NAIVE = "naive"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    UUID = "uuid"
    BYTES = "bytes"
    JSON = "json"
    OTHER = "other"


class OnDelete(StrEnum):
    """What the database itself does to the pointing row when the row pointed to is deleted."""

    NOTHING = "no action"
    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set null"
    SET_DEFAULT = "set default"


@dataclass(frozen=True, slots=True)
class Column:
    """One live column. `native` is the engine's type name; `generated` columns cannot be set,
    but for those of an `identity`, which can when a row is inserted."""

    name: str
    native: str
    kind: ColumnKind
    nullable: bool = True
    generated: bool = False
    length: int | None = None
    identity: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key that the database enforces."""

    name: str
    child: str
    child_fields: tuple[str, ...]
    parent: str
    parent_fields: tuple[str, ...]
    on_delete: OnDelete = OnDelete.NOTHING
    deferrable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One live table or view. `rows` is the engine's own estimate, None when it has none.

    `indexes` are the leading columns of each usable index; `unique` the column sets that must not
    repeat. `row_security`: the engine may hide rows from us, so what we count is not the truth.
    `writable` is false for views and materialized views.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    triggers: tuple[str, ...] = ()
    rows: int | None = None
    row_security: bool = False
    writable: bool = True
    materialized: bool = False

    def column(self, name: str) -> Column | None:
        """The column of this name, or None."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def insertable(self) -> tuple[str, ...]:
        """The columns that a whole row is made of; the engine computes the others from them."""
        return tuple(c.name for c in self.columns if c.identity or not c.generated)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that a live system says of itself that planning needs; `digest` moves with the schema."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    foreign_keys: tuple[ForeignKey, ...] = ()
    digest: str = ""
