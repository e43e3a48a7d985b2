"""Three ways to erase persons by hand in PostgreSQL: bare deletions in chunks, nothing else.

Each takes the ids of the persons and the size of a chunk, and gives the rows it deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import psycopg

from bench.worlds.persons import Linked, deepest_first, path

Link = psycopg.Connection[tuple[object, ...]]
Floor = Callable[[Link, Sequence[Linked], Sequence[int], int], int]


def chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Stretches of `size` ids."""
    for first in range(0, len(ids), size):
        yield ids[first : first + size]


def _joined(tables: Sequence[Linked], table: Linked, keys: str) -> str:
    """Delete the rows of a table along the path to persons whose id is in `keys`."""
    way = path(tables, table)
    using = [f"{up.name}" for up in way[1:]] + [f"{keys} AS k"]
    where = [f"{a.name}.{a.pointer} = {b.name}.id" for a, b in pairwise(way)]
    where.append(f"{way[-1].name}.person_id = k.id")
    return f"DELETE FROM {table.name} USING {', '.join(using)} WHERE {' AND '.join(where)}"


def by_keys(link: Link, tables: Sequence[Linked], ids: Sequence[int], size: int) -> int:
    """The chunk in a temporary table, persons locked first, then a join per table."""
    link.execute("CREATE TEMP TABLE IF NOT EXISTS chunk (id bigint PRIMARY KEY)")
    rows = 0
    for some in chunks(ids, size):
        with link.transaction():
            link.execute("TRUNCATE chunk")
            with link.cursor().copy("COPY chunk FROM STDIN") as copy:
                for each in some:
                    copy.write_row((each,))
            link.execute("ANALYZE chunk")
            link.execute("SELECT 1 FROM person JOIN chunk USING (id) FOR UPDATE OF person")
            for table in deepest_first(tables):
                rows += link.execute(_joined(tables, table, "chunk").encode()).rowcount
            rows += link.execute(
                "DELETE FROM person USING chunk WHERE person.id = chunk.id"
            ).rowcount
    return rows


def by_array(link: Link, tables: Sequence[Linked], ids: Sequence[int], size: int) -> int:
    """The chunk as one bound array, a nested question per table."""
    rows = 0
    for some in chunks(ids, size):
        with link.transaction():
            link.execute("SELECT 1 FROM person WHERE id = ANY(%s) FOR UPDATE", (list(some),))
            for table in deepest_first(tables):
                rows += link.execute(_nested(tables, table).encode(), (list(some),)).rowcount
            rows += link.execute("DELETE FROM person WHERE id = ANY(%s)", (list(some),)).rowcount
    return rows


def _nested(tables: Sequence[Linked], table: Linked) -> str:
    way = path(tables, table)
    asked = "= ANY(%s)"
    for up in reversed(way[1:]):
        asked = f"IN (SELECT id FROM {up.name} WHERE {up.pointer} {asked})"
    return f"DELETE FROM {table.name} WHERE {table.pointer} {asked}"


def by_levels(link: Link, tables: Sequence[Linked], ids: Sequence[int], size: int) -> int:
    """The keys of every table that has children are read first, and bound as arrays."""
    parents = {t.parent for t in tables}
    rows = 0
    for some in chunks(ids, size):
        found: dict[str, list[object]] = {"person": list(some)}
        with link.transaction():
            link.execute("SELECT 1 FROM person WHERE id = ANY(%s) FOR UPDATE", (list(some),))
            for table in reversed(deepest_first(tables)):
                if table.name in parents:
                    text = f"SELECT id FROM {table.name} WHERE {table.pointer} = ANY(%s)"
                    below = link.execute(text.encode(), (found[table.parent],)).fetchall()
                    found[table.name] = [row[0] for row in below]
            for table in deepest_first(tables):
                text = f"DELETE FROM {table.name} WHERE {table.pointer} = ANY(%s)"
                rows += link.execute(text.encode(), (found[table.parent],)).rowcount
            rows += link.execute("DELETE FROM person WHERE id = ANY(%s)", (list(some),)).rowcount
    return rows


FLOORS: Mapping[str, Floor] = {"keys": by_keys, "array": by_array, "levels": by_levels}
