"""Three ways to erase one person with very many rows by hand, batch by batch, each committed.

Each takes the id of the person and the rows of a batch, and gives the rows that it deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import psycopg

from bench.worlds.persons import Linked, deepest_first, path

Link = psycopg.Connection[tuple[object, ...]]
Floor = Callable[[Link, Sequence[Linked], int, int], int]


def _theirs(tables: Sequence[Linked], table: Linked) -> str:
    """The condition on a table's own rows that they belong to the person."""
    asked = "= %(one)s"
    for up in reversed(path(tables, table)[1:]):
        asked = f"IN (SELECT id FROM {up.name} WHERE {up.pointer} {asked})"
    return f"{table.pointer} {asked}"


def by_limit(link: Link, tables: Sequence[Linked], one: int, size: int) -> int:
    """The next so many rows, until there are none."""
    rows = 0
    for table in deepest_first(tables):
        text = (
            f"DELETE FROM {table.name} WHERE ctid = ANY (ARRAY("
            f"SELECT ctid FROM {table.name} WHERE {_theirs(tables, table)} LIMIT %(size)s))"
        )
        went = size
        while went == size:
            went = link.execute(text.encode(), {"one": one, "size": size}).rowcount
            rows += went
    return rows + _person(link, one)


def by_keys(link: Link, tables: Sequence[Linked], one: int, size: int) -> int:
    """All keys of a table are read first, then they are deleted in stretches."""
    rows = 0
    for table in deepest_first(tables):
        text = f"SELECT id FROM {table.name} WHERE {_theirs(tables, table)} ORDER BY id"
        keys = [row[0] for row in link.execute(text.encode(), {"one": one})]
        for some in _stretches(keys, size):
            delete = f"DELETE FROM {table.name} WHERE id = ANY(%s)"
            rows += link.execute(delete.encode(), (list(some),)).rowcount
    return rows + _person(link, one)


def by_windows(link: Link, tables: Sequence[Linked], one: int, size: int) -> int:
    """Windows in the order of keys, remembering the last one."""
    rows = 0
    for table in deepest_first(tables):
        mine, after = _theirs(tables, table), -1
        window = (
            f"SELECT max(id) FROM (SELECT id FROM {table.name} WHERE {mine}"
            f" AND id > %(after)s ORDER BY id LIMIT %(size)s) AS w"
        )
        delete = f"DELETE FROM {table.name} WHERE {mine} AND id > %(after)s AND id <= %(end)s"
        while True:
            given = {"one": one, "after": after, "size": size}
            found = link.execute(window.encode(), given).fetchone()
            if found is None or found[0] is None:
                break
            end = int(str(found[0]))
            rows += link.execute(delete.encode(), {**given, "end": end}).rowcount
            after = end
    return rows + _person(link, one)


def _stretches(keys: Sequence[object], size: int) -> Iterator[Sequence[object]]:
    for first in range(0, len(keys), size):
        yield keys[first : first + size]


def _person(link: Link, one: int) -> int:
    return link.execute("DELETE FROM person WHERE id = %s", (one,)).rowcount


FLOORS: Mapping[str, Floor] = {"limit": by_limit, "keys": by_keys, "windows": by_windows}
