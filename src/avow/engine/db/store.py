"""Our own database: named queries in transactions, and nothing clever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, Self

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from avow.common.errors import StateError
from avow.engine.db.migrate import version_of
from avow.engine.db.named import queries

Row = dict[str, Any]
"""One row of a result by column name."""

Pool = ConnectionPool[psycopg.Connection[DictRow]]


PATIENCE = 15.0
"""Seconds to wait for a connection."""


class Runs(Protocol):
    """What runs named queries: the store (each call its own transaction) or a transaction."""

    def run(self, name: str, **params: Any) -> list[Row]:  # noqa: ANN401 (what psycopg adapts)
        """Run the named query and return its rows; an empty list when it returns none."""
        ...

    def one(self, name: str, **params: Any) -> Row | None:  # noqa: ANN401
        """The first row of the named query, or None."""
        ...

    def many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Run the named query once per row, in one round trip; the number of rows touched."""
        ...

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append many rows with COPY. `table` and `columns` are names in the schema `avow`."""
        ...

    def transaction(self) -> AbstractContextManager["Transaction"]:
        """A transaction, or a savepoint inside one: all of the block is kept, or nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Transaction:
    """Queries on one connection, committed together."""

    connection: psycopg.Connection[DictRow]
    schema: int

    def run(self, name: str, **params: Any) -> list[Row]:  # noqa: ANN401
        """See `Runs.run`."""
        cursor = self.connection.execute(self._sql(name), params)
        found = cursor.pgresult  # `description` makes an object for each column
        return cursor.fetchall() if found is not None and found.nfields else []

    def one(self, name: str, **params: Any) -> Row | None:  # noqa: ANN401
        """See `Runs.one`."""
        rows = self.run(name, **params)
        return rows[0] if rows else None

    def many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """See `Runs.many`."""
        with self.connection.cursor() as cursor:
            cursor.executemany(self._sql(name), list(rows))
            return max(cursor.rowcount, 0)

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """See `Runs.copy`."""
        names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns))
        statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
            psycopg.sql.Identifier("avow", table), names
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """A savepoint."""
        with self.connection.transaction():
            yield self

    def _sql(self, name: str) -> psycopg.sql.SQL:
        query = queries()[name]
        if query.since > self.schema:
            raise StateError(
                f"the schema of the database is too old for `{name}`: "
                f"it is {self.schema}, {query.since} is needed",
                help="run the newest release of avow once against this database",
                code="AV863",
            )
        return psycopg.sql.SQL(query.sql)


class Store:
    """The state's database behind a small pool; safe to share between threads.

    A URL names the database; `close` it, or use it in a `with` block.
    """

    def __init__(self, url: str, *, largest: int = 8) -> None:
        self._pool: Pool = ConnectionPool(
            url,
            connection_class=psycopg.Connection[DictRow],
            kwargs={"row_factory": dict_row, "options": "-c timezone=UTC"},
            min_size=1,
            max_size=largest,
            timeout=PATIENCE,
            open=True,
        )
        self._schema = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give every connection back to the server."""
        self._pool.close()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[DictRow]]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout:
            raise StateError(
                "the database of the state does not answer",
                because=f"there was no connection for {self._pool.timeout:g} seconds",
                help="look whether it runs, and whether it allows enough connections",
                code="AV859",
            ) from None

    def schema(self) -> int:
        """The schema version, read once it is there. New code may run on an older one."""
        if self._schema == 0:
            with self._connection() as connection:
                tuples: Any = connection.cursor(row_factory=psycopg.rows.tuple_row)
                self._schema = version_of(tuples)
        return self._schema

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All of the block is kept, or nothing."""
        schema = self.schema()
        with self._connection() as connection, connection.transaction():
            yield Transaction(connection, schema)

    def run(self, name: str, **params: Any) -> list[Row]:  # noqa: ANN401
        """See `Runs.run`."""
        with self.transaction() as tx:
            return tx.run(name, **params)

    def one(self, name: str, **params: Any) -> Row | None:  # noqa: ANN401
        """See `Runs.one`."""
        with self.transaction() as tx:
            return tx.one(name, **params)

    def many(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """See `Runs.many`."""
        with self.transaction() as tx:
            return tx.many(name, rows)

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """See `Runs.copy`."""
        with self.transaction() as tx:
            tx.copy(table, columns, rows)

    def rewrite(self, table: str) -> None:
        """Write a table of the schema `avow` anew, so that deleted values leave its file too.

        Locks the table; for small tables such as `bundle_key`.
        """
        with self.outside() as connection:
            connection.execute(
                psycopg.sql.SQL("VACUUM (FULL) {}").format(psycopg.sql.Identifier("avow", table))
            )

    @contextmanager
    def outside(self) -> Iterator[psycopg.Connection[DictRow]]:
        """A connection outside any transaction, for statements such as VACUUM."""
        with self._connection() as connection:
            connection.autocommit = True
            try:
                yield connection
            finally:
                connection.autocommit = False
