"""Rows that point to nothing, by the database's own foreign keys and no predicate of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avow.engine.planner.preflight import foreign_edge
from avow.estate.connectors.base import Connection
from avow.estate.datamap.edges import Side
from avow.estate.datamap.predicates import TRUE, Null, Related, all_of


@dataclass(frozen=True, slots=True)
class OrphanKey:
    """A foreign key from `child` to `parent` with rows that point to no row."""

    child: str
    parent: str
    rows: int


def orphan_keys(connection: Connection) -> Iterator[OrphanKey]:
    """Every foreign key between tables that are known, with its rows that point to nothing."""
    catalogue = connection.catalogue()
    for key in catalogue.foreign_keys:
        if key.child not in catalogue.tables or key.parent not in catalogue.tables:
            continue
        points = (Null(f, negated=True) for f in key.child_fields)
        gone = Related(foreign_edge(key), Side.PARENT, TRUE, negated=True)
        rows = connection.count(key.child, all_of([*points, gone]))
        if rows:
            yield OrphanKey(key.child, key.parent, rows)
