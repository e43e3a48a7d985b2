"""A connection to nothing: it renders as its engine's connector does, and writes down what it would
have run. Values stand in the text, because an owner's client binds none.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql.mysqldb import MySQLCompiler_mysqldb
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import CompileError

from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.base import Access, Capability, Refused, Window
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind
from avow.estate.connectors.mariadb import MariadbConnection
from avow.estate.connectors.mariadb_catalogue import Live
from avow.estate.connectors.mariadb_render import EXACT
from avow.estate.connectors.mariadb_values import column_type, kept, stored
from avow.estate.connectors.postgresql import PostgresqlConnection
from avow.estate.connectors.sql import (
    DAY,
    SUBJECT,
    WRITING,
    Entry,
    KeySet,
    SqlConnection,
    Statement,
)
from avow.estate.connectors.sqlite import SqliteConnection, SqliteGrammar
from avow.estate.connectors.sqlite_moments import form
from avow.estate.datamap.model import Blank, BlankKind, Identity, System
from avow.estate.datamap.predicates import Predicate

_OURS = re.compile(r"\bavow_(digits|uuid|year_start)\(")
"""Functions that avow brings to SQLite, and an owner's client does not have."""
_ANSWER = re.compile(r"-?\d{1,18}")
NONE = "none"
"""How a script spells null."""

Cells = tuple[str, ...]


@dataclass(slots=True)
class Questions:
    """What is asked, each question once, and what was answered: by the number of the question,
    rows of cells. `asked` has its width too. Without answers everything is asked, as if each count
    were 1."""

    asked: dict[str, tuple[int, int]] = field(default_factory=dict)
    answers: Mapping[int, Sequence[Cells]] | None = None

    def answer(self, text: str, width: int) -> list[tuple[Any, ...]]:
        """The rows of an answer, or a stand-in while questions are gathered.

        Raises:
            PlannerError: AV472, this was not asked, or not answered.
        """
        if self.answers is None:
            self.asked.setdefault(text, (len(self.asked), width))
            return [(1,)] if width == 1 else [(None, 1, 1)]
        number, _ = self.asked.get(text, (-1, 0))
        if number not in self.answers:
            raise PlannerError(
                "the result does not answer everything that has to be known",
                because="an answer is missing, or what is known of persons changed since",
                help="make the scripts again, and let the owner run them to their end",
                code="AV472",
            )
        return [tuple(map(_value, cells)) for cells in self.answers[number]]


def _value(cell: str) -> object:
    """A cell as the driver would have given it: a number, or the text of a moment."""
    if cell == NONE:
        return None
    return int(cell) if _ANSWER.fullmatch(cell) else cell


class Offline(SqlConnection):
    """The half that all engines share. `inline`: key sets stand in each statement, so that a script
    that only reads needs no table; else they are temporary tables of the script."""

    def __init__(self, system: System, catalogue: Catalogue, questions: Questions | None) -> None:
        SqlConnection.__init__(self, system, Access.WRITE)
        self.schema = catalogue
        self.questions = questions
        self.written: list[str] = []
        self.contents: dict[str, tuple[tuple[Column, ...], tuple[Entry, ...]]] = {}

    @property
    def inline(self) -> bool:
        """Whether key sets stand in each statement."""
        return self.questions is not None

    @property
    def capabilities(self) -> frozenset[Capability]:
        return WRITING - {Capability.GRANTS}

    def read_catalogue(self) -> Catalogue:
        return self.schema

    def literal(self, statement: Statement, dataset: str = "") -> str:
        """The statement with its values in it.

        Raises:
            Refused: `form`, the engine's own client cannot say this.
        """
        settings = {"literal_binds": True, "render_postcompile": True}
        try:
            made = statement.compile(dialect=self.shown_as, compile_kwargs=settings)
        except CompileError:
            raise Refused("form", dataset) from None
        text = str(made)
        if made.params or _OURS.search(text):
            raise Refused("form", dataset)
        return text

    def run(self, statement: Statement, dataset: str) -> int:
        self.written.append(self.literal(statement, dataset))
        return 0

    def select(self, statement: sa.Select[Any], dataset: str) -> list[tuple[Any, ...]]:
        if self.questions is None:
            raise Refused("rights", dataset)
        text = self.literal(statement, dataset)
        return self.questions.answer(self.with_keys(text), len(statement.selected_columns))

    def iterate(
        self, statement: sa.Select[Any], dataset: str, limit: int | None
    ) -> Iterator[tuple[object, ...]]:
        """No script reads rows."""
        del statement, limit
        raise Refused("rights", dataset)

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        """No script reads rows."""
        del columns, size
        raise Refused("rights", table)

    def close(self) -> None:
        """Nothing is open."""

    def with_keys(self, text: str) -> str:
        """The query with the key sets that it names before it."""
        named = [n for n in self.contents if re.search(rf"\b{n}\b", text)]
        parts = [self._relation_of(n) for n in named] if self.inline else []
        return f"WITH {', '.join(parts)} {text}" if parts else text

    def _relation_of(self, table: str) -> str:
        columns, entries = self.contents[table]
        names = ", ".join([SUBJECT, *(f"k{n}" for n, _ in enumerate(columns, 1)), DAY])
        rows = [self._row(columns, entry) for entry in entries]
        whole = " UNION ALL ".join(f"SELECT {row}" for row in rows)
        nothing = ", ".join(["0", *(self.cast(None, c) for c in columns), self.day(None)])
        return f"{table} ({names}) AS ({whole or f'SELECT {nothing} WHERE 1 = 0'})"

    def _row(self, columns: Sequence[Column], entry: Entry) -> str:
        subject, key, day = entry
        cells = (self.cast(v, c) for v, c in zip(key, columns, strict=True))
        return ", ".join([str(subject), *cells, self.day(day)])

    def quoted(self, content: object) -> str:
        """A value as a text in quotes; null without."""
        return "NULL" if content is None else "'{}'".format(str(content).replace("'", "''"))

    @abstractmethod
    def cast(self, content: object, column: Column) -> str:
        """A value of a key as one of its column."""

    def day(self, day: date | None) -> str:
        """A day of a key set."""
        return self.quoted(day)

    def make_set(self, columns: tuple[Column, ...], entries: Sequence[Entry]) -> KeySet:
        self._made += 1
        table = f"avow_k{self._made}"
        if not self.inline:
            self.written.append(self.create(table, columns))
        made = KeySet(columns, table)
        self.fill_set(made, entries)
        return made

    def fill_set(self, made: KeySet, entries: Sequence[Entry]) -> None:
        columns, table = made.columns, made.table or ""
        self.contents[table] = (columns, tuple(entries))
        if not self.inline:
            place = self.place(table)
            self.written += [f"INSERT INTO {place} SELECT {self._row(columns, e)}" for e in entries]

    def empty_set(self, made: KeySet) -> None:
        if not self.inline:
            self.written.append(f"DELETE FROM {self.place(made.table or '')}")  # noqa: S608

    def find(self, keys: str, dataset: str, identity: Identity, values: Mapping[int, str]) -> int:
        """Addresses of persons never enter a script."""
        del keys, identity, values
        raise PlannerError(
            f"what is known of some persons names them by address, and `{dataset}` has their rows",
            because="a script holds local keys only, and without a look at the system nobody can "
            "say which rows those persons have there",
            help="let avow read the system, or name the rows: `avow hold add --system … --key …`",
            code="AV479",
        )

    @abstractmethod
    def create(self, table: str, columns: Sequence[Column]) -> str:
        """The statement that makes a temporary key set."""

    def place(self, table: str) -> str:
        """A temporary table, as it is named in a statement."""
        return table

    def filled(self, made: KeySet, added: int) -> None:
        del made, added

    def forget_set(self, made: KeySet) -> None:
        self.empty_set(made)

    def relation(self, made: KeySet) -> sa.FromClause:
        names = [SUBJECT, *(f"k{n}" for n, _ in enumerate(made.columns, 1)), DAY]
        columns: list[sa.ColumnClause[Any]] = [sa.column(n) for n in names]
        schema = None if self.inline else self.key_schema
        table = made.table or ""
        return sa.table(table, *columns, schema=schema).alias(f"{table}_")


class PostgresqlOffline(Offline, PostgresqlConnection):
    """As PostgreSQL is spoken to."""

    def cast(self, content: object, column: Column) -> str:
        return f"CAST({self.quoted(content)} AS {column.native})"

    def day(self, day: date | None) -> str:
        return f"CAST({self.quoted(day)} AS date)"

    def place(self, table: str) -> str:
        return f"pg_temp.{table}"

    def create(self, table: str, columns: Sequence[Column]) -> str:
        keys = "".join(f"k{n} {c.native}, " for n, c in enumerate(columns, 1))
        return f"CREATE TEMPORARY TABLE {table} ({SUBJECT} bigint, {keys}{DAY} date)"


class SqliteOffline(Offline, SqliteConnection):
    """As SQLite is spoken to. Moments in SQLite stand in several forms: how a column counts is
    asked with the counts, and a script refuses columns that are not text of a form, or seconds."""

    def __init__(self, system: System, catalogue: Catalogue, questions: Questions | None) -> None:
        super().__init__(system, catalogue, questions)
        self.grammar = SqliteGrammar(self._per_second)
        self._units: dict[tuple[str, str], int] = {}
        self.moments: dict[tuple[str, str], str] = {}

    def _per_second(self, table: str, column: str) -> int:
        if (table, column) not in self.moments:
            self.moments[table, column] = text = self.literal(self._odd(table, column), table)
            if self.questions is not None:
                (found,) = self.questions.answer(text, 1)
                if self.questions.answers is not None and found[0]:
                    raise Refused("form", table, column)
        return 1

    def _odd(self, table: str, column: str) -> sa.Select[Any]:
        """How many values stand in no form, or in another than the rest."""
        rows = self.renderer().rows(table)
        how = form(rows.c[column])
        texts = how.in_(["day", "naive", "aware"])
        each = sa.select(sa.cast(texts, sa.Integer()).label("is_text"), how.label("form"))
        held = each.where(rows.c[column].is_not(None)).subquery("f")
        seconds = sa.func.total(sa.cast(held.c.form != "seconds", sa.Integer()))
        some = sa.func.total(held.c.is_text)
        odd = sa.case((some > 0, sa.func.count() - some), else_=seconds)
        return sa.select(sa.cast(odd, sa.Integer())).select_from(held)

    def cast(self, content: object, column: Column) -> str:
        kinds = {
            ColumnKind.INTEGER: "INTEGER", ColumnKind.BOOLEAN: "INTEGER",
            ColumnKind.NUMBER: "NUMERIC",
        }  # fmt: skip
        kind = kinds.get(column.kind)
        return f"CAST({self.quoted(content)} AS {kind})" if kind else self.quoted(content)

    def place(self, table: str) -> str:
        return f"temp.{table}"

    def create(self, table: str, columns: Sequence[Column]) -> str:
        keys = "".join(f"k{n}, " for n, _ in enumerate(columns, 1))
        return f"CREATE TEMP TABLE {table} ({SUBJECT}, {keys}{DAY})"


class _Literal(MySQLCompiler_mysqldb):
    """Where the library forgets, on both sides of `<=>`, that values are to stand in the text."""

    def visit_is_distinct_from_binary(self, binary: Any, operator: Any, **how: Any) -> str:  # noqa: ANN401 (the library's own)
        del operator
        return f"NOT ({self.process(binary.left, **how)} <=> {self.process(binary.right, **how)})"


class _Utc(sa.DateTime):
    """An instant as the session writes it: in UTC, and without saying so."""

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """The instant in quotes."""
        del dialect
        return lambda moment: f"'{stored(moment)}'"


class _MariadbDialect(MySQLDialect_pymysql):
    statement_compiler = _Literal
    colspecs = {**MySQLDialect_pymysql.colspecs, sa.DateTime: _Utc}  # noqa: RUF012 (the library's own)


class MariadbOffline(Offline, MariadbConnection):
    """As MariaDB is spoken to."""

    shown_as = _MariadbDialect(paramstyle="named")

    @property
    def _live(self) -> Live:
        return Live(self.schema, {})

    def quoted(self, content: object) -> str:
        text = super().quoted(content)
        return text if content is None else text.replace("\\", "\\\\")

    def cast(self, content: object, column: Column) -> str:
        if content is None or column.kind in {ColumnKind.INTEGER, ColumnKind.NUMBER}:
            is_plain = _ANSWER.fullmatch(str(content)) is not None
            return str(content) if is_plain else self.quoted(content)
        if column.kind in {ColumnKind.TEXT, ColumnKind.OTHER}:
            return f"CONVERT({self.quoted(content)} USING utf8mb4) COLLATE {EXACT}"
        return f"CAST({self.quoted(content)} AS {column.native})"

    def _removed_together(self, dataset: str, where: Predicate, window: Window | None) -> int:
        """Rows that may point to each other: their keys are held already."""
        null = {f: Blank(BlankKind.NULL) for f in self._self_pointers(dataset)}
        self.run(self._emptying(self.renderer(), dataset, where, null, window), dataset)
        return self.run(self._deleting(self.renderer(), dataset, where, window), dataset)

    def make_set(self, columns: tuple[Column, ...], entries: Sequence[Entry]) -> KeySet:
        return Offline.make_set(self, tuple(map(kept, columns)), entries)

    def create(self, table: str, columns: Sequence[Column]) -> str:
        named = [(f"k{n}", *column_type(c)) for n, c in enumerate(columns, 1)]
        keys = "".join(f"{n} {native}, " for n, native, _ in named)
        return (
            f"CREATE TEMPORARY TABLE {table} ({SUBJECT} BIGINT, {keys}{DAY} DATE) ENGINE = InnoDB"
        )


_ENGINES: Mapping[str, type[Offline]] = {
    "postgresql": PostgresqlOffline,
    "sqlite": SqliteOffline,
    "mariadb": MariadbOffline,
}


def offline(system: System, catalogue: Catalogue, questions: Questions | None = None) -> Offline:
    """A connection to nothing for a system: with `questions` one that asks and is answered, without
    one that writes changes down.

    Raises:
        PlannerError: AV479, scripts are written for SQL databases only.
    """
    if system.connector not in _ENGINES:
        raise PlannerError(
            f"no script can be written for `{system.name}`, which is of kind `{system.connector}`",
            because="a script is run by the client of an SQL database",
            help="let avow read it, or attest the promise with a document",
            code="AV479",
        )
    return _ENGINES[system.connector](system, replace(catalogue), questions)
