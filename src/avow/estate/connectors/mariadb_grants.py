"""Least rights on a MariaDB database: the statements its owner runs, and what we really have.

The server shows an account only tables on which it has some right, and foreign keys and checks only
with a right other than SELECT. `REFERENCES` on the database shows all of them, and allows nothing
to an account that may make no table. Triggers are shown to who may make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from avow.common.findings import Finding
from avow.estate.connectors.base import Access, Unreachable
from avow.estate.connectors.catalogue import RECEIPTS, Catalogue, Table
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.connectors.mariadb_rights import Held
from avow.estate.connectors.rights import ROLE, Need, changed, missing, personal, too_much
from avow.estate.datamap.model import Dataset, System

ACCOUNT = f"'{ROLE}'@'%'"
"""The account that the statements name unless another is given."""
SEE, HOLD = "REFERENCES", "CREATE TEMPORARY TABLES"
_HARMLESS = frozenset({"USAGE", "SELECT", SEE, "SHOW VIEW", "SHOW DATABASES"})


def _name(text: str) -> str:
    return "`{}`".format(text.replace("`", "``"))


def grants_at(system: System, need: Need) -> tuple[list[str], bool]:
    """`grants` with the live catalogue where the database answers, and whether it did."""
    try:
        connection = MariadbConnector().connect(system, Access.READ)
    except Unreachable:
        return grants(system, need), False
    try:
        return grants(system, need, connection.catalogue(), stamped=connection.stamped), True
    finally:
        connection.close()


def grants(
    system: System,
    need: Need,
    catalogue: Catalogue | None = None,
    account: str = ACCOUNT,
    stamped: Mapping[str, tuple[str, ...]] | None = None,
) -> list[str]:
    """The statements that give `account` (quoted, with its host) what avow needs on this system and
    nothing more. They name no database: they are for the one in which they are run.

    With the live catalogue, columns under `rest` and generated columns are known too. `stamped` are
    columns with `ON UPDATE CURRENT_TIMESTAMP`, which are written to stay as they are.
    """
    tables = catalogue.tables if catalogue else {}
    return [
        f"GRANT {SEE} ON * TO {account};",
        *(f"GRANT SELECT ON {_name(n)} TO {account};" for n in system.datasets),
        *([] if need.access is Access.READ else _writing(system, need, tables, account, stamped)),
    ]


def _writing(
    system: System,
    need: Need,
    tables: Mapping[str, Table],
    account: str,
    stamped: Mapping[str, tuple[str, ...]] | None,
) -> Iterator[str]:
    yield f"GRANT {HOLD} ON * TO {account};"
    for dataset in personal(system):
        columns = _updated(dataset, tables.get(dataset.name), stamped or {})
        rights = ["DELETE", "TRIGGER", *(["INSERT"] if need.brings_back(dataset) else [])]
        if columns:
            rights.append(f"UPDATE ({', '.join(map(_name, columns))})")
        yield f"GRANT {', '.join(rights)} ON {_name(dataset.name)} TO {account};"
    yield (
        f"CREATE TABLE IF NOT EXISTS {RECEIPTS} (plan VARCHAR(64) NOT NULL, step INT NOT NULL,"
        " batch INT NOT NULL, `rows` BIGINT NOT NULL, PRIMARY KEY (plan, step, batch))"
        " ENGINE = InnoDB;"
    )
    yield f"GRANT SELECT, INSERT ON {RECEIPTS} TO {account};"


def _updated(
    dataset: Dataset, table: Table | None, stamped: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    columns = changed(dataset, table)
    return tuple(dict.fromkeys((*columns, *(stamped.get(dataset.name, ()) if columns else ()))))


def granted(connection: MariadbConnection, need: Need) -> list[Finding]:
    """What the database says of our rights, where it differs from what is needed. Empty when they
    are exactly right."""
    live, system, held = connection.catalogue(), connection.system, connection.held
    everywhere = held.server | held.database
    writing = need.access is Access.WRITE
    beyond = _HARMLESS | ({HOLD} if writing else frozenset())
    found = [
        too_much(place, f"has {', '.join(sorted(rights - beyond))}")
        for place, rights in (("the whole server", held.server), ("the database", held.database))
        if rights - beyond
    ]
    if SEE not in everywhere:
        found.append(missing(SEE, "the database"))
    if writing and HOLD not in everywhere:
        found.append(missing(HOLD, "the database"))
    for name, dataset in system.datasets.items():
        table = live.tables.get(name)
        columns = set(_updated(dataset, table, connection.stamped))
        found += _differences(dataset, need, held, columns)
    return found


def _differences(
    dataset: Dataset, need: Need, held: Held, columns: AbstractSet[str]
) -> Iterator[Finding]:
    name, place, all_ = dataset.name, f"`{dataset.name}`", held.on(dataset.name)
    needed = {"DELETE", "TRIGGER"} if need.writes(dataset) else set()
    needed |= {"INSERT"} if need.brings_back(dataset) else set()
    to_update = columns if need.writes(dataset) else frozenset()
    for right in sorted({"SELECT", *needed} - all_):
        yield missing(right, place)
    if "UPDATE" not in all_ and (lacking := to_update - held.columns.get(name, set())):
        yield missing(f"UPDATE ({', '.join(sorted(lacking))})", place)
    own = held.tables.get(name, set())
    if extra := own - needed - _HARMLESS:
        yield too_much(place, f"has {', '.join(sorted(extra))}")
    if extra := held.columns.get(name, set()) - to_update:
        yield too_much(place, f"may update {', '.join(sorted(extra))}")
