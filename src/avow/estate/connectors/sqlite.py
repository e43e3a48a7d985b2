"""SQLite files, by the standard library.

A read connection opens the file read-only. Key sets are temporary tables in memory in both cases:
they belong to the connection and never touch the file. A write connection holds the file's one
write lock for the length of a batch, and overwrites what it deletes.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from avow.estate.connectors import sqlite_inside
from avow.estate.connectors.address import address
from avow.estate.connectors.base import (
    LONGEST_VALUE,
    NO_SPACE,
    OTHER_ENCODING,
    TOO_LONG,
    Access,
    Capability,
    Oldest,
    Refused,
    Unreachable,
)
from avow.estate.connectors.catalogue import RECEIPTS, Catalogue, Column, ColumnKind, OnDelete
from avow.estate.connectors.render import (
    Condition,
    Elements,
    Expression,
    Grammar,
    KeyRelation,
    value,
)
from avow.estate.connectors.row_values import read_by
from avow.estate.connectors.sql import (
    DAY,
    SUBJECT,
    TEXTS,
    Entry,
    KeySet,
    SqlConnection,
    Statement,
    Written,
)
from avow.estate.connectors.sqlite_catalogue import read_catalogue
from avow.estate.connectors.sqlite_moments import form, oldest_day, seconds, unit, until, year_start
from avow.estate.connectors.sqlite_render import SqliteRenderer
from avow.estate.datamap.leaf_moments import Told
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import TRUE, Predicate, Until

_MOMENTS = frozenset({ColumnKind.DATE, ColumnKind.NAIVE, ColumnKind.INSTANT})
_READ = frozenset({*_MOMENTS, ColumnKind.UUID, ColumnKind.BOOLEAN})
_PLACE = re.compile(r"constraint failed: (.*)")
_NAME = re.compile(r"[\w.]+")
_LARGEST = 2**63
TOO_DEEP = "statement too deeply nested"
"""Said when this SQLite cannot read a question over so many tables; nothing was done."""
GONE = "the file is another one by now"
GROWN = 2
"""So many times larger than at its last look a key set must be to be looked at again."""
_STEPS = 10_000
"""Steps of SQLite's machine between two looks at the time."""


SETTINGS = ("foreign_keys = on", "secure_delete = on", "temp_store = memory")
WRITING = ("cache_size = -65536",)
"""Who writes keeps the pages of a batch in memory (64 MiB at most): pages that do not fit are
written to the file early, which keeps readers out and is paid for twice."""


@dataclass(frozen=True, slots=True)
class SqliteGrammar(Grammar):
    """What SQLite says in its own way. `per_second` looks at how a column stores moments."""

    per_second: Callable[[str, str], int]

    def read(self, column: Expression, of: Column) -> Expression:
        if of.kind in {ColumnKind.NAIVE, ColumnKind.INSTANT}:
            return sa.func.replace(column, "T", " ")
        return column

    def lower(self, text: Expression) -> Expression:
        return sa.func.lower(text)

    def digits(self, text: Expression) -> Expression:
        return sa.func.avow_digits(text)

    def leaf(self, base: Expression, column: Column) -> Expression:
        return sqlite_inside.leaf(base, column)

    def with_leaf(self, base: Expression, column: Column, text: Expression | None) -> Expression:
        return sqlite_inside.with_leaf(base, column, text)

    def moment(self, said: Expression, told: Told) -> Expression:
        return sqlite_inside.moment(said, told)

    def until_said(self, said: Expression, told: Told, leaf: Until) -> Condition:
        return until(sqlite_inside.moment(said, told), leaf, 1)

    def elements(self, base: Expression, column: Column) -> Elements:
        return sqlite_inside.elements(base, column)

    def with_elements(
        self, base: Expression, column: Column, elements: Elements, kept: Condition
    ) -> Expression:
        return sqlite_inside.with_elements(base, column, elements, kept)

    def until(self, expression: Expression, column: Column, leaf: Until, table: str) -> Condition:
        return until(expression, leaf, self.per_second(table, column.name))

    def year_start(self, expression: Expression, column: Column) -> Expression:
        del column
        return sa.func.avow_year_start(expression)

    def hashed(self, text: Expression) -> Expression:
        return sa.func.avow_uuid(text)


@dataclass(frozen=True, slots=True)
class SqliteConnector:
    """Opens connections to SQLite files. `busy` and `statement` are how long to wait for another
    writer, and for a statement, in seconds."""

    busy: float = 2.0
    statement: float = 60.0
    kind: str = "sqlite"

    def connect(self, system: System, access: Access) -> SqliteConnection:
        """Open a connection; Unreachable when there is no such file or it cannot be opened."""
        return SqliteConnection(system, access, self)


class SqliteConnection(SqlConnection):
    """A connection to an SQLite file."""

    runs_as = shown_as = SQLiteDialect_pysqlite(paramstyle="named")
    key_schema = "temp"

    def __init__(self, system: System, access: Access, limits: SqliteConnector) -> None:
        super().__init__(system, access)
        self._limits = limits
        self._units: dict[tuple[str, str], int] = {}
        self._added = Counter[str]()
        self._looked: dict[str, int] = {}
        self._as_of: tuple[int, Catalogue] | None = None
        self._until = float("inf")
        self.grammar = SqliteGrammar(self._per_second)
        self.raw = _open(system, access, limits)
        self._path = address(system).removeprefix("sqlite:///")
        self._file = _identity(self._path)
        self.raw.set_progress_handler(self._too_late, _STEPS)

    @property
    def capabilities(self) -> frozenset[Capability]:
        own = super().capabilities - {Capability.GRANTS}
        return own | {Capability.RECEIPTS} if self._receipts else own

    @cached_property
    def _receipts(self) -> bool:
        return self._access is Access.WRITE and RECEIPTS in self.catalogue().tables

    def _renderer(self, keys: Callable[[str], KeyRelation], for_whom: int) -> SqliteRenderer:
        declared = {n: d.key for n, d in self._system.datasets.items()}
        writer, memo = self._writers[for_whom], self._memos[for_whom]
        return SqliteRenderer(self.grammar, self.catalogue(), keys, declared, writer, memo)

    def _too_late(self) -> bool:
        return time.monotonic() > self._until

    def _per_second(self, table: str, column: str) -> int:
        """How the column counts, after one look at every value; Refused (`form`) when its values
        have no one form that can be compared with a day."""
        if (table, column) not in self._units:
            render = self.renderer()
            rows = render.rows(table)
            stored = rows.c[column]
            found = sa.select(form(stored)).where(stored.is_not(None)).distinct()
            known = unit(frozenset(f for (f,) in self.select(found, table)))
            if known is None:
                raise Refused("form", table, column)
            self._units[table, column] = known
        return self._units[table, column]

    def read_catalogue(self) -> Catalogue:
        with self._guarded(""):
            return read_catalogue(self.raw)

    def close(self) -> None:
        self._sets.clear()
        self.raw.close()

    # --- running -------------------------------------------------------------------------

    @contextmanager
    def _guarded(self, dataset: str) -> Iterator[None]:
        """Limit the time, and turn errors into `Refused`, which tells the place and no value."""
        self._until = time.monotonic() + self._limits.statement
        try:
            yield
        except sqlite3.Error as error:
            raise refusal(error, dataset) from None
        finally:
            self._until = float("inf")

    def _execute(self, statement: Statement) -> sqlite3.Cursor:
        def written() -> Written:
            settings = {"render_postcompile": True}
            made = statement.compile(dialect=self.runs_as, compile_kwargs=settings)
            return str(made), {k: stored(v) for k, v in made.params.items()}

        return self.raw.execute(*self._text(statement, written))

    def run(self, statement: Statement, dataset: str) -> int:
        with self._guarded(dataset):
            changed = self._execute(statement).rowcount
        if isinstance(statement, sa.Delete) and isinstance(statement.table, sa.TableClause):
            self._added[str(statement.table.name)] -= changed
        return changed

    def select(self, statement: sa.Select[Any], dataset: str) -> list[tuple[Any, ...]]:
        with self._guarded(dataset):
            return self._execute(statement).fetchall()

    def iterate(
        self, statement: sa.Select[Any], dataset: str, limit: int | None
    ) -> Iterator[tuple[object, ...]]:
        del limit
        table = self.renderer().table(dataset)
        named = [
            table.column(c.name) if isinstance(c, sa.ColumnClause) else None
            for c in statement.inner_columns
        ]
        keyed = frozenset(self.renderer().key(dataset))
        readers = {
            place: partial(_python, column=c, keyed=keyed)
            for place, c in enumerate(named)
            if c is not None and c.kind in _READ
        }
        with self._guarded(dataset):
            cursor = self._execute(statement)
        with closing(cursor):  # an open one holds a lock on the file, also of a closed connection
            while block := self._block(cursor, dataset):
                yield from read_by(block, readers)

    def _block(self, cursor: sqlite3.Cursor, dataset: str) -> list[tuple[Any, ...]]:
        with self._guarded(dataset):
            return cursor.fetchmany(1000)

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        render = self.renderer()
        rows = render.rows(table)
        found = sa.select(*(render.of(table, c, rows) for c in columns)).select_from(rows)
        if self._in_batch:
            yield from self._blocks(found, table, size)
            return
        # A reading of its own: the batches of this connection do not show in it.
        aside = SqliteConnection(self._system, Access.READ, self._limits)
        try:
            yield from aside._blocks(found, table, size)
        finally:
            aside.close()

    def _blocks(
        self, found: sa.Select[Any], table: str, size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        with self._guarded(table):
            cursor = self._execute(found)
        with closing(cursor):
            while True:
                with self._guarded(table):
                    block = cursor.fetchmany(size)
                if not block:
                    return
                yield block

    def oldest(
        self, dataset: str, field: str, column_zone: str | None, zone: str, where: Predicate
    ) -> Oldest:
        render = self.renderer()
        rows = render.rows(dataset)
        if render.column(dataset, field).inside is None:
            self._per_second(dataset, field)
        stored_ = render.of(dataset, field, rows)
        where_ = render.where(dataset, where, rows)
        how = sa.case((stored_.is_(None), None), else_=form(stored_)).label("form")
        number = sa.case((sa.func.typeof(stored_) == "integer", stored_), else_=seconds(stored_))
        found = sa.select(how, sa.func.min(number), sa.func.count()).where(where_).group_by(how)
        by_form = {f: (least, n) for f, least, n in self.select(found, dataset)}
        empty = by_form.pop(None, (0, 0))[1]
        return Oldest(
            oldest_day(by_form, zone, column_zone), sum(n for _, n in by_form.values()), empty
        )

    # --- key sets ------------------------------------------------------------------------

    def make_set(self, columns: tuple[Column, ...], entries: Sequence[Entry]) -> KeySet:
        self._made += 1
        made = KeySet(columns, f"avow_k{self._made}")
        typed = "".join(f"k{n} {_affinity(c)}, " for n, c in enumerate(columns, 1))
        with self._guarded(""):
            self.raw.execute(
                f"CREATE TEMP TABLE {made.table} ({SUBJECT} INTEGER, {typed}{DAY} TEXT)"
            )
            names = ", ".join(f"k{n}" for n, _ in enumerate(columns, 1))
            self.raw.execute(
                f"CREATE INDEX temp.{made.table}_k ON {made.table} ({names}, {SUBJECT})"
            )
        self.fill_set(made, entries)
        return made

    def fill_set(self, made: KeySet, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        marks = ", ".join("?" * (len(made.columns) + 2))
        with self._guarded(""):
            self.raw.executemany(
                f"INSERT INTO temp.{made.table} VALUES ({marks})",  # noqa: S608 (our own name)
                [tuple(map(stored, (subject, *key, day))) for subject, key, day in entries],
            )
        self.filled(made, len(entries))

    def filled(self, made: KeySet, added: int) -> None:
        """Let SQLite look at a key set that was never as large: of a table that it never saw it
        believes that it is large, and reads a linked one whole to go from there to the keys. Each
        look makes it plan all statements anew."""
        table = made.table or ""
        if added > GROWN * self._looked.get(table, 0):
            with self._guarded(""):
                self.raw.execute(f"ANALYZE temp.{table}")
            self._looked[table] = added

    def forget_set(self, made: KeySet) -> None:
        with self._guarded(""):
            self.raw.execute(f"DROP TABLE temp.{made.table}")

    def relation(self, made: KeySet) -> sa.FromClause:
        self._made += 1
        names = [SUBJECT, *(f"k{n}" for n, _ in enumerate(made.columns, 1)), DAY]
        columns: list[sa.ColumnClause[Any]] = [sa.column(n) for n in names]
        table = sa.table(made.table or "", *columns, schema=self.key_schema)
        return table.alias(f"k{self._made}")

    # --- bringing back -------------------------------------------------------------------

    def exact(self, expression: Expression) -> Expression:
        return expression

    def given_back(self, content: object, column: Column) -> Expression:
        del column
        return value(content)

    def inserting(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        render = self.renderer()
        place = {render.column(dataset, c).name: f"?{n}" for n, c in enumerate(columns, 1)}
        same = " AND ".join(
            f"{_quoted(c.name)} IS {place[c.name]}" for c in render.key_columns(dataset)
        )
        table, names = _quoted(dataset), ", ".join(map(_quoted, columns))
        into = (
            f"INSERT INTO {table} ({names}) SELECT {', '.join(place.values())} "  # noqa: S608 (quoted names)
            f"WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {same})"
        )
        with self._guarded(dataset):
            self.raw.execute("PRAGMA defer_foreign_keys = on")
            added = self.raw.executemany(into, rows).rowcount
        self._added[dataset] += added
        return added

    # --- transactions --------------------------------------------------------------------

    def begin(self) -> None:
        self._still_there()
        with self._guarded(""):
            self.raw.execute("BEGIN IMMEDIATE")

    def end(self, *, keep: bool) -> None:
        if keep:
            self._still_there()
        else:
            self._looked.clear()  # what was seen of them is undone too
        with self._guarded(""):
            if keep:
                self.raw.execute("COMMIT")
            elif self.raw.in_transaction:
                self.raw.execute("ROLLBACK")

    def _still_there(self) -> None:
        """Refuse to go on in a file that was removed or replaced: nobody would see the batch."""
        if _identity(self._path) != self._file:
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
            raise Refused("lost", "", GONE)

    def tally(self, tables: Sequence[str]) -> dict[str, int]:
        """See `Tallies` of the check. Others may have changed the schema since it was read; inside
        a batch nobody can."""
        with self._guarded(""):
            (version,) = self.raw.execute("PRAGMA schema_version").fetchone()
        if self._as_of is None or self._as_of[0] != version:
            self._as_of = version, self.read_catalogue()
        changed = changeable(self._as_of[1], tables)
        known = ((n, by_us) for n, by_us in changed if n in self.catalogue().tables)
        return {n: self._added[n] if by_us else self.count(n, TRUE) for n, by_us in known}

    def leave_receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        if not self._receipts:
            raise Refused("rights", RECEIPTS)
        with self._guarded(RECEIPTS):
            self.raw.execute(
                "INSERT INTO avow_receipts (plan, step, batch, rows) VALUES (?, ?, ?, ?)",
                (plan, step, batch, rows),
            )

    def effects(self, tables: Sequence[str]) -> list[str]:
        """Samples of values that the planner keeps, and the write-ahead log."""
        said = []
        with self._guarded(""):
            samples = self.raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat4'")
            if samples.fetchone():
                for table in tables:
                    self.raw.execute('ANALYZE "{}"'.format(table.replace('"', '""')))
                    said.append(f"refreshed: statistics of {table}")
            busy, log, _ = self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if log != -1:
                said.append("not done: the log is in use" if busy else "refreshed: the log")
        return said


def changeable(live: Catalogue, tables: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Tables of which rows may come or go in a batch on `tables`, and whether only our own
    statements can do that: then SQLite itself says how many went. Where a trigger may fire, also by
    a foreign key that empties or deletes, these are all tables."""
    reached = dict.fromkeys(n for table in tables for n in live.changed_with(table))
    if any(live.tables[n].triggers for n in reached if n in live.tables):
        writable = (t.name for t in live.tables.values() if t.writable)
        yield from ((n, False) for n in dict.fromkeys([*writable, *reached]))
        return
    keys = (k for k in live.foreign_keys if k.on_delete is OnDelete.CASCADE)
    by_itself = {k.child for k in keys if k.parent in reached}
    yield from ((n, n not in by_itself) for n in reached)


def _identity(path: str) -> tuple[int, int] | None:
    """What tells that a file is still the one that was opened."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open(system: System, access: Access, limits: SqliteConnector) -> sqlite3.Connection:
    path = address(system).removeprefix("sqlite:///")
    mode = "ro" if access is Access.READ else "rw"
    try:
        raw = sqlite3.connect(
            f"file:{quote(path)}?mode={mode}", uri=True, timeout=limits.busy, isolation_level=None,
            cached_statements=TEXTS,
        )  # fmt: skip
        for setting in SETTINGS + WRITING * (access is Access.WRITE):
            raw.execute(f"PRAGMA {setting}")
        raw.execute("SELECT count(*) FROM sqlite_master")
        if access is Access.READ:  # who writes may have to write such a row again
            raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    except sqlite3.Error as error:
        raise Unreachable(f"`{system.name}` cannot be opened ({error.sqlite_errorname})") from None
    functions: Mapping[str, Callable[[Any], Any]] = {
        "avow_digits": _digits, "avow_uuid": _uuid, "avow_year_start": year_start,
    }  # fmt: skip
    for name, function in functions.items():
        raw.create_function(name, 1, function, deterministic=True)
    for name, (takes, inside) in sqlite_inside.FUNCTIONS.items():
        raw.create_function(name, takes, inside, deterministic=True)
    return raw


def _digits(text: object) -> object:
    return "".join(c for c in text if c in "0123456789") if isinstance(text, str) else text


def _uuid(text: str) -> str:
    return str(UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()))


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _affinity(column: Column) -> str:
    """A type with the affinity of the column's own, so that keys compare as they do there."""
    match column.kind:
        case ColumnKind.INTEGER | ColumnKind.BOOLEAN:
            return "INTEGER"
        case ColumnKind.NUMBER:
            return "NUMERIC"
        case ColumnKind.BYTES | ColumnKind.OTHER:
            return ""
    return "TEXT"


def stored(content: object) -> Any:  # noqa: ANN401 (what the driver takes)
    """A Python value as SQLite stores it."""
    match content:
        case bool():
            return int(content)
        case datetime():
            return content.isoformat(sep=" ")
        case date():
            return content.isoformat()
        case UUID():
            return str(content)
        case Decimal():
            whole = content == int(content) and abs(content) < _LARGEST
            return int(content) if whole else float(content)
    return content


def _python(content: object, column: Column, keyed: frozenset[str]) -> object:
    """A stored value as a Python value of the column's kind, where it surely is one. Keys stay as
    they stand when they could not be written back the same."""
    if column.kind is ColumnKind.BOOLEAN:
        return bool(content) if content in {0, 1} else content
    if not isinstance(content, str):
        return content
    try:
        made = _read(content, column.kind)
    except ValueError:
        return content
    return content if column.name in keyed and stored(made) != content else made


def _read(content: str, kind: ColumnKind) -> object:
    if kind is ColumnKind.UUID:
        return UUID(content)
    if len(content) == len("2026-01-01"):
        return date.fromisoformat(content)
    return datetime.fromisoformat(content)


def refusal(error: sqlite3.Error, dataset: str) -> Refused:
    """Our words for SQLite's result code; its message names columns, and may quote a check."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_CONSTRAINT"):
        return _constraint(error, dataset, name)
    if name == "SQLITE_FULL":
        return Refused("lost", dataset, NO_SPACE)
    if name == "SQLITE_TOOBIG":
        return Refused("form", dataset, TOO_LONG)
    if not name and "decode to UTF-8" in str(error):  # said by the driver, with the whole value
        return Refused("form", dataset, OTHER_ENCODING)
    if str(error) == sqlite_inside.RAISED:
        return Refused("form", dataset)
    if str(error) == "parser stack overflow":  # a hundred nested words, before SQLite 3.46
        return Refused("other", dataset, TOO_DEEP)
    kinds = {
        "SQLITE_BUSY": "lock", "SQLITE_LOCKED": "lock", "SQLITE_READONLY": "rights",
        "SQLITE_PERM": "rights", "SQLITE_AUTH": "rights", "SQLITE_INTERRUPT": "time",
        "SQLITE_IOERR": "lost", "SQLITE_CORRUPT": "lost",
        "SQLITE_ERROR": "schema",
    }  # fmt: skip
    kind = next((kind for code, kind in kinds.items() if name.startswith(code)), "other")
    return Refused(kind, dataset, name if kind == "other" else "")


def _constraint(error: sqlite3.Error, dataset: str, name: str) -> Refused:
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return Refused("constraint", dataset, "foreign key")
    found = _PLACE.search(str(error))
    place = found[1].partition(", ")[0] if found else ""
    if name == "SQLITE_CONSTRAINT_CHECK":  # without a name, SQLite quotes the whole expression
        return Refused("constraint", dataset, place if _NAME.fullmatch(place) else "check")
    table, _, column = place.rpartition(".")
    return Refused("constraint", table or dataset, column)
