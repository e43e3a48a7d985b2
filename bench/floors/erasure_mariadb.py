"""Three ways to erase persons by hand in MariaDB: bare deletions in chunks, nothing else.

Each takes the ids of the persons chunk by chunk, and gives the rows it deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from bench.mariadb import Link
from bench.worlds.persons import Linked, deepest_first, path

Chunks = Sequence[Sequence[int]]
Floor = Callable[[Link, Sequence[Linked], Chunks], int]


def _listed(ids: Sequence[object]) -> str:
    return ", ".join(map(str, ids)) or "NULL"


def _steps(table: Linked, tables: Sequence[Linked]) -> list[str]:
    """The joins from a table up to its row that points to a person."""
    ways = pairwise(path(tables, table))
    return [f"JOIN {b.name} ON {a.name}.{a.pointer} = {b.name}.id" for a, b in ways]


def by_keys(link: Link, tables: Sequence[Linked], chunks: Chunks) -> int:
    """The chunk in a temporary table, persons locked first, then a join per table."""
    rows = 0
    with link.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS chunk (id BIGINT PRIMARY KEY)")
        for some in chunks:
            cursor.execute("BEGIN")
            cursor.execute("DELETE FROM chunk")
            cursor.execute(f"INSERT INTO chunk VALUES {', '.join(f'({n})' for n in some)}")
            cursor.execute("SELECT 1 FROM person JOIN chunk USING (id) FOR UPDATE")
            for table in deepest_first(tables):
                way, top = " ".join(_steps(table, tables)), path(tables, table)[-1].name
                rows += cursor.execute(
                    f"DELETE {table.name} FROM {table.name} {way}"
                    f" JOIN chunk ON {top}.person_id = chunk.id"
                )
            rows += cursor.execute("DELETE person FROM person JOIN chunk USING (id)")
            cursor.execute("COMMIT")
    return rows


def by_list(link: Link, tables: Sequence[Linked], chunks: Chunks) -> int:
    """The chunk as a list in each statement; the deepest tables are reached by joins."""
    rows = 0
    with link.cursor() as cursor:
        for some in chunks:
            ids = _listed(some)
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT 1 FROM person WHERE id IN ({ids}) FOR UPDATE")
            for table in deepest_first(tables):
                way = _steps(table, tables)
                where = f"WHERE {path(tables, table)[-1].name}.person_id IN ({ids})"
                joined = f"{table.name} FROM {table.name} {' '.join(way)}"
                rows += cursor.execute(f"DELETE {joined if way else f'FROM {table.name}'} {where}")
            rows += cursor.execute(f"DELETE FROM person WHERE id IN ({ids})")
            cursor.execute("COMMIT")
    return rows


def by_levels(link: Link, tables: Sequence[Linked], chunks: Chunks) -> int:
    """The keys of every table that has children are read first, and given as lists."""
    parents = {t.parent for t in tables}
    rows = 0
    with link.cursor() as cursor:
        for some in chunks:
            found = {"person": _listed(some)}
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT 1 FROM person WHERE id IN ({found['person']}) FOR UPDATE")
            for table in reversed(deepest_first(tables)):
                if table.name in parents:
                    above = found[table.parent]
                    cursor.execute(
                        f"SELECT id FROM {table.name} WHERE {table.pointer} IN ({above})"
                    )
                    found[table.name] = _listed([row[0] for row in cursor.fetchall()])
            for table in deepest_first(tables):
                above = found[table.parent]
                rows += cursor.execute(
                    f"DELETE FROM {table.name} WHERE {table.pointer} IN ({above})"
                )
            rows += cursor.execute(f"DELETE FROM person WHERE id IN ({found['person']})")
            cursor.execute("COMMIT")
    return rows


FLOORS: Mapping[str, Floor] = {"keys": by_keys, "list": by_list, "levels": by_levels}
