"""Rows that a database hides from named roles: the statements for its owner, and what really
stands in its catalogue."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from avow.common.findings import Finding
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Guarded
from avow.estate.connectors.base import Access, Capability, Connection, Refused
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.restricting import Mode


@dataclass(frozen=True, slots=True)
class Through:
    """A way in which a role still sees restricted rows of a dataset."""

    dataset: str
    role: str
    why: str


def policed(system: System) -> tuple[Dataset, ...]:
    """The datasets of a system whose restricted rows the database is to hide."""
    found = system.datasets.values()
    return tuple(d for d in found if d.restriction and d.restriction.mode is Mode.POLICY)


def statements(estate: Estate, name: str) -> list[str]:
    """What the owner of a system's database runs once, so that restricted rows are hidden.

    Raises:
        Guarded: AV948, systems of this kind hide no rows from roles.
        Away: the system does not answer.
    """
    with closing(estate.open(name, Access.READ)) as connection:
        unable(connection)
        from avow.estate.connectors import (  # noqa: PLC0415 (loads a driver)
            postgresql,
            postgresql_policies,
        )

        if not isinstance(connection, postgresql.PostgresqlConnection):
            raise Guarded((_distant(name),))
        return [
            line
            for dataset in policed(connection.system)
            if (how := dataset.restriction) is not None
            for line in postgresql_policies.statements(
                dataset.name, how, secured=postgresql_policies.secured(connection, dataset.name)
            )
        ]


def unable(connection: Connection) -> None:
    """Raises Guarded AV948 where a dataset is to be kept by a policy and its system has none."""
    if policed(connection.system) and Capability.POLICY not in connection.capabilities:
        raise Guarded((cannot(connection.system),))


def cannot(system: System) -> Finding:
    """That systems of this kind hide no rows from roles."""
    return Finding(
        "AV948",
        f"`{system.name}` cannot hide rows from roles",
        place=system.place,
        because=f"systems of kind `{system.connector}` know no row-level security",
        help="declare `flag`, `vault` or `gate`",
    )


def _distant(name: str) -> Finding:
    return Finding(
        "AV948",
        f"the policies of `{name}` are not read from here",
        because="it is asked by a worker, which reads no catalogue of rights",
        help="run the command where the database is",
    )


def through(connection: Connection, dataset: str) -> tuple[Through, ...] | None:
    """Every way in which a declared role still sees restricted rows of a dataset; None where the
    catalogue cannot be read.

    Raises:
        Refused: there is no such table.
    """
    how = connection.system.datasets[dataset].restriction
    if how is None or connection.system.connector != "postgresql":
        return None
    from avow.estate.connectors import (  # noqa: PLC0415 (loads a driver)
        postgresql,
        postgresql_policies,
    )

    if not isinstance(connection, postgresql.PostgresqlConnection):
        return None
    found = postgresql_policies.seen_all_the_same(connection, dataset, how)
    return tuple(Through(dataset, each.role, each.why) for each in found)


def findings(estate: Estate, name: str) -> tuple[Finding, ...]:
    """AV949 for every way in which restricted rows of a system are still seen.

    Raises:
        Guarded: AV948, systems of this kind hide no rows from roles.
        Away: the system does not answer.
    """
    with closing(estate.open(name, Access.READ)) as connection:
        unable(connection)
        found = [_found(connection, each.name) for each in policed(connection.system)]
    return tuple(finding for each in found for finding in each)


def _found(connection: Connection, dataset: str) -> tuple[Finding, ...]:
    try:
        ways = through(connection, dataset)
    except Refused as refused:
        ways = (Through(dataset, "", str(refused)),)
    if ways is None:
        return (_distant(connection.system.name),)
    return tuple(_seen(connection.system.name, way) for way in ways)


def _seen(system: str, way: Through) -> Finding:
    who = f"`{way.role}` sees" if way.role else "everybody sees"
    return Finding(
        "AV949",
        f"{who} restricted rows of `{system}.{way.dataset}`",
        because=way.why,
        help=f"let the owner of the database run what `avow policies {system}` prints",
    )
