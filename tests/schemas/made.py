"""Schemas of real shape from short descriptions, with the truth of whose rows each table holds.

One line per table: `NAME ROWS TRUTH : COLUMN COLUMN …`.

TRUTH   `person` (each row is one), `of:A|B` (its rows belong to those of A, or as well of B),
        `nobody`, `program` (kept by a program for itself), `empty`, `ask` (nobody but the owner of
        the system can tell)
COLUMN  `name:kind`, with `!` part of the key, `^` unique, `*` indexed, `?` sometimes empty,
        `>table` with a foreign key, `~table` pointing there without one; `(a,b)~table` points with
        several columns. Without a kind it is a whole number.

Every made-up value that speaks of a person holds `MARK`, so that one that leaks is found.
"""

from __future__ import annotations

import random
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from tests import mariadb

MARK = "zzq"
NAMES = ("shop", "crm", "erp", "clinic")
_FOLDER = Path(__file__).parent
_COLUMN = re.compile(
    r"(?P<name>\w+)(?P<early>[!^*?]*)(:(?P<kind>\w+))?(?P<late>[!^*?]*)"
    r"((?P<how>[>~])(?P<to>\w+))?(?P<last>[!^*?]*)"
)
_POINTER = re.compile(r"\((?P<names>[\w,]+)\)(?P<how>[>~])(?P<to>\w+)")
_TODAY = date(2026, 11, 1)
Value = int | float | str | date | datetime | bool | uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a made table."""

    name: str
    kind: str
    marks: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """Columns that name a row of another table."""

    fields: tuple[str, ...]
    to: str
    is_enforced: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A table with its truth."""

    name: str
    rows: int
    truth: str
    columns: tuple[Column, ...]
    pointers: tuple[Pointer, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key."""
        return tuple(c.name for c in self.columns if "!" in c.marks)

    @property
    def owners(self) -> frozenset[str]:
        """The tables that the rows may be said to belong to."""
        return frozenset(self.truth.removeprefix("of:").split("|"))


def schema(name: str) -> dict[str, Made]:
    """A schema by its name, tables in the order written."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    made = (_table(line) for text in lines if text and text[0] != "#" for line in _lines(text))
    return {table.name: table for table in made}


def _lines(text: str) -> Iterator[str]:
    if not text.startswith("each "):
        yield text
        return
    words, _, line = text.removeprefix("each ").partition(" : ")
    yield from (line.replace("{}", word) for word in words.split(","))


def _table(line: str) -> Made:
    head, _, body = line.partition(" : ")
    name, rows, truth = head.split()
    columns, pointers = [], []
    for token in body.split():
        if found := _POINTER.fullmatch(token):
            fields = tuple(found["names"].split(","))
            pointers.append(Pointer(fields, found["to"], found["how"] == ">"))
            continue
        found = _COLUMN.fullmatch(token)
        assert found, f"{name}: {token}"
        marks = found["early"] + found["late"] + found["last"]
        columns.append(Column(found["name"], found["kind"] or "int", marks))
        if found["to"]:
            pointers.append(Pointer((found["name"],), found["to"], found["how"] == ">"))
    return Made(name, int(rows), truth, tuple(columns), tuple(pointers))


# --- values ------------------------------------------------------------------------------------

_FIRST = (
    "Anna Bert Chloé Dirk Élise Femke Gilles Hanne Ivo Julie Karel Léa Marc Nele Oscar Pauline "
    "Quinten Rosa Simon Tine Ugo Vera Wim Xavier Yves Zoé Arthur Bram Camille Daan"
).split()
_STARTS = "Peet Jans Dub Lamb Ma Mart Clae Pet Wout Sim Vande Verh De Le".split()
_ENDINGS = "ers sens ois ert es in ys it mans oot aert".split()
_THINGS = "Lamp Chair Table Cable Screw Bolt Paper Frame Engine Filter Valve Pipe".split()
Maker = Callable[[random.Random, int], Value]


def _last(chance: random.Random) -> str:
    return chance.choice(_STARTS) + chance.choice(_ENDINGS) + chance.choice(["", "", "ke", "el"])


def _moment(chance: random.Random) -> datetime:
    return datetime(2010, 1, 1) + timedelta(minutes=chance.randrange(8_700_000))  # noqa: DTZ001


MAKERS: dict[str, Maker] = {
    "int": lambda r, _n: r.randrange(1, 40),
    "num": lambda r, _n: round(r.random() * 900, 2),
    "txt": lambda r, _n: f"{r.choice(_THINGS)} {r.choice(_THINGS).lower()}",
    "label": lambda r, n: f"{r.choice(_THINGS)} {n}",
    "memo": lambda r, _n: f"said {MARK} of the {r.choice(_THINGS)}, " * 4,
    "code": lambda r, _n: f"{r.choice('ABCDEF')}{r.randrange(100, 999)}",
    "email": lambda r, n: f"{_last(r).lower()}.{n}@{MARK}.example",
    "tel": lambda r, _n: f"+32 47{r.randrange(10)} {r.randrange(10, 99)} {r.randrange(1000, 9999)}",
    "fn": lambda r, _n: r.choice(_FIRST),
    "ln": lambda r, _n: f"{_last(r)}{MARK}",
    "full": lambda r, _n: f"{r.choice(_FIRST)} {_last(r)}{MARK}",
    "login": lambda r, n: f"{_last(r).lower()}{MARK}{n}",
    "street": lambda r, _n: f"{_last(r)}{MARK}straat {r.randrange(200)}",
    "city": lambda r, _n: r.choice(["Gent", "Liège", "Brussel", "Namur", "Lille"]),
    "zip": lambda r, _n: str(r.randrange(1000, 9999)),
    "ip": lambda r, _n: f"192.0.2.{r.randrange(250)}",
    "ua": lambda r, _n: f"Mozilla/5.0 ({MARK}; rv:{r.randrange(90, 130)}.0)",
    "iban": lambda r, _n: f"BE{r.randrange(10, 99)}{r.randrange(10**11, 10**12)}",
    "niss": lambda r, _n: str(r.randrange(10**10, 10**11)),
    "birth": lambda r, _n: date(1940, 1, 1) + timedelta(days=r.randrange(24_000)),
    "day": lambda r, _n: min(_moment(r).date(), _TODAY),
    "ts": lambda r, _n: _moment(r),
    "bool": lambda r, _n: r.random() < 0.5,
    "uuid": lambda r, _n: uuid.UUID(int=r.getrandbits(128), version=4),
    "hash": lambda r, _n: f"{r.getrandbits(160):040x}",
    "json": lambda _r, n: f'{{"who": "{MARK}", "n": {n}}}',
}
TYPES = {
    "int": "bigint", "num": "numeric(12,2)", "birth": "date", "day": "date", "ts": "timestamp",
    "bool": "boolean", "uuid": "uuid", "json": "json", "code": "varchar(20)",
}  # fmt: skip


def _key_value(column: Column, chance: random.Random, number: int) -> Value:
    """A value of a key: it may not repeat."""
    if column.kind == "int":
        return number
    if column.kind == "code":
        return f"{10_000 + number}"
    if column.kind == "day":
        return _TODAY - timedelta(days=number)
    return MAKERS[column.kind](chance, number)


def rows_of(tables: dict[str, Made], seed: int = 1) -> Iterator[tuple[Made, list[list[Value]]]]:
    """Every table with its rows, what is pointed to before what points."""
    done: dict[str, list[dict[str, Value]]] = {}
    for table in _parents_first(tables):
        made = _rows(table, done, random.Random(f"{seed} {table.name}"))  # noqa: S311 (made-up data)
        done[table.name] = made
        yield table, [[row[c.name] for c in table.columns] for row in made]


def _parents_first(tables: dict[str, Made]) -> list[Made]:
    done: dict[str, Made] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        for pointer in tables[name].pointers:
            if pointer.to not in done and pointer.to not in (*path, name):
                visit(pointer.to, (*path, name))
        done[name] = tables[name]

    for name in tables:
        if name not in done:
            visit(name, ())
    return list(done.values())


def _rows(
    table: Made, done: dict[str, list[dict[str, Value]]], chance: random.Random
) -> list[dict[str, Value]]:
    found: dict[tuple[Value, ...], dict[str, Value]] = {}
    used: set[Value] = set()
    pointing = [_Pointing(p, table, done.get(p.to, [])) for p in _longest_first(table)]
    for number in range(1, table.rows + 1):
        row: dict[str, Value] = {}
        for column in table.columns:
            make = _key_value if "!" in column.marks else _plain
            row[column.name] = make(column, chance, number)
        fixed: dict[str, Value] = {}
        for each in pointing:
            fixed |= each.point(fixed, chance)
        row |= fixed
        unique = [row[c.name] for c in table.columns if "^" in c.marks]
        if used.isdisjoint(unique):
            used.update(unique)
            found.setdefault(tuple(row[c] for c in table.key), row)
    return list(found.values())


def _longest_first(table: Made) -> list[Pointer]:
    return sorted(table.pointers, key=lambda p: -len(p.fields))


def _plain(column: Column, chance: random.Random, number: int) -> Value:
    if "?" in column.marks and chance.random() < 0.3:
        return None
    return MAKERS[column.kind](chance, number)


class _Pointing:
    """Lets columns name rows that are there: rows that agree with what is settled already."""

    def __init__(self, pointer: Pointer, table: Made, parents: list[dict[str, Value]]) -> None:
        self.fields, self.parents = pointer.fields, parents
        self.names = _names(parents[0], pointer) if parents else ()
        marks = {c.name: c.marks for c in table.columns}
        self.may_be_empty = "?" in marks[pointer.fields[0]]
        self.agreeing: dict[tuple[Value, ...], list[dict[str, Value]]] = {}

    def point(self, fixed: dict[str, Value], chance: random.Random) -> dict[str, Value]:
        """Values for the columns, given those that other pointers have settled."""
        if not self.parents or (self.may_be_empty and chance.random() < 0.3):
            return {f: fixed.get(f) for f in self.fields}
        wanted = tuple(fixed.get(f) for f in self.fields)
        if wanted not in self.agreeing:
            self.agreeing[wanted] = [p for p in self.parents if self._agrees(p, wanted)]
        parent = chance.choice(self.agreeing[wanted] or self.parents)
        return dict(zip(self.fields, (parent[n] for n in self.names), strict=True))

    def _agrees(self, parent: dict[str, Value], wanted: tuple[Value, ...]) -> bool:
        pairs = zip(self.names, wanted, strict=True)
        return all(value is None or parent[name] == value for name, value in pairs)


def _names(parent: dict[str, Value], pointer: Pointer) -> tuple[str, ...]:
    """The columns pointed to: of the same names, or the first ones."""
    if all(f in parent for f in pointer.fields):
        return pointer.fields
    return tuple(list(parent)[: len(pointer.fields)])


# --- databases ---------------------------------------------------------------------------------


def _ddl(table: Made, engine: str) -> Iterator[str]:
    columns = [_column(c, engine) for c in table.columns]
    quoted = ", ".join(f'"{c}"' for c in table.key)
    if not (engine == "sqlite" and _is_numbered(table)):
        columns.append(f"PRIMARY KEY ({quoted})")
    yield f'CREATE TABLE "{table.name}" ({", ".join(columns)})'
    for column in table.columns:
        if "*" in column.marks:
            yield f'CREATE INDEX "{table.name}_{column.name}" ON "{table.name}" ("{column.name}")'


def _is_numbered(table: Made) -> bool:
    return len(table.key) == 1 and any("!" in c.marks and c.kind == "int" for c in table.columns)


def _column(column: Column, engine: str) -> str:
    kind = TYPES.get(column.kind, "text")
    if engine == "mariadb":
        kind = "text" if column.kind == "memo" else MARIADB.get(kind, kind)
    if engine == "sqlite" and "!" in column.marks and column.kind == "int":
        kind = "INTEGER"
    strict = "" if "?" in column.marks else " NOT NULL"
    return f'"{column.name}" {kind}{strict}{" UNIQUE" if "^" in column.marks else ""}'


def fill_sqlite(path: Path, tables: dict[str, Made]) -> None:
    """Make the schema with its rows as an SQLite file; no foreign key is made."""
    with sqlite3.connect(path) as file:
        for table, rows in rows_of(tables):
            for number, statement in enumerate(_ddl(table, "sqlite")):
                whole = number == 0 and _is_numbered(table)
                primary = f'"{table.key[0]}" INTEGER'
                text = (
                    statement.replace(primary, f"{primary} PRIMARY KEY", 1) if whole else statement
                )
                file.execute(text)
            marks = ", ".join("?" * len(table.columns))
            plain = [[_plain_for_sqlite(v) for v in row] for row in rows]
            file.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', plain)
    file.close()


def _plain_for_sqlite(content: Value) -> int | float | str | None:
    match content:
        case date() | uuid.UUID():
            return str(content)
        case _:
            return content


def fill_postgresql(url: str, tables: dict[str, Made]) -> None:
    """Make the schema with its rows and foreign keys, and let the engine look at them."""
    with psycopg.connect(url) as owner:
        for table, rows in rows_of(tables):
            for statement in _ddl(table, "postgresql"):
                owner.execute(statement.encode())
            with owner.cursor().copy(
                sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.name))
            ) as copy:
                for row in rows:
                    copy.write_row(row)
        for table in tables.values():
            for pointer in table.pointers:
                if pointer.is_enforced:
                    owner.execute(_enforced(table, pointer, tables[pointer.to]))
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("ANALYZE")


def _enforced(table: Made, pointer: Pointer, parent: Made) -> sql.Composed:
    keys = parent.key[: len(pointer.fields)]
    return sql.SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})").format(
        sql.Identifier(table.name),
        _listed(pointer.fields),
        sql.Identifier(parent.name),
        _listed(keys),
    )


MARIADB = {
    "bigint": "bigint", "numeric(12,2)": "decimal(12,2)", "timestamp": "datetime",
    "text": "varchar(190)", "uuid": "uuid",
}  # fmt: skip
"""Types of PostgreSQL as MariaDB calls them: an index there takes no text without a length."""


def fill_mariadb(url: str, tables: dict[str, Made]) -> None:
    """Make the schema with its rows and foreign keys, and let the engine look at them."""
    with closing(mariadb.connect_at(url)) as owner, owner.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        for table, rows in rows_of(tables):
            for statement in _ddl(table, "mariadb"):
                cursor.execute(statement)
            marks = ", ".join(["%s"] * len(table.columns))
            for at in range(0, len(rows), 500):
                cursor.executemany(
                    f'INSERT INTO "{table.name}" VALUES ({marks})',
                    [[_plain_for_mariadb(v) for v in r] for r in rows[at : at + 500]],
                )
        for table in tables.values():
            for pointer in table.pointers:
                if pointer.is_enforced:
                    text = _enforced(table, pointer, tables[pointer.to]).as_string()
                    cursor.execute(text)
        cursor.execute("ANALYZE TABLE " + ", ".join(f'"{name}"' for name in tables))


def _plain_for_mariadb(content: Value) -> Value:
    return str(content) if isinstance(content, uuid.UUID) else content


def _listed(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join([sql.Identifier(c) for c in columns])
