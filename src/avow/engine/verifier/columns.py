"""The names of all live columns of a system, declared or not: where a negative promise is looked
for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from avow.common.findings import Finding
from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System


@dataclass(frozen=True, slots=True)
class Live:
    """Table, view or materialized view -> its columns. `stored` are those that hold rows of their
    own: all but plain views, and but the receipts that we leave ourselves."""

    columns: Mapping[str, tuple[str, ...]]
    stored: frozenset[str]


def live_columns(system: System) -> Live | str:
    """What stands in the live schema; a text says why we cannot know.

    `system` has its address filled in. Reads only the catalogue, which no row security hides.
    """
    connector = connector_for(system)
    if isinstance(connector, Finding):
        return connector.message
    try:
        with closing(connector.connect(system, Access.READ)) as connection:
            tables = connection.catalogue().tables.values()
            return Live(
                {table.name: tuple(c.name for c in table.columns) for table in tables},
                frozenset(t.name for t in tables if t.holds_rows and not t.is_receipts),
            )
    except Unreachable:
        return "unreachable"
    except Refused as refused:
        return f"the system refused ({refused.kind})"
