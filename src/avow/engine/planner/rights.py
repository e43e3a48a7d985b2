"""The rights that plans need in a system: statements for its owner, and what it really gives."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TypeAlias

from avow.common.findings import Finding
from avow.declaration.check.universe import cells_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, Level
from avow.declaration.scope import rule_covers
from avow.engine.planner.refusals import Away, Guarded
from avow.estate.connectors.base import Access, Connection, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.connectors.rights import Need
from avow.estate.datamap.edges import Side, edges
from avow.estate.datamap.model import Gone, System

Statements: TypeAlias = tuple[list[str], bool]
KINDS = frozenset({"postgresql", "mariadb"})
"""Kinds of systems that have rights of their own."""


def need_of(
    declaration: Declaration, system: System, level: Level, day: date, *, bring_back: bool = False
) -> Need:
    """What avow is to do in a system at a level, by the law of the day: into the datasets of rules
    with `undo`, rows may have to come back; with `bring_back` into every one of which an erasure on
    request takes rows, where the declaration gives it hours."""
    if level in {Level.OBSERVE, Level.REHEARSE}:
        return Need(Access.READ)
    law, _ = in_force(declaration, day)
    rules = [rule for rule in law.rules if rule.undo_days]
    found = {
        name
        for name, dataset in system.datasets.items()
        if any(rule_covers(rule, cell) for rule in rules for cell in cells_of(system, dataset))
    }
    if bring_back and declaration.requests.undo_hours:
        found |= {d.name for d in system.datasets.values() if d.is_personal and d.is_ours}
    return Need(Access.WRITE, frozenset(_with_those_along(system, found)))


def _with_those_along(system: System, datasets: set[str]) -> set[str]:
    """And the datasets of which rows leave together with theirs."""
    along = {
        e.child
        for e in edges(system)
        if e.gone is Gone.ALONG and e.flows is Side.CHILD and e.parent in datasets
    }
    return datasets if along <= datasets else _with_those_along(system, datasets | along)


def least_rights(system: System, need: Need) -> Statements:
    """The statements that give avow what it needs in a system, and whether its database was asked
    for its columns. None where systems of this kind have no rights of their own.

    Raises:
        Guarded: the driver is not installed.
    """
    if system.connector not in KINDS:
        return [], False
    if isinstance(missing := connector_for(system), Finding):
        raise Guarded((missing,))
    if system.connector == "mariadb":
        from avow.estate.connectors import mariadb_grants  # noqa: PLC0415 (loads a driver)

        return mariadb_grants.grants_at(system, need)
    from avow.estate.connectors import postgresql_grants  # noqa: PLC0415 (loads a driver)

    return postgresql_grants.grants_at(system, need)


def differences(system: System, need: Need) -> list[Finding] | None:
    """Where the rights that the system gives are others than those that are needed; None where
    systems of this kind have none of their own, or are asked by a worker.

    Raises:
        Guarded: the driver is not installed.
        Away: the system does not answer.
    """
    connector = connector_for(system)
    if isinstance(connector, Finding):
        raise Guarded((connector,))
    try:
        connection = connector.connect(system, Access.READ)
    except Unreachable as error:
        raise Away(f"`{system.name}` does not answer", because=str(error)) from error
    with closing(connection):
        return _found(connection, need) if system.connector in KINDS else None


def _found(connection: Connection, need: Need) -> list[Finding] | None:
    if connection.system.connector == "mariadb":
        from avow.estate.connectors import mariadb, mariadb_grants  # noqa: PLC0415 (loads a driver)

        if isinstance(connection, mariadb.MariadbConnection):
            return mariadb_grants.granted(connection, need)
        return None
    from avow.estate.connectors import postgresql, postgresql_grants  # noqa: PLC0415 (loads a driver)

    if isinstance(connection, postgresql.PostgresqlConnection):
        return postgresql_grants.granted(connection, need)
    return None
