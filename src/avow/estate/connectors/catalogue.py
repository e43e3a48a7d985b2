"""What a live system says of itself: tables, columns, keys, foreign keys, triggers. No law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from avow.estate.datamap.paths import Inside, inside


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


FIRES = frozenset({OnDelete.CASCADE, OnDelete.SET_NULL, OnDelete.SET_DEFAULT})
"""What changes the pointing row."""


class Closed(StrEnum):
    """Why no batch may change a table, though it can be read."""

    NOT_UNDONE = "an engine that undoes nothing"
    HISTORY = "system versioning"
    ELSEWHERE = "foreign key of another database"


@dataclass(frozen=True, slots=True)
class Column:
    """One live column. `native` is the engine's type name; `generated` columns cannot be set,
    but for those of an `identity`, which can when a row is inserted. `inside` is set for a field
    inside a column, and then `base` is the column: its value is a text."""

    name: str
    native: str
    kind: ColumnKind
    nullable: bool = True
    generated: bool = False
    length: int | None = None
    identity: bool = False
    inside: Inside | None = field(default=None, repr=False)
    base: Column | None = field(default=None, repr=False)


RECEIPTS = "avow_receipts"
"""The table in which a batch leaves its receipt, where the database's owner has made it."""


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
    `writable` is false for views and materialized views. `rules` may do something else instead of
    what a statement says. `has_heirs`: other tables inherit from it, and show their rows in it.
    `by_size` is a rough guess of its rows from what it takes on disk, for where `rows` is unknown
    or was never looked at. `is_partitioned`: its rows lie in tables below it. `unreadable` are the
    columns that nobody gave us the right to read. `is_foreign`: its rows lie in another system.
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
    rules: tuple[str, ...] = ()
    has_heirs: bool = False
    by_size: int | None = None
    is_partitioned: bool = False
    unreadable: tuple[str, ...] = ()
    closed: Closed | None = None
    is_foreign: bool = False

    @property
    def holds_rows(self) -> bool:
        """Whether it holds rows of its own: all but a plain view."""
        return self.writable or self.materialized

    @property
    def is_receipts(self) -> bool:
        """Whether it is the table of our own receipts, in whatever schema."""
        return self.name.rpartition(".")[2] == RECEIPTS

    def column(self, name: str) -> Column | None:
        """The column of this name, or the field inside a column, or None."""
        found = next((c for c in self.columns if c.name == name), None)
        place = inside(name) if found is None else None
        return self._within(name, place) if place is not None else found

    def _within(self, name: str, place: Inside) -> Column | None:
        base = next((c for c in self.columns if c.name == place.column), None)
        if base is None or (place.each and place.told is not None):
            return None
        is_array = base.native.endswith("[]") and place.each and not (place.keys or place.of_each)
        if not is_array and base.kind not in (ColumnKind.JSON, ColumnKind.TEXT):
            return None
        return Column(
            name, "text", ColumnKind.TEXT, generated=base.generated, inside=place, base=base
        )

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

    def changed_with(self, table: str) -> tuple[str, ...]:
        """The table, and those of which the database itself deletes or empties rows when rows of it
        are deleted."""
        found = [table]
        for parent in found:
            keys = (k for k in self.foreign_keys if k.parent == parent and k.on_delete in FIRES)
            found += [child for child in {k.child: None for k in keys} if child not in found]
        return tuple(found)
