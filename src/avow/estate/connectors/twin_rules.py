"""What a database would enforce, for the twin: cascades, NOT NULL, UNIQUE and foreign keys.

Naive on purpose: after every change, everything is checked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Catalogue, ForeignKey, OnDelete, Table
from avow.estate.connectors.values import plain_all

Row: TypeAlias = dict[str, object]
Tables: TypeAlias = dict[str, list[Row]]


def delete(tables: Tables, catalogue: Catalogue, table: str, rows: Sequence[Row]) -> None:
    """Delete `rows` of `table` and what the foreign keys take along.

    Raises:
        Refused: `constraint`, when something that stays would point nowhere.
    """
    doomed: dict[int, tuple[str, Row]] = {id(row): (table, row) for row in rows}
    todo = list(doomed.values())
    while todo:
        name, row = todo.pop()
        for key, child in _pointing(tables, catalogue, name, row):
            match key.on_delete:
                case OnDelete.CASCADE if id(child) not in doomed:
                    doomed[id(child)] = (key.child, child)
                    todo.append((key.child, child))
                case OnDelete.SET_NULL:
                    child.update(dict.fromkeys(key.child_fields))
                case OnDelete.SET_DEFAULT:
                    raise Refused("constraint", key.child, key.name)
    for name, kept in tables.items():
        tables[name] = [row for row in kept if id(row) not in doomed]
    check(tables, catalogue)


def _pointing(
    tables: Tables, catalogue: Catalogue, table: str, row: Row
) -> Iterator[tuple[ForeignKey, Row]]:
    """Every row that points to `row` by a foreign key."""
    for key in catalogue.foreign_keys:
        if key.parent == table:
            target = plain_all(row[f] for f in key.parent_fields)
            for child in tables.get(key.child, ()):
                if target is not None and plain_all(child[f] for f in key.child_fields) == target:
                    yield key, child


def check(tables: Tables, catalogue: Catalogue) -> None:
    """Raise Refused (`constraint`) at the first rule of the schema that the rows break."""
    for name, rows in tables.items():
        table = catalogue.tables[name]
        _check_present(table, rows)
        for fields in filter(None, (table.key, *table.unique)):
            _check_unique(table, fields, rows)
    for key in catalogue.foreign_keys:
        _check_pointers(tables, key)


def _check_present(table: Table, rows: Sequence[Row]) -> None:
    for column in table.columns:
        if not column.nullable and any(row.get(column.name) is None for row in rows):
            raise Refused("constraint", table.name, column.name)


def _check_unique(table: Table, fields: tuple[str, ...], rows: Sequence[Row]) -> None:
    values = [v for row in rows if (v := plain_all(row.get(f) for f in fields)) is not None]
    if len(values) != len(set(values)):
        raise Refused("constraint", table.name, "+".join(fields))


def _check_pointers(tables: Mapping[str, Sequence[Row]], key: ForeignKey) -> None:
    known = {plain_all(row.get(f) for f in key.parent_fields) for row in tables.get(key.parent, ())}
    for row in tables.get(key.child, ()):
        target = plain_all(row.get(f) for f in key.child_fields)
        if target is not None and target not in known:
            raise Refused("constraint", key.child, key.name)
