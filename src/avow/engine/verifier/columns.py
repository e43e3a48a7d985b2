"""The names of all live columns of a system, declared or not: where a negative promise is looked
for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from avow.common.findings import Finding
from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System


def live_columns(system: System) -> Mapping[str, tuple[str, ...]] | str:
    """Table, view or materialized view -> its columns; a text says why we cannot know.

    `system` has its address filled in. Reads only the catalogue, which no row security hides.
    """
    connector = connector_for(system)
    if isinstance(connector, Finding):
        return connector.message
    try:
        with closing(connector.connect(system, Access.READ)) as connection:
            tables = connection.catalogue().tables.values()
            return {table.name: tuple(c.name for c in table.columns) for table in tables}
    except Unreachable:
        return "unreachable"
    except Refused as refused:
        return f"the system refused ({refused.kind})"
