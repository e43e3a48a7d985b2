"""Which database a connection speaks to, as its own server says: no address is compared.

Two addresses may lead to one database (a name, a number, a tunnel, a link to a file), and one
address to two, one after the other. So the server is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from avow.estate.connectors.address import address
from avow.estate.connectors.base import Connection
from avow.estate.datamap.model import System

_POSTGRESQL = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       (SELECT oid::text FROM pg_database WHERE datname = current_database()),
       extract(epoch FROM pg_postmaster_start_time())::text, pg_is_in_recovery()
"""


@dataclass(frozen=True, slots=True)
class Itself:
    """A database as its server tells it from all others.

    `data` identifies what is stored: of PostgreSQL the identifier of the cluster and the number of
    the database, of MariaDB its name alone, of a file or folder its device and inode. A copy on the
    level of the disk keeps them, so `server` is the process that answers. `follows`: it repeats
    another server's changes. `within` are the folders that a file or folder lies in.
    """

    kind: str
    data: tuple[str, ...]
    server: str = ""
    follows: bool = False
    within: frozenset[tuple[str, ...]] = frozenset()

    def is_same(self, other: Itself) -> bool:
        """Whether both are one database, asked while both were connected. Of two servers with the
        same data where one follows, the other may be the one that it follows: they count as one,
        and so do a folder and one inside it."""
        if self.data in other.within or other.data in self.within:
            return True
        if (self.kind, self.data) != (other.kind, other.data):
            return False
        return self.server == other.server or self.follows or other.follows


class _Raw(Protocol):
    """A connection that shows the driver's own."""

    @property
    def raw(self) -> Any: ...  # noqa: ANN401 (the driver's)


@runtime_checkable
class SaysItself(Protocol):
    """A connection that asks elsewhere which database it is."""

    def itself(self) -> Itself | None:
        """See `itself`."""


def itself(connection: Connection) -> Itself | None:
    """Which database this is; None where its server does not say, or nobody knows how to ask."""
    if isinstance(connection, SaysItself):
        return connection.itself()
    if connection.system.connector in _FOLDERS:
        return _folder(connection.system)
    ask = _ASK.get(connection.system.connector)
    if ask is None or not hasattr(connection, "raw"):
        return None
    return ask(cast("_Raw", connection))


def _postgresql(connection: _Raw) -> Itself | None:
    import psycopg  # noqa: PLC0415 (loads a driver)

    try:
        row = connection.raw.execute(_POSTGRESQL).fetchone()
    except psycopg.Error:
        return None
    return of_postgresql(*row) if row else None


def of_postgresql(identifier: str, database: str, started: str, follows: object) -> Itself:
    """A PostgreSQL database by what it answers: the cluster's identifier, the database's number,
    when its server started, and whether it is in recovery."""
    return Itself("postgresql", (identifier, database), started, bool(follows))


def _mariadb(connection: _Raw) -> Itself | None:
    from avow.estate.connectors.mariadb_itself import whereabouts  # noqa: PLC0415 (loads a driver)

    found = whereabouts(connection.raw)
    if found is None:
        return None
    return Itself("mariadb", (found.database,), found.server, found.follows)


def reach(connection: Connection, own: Itself, other: Itself) -> str:
    """Why what runs in one database may change the other by the database's own code; empty where it
    cannot. Only code of MariaDB speaks of other databases of its server."""
    if own.kind != "mariadb" or own.kind != other.kind or own.server != other.server:
        return ""
    if not hasattr(connection, "raw"):
        return "its code cannot be asked for from here"
    from avow.estate.connectors.mariadb_itself import reaching  # noqa: PLC0415 (loads a driver)

    return reaching(cast("_Raw", connection).raw, other.data[0])


def _sqlite(connection: _Raw) -> Itself | None:
    for _, name, path in connection.raw.execute("PRAGMA database_list"):
        if name == "main" and path:
            return Itself("sqlite", _inode(Path(path)))
    return None


def _folder(system: System) -> Itself | None:
    """A system that is a folder or a file, by what its address leads to."""
    written = address(system).partition("?")[0].removeprefix("file://")
    try:
        place = Path(written).resolve(strict=True)
        above = frozenset(_inode(folder) for folder in place.parents)
        return Itself("files", _inode(place), within=above)
    except OSError:
        return None


def _inode(path: Path) -> tuple[str, ...]:
    found = path.stat()
    return str(found.st_dev), str(found.st_ino)


_ASK: Mapping[str, Callable[[_Raw], Itself | None]] = {
    "mariadb": _mariadb,
    "postgresql": _postgresql,
    "sqlite": _sqlite,
}
_FOLDERS = frozenset({"files", "eml", "maildir", "mbox"})
BY_SERVER = frozenset({"mariadb", "postgresql"})
"""Kinds whose server tells which database it is, from wherever it is asked. The number of a file is
that of one machine: on another it may be another file's."""
