"""The rows that belong to given rows, found over a connection: owned by them, or copies of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

from avow.estate.connectors.base import Connection
from avow.estate.datamap.edges import Right, Side, edges

Roots: TypeAlias = Mapping[str, Sequence[tuple[int, tuple[object, ...]]]]
"""Dataset -> (ordinal, key) of rows."""


def put_below(connection: Connection, roots: Roots, prefix: str = "below") -> dict[str, str]:
    """Make a key set of every dataset that holds rows of these: dataset -> its name. Each row keeps
    the ordinal of the row that it belongs to; the roots are among them."""
    names: dict[str, str] = {}
    for dataset, rows in roots.items():
        names[dataset] = f"{prefix}.{dataset}"
        put: list[tuple[int, tuple[object, ...], date | None]] = [(n, k, None) for n, k in rows]
        connection.put_keys(names[dataset], dataset, put)
    flows = [e for e in edges(connection.system) if e.right is Right.OWN and e.flows is Side.CHILD]
    found = 1
    while found:
        found = 0
        for edge in flows:
            if edge.parent in names and connection.system.datasets[edge.child].key:
                names.setdefault(edge.child, f"{prefix}.{edge.child}")
                giver, taker = names[edge.parent], names[edge.child]
                found += connection.spread(edge, Side.CHILD, giver, taker)
    return names
