"""Samples of MariaDB, which draws none itself: stretches of rows in the order of the key.

The rows of a table lie in the order of its primary key there. Where the key begins with a whole
number, stretches begin at points spread evenly from its lowest to its highest. Any other key can
be entered at its two ends only; of a table that is not small the rows of both are thinned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from avow.estate.connectors.catalogue import ColumnKind, Table
from avow.estate.connectors.sql import SqlConnection

POINTS = 64
"""Stretches of a sample."""
_SMALL = 10_000
"""Rows of a table that is read whole, and taken from each end of one that is not."""


def in_stretches(
    connection: SqlConnection,
    table: Table,
    relation: sa.TableClause,
    shown: Sequence[sa.ColumnElement[Any]],
    rows: int,
) -> sa.Select[Any]:
    """The statement of a sample of at most `rows` rows. `shown` are the values wanted, over the
    table as `relation`.

    Raises:
        Refused: the table may not be read.
    """
    led = table.column(table.key[0]) if table.key else None
    if led is None or (table.rows or 0) <= _SMALL:
        return _thinned(sa.select(*shown).select_from(relation).limit(_SMALL), rows)
    if led.kind is ColumnKind.INTEGER:
        keys = _stretches(connection, relation, table, rows)
    else:
        keys = _ends(relation, table)
    # Each row once: stretches may lie over each other.
    chosen = sa.union(*keys).subquery("k")
    met = (relation.c[k] == chosen.c[k] for k in table.key)
    found = sa.select(*shown).select_from(relation.join(chosen, sa.and_(*met)))
    return _thinned(found, rows)


def _stretches(
    connection: SqlConnection, relation: sa.TableClause, table: Table, rows: int
) -> list[sa.Select[Any]]:
    """The keys of the rows behind each point."""
    number = relation.c[table.key[0]]
    ends = sa.select(sa.func.min(number), sa.func.max(number))
    first, last = connection.select(ends, table.name)[0]
    at = points(int(first or 0), int(last or 0), POINTS)
    keys = [relation.c[k] for k in table.key]
    size = -(-rows // len(at))
    return [
        sa.select(*keys).where(number >= sa.literal_column(str(p))).order_by(*keys).limit(size)
        for p in at
    ]


def _ends(relation: sa.TableClause, table: Table) -> list[sa.Select[Any]]:
    keys = [relation.c[k] for k in table.key]
    back = [k.desc() for k in keys]
    return [sa.select(*keys).order_by(*order).limit(_SMALL) for order in (keys, back)]


def _thinned(found: sa.Select[Any], rows: int) -> sa.Select[Any]:
    """So many of the rows, the same ones each time, without a preference for the first."""
    within = found.add_columns(sa.func.row_number().over().label("n")).subquery("d")
    order = sa.func.md5(sa.cast(within.c.n, sa.Text()))
    values = [c for c in within.c if c.name != "n"]
    return sa.select(*values).order_by(order).limit(rows)


def points(first: int, last: int, most: int) -> list[int]:
    """At most so many whole numbers, spread evenly from the first to the last."""
    step = max((last - first + 1) / most, 1.0)
    return [first + int(n * step) for n in range(most) if first + int(n * step) <= last]
