"""The estate of a case in memory, in PostgreSQL, in MariaDB and in an SQLite file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from avow.common.findings import Finding
from avow.declaration.loading.datamap import SYSTEM
from avow.declaration.model import InForce
from avow.engine.planner.judge import FLOOR, Judge
from avow.engine.planner.keysets import seat
from avow.engine.planner.persons import erasure
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, ForeignKey, Table
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE
from tests.conformance.reading import declared
from tests.connectors import engines, mariadb_estates
from tests.connectors.world import Estate
from tests.properties.carry_out import carry_out

TODAY = date(2026, 3, 31)
Case = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]
Held = dict[str, list[list[Any]]]
KINDS = {"integer": ColumnKind.INTEGER, "text": ColumnKind.TEXT, "uuid": ColumnKind.UUID}
SCHEMA = "public."


def catalogue(case: Case, system: System, native: Callable[[str], str]) -> Catalogue:
    """The schema that the rows of a case have; types that it does not name go by their values."""
    tables = {n: _table(case, d, native) for n, d in system.datasets.items()}
    keys = tuple(
        ForeignKey(f"fk{n}", child, tuple(mine), parent, tuple(theirs))
        for n, (child, mine, parent, theirs) in enumerate(case.get("foreign_keys", []))
    )
    return Catalogue(tables, keys)


def _table(case: Case, dataset: Dataset, native: Callable[[str], str]) -> Table:
    rows, types = case["rows"][dataset.name], case.get("types", {}).get(dataset.name, {})
    strict = {*dataset.key, *case.get("not_null", {}).get(dataset.name, [])}
    names = dict.fromkeys([*types, *(c for row in rows for c in row)])
    columns = ((n, native(types.get(n) or _guess([row.get(n) for row in rows]))) for n in names)
    made = (Column(n, t, KINDS.get(t, ColumnKind.JSON), n not in strict) for n, t in columns)
    key = () if case.get("keyless") else dataset.key
    return Table(dataset.name, tuple(made), key=key)


def _guess(values: list[Any]) -> str:
    first = next((v for v in values if v is not None), 0)
    kinds = {int: "integer", str: "text"}
    return kinds.get(type(first), "jsonb")


@dataclass
class Place:
    """A case in one engine. `prefix` is what the engine puts before a table's name."""

    system: System
    estate: Estate
    catalogue: Catalogue
    prefix: str = ""

    def erase(
        self, persons: list[tuple[str, list[Any]]], held: Held | None = None
    ) -> Finding | None:
        """Erase these persons together, under holds on rows by their keys; the finding, where that
        cannot be decided."""
        floors = {f"fact.{FLOOR}.{self.prefix}{n}": keys for n, keys in (held or {}).items()}
        roots: dict[str, list[tuple[Any, ...]]] = {}
        for dataset, key in persons:
            roots.setdefault(self.prefix + dataset, []).append(tuple(key))
        with closing(self._connect(Access.WRITE)) as connection:
            made = erasure(
                judge(self.system, frozenset(floors)), connection.catalogue(), frozenset(roots)
            )
            if isinstance(made, Finding):
                return made
            for name, keys in floors.items():
                entries = [(0, tuple(key), None) for key in keys]
                connection.put_keys(name, name.removeprefix(f"fact.{FLOOR}."), entries)
            seat(connection, made, roots)
            carry_out(connection, made)
        return None

    def rows(self) -> Rows:
        """Every row of every table, in order of the keys."""
        with closing(self.read()) as connection:
            return {n.removeprefix(self.prefix): self._rows(connection, n) for n in self._names()}

    def read(self) -> Connection:
        """A connection that may only read."""
        return self._connect(Access.READ)

    def _connect(self, access: Access) -> Connection:
        return self.estate.connector.connect(self.estate.system, access)

    def _names(self) -> list[str]:
        return [n for n in self.system.datasets if n in self.catalogue.tables]

    def _rows(self, connection: Connection, name: str) -> list[dict[str, Any]]:
        columns = self.catalogue.tables[name].columns
        found = connection.fetch(name, TRUE, [c.name for c in columns])
        return [{c.name: plain(v, c) for c, v in zip(columns, row, strict=True)} for row in found]


def plain(value: Any, column: Column) -> Any:  # noqa: ANN401 (whatever a column holds)
    """A value as the case writes it: JSON that comes as text is read."""
    if column.kind is ColumnKind.JSON and isinstance(value, str):
        return json.loads(value)
    return str(value) if column.kind is ColumnKind.UUID and value is not None else value


def judge(system: System, known: frozenset[str] = frozenset()) -> Judge:
    """The verdicts after an accepted request where nothing is needed, and nothing retained but by
    the facts in these key sets."""
    return Judge(system, InForce((), (), ()), TODAY, known=known, erasure=True)


def system_of(case: Case) -> System:
    """The map of a case, as the loader reads it."""
    return declared(SYSTEM, {"system": "s", "connector": "memory", "datasets": case["map"]})


@contextmanager
def in_memory(case: Case) -> Iterator[Place]:
    """The case in the twin."""
    system = system_of(case)
    made = catalogue(case, system, lambda native: native)
    rows = {n: [_whole(r, made.tables[n]) for r in table] for n, table in case["rows"].items()}
    yield Place(system, engines.in_memory(made, rows, system), made)


def _whole(row: dict[str, Any], table: Table) -> dict[str, Any]:
    return {c.name: row.get(c.name) for c in table.columns}


@contextmanager
def in_sqlite(case: Case, path: Path) -> Iterator[Place]:
    """The case in a new SQLite file, JSON and arrays as JSON text."""
    system, made, rows = _in_json(case)
    yield Place(system, engines.in_sqlite(path, made, rows, system), made)


@contextmanager
def in_mariadb(case: Case, socket: Path, database: str) -> Iterator[Place]:
    """The case in a MariaDB database, in place of whatever was there; JSON as in SQLite."""
    system, made, rows = _in_json(case)
    yield Place(system, mariadb_estates.in_mariadb(socket, database, made, rows, system), made)


def _in_json(case: Case) -> tuple[System, Catalogue, Rows]:
    system = system_of(case)
    made = catalogue(case, system, lambda t: t if t in {"integer", "text", "uuid"} else "JSON")
    rows = {
        n: [{c: _text(v) for c, v in _whole(r, made.tables[n]).items()} for r in table]
        for n, table in case["rows"].items()
    }
    return system, made, rows


def _text(value: Any) -> Any:  # noqa: ANN401 (whatever a column holds)
    return json.dumps(value) if isinstance(value, dict | list) else value


@contextmanager
def in_postgresql(case: Case, url: str) -> Iterator[Place]:
    """The case in a PostgreSQL database, in place of whatever was there."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
    system = _in_schema(system_of(case))
    named = case | {
        part: {SCHEMA + n: v for n, v in case.get(part, {}).items()}
        for part in ("rows", "types", "not_null")
    }
    named["foreign_keys"] = [
        [SCHEMA + child, mine, SCHEMA + parent, theirs]
        for child, mine, parent, theirs in case.get("foreign_keys", [])
    ]
    made = catalogue(named, system, lambda native: native)
    rows = {
        n: [{c.name: _bound(r.get(c.name), c) for c in made.tables[n].columns} for r in table]
        for n, table in named["rows"].items()
    }
    yield Place(system, engines.in_postgresql(url, made, rows, system), made, SCHEMA)


def _bound(value: Any, column: Column) -> Any:  # noqa: ANN401 (whatever a column holds)
    is_json = column.native in {"json", "jsonb"} and value is not None
    return Jsonb(value) if is_json else value


def _in_schema(system: System) -> System:
    return replace(system, datasets={SCHEMA + n: _moved(d) for n, d in system.datasets.items()})


def _moved(dataset: Dataset) -> Dataset:
    links = tuple(replace(link, to=SCHEMA + link.to) for link in dataset.links)
    needs = {SCHEMA + n: columns for n, columns in dataset.needs.items()}
    return replace(dataset, name=SCHEMA + dataset.name, links=links, needs=needs)
