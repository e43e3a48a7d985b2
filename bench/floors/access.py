"""Three ways to read all that persons own by hand in PostgreSQL, each in one round trip.

Each takes the ids of the persons and gives how many rows it holds in its hands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import psycopg

from bench.worlds.persons import Linked, path

Link = psycopg.Connection[tuple[object, ...]]
Floor = Callable[[Link, Sequence[Linked], Sequence[int]], int]


def _owned(tables: Sequence[Linked], table: Linked, ids: str) -> str:
    """`FROM` and `WHERE` of the rows `t` of a table that belong to the persons of `ids`."""
    asked = f"= ANY({ids})"
    for up in reversed(path(tables, table)[1:]):
        asked = f"IN (SELECT id FROM {up.name} WHERE {up.pointer} {asked})"
    return f"FROM {table.name} AS t WHERE t.{table.pointer} {asked}"


def _each(tables: Sequence[Linked], ids: str) -> list[tuple[str, str]]:
    """(table, what follows its columns) of every table, persons first."""
    first = ("person", f"FROM person AS t WHERE t.id = ANY({ids})")
    return [first, *((t.name, _owned(tables, t, ids)) for t in tables)]


def by_union(link: Link, tables: Sequence[Linked], ids: Sequence[int]) -> int:
    """One UNION ALL; every row comes as the text of a JSON object, and stays text."""
    parts = [
        f"SELECT '{name}' AS name, row_to_json(t)::text AS row {rest}"
        for name, rest in _each(tables, "%(ids)s")
    ]
    return len(link.execute(" UNION ALL ".join(parts).encode(), {"ids": list(ids)}).fetchall())


def by_aggregates(link: Link, tables: Sequence[Linked], ids: Sequence[int]) -> int:
    """One row: every table as one JSON list, and how many are in it."""
    parts = [
        f"(SELECT json_build_array(count(*), json_agg(t))::text {rest})"
        for _, rest in _each(tables, "%(ids)s")
    ]
    row = link.execute(f"SELECT {', '.join(parts)}".encode(), {"ids": list(ids)}).fetchone()
    assert row is not None
    return sum(int(str(each)[1:].split(",", 1)[0]) for each in row)


def by_pipeline(link: Link, tables: Sequence[Linked], ids: Sequence[int]) -> int:
    """A statement per table, sent together; values come as the types that they are."""
    with link.pipeline():
        asked = [
            link.execute(f"SELECT t.* {rest}".encode(), (list(ids),))
            for _, rest in _each(tables, "%s")
        ]
    return sum(len(each.fetchall()) for each in asked)


FLOORS: Mapping[str, Floor] = {
    "union": by_union, "aggregates": by_aggregates, "pipeline": by_pipeline,
}  # fmt: skip
