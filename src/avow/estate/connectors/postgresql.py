"""PostgreSQL 14 and newer, by psycopg 3.

A read connection writes nothing at all: every transaction is read-only, key sets are bound as
arrays, and it works on a hot standby. A write connection keeps key sets in temporary tables. Row
security is off: a policy that would hide rows is an error and never a smaller count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from avow.estate.connectors import postgresql_inside
from avow.estate.connectors.address import address
from avow.estate.connectors.base import (
    NO_SPACE,
    OTHER_ENCODING,
    TOO_LONG,
    Access,
    Capability,
    Partition,
    Refused,
    Unreachable,
)
from avow.estate.connectors.catalogue import RECEIPTS, Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.lengths import too_long
from avow.estate.connectors.postgresql_aside import SeesAside
from avow.estate.connectors.postgresql_catalogue import read_catalogue
from avow.estate.connectors.postgresql_effects import refresh
from avow.estate.connectors.postgresql_large import LargeTables
from avow.estate.connectors.postgresql_partitions import (
    Candidate,
    candidates,
    drop,
    is_over,
    keep_out,
    rows_in,
)
from avow.estate.connectors.postgresql_together import AsksTogether
from avow.estate.connectors.postgresql_types import LENIENT, Native
from avow.estate.connectors.render import Condition, Elements, Expression, Grammar, name, value
from avow.estate.connectors.sql import (
    DAY,
    SUBJECT,
    TEXTS,
    Entry,
    KeySet,
    Statement,
    Written,
)
from avow.estate.datamap.leaf_moments import Told
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import Predicate, Until

_SMALL = 1000
PREPARED = 3
"""A statement that was asked so often is prepared by the server."""
GROWN = 2
"""So many times larger than at its last look a key set must be to be looked at again."""

_CHANGES = """
SELECT n.nspname || '.' || r.relname, sum(did.i), sum(did.u), sum(did.d)
FROM pg_class AS c
CROSS JOIN LATERAL (SELECT pg_stat_get_xact_tuples_inserted(c.oid) AS i,
    pg_stat_get_xact_tuples_updated(c.oid) AS u, pg_stat_get_xact_tuples_deleted(c.oid) AS d
    OFFSET 0) AS did
JOIN pg_class AS r ON r.oid = coalesce(pg_partition_root(c.oid)::oid, c.oid)
JOIN pg_namespace AS n ON n.oid = r.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
  AND did.i + did.u + did.d > 0  -- the server's own tables have smaller numbers
GROUP BY 1
"""

_STATISTICS = """
SELECT schemaname || '.' || tablename, attname,
       concat_ws(' ', most_common_vals::text, histogram_bounds::text, most_common_elems::text)
FROM pg_stats
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname NOT LIKE 'pg\\_t%'
"""


class _Only(sa.TableClause):
    """A table without the rows of those that inherit from it: they are datasets of their own."""

    inherit_cache = True


@compiles(_Only)
def _only(table: _Only, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 (the library's own options)
    shown: str = compiler.visit_table(table, **how)  # type: ignore[no-untyped-call]
    return f"ONLY {shown}" if how.get("asfrom") else shown


class PostgresqlGrammar(Grammar):
    """What PostgreSQL says in its own way."""

    def relation(self, table: Table) -> sa.TableClause:
        schema, _, bare = table.name.partition(".")
        columns: list[sa.ColumnClause[Any]] = [sa.column(name(c.name)) for c in table.columns]
        kind = _Only if table.has_heirs else sa.TableClause
        return kind(name(bare), *columns, schema=name(schema))

    def lower(self, text: Expression) -> Expression:
        # In the collation of bytes only A to Z have a lower case; `translate` is four times slower.
        return sa.func.lower(sa.collate(text, "C"))

    def digits(self, text: Expression) -> Expression:
        return sa.func.regexp_replace(text, "[^0-9]", "", "g")

    def leaf(self, base: Expression, column: Column) -> Expression:
        return postgresql_inside.leaf(base, column)

    def with_leaf(self, base: Expression, column: Column, text: Expression | None) -> Expression:
        return postgresql_inside.with_leaf(base, column, text)

    def moment(self, said: Expression, told: Told) -> Expression:
        return postgresql_inside.moment(said, told)

    def until_said(self, said: Expression, told: Told, leaf: Until) -> Condition:
        return postgresql_inside.until_said(postgresql_inside.moment(said, told), leaf)

    def elements(self, base: Expression, column: Column) -> Elements:
        return postgresql_inside.elements(base, column)

    def with_elements(
        self, base: Expression, column: Column, elements: Elements, kept: Condition
    ) -> Expression:
        return postgresql_inside.with_elements(base, column, elements, kept)

    def given(self, content: object, column: Column) -> Expression:
        if column.kind in {ColumnKind.OTHER, ColumnKind.JSON}:
            return sa.cast(value(content), Native(column.native))
        return value(content)

    def said(self, text: object, column: Column) -> Expression:
        return sa.cast(sa.bindparam(None, text, type_=sa.types.NullType()), Native(column.native))

    def year_start(self, expression: Expression, column: Column) -> Expression:
        if column.kind is ColumnKind.INSTANT:
            return sa.func.date_trunc("year", expression, "UTC")
        if column.kind is ColumnKind.NAIVE:
            return sa.func.date_trunc("year", expression)
        midnight = sa.cast(expression, sa.DateTime())  # else the session's zone would be asked
        return sa.cast(sa.func.date_trunc("year", midnight), sa.Date())

    def hashed(self, text: Expression) -> Expression:
        return sa.cast(sa.func.md5(text), sa.Uuid())

    def coarse(self, expression: Expression, column: Column, table: str) -> Expression:
        """An address keeps its network: /24 of IPv4, /48 of IPv6."""
        if column.native not in {"inet", "cidr"}:
            return super().coarse(expression, column, table)
        bits = sa.case((sa.func.family(expression) == value(4), 24), else_=48)
        network = sa.cast(
            sa.func.set_masklen(sa.cast(expression, Native("inet")), bits), Native("cidr")
        )
        return sa.cast(network, Native(column.native))


_SAID = {"22021": OTHER_ENCODING, "22P05": OTHER_ENCODING, "53100": NO_SPACE}
"""What some codes mean, where the server names no place."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Milliseconds that a connection waits: for a statement, a lock, idle in a transaction; seconds
    to connect. `row_security` is on only where we look through somebody else's eyes."""

    statement: int = 60_000
    lock: int = 2_000
    idle: int = 60_000
    connect: int = 10
    row_security: str = "off"


@dataclass(frozen=True, slots=True)
class PostgresqlConnector:
    """Opens connections to PostgreSQL databases."""

    limits: Limits = field(default_factory=Limits)
    kind: str = "postgresql"

    def connect(self, system: System, access: Access) -> PostgresqlConnection:
        """Open a connection; Unreachable when the database does not answer or refuses us."""
        return PostgresqlConnection(system, access, self.limits)


class PostgresqlConnection(AsksTogether, LargeTables, SeesAside):
    """A connection to a PostgreSQL database."""

    grammar = PostgresqlGrammar()
    shown_as = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    key_schema = "pg_temp"
    runs_as = PGDialect_psycopg()  # type: ignore[no-untyped-call]

    def __init__(self, system: System, access: Access, limits: Limits) -> None:
        super().__init__(system, access)
        self._limits = limits
        self.raw = _open(system, access, limits)
        self._cursors = 0
        self._looked: dict[str, int] = {}
        self._dropped: Counter[str] = Counter()

    @property
    def capabilities(self) -> frozenset[Capability]:
        more = {Capability.POLICY, *([Capability.RECEIPTS] if self._receipts else [])}
        return super().capabilities | more

    @cached_property
    def _receipts(self) -> str | None:
        """The receipts' table, when it exists and we may write into it."""
        if self._access is not Access.WRITE:
            return None
        found = self.raw.execute(
            "SELECT to_regclass(%s)::text WHERE has_table_privilege(to_regclass(%s), 'INSERT')",
            [RECEIPTS, RECEIPTS],
        ).fetchone()
        return str(found[0]) if found and found[0] else None

    def read_catalogue(self) -> Catalogue:
        with refusals(""):
            return read_catalogue(self.raw)

    def close(self) -> None:
        self._sets.clear()
        self.raw.close()

    # --- running -------------------------------------------------------------------------

    def _compiled(self, statement: Statement) -> Written:
        def written() -> Written:
            settings = {"render_postcompile": True}
            made = statement.compile(dialect=self.runs_as, compile_kwargs=settings)
            return str(made).encode(), dict(made.params)

        return self._text(statement, written)

    def run(self, statement: Statement, dataset: str) -> int:
        text, values = self._compiled(statement)
        with refusals(dataset):
            return self.raw.execute(text, values).rowcount

    def select(self, statement: sa.Select[Any], dataset: str) -> list[tuple[Any, ...]]:
        text, values = self._compiled(statement)
        with refusals(dataset):
            return self.raw.execute(text, values).fetchall()

    def answered(self, statements: Sequence[Written]) -> list[list[tuple[Any, ...]]]:
        with refusals(""), self.raw.pipeline():
            asked = [self.raw.execute(text, values) for text, values in statements]
        return [each.fetchall() for each in asked]

    def iterate(
        self, statement: sa.Select[Any], dataset: str, limit: int | None
    ) -> Iterator[tuple[object, ...]]:
        if limit is not None and limit <= _SMALL:
            yield from self.select(statement, dataset)
            return
        text, values = self._compiled(statement)
        with refusals(dataset), self._cursor() as cursor:
            cursor.itersize = _SMALL
            yield from cursor.execute(text, values)

    def _cursor(self) -> psycopg.ServerCursor[Any]:
        """A cursor on the server. Outside a batch it outlives its own transaction, so that the
        connection is free for other statements meanwhile."""
        self._cursors += 1
        return self.raw.cursor(f"avow_{self._cursors}", withhold=not self._in_batch)

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        render = self.renderer()
        rows = render.rows(table)
        live = [render.column(table, c) for c in columns]
        text, values = self._compiled(
            sa.select(*(render.of(table, c, rows) for c in columns)).select_from(rows)
        )
        with refusals(table), self._snapshot() as cursor:
            if cursor.connection.execute(*self._compiled(too_long(rows, live))).fetchone():
                raise Refused("form", table, TOO_LONG)
            cursor.execute(text, values)
            while block := cursor.fetchmany(size):
                yield block

    @contextmanager
    def _snapshot(self) -> Iterator[psycopg.ServerCursor[Any]]:
        """A cursor over one snapshot: inside a batch its own, else on a connection of its own, so
        that a long reading never holds a batch's transaction open."""
        if self._in_batch:
            with self._cursor() as cursor:
                yield cursor
            return
        aside = _open(self._system, Access.READ, self._limits)
        try:
            aside.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with aside.transaction(), aside.cursor("avow_stream") as cursor:
                yield cursor
        finally:
            aside.close()

    # --- key sets ------------------------------------------------------------------------

    def make_set(self, columns: tuple[Column, ...], entries: Sequence[Entry]) -> KeySet:
        if self._access is Access.READ:
            return KeySet(columns, None, tuple(entries))
        self._made += 1
        made = KeySet(columns, f"avow_k{self._made}")
        table = sql.Identifier("pg_temp", made.table or "")
        names = [f"k{n}" for n, _ in enumerate(columns, 1)]
        # The native type's name comes from the database itself, already quoted where it must be.
        typed = [
            sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(cast("Any", c.native)))
            for n, c in zip(names, columns, strict=True)
        ]
        parts = sql.SQL(", ").join(typed)
        with refusals(""):
            self.raw.execute(
                sql.SQL("CREATE TABLE {} (subject bigint NOT NULL, {}, day date)").format(
                    table, parts
                )
            )
            self.raw.execute(
                sql.SQL("CREATE INDEX ON {} ({})").format(
                    table,
                    sql.SQL(", ").join([*map(sql.Identifier, names), sql.Identifier(SUBJECT)]),
                )
            )
        self.fill_set(made, entries)
        return made

    def fill_set(self, made: KeySet, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        names = [SUBJECT, *(f"k{n}" for n, _ in enumerate(made.columns, 1)), DAY]
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier("pg_temp", made.table or ""),
            sql.SQL(", ").join(map(sql.Identifier, names)),
        )
        with refusals(""), self.raw.cursor() as cursor, cursor.copy(into) as copy:
            for subject, key, day in entries:
                copy.write_row((subject, *key, day))
        self._look(made, len(entries))

    def filled(self, made: KeySet, added: int) -> None:
        self._look(made, added)

    def _look(self, made: KeySet, rows: int) -> None:
        """Let the server look at a key set, where it was never as large: each look makes it plan
        all statements anew that name it, and one for 200 persons is right for 100 of them."""
        table = made.table or ""
        if rows <= GROWN * self._looked.get(table, 0):
            return
        with refusals(""):
            self.raw.execute(sql.SQL("ANALYZE {}").format(sql.Identifier("pg_temp", table)))
        self._looked[table] = rows

    def forget_set(self, made: KeySet) -> None:
        if made.table is not None:
            with refusals(""):
                self.raw.execute(
                    sql.SQL("DROP TABLE {}").format(sql.Identifier("pg_temp", made.table))
                )

    def relation(self, made: KeySet) -> sa.FromClause:
        self._made += 1
        names = [SUBJECT, *(f"k{n}" for n, _ in enumerate(made.columns, 1)), DAY]
        alias = f"k{self._made}"
        if made.table is not None:
            columns: list[sa.ColumnClause[Any]] = [sa.column(n) for n in names]
            return sa.table(made.table, *columns, schema=self.key_schema).alias(alias)
        natives = ["bigint", *(c.native for c in made.columns), "date"]
        entries = [(subject, *key, day) for subject, key, day in made.held]
        content = list(zip(*entries, strict=True)) or [()] * len(natives)
        arrays = [
            sa.cast(sa.bindparam(None, list(values), type_=sa.types.NullType()), Native(f"{n}[]"))
            for values, n in zip(content, natives, strict=True)
        ]
        return sa.func.unnest(*arrays).table_valued(*names).render_derived(name=alias)

    # --- partitions ----------------------------------------------------------------------

    def partitions(self, dataset: str, where: Predicate) -> tuple[Partition, ...]:
        if not self.catalogue().tables[dataset].is_partitioned:
            return ()
        with refusals(dataset):
            over = [c for c in candidates(self.raw, dataset) if is_over(self, dataset, c, where)]
        looked = [(c, *rows_in(self, dataset, c, where)) for c in over]
        return tuple(Partition(c.name, rows, c.how) for c, rows, due in looked if rows == due > 0)

    def look_at_partition(
        self, dataset: str, partition: Partition, where: Predicate
    ) -> tuple[int, int]:
        found = self._candidate(dataset, partition)
        if not is_over(self, dataset, found, where):
            raise Refused("schema", dataset)
        with refusals(dataset):
            keep_out(self.raw, found)
        return rows_in(self, dataset, found, where)

    def drop_partition(self, dataset: str, partition: Partition, rows: int) -> None:
        with refusals(dataset):
            drop(self.raw, self._candidate(dataset, partition))
        self._dropped[dataset] += rows

    def _candidate(self, dataset: str, partition: Partition) -> Candidate:
        with refusals(dataset):
            found = {c.name: c for c in candidates(self.raw, dataset)}
        if partition.name not in found:
            raise Refused("schema", dataset)
        return found[partition.name]

    # --- bringing back -------------------------------------------------------------------

    def exact(self, expression: Expression) -> Expression:
        return sa.cast(expression, sa.Text())

    def given_back(self, content: object, column: Column) -> Expression:
        text = sa.bindparam(None, content, type_=sa.Text(), unique=True)
        return sa.cast(text, Native(column.native))

    def document(self, expression: Expression, column: Column) -> Expression:
        is_array = column.kind is ColumnKind.OTHER
        return self.exact(sa.func.to_jsonb(expression) if is_array else expression)

    def from_document(self, text: str, column: Column) -> Expression:
        if column.kind is not ColumnKind.OTHER:
            return self.given_back(text, column)
        held = sa.cast(value(text), postgresql.JSONB())
        found = postgresql_inside.listed(sa.func.jsonb_array_elements_text(held))
        each = sa.func.array_agg(postgresql.aggregate_order_by(found.c.value, found.c.n))
        listed = sa.select(each).select_from(found).scalar_subquery()
        return sa.cast(sa.func.coalesce(listed, sa.text("'{}'")), Native(column.native))

    def inserting(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        render = self.renderer()
        made = [render.column(dataset, c) for c in columns]
        key = {c.name for c in render.key_columns(dataset)}
        schema, _, bare = dataset.partition(".")
        cast_ = {c.name: f"u.c{n}::{_doubled(c.native)}" for n, c in enumerate(made)}
        table = f"{_quoted(schema)}.{_quoted(bare)}"
        own = "ONLY " if self.catalogue().tables[dataset].has_heirs else ""
        same = " AND ".join(f"o.{_quoted(k)} = {cast_[k]}" for k in sorted(key))
        into = (
            f"INSERT INTO {table} ({', '.join(map(_quoted, columns))}) "  # noqa: S608 (quoted names)
            f"OVERRIDING SYSTEM VALUE SELECT {', '.join(cast_.values())} "
            f"FROM unnest({', '.join(['%s::text[]'] * len(made))}) "
            f"AS u ({', '.join(f'c{n}' for n, _ in enumerate(made))}) "
            f"WHERE NOT EXISTS (SELECT 1 FROM {own}{table} AS o WHERE {same})"
        )
        content = [list(values) for values in zip(*rows, strict=True)]
        with refusals(dataset):
            self.raw.execute("SET CONSTRAINTS ALL DEFERRED")
            return self.raw.execute(into.encode(), content).rowcount

    # --- transactions --------------------------------------------------------------------

    def begin(self) -> None:
        self._dropped.clear()
        with refusals(""):
            self.raw.execute("BEGIN")

    def end(self, *, keep: bool) -> None:
        if not keep:
            self._looked.clear()  # what the server saw of them is undone too
        if self.raw.closed:
            if keep:
                raise Refused("lost")
            return
        with refusals(""):
            self.raw.execute("COMMIT" if keep else "ROLLBACK")

    def changes(self) -> dict[str, tuple[int, int, int]]:
        """Rows inserted, updated and deleted by this session per table, as the server itself counts
        them, cascades and triggers included. What a batch did is the difference of two readings
        inside its transaction."""
        with refusals(""):
            found = self.raw.execute(_CHANGES).fetchall()
        # A dropped partition took its counters along.
        did = {table: (int(i), int(u), int(d)) for table, i, u, d in found}
        for table, rows in self._dropped.items():
            i, u, d = did.get(table, (0, 0, 0))
            did[table] = (i, u, d + rows)
        return did

    def statistics(self) -> Iterator[tuple[str, str, str]]:
        """(table, column, text) of what the planner of the server keeps of frequent and of typical
        values: there removed values can be read until the table is analysed."""
        with refusals("pg_stats"):
            yield from self.raw.execute(_STATISTICS)

    def leave_receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        if self._receipts is None:
            raise Refused("rights", RECEIPTS)
        into = sql.SQL("INSERT INTO {} (plan, step, batch, rows) VALUES (%s, %s, %s, %s)").format(
            sql.SQL(cast("Any", self._receipts))
        )
        with refusals(RECEIPTS):
            self.raw.execute(into, [plan, step, batch, rows])

    def effects(self, tables: Sequence[str]) -> list[str]:
        with refusals(""):
            return refresh(self.raw, tables)


def _quoted(name: str) -> str:
    return '"{}"'.format(_doubled(name).replace('"', '""'))


def _doubled(text: str) -> str:
    """The text in a statement with values, where a percent sign stands for one of them."""
    return text.replace("%", "%%")


def _open(system: System, access: Access, limits: Limits) -> psycopg.Connection[Any]:
    settings = {
        "statement_timeout": str(limits.statement),
        "lock_timeout": str(limits.lock),
        "idle_in_transaction_session_timeout": str(limits.idle),
        "default_transaction_isolation": "read committed",  # what a lock waited for must show
        "row_security": limits.row_security,
        "DateStyle": "ISO",
        "IntervalStyle": "postgres",
        "bytea_output": "hex",
        "extra_float_digits": "1",
        "application_name": "avow",
        "jit": "off",  # long conditions over few rows: compiling them costs more than asking them
    }
    if access is Access.WRITE:
        # A batch is few rows of many: no table is read whole to find them, and so kept from others.
        settings["random_page_cost"] = "1.1"
    if access is Access.READ:
        # Never set off: a database that its owner made read-only is not written to.
        settings["default_transaction_read_only"] = "on"
    try:
        raw: psycopg.Connection[Any] = psycopg.connect(
            address(system),
            autocommit=True,
            connect_timeout=limits.connect,
            # A batch asks what the one before it asked; where we only read, values are bound anew.
            prepare_threshold=PREPARED if access is Access.WRITE else None,
            client_encoding="UTF8",  # also where the database itself knows no encoding
        )
        asked = ", ".join("set_config(%s, %s, false)" for _ in settings)
        raw.execute(f"SELECT {asked}".encode(), [*chain.from_iterable(settings.items())])
    except psycopg.Error as error:
        why = type(error).__name__ if error.sqlstate is None else f"SQLSTATE {error.sqlstate}"
        raise Unreachable(f"`{system.name}` does not answer or refuses us ({why})") from None
    raw.prepared_max = TEXTS
    for kind, loader in LENIENT.items():
        raw.adapters.register_loader(kind, loader)
    return raw


def _kind_of(error: psycopg.Error) -> str:
    """Our word for the server's code (appendix A of the PostgreSQL manual)."""
    state = error.sqlstate or ""
    known = {
        "42501": "rights", "25006": "rights", "55P03": "lock", "40P01": "lock", "40001": "lock",
        "57014": "time", "P0001": "constraint", "25P03": "lost", "57P01": "lost", "57P02": "lost",
        "53100": "lost",
    }  # fmt: skip
    classes = {"23": "constraint", "08": "lost", "42": "schema", "22": "form", "3F": "schema"}
    if not state:
        return "lost"
    return known.get(state) or classes.get(state[:2], "other")


@contextmanager
def refusals(dataset: str) -> Iterator[None]:
    """Turn the server's errors into `Refused`, which tells the place and never a value: the
    server's own message and detail may quote the row."""
    try:
        yield
    except psycopg.Error as error:
        diagnosis = error.diag
        table = (
            f"{diagnosis.schema_name}.{diagnosis.table_name}" if diagnosis.table_name else dataset
        )
        constraint = diagnosis.constraint_name or diagnosis.column_name or ""
        kind = _kind_of(error)
        constraint = _SAID.get(error.sqlstate or "", constraint)
        raise Refused(
            kind, table, constraint or (error.sqlstate or "" if kind == "other" else "")
        ) from None
