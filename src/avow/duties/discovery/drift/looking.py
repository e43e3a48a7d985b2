"""Look at the systems of a declaration, read-only, and say how their schemas differ from it.

What does not answer is unknown, and never "no drift".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from avow.common.findings import Finding, Kind, Severity
from avow.common.places import Place
from avow.declaration.model import Declaration
from avow.duties.discovery.drift import accepted as schema
from avow.duties.discovery.drift.accepted import Accepted, Unreadable
from avow.duties.discovery.drift.against_map import against_map
from avow.duties.discovery.drift.definitions import definitions
from avow.duties.discovery.drift.leaves import Leaves, leaves
from avow.duties.discovery.drift.since_accepted import since_accepted
from avow.duties.discovery.drift.since_defined import since_defined
from avow.duties.discovery.drift.view import Drifted, View, place_of, spoken
from avow.duties.discovery.sampling import SAMPLED, extents
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.catalogue import Catalogue, ColumnKind, Table
from avow.estate.connectors.registry import connector_for
from avow.estate.connectors.sql import SqlConnection
from avow.estate.datamap.model import System

AWAY, BLIND = "AV534", "AV535"
"""Findings after which a system, or the inside of a column, is unknown."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One system after the check. `live` is what would be accepted, None when it did not answer;
    `file` is where that lies, and `was_accepted` whether the live schema was held against it."""

    system: str
    file: Path
    drifted: tuple[Drifted, ...]
    live: Accepted | None = None
    was_accepted: bool = False


def look(declaration: Declaration, folder: Path, name: str, *, inside: bool) -> Looked:
    """Check one system; `folder` is the declaration's, `inside` whether JSON is looked into."""
    system = declaration.datamap.systems[name]
    file = schema.file_of(folder, name)
    connector = connector_for(system)
    if isinstance(connector, Finding):
        return Looked(name, file, (Drifted(name, "", connector),))
    try:
        with closing(connector.connect(system, Access.READ)) as connection:
            return _looked(declaration, system, connection, file, inside=inside)
    except Unreachable as error:
        return Looked(name, file, (_away(system, str(error)),))
    except Refused as error:
        return Looked(name, file, (_away(system, f"its catalogue was refused: {error.kind}"),))


def _away(system: System, why: str) -> Drifted:
    finding = Finding(
        AWAY,
        f"whether the schema of `{system.name}` moved is unknown",
        system.place,
        because=why,
        help="check its address, its account, and whether it runs",
    )
    return Drifted(system.name, "", finding)


def _looked(
    declaration: Declaration, system: System, connection: Connection, file: Path, *, inside: bool
) -> Looked:
    catalogue = connection.catalogue()
    before, said = _before(system, file)
    paths: dict[tuple[str, str], tuple[str, ...]] = {}
    if inside:
        said += tuple(_look_inside(connection, catalogue, paths))
    categories = frozenset(declaration.categories)
    shown = [
        n for n in system.datasets if n in catalogue.tables and not catalogue.tables[n].writable
    ]
    defined = definitions(connection, shown)
    view = View(system, catalogue, paths, before, categories, spoken(declaration), defined)
    found = [*said, *against_map(view), *since_accepted(view), *since_defined(view)]
    found.sort(key=lambda d: (d.finding.place, d.finding.code, d.name))
    live = schema.accept(system, catalogue, paths, before, defined)
    return Looked(system.name, file, tuple(found), live, before is not None)


def _before(system: System, file: Path) -> tuple[Accepted | None, tuple[Drifted, ...]]:
    try:
        found = schema.read(file)
    except Unreadable as error:
        finding = Finding(
            error.code, error.what, system.place, because=error.because, help=error.help
        )
        return None, (Drifted(system.name, "", finding),)
    return found, ()


def _look_inside(
    connection: Connection,
    catalogue: Catalogue,
    paths: dict[tuple[str, str], tuple[str, ...]],
) -> Iterator[Drifted]:
    """Fill in the paths of every JSON column of persons' rows; say what stays unknown."""
    system = connection.system
    inside = [
        (dataset, table, column.name)
        for dataset in system.datasets.values()
        if dataset.is_personal and (table := catalogue.tables.get(dataset.name))
        for column in table.columns
        if column.kind is ColumnKind.JSON
    ]
    sizes = extents(connection) if inside and isinstance(connection, SqlConnection) else {}
    for dataset, table, column in inside:
        pages = sizes[table.name].pages if table.name in sizes else 0
        found = _found(connection, table, column, pages)
        if isinstance(found, str):
            place = place_of(dataset, column)
            yield Drifted(
                system.name, f"{table.name}.{column}", _blind(table, column, found, place)
            )
        else:
            paths[table.name, column] = found.paths


def _found(connection: Connection, table: Table, column: str, pages: int) -> Leaves | str:
    """The leaves of a column, or why they stay unknown."""
    if not isinstance(connection, SqlConnection) or connection.system.connector not in SAMPLED:
        return f"systems of kind `{connection.system.connector}` are not sampled"
    try:
        return leaves(connection, table, column, pages)
    except Refused as error:
        return f"a look into a sample was refused: {error.kind}"


def _blind(table: Table, column: str, why: str, place: Place) -> Finding:
    return Finding(
        BLIND,
        f"what is inside `{table.name}.{column}` is unknown",
        place,
        Kind.DEFECT,
        Severity.I,
        why,
        "let avow read the table, or leave the inside of JSON out with `--structure-only`",
    )
