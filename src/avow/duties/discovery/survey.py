"""What a system's own catalogue says: which tables may be proposed, and which are out of reach.

No row is read here. Tables without a name that speaks, without a moment or without a key are no
candidates; views, tables we may not read and tables with row security are gaps, and are said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from avow.duties.discovery.columns import holds_persons, is_promising, moment_columns, named_guess
from avow.duties.discovery.lexicon import FRAMEWORK, happening, is_writer_word
from avow.duties.discovery.proposal import CREATED, Gap, Owner
from avow.duties.discovery.sampling import Extent, estimate, extents, has_moments
from avow.estate.connectors.catalogue import Catalogue, ForeignKey, Table
from avow.estate.connectors.sql import SqlConnection

MOST_ESTIMATES = 100
"""Tables whose rows are estimated; where the engine keeps no number that costs a statement each."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The catalogue, the extent of every table where the engine tells, the gaps, and the tables
    whose rows are persons. `is_typed`: the engine has types for moments."""

    catalogue: Catalogue
    extents: Mapping[str, Extent]
    gaps: tuple[Gap, ...]
    persons: frozenset[str]
    is_typed: bool

    def pages(self, table: str) -> int:
        """The table's pages on disk; 0 where the engine does not tell."""
        return self.extents[table].pages if table in self.extents else 0

    def moments(self, table: Table) -> tuple[str, ...]:
        """Columns that may say when a row began, best first."""
        return moment_columns(table, is_typed=self.is_typed)


@dataclass(frozen=True, slots=True)
class Prospect:
    """A table that may be proposed by its names alone, with about how many rows it has."""

    table: Table
    event: str
    owner: Owner | None
    rows: int

    @property
    def weight(self) -> int:
        """Rows; what happened to persons counts a thousandfold."""
        return self.rows * (1 if self.event == CREATED else 1000)


def survey(connection: SqlConnection) -> Survey:
    """Read the catalogue and the extents. Raises Refused."""
    catalogue = connection.catalogue()
    sizes = extents(connection)
    tables = catalogue.tables.values()
    gaps = tuple(gap for t in tables if (gap := _gap(t, sizes.get(t.name))))
    away = {gap.table for gap in gaps}
    persons = frozenset(t.name for t in tables if t.name not in away and _holds_persons(t))
    seen = Survey(catalogue, sizes, gaps, persons, has_moments(connection))
    return replace(seen, gaps=(*gaps, *(Gap(name, _KEYLESS) for name in _keyless(seen))))


_KEYLESS = "it has no key, so no row of it can be named"


def _keyless(seen: Survey) -> Iterator[str]:
    """Tables that would be candidates if their rows could be named, or belonged to somebody."""
    away = {gap.table for gap in seen.gaps}
    for table in seen.catalogue.tables.values():
        may = table.name not in away and not is_framework(table.name) and not table.key
        if may and seen.moments(table) and is_promising(table) and not owner_of(table, seen):
            yield table.name


def _gap(table: Table, extent: Extent | None) -> Gap | None:
    if extent is not None and not extent.is_readable:
        return Gap(table.name, "no right to read it")
    if table.row_security:
        return Gap(table.name, "row security may hide rows")
    if not table.writable:
        return Gap(table.name, "a view or a foreign table: nothing is erased through it")
    return None


def _holds_persons(table: Table) -> bool:
    return holds_persons(table, [g for c in table.columns if (g := named_guess(c))])


def prospects(connection: SqlConnection, seen: Survey) -> list[Prospect]:
    """The tables that may be proposed, best first, by names and estimated rows."""
    found = sorted(_prospects(seen), key=lambda p: p.event == CREATED)[:MOST_ESTIMATES]
    counted = [
        Prospect(p.table, p.event, p.owner, estimate(connection, p.table, _extent(seen, p)))
        for p in found
    ]
    return sorted((p for p in counted if p.rows), key=lambda p: -p.weight)


def _extent(seen: Survey, prospect: Prospect) -> Extent | None:
    return seen.extents.get(prospect.table.name)


def _prospects(seen: Survey) -> Iterator[Prospect]:
    away = {gap.table for gap in seen.gaps}
    for table in seen.catalogue.tables.values():
        if table.name in away or is_framework(table.name) or not seen.moments(table):
            continue
        event = happening(bare(table.name)) or CREATED
        is_person = event == CREATED and table.name in seen.persons
        owner = None if is_person else owner_of(table, seen)
        if owner or (table.key and is_promising(table)):
            yield Prospect(table, event, owner, 0)


def bare(table: str) -> str:
    """The name without its schema."""
    return table.partition(".")[2] or table


def is_framework(table: str) -> bool:
    """Whether a program keeps the table for itself."""
    return FRAMEWORK.fullmatch(bare(table).lower()) is not None


def owner_of(table: Table, seen: Survey) -> Owner | None:
    """The table of persons that the rows point to by a foreign key; None without one. A pointer to
    whom the row is about goes before one to who wrote it."""
    keys = [k for k in seen.catalogue.foreign_keys if k.child == table.name]
    for key in sorted(keys, key=lambda k: any(map(is_writer_word, k.child_fields))):
        if _gives_owner(key, seen):
            return Owner(key.parent, key.child_fields, key.parent_fields)
    return None


def _gives_owner(key: ForeignKey, seen: Survey) -> bool:
    return key.parent in seen.persons and key.parent != key.child and bool(key.parent_fields)
