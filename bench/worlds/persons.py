"""Persons with about 75 rows each in 11 or 15 linked tables, the same for every engine.

A table is described once: how many rows it has per row of its parent, and which. Schema, rows,
declaration and the deletions by hand are written from that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import psycopg

from bench.mariadb import Link

FIRST = 1
"""The id of the first person."""
SPREAD = 7_919
"""A prime: neighbours among the persons given out are far apart in the table."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A table whose rows belong to those of `parent`: `each` rows per row of it."""

    name: str
    parent: str
    each: int

    @property
    def pointer(self) -> str:
        """The column that points to the parent."""
        return f"{self.parent}_id"


def _of(*tables: tuple[str, str, int]) -> tuple[Linked, ...]:
    return tuple(Linked(*each) for each in tables)


ELEVEN = _of(
    ("account", "person", 1), ("login", "person", 20), ("purchase", "person", 5),
    ("line", "purchase", 3), ("message", "person", 10), ("note", "person", 5),
    ("ticket", "person", 3), ("comment", "ticket", 3), ("consent", "person", 2),
    ("address", "person", 2),
)  # fmt: skip
"""With `person`, 11 tables and 73 rows per person."""
FIFTEEN = _of(
    ("account", "person", 1), ("login", "person", 12), ("purchase", "person", 5),
    ("line", "purchase", 3), ("payment", "purchase", 1), ("message", "person", 8),
    ("attachment", "message", 1), ("note", "person", 4), ("ticket", "person", 3),
    ("comment", "ticket", 3), ("consent", "person", 2), ("address", "person", 2),
    ("device", "person", 1), ("survey", "person", 1),
)  # fmt: skip
"""With `person`, 15 tables and 77 rows per person."""


def path(tables: Sequence[Linked], table: Linked) -> list[Linked]:
    """The tables from this one up to the one below `person`."""
    found = [table]
    while found[-1].parent != "person":
        found.append(next(t for t in tables if t.name == found[-1].parent))
    return found


def rows_each(tables: Sequence[Linked]) -> int:
    """Rows of one person in all tables."""
    total = 1
    for table in tables:
        product = 1
        for step in path(tables, table):
            product *= step.each
        total += product
    return total


def total(tables: Sequence[Linked], table: Linked, persons: int) -> int:
    """Rows of a table."""
    for step in path(tables, table):
        persons *= step.each
    return persons


def deepest_first(tables: Sequence[Linked]) -> list[Linked]:
    """Children before their parents."""
    return sorted(tables, key=lambda t: -len(path(tables, t)))


def schema(tables: Sequence[Linked], *, inline: bool = False) -> Iterator[str]:
    """The tables, without indexes and foreign keys, in words that three engines understand.

    `inline`: with foreign keys, for an engine that adds none later.
    """
    yield (
        "CREATE TABLE person (id BIGINT NOT NULL PRIMARY KEY, email VARCHAR(80),"
        " name VARCHAR(80), phone VARCHAR(20))"
    )
    for each in tables:
        yield (
            f"CREATE TABLE {each.name} (id BIGINT NOT NULL PRIMARY KEY,"
            f" {each.pointer} BIGINT{f' REFERENCES {each.parent} (id)' if inline else ''},"
            " at DATE, body VARCHAR(120))"
        )


def indexes(tables: Sequence[Linked], *, inline: bool = False) -> Iterator[str]:
    """An index on each pointer, and the foreign keys, unless those are `inline`."""
    for each in tables:
        yield f"CREATE INDEX {each.name}_{each.pointer} ON {each.name} ({each.pointer})"
        if inline:
            continue
        yield (
            f"ALTER TABLE {each.name} ADD FOREIGN KEY ({each.pointer})"
            f" REFERENCES {each.parent} (id)"
        )


def declaration(tables: Sequence[Linked], connector: str, url: str, prefix: str = "") -> str:
    """The data map of these tables, every row owned through its pointer."""
    datasets = "\n".join(
        f"      {prefix}{t.name}: {{key: [id], owned_by: {{{prefix}{t.parent}: {t.pointer}}},"
        f" collected_at: door, rest: account-data}}"
        for t in tables
    )
    return f"""\
avow: "1"
declaration: figures
controller: {{name: Example, zone: UTC, country: BE}}
people:
  - {{person: claire, name: Claire, roles: [author]}}
  - {{person: marc, name: Marc, roles: [approver]}}
  - {{person: paul, name: Paul, roles: [approver]}}
clauses: {{"1.a": {{kind: E}}, "2.a": {{kind: E}}, "4.a": {{kind: E}}}}
categories: {{account-data: {{clause: "1.a"}}}}
subjects: {{customer: {{}}}}
collection:
  - point: door
    clause: "1.a"
    collects: [{{category: account-data, clause: "1.a", required: yes}}]
purposes:
  - {{purpose: newsletter, clause: "4.a", basis: consent, uses: {{category: [account-data]}}}}
retention:
  - rule: all
    clause: "2.a"
    applies_to: {{category: [account-data]}}
    starts: collected
    at_most: 10 years
    then: erase
events: {{collected: {{kind: point}}}}
systems:
  - system: app
    connector: {connector}
    url: {url}
    zone: UTC
    datasets:
      {prefix}person:
        subject: customer
        key: [id]
        identities: {{email: {{field: email, strength: unique, normalise: exact}}}}
        collected_at: door
        rest: account-data
{datasets}
"""


def fill_postgresql(url: str, tables: Sequence[Linked], persons: int) -> None:
    """Make and fill the tables; row n of a table belongs to row n / `each` of its parent."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("SET maintenance_work_mem = '512MB'")
        for statement in schema(tables):
            owner.execute(statement.encode())
        owner.execute(
            f"INSERT INTO person SELECT n, 'p' || n || '@example.org', 'Person ' || n,"
            f" '+32 2 ' || (n % 100000) FROM generate_series(1, {persons}) AS n".encode()
        )
        for each in tables:
            owner.execute(
                f"INSERT INTO {each.name} SELECT n, (n - 1) / {each.each} + 1,"
                f" date '2024-01-01' + (n % 900)::int, 'body of row ' || n"
                f" FROM generate_series(1::bigint, {total(tables, each, persons)}) AS n".encode()
            )
        for statement in indexes(tables):
            owner.execute(statement.encode())
        owner.execute("VACUUM ANALYZE")


def fill_mariadb(link: Link, tables: Sequence[Linked], persons: int) -> None:
    """The same rows in MariaDB; its engine `seq_1_to_…` counts."""
    with link.cursor() as owner:
        for statement in schema(tables):
            owner.execute(statement)
        owner.execute(
            "INSERT INTO person SELECT seq, CONCAT('p', seq, '@example.org'),"
            f" CONCAT('Person ', seq), CONCAT('+32 2 ', MOD(seq, 100000)) FROM seq_1_to_{persons}"
        )
        for each in tables:
            owner.execute(
                f"INSERT INTO {each.name} SELECT seq, (seq - 1) DIV {each.each} + 1,"
                " DATE'2024-01-01' + INTERVAL seq % 900 DAY, CONCAT('body of row ', seq)"
                f" FROM seq_1_to_{total(tables, each, persons)}"
            )
        for statement in indexes(tables):
            owner.execute(statement)
        for name in ("person", *(each.name for each in tables)):
            owner.execute(f"ANALYZE TABLE {name}")


def fill_sqlite(file: str, tables: Sequence[Linked], persons: int) -> None:
    """The same rows in a file of SQLite, all in one transaction."""
    numbers = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {})"
    with closing(sqlite3.connect(file, isolation_level=None)) as owner:
        owner.execute("BEGIN")
        for statement in schema(tables, inline=True):
            owner.execute(statement)
        owner.execute(
            f"INSERT INTO person {numbers.format(persons)} SELECT n, 'p' || n || '@example.org',"
            " 'Person ' || n, '+32 2 ' || (n % 100000) FROM s"
        )
        for each in tables:
            owner.execute(
                f"INSERT INTO {each.name} {numbers.format(total(tables, each, persons))}"
                f" SELECT n, (n - 1) / {each.each} + 1,"
                " date('2024-01-01', (n % 900) || ' days'), 'body of row ' || n FROM s"
            )
        for statement in indexes(tables, inline=True):
            owner.execute(statement)
        owner.execute("COMMIT")
        owner.execute("ANALYZE")


@dataclass
class Supply:
    """Persons to erase, each given out once, spread over the whole table."""

    persons: int
    given: int = 0

    def take(self, many: int) -> list[int]:
        """The next so many persons. A prime that divides no round number spreads them."""
        if self.given + many > self.persons:
            raise ValueError("no persons are left")
        first, self.given = self.given, self.given + many
        return [FIRST + (n * SPREAD) % self.persons for n in range(first, self.given)]
