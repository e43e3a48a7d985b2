"""Reading a system through the eyes of somebody else: with their address, their rights, and row
security as it stands for them."""

from __future__ import annotations

from dataclasses import replace

from avow.common.findings import Finding
from avow.estate.connectors.base import Access, Connection, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System


def connect_as(system: System, reader: str) -> Connection:
    """Open a system under the address of a reader, for reading only.

    Raises:
        Unreachable: the system does not answer, refuses them, or nothing here speaks to it.
    """
    placed = replace(system, url=reader)
    if system.connector == "postgresql":
        from avow.estate.connectors.postgresql import (  # noqa: PLC0415 (loads a driver)
            Limits,
            PostgresqlConnector,
        )

        return PostgresqlConnector(Limits(row_security="on")).connect(placed, Access.READ)
    connector = connector_for(placed)
    if isinstance(connector, Finding):
        raise Unreachable(connector.message)
    return connector.connect(placed, Access.READ)
