"""One person with very many rows among persons with few, in five linked tables."""

from __future__ import annotations

import psycopg

from bench.worlds.persons import Linked, fill_postgresql, rows_each

FEW = (
    Linked("login", "person", 4), Linked("purchase", "person", 1), Linked("line", "purchase", 3),
    Linked("message", "person", 2),
)  # fmt: skip
"""The tables, and the rows of everybody else."""
HEAVY = (
    Linked("login", "person", 40_000), Linked("purchase", "person", 10_000),
    Linked("line", "purchase", 3), Linked("message", "person", 20_000),
)  # fmt: skip
"""The rows of the one."""
ROWS = rows_each(HEAVY)
"""How many there are: 100,000 and the person."""
APART = 10_000_000
"""Their ids begin here, so that they meet nobody else's."""


def fill(url: str, persons: int) -> int:
    """Fill a database; gives the id of the person with many rows."""
    fill_postgresql(url, FEW, persons)
    one = persons + 1
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("INSERT INTO person VALUES (%s, 'h@example.org', 'Heavy', '2')", [one])
        for table in HEAVY:
            rows = table.each if table.parent == "person" else table.each * 10_000
            parent = str(one) if table.parent == "person" else f"{APART} + (n - 1) / {table.each}"
            owner.execute(
                f"INSERT INTO {table.name} SELECT {APART} - 1 + n, {parent},"
                f" date '2024-01-01' + n % 900, 'body of row ' || n"
                f" FROM generate_series(1, {rows}) AS n".encode()
            )
        owner.execute("VACUUM ANALYZE")
    return one
