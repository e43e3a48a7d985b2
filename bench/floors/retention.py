"""Three ways to delete old rows by hand, in batches: no journal, no check, no permission.

Each gives the rows it deleted. `size` is the size of a batch in rows, `cutoff` the first instant
that stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import psycopg

Floor = Callable[[psycopg.Connection[tuple[object, ...]], datetime, int], int]

NEXT_KEYS = """
WITH old AS (
    SELECT id FROM visit WHERE id > %(after)s AND seen_at < %(cutoff)s ORDER BY id LIMIT %(size)s
), gone AS (DELETE FROM visit USING old WHERE visit.id = old.id RETURNING visit.id)
SELECT count(*), max(id) FROM gone
"""


def by_keys(link: psycopg.Connection[tuple[object, ...]], cutoff: datetime, size: int) -> int:
    """The next so many keys of old rows, deleted by key."""
    total, after = 0, -1
    while True:
        said = {"after": after, "cutoff": cutoff, "size": size}
        with link.transaction():
            row = link.execute(NEXT_KEYS, said).fetchone()
        assert row is not None
        if not row[0]:
            return total
        total, after = total + int(str(row[0])), int(str(row[1]))


NEXT_TIME = """
SELECT max(seen_at) FROM (
    SELECT seen_at FROM visit WHERE seen_at >= %(after)s AND seen_at < %(cutoff)s
    ORDER BY seen_at LIMIT %(size)s) AS w
"""


def by_time(link: psycopg.Connection[tuple[object, ...]], cutoff: datetime, size: int) -> int:
    """Stretches of the index on the time, the end of one being the beginning of the next."""
    total, after = 0, datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    while True:
        with link.transaction():
            said = {"after": after, "cutoff": cutoff, "size": size}
            row = link.execute(NEXT_TIME, said).fetchone()
            if row is None or row[0] is None:
                return total
            until = row[0]
            total += link.execute(
                "DELETE FROM visit WHERE seen_at >= %s AND seen_at <= %s", (after, until)
            ).rowcount
        after = until  # type: ignore[assignment]


def by_pages(link: psycopg.Connection[tuple[object, ...]], cutoff: datetime, size: int) -> int:
    """Stretches of the table's pages, read once from the first to the last."""
    row = link.execute(
        "SELECT pg_relation_size('visit') / current_setting('block_size')::int,"
        " greatest(1, (reltuples / greatest(relpages, 1))::int)"
        " FROM pg_class WHERE oid = 'visit'::regclass"
    ).fetchone()
    assert row is not None
    pages, each = int(str(row[0])), max(1, size // int(str(row[1])))
    total = 0
    for first in range(0, pages + 1, each):
        with link.transaction():
            total += link.execute(
                "DELETE FROM visit WHERE ctid >= %s::tid AND ctid < %s::tid AND seen_at < %s",
                (f"({first},0)", f"({first + each},0)", cutoff),
            ).rowcount
    return total


FLOORS: Mapping[str, Floor] = {"keys": by_keys, "time": by_time, "pages": by_pages}
