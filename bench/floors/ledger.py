"""Three ways to keep a chained log by hand, and three to read it again: no tree, no signature,
no list of what may enter, no form that must be canonical.

Every writer takes its turn (several processes write one log), reads the hash of the last row and
commits a group. Every reader follows the chain from the first row to the last, and gives the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec
import psycopg

Link = psycopg.Connection[tuple[object, ...]]

Write = Callable[[Link, Sequence[msgspec.Struct]], None]
Read = Callable[[Link], int]

TABLE = "CREATE TABLE log (n bigint PRIMARY KEY, kind text NOT NULL, bytes bytea NOT NULL)"
LAST = "SELECT n, bytes FROM log ORDER BY n DESC LIMIT 1"
AT = "2026-06-01T03:00:00.000000Z"
PAGE = 10_000
_encode = msgspec.json.Encoder(order="sorted").encode
_prev = msgspec.json.Decoder(msgspec.defstruct("Line", [("n", int), ("prev", str)])).decode


def _lines(link: Link, group: Sequence[msgspec.Struct]) -> Iterable[tuple[int, str, bytes]]:
    link.execute("SELECT pg_advisory_xact_lock(1)")
    row = link.execute(LAST).fetchone()
    number, prev = (-1, "") if row is None else (int(str(row[0])), _hash(row[1]))
    for number, body in enumerate(group, number + 1):  # noqa: B020 (goes on from the last)
        kind = type(body).__name__
        line = _encode({"at": AT, "body": body, "kind": kind, "n": number, "prev": prev})
        prev = sha256(line).hexdigest()
        yield number, kind, line


def _hash(line: object) -> str:
    assert isinstance(line, bytes)
    return sha256(line).hexdigest()


def one_by_one(link: Link, group: Sequence[msgspec.Struct]) -> None:
    """A statement for each row, and a commit for the group."""
    with link.transaction():
        for line in _lines(link, group):
            link.execute("INSERT INTO log VALUES (%s, %s, %s)", line)


def at_once(link: Link, group: Sequence[msgspec.Struct]) -> None:
    """One statement for all rows of the group."""
    with link.transaction():
        columns = [list(column) for column in zip(*_lines(link, group), strict=True)]
        link.execute(
            "INSERT INTO log SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bytea[])", columns
        )


def by_copy(link: Link, group: Sequence[msgspec.Struct]) -> None:
    """COPY of the group, in the binary form."""
    with link.transaction():
        lines = list(_lines(link, group))
        with (
            link.cursor() as cursor,
            cursor.copy("COPY log FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.set_types(["int8", "text", "bytea"])
            for line in lines:
                copy.write_row(line)


def _followed(rows: Iterable[tuple[object, ...]], seen: int, before: str) -> tuple[int, str]:
    for number, line in rows:
        said = _prev(line)  # type: ignore[arg-type]
        assert said.n == number == seen  # type: ignore[attr-defined]
        assert said.prev == before  # type: ignore[attr-defined]
        seen, before = seen + 1, _hash(line)
    return seen, before


def with_cursor(link: Link) -> int:
    """A cursor in the server, read in stretches."""
    with link.transaction(), link.cursor("chain", binary=True) as cursor:
        cursor.itersize = PAGE
        cursor.execute("SELECT n, bytes FROM log ORDER BY n")
        return _followed(cursor, 0, "")[0]


def with_pages(link: Link) -> int:
    """The next so many rows by key, until there are none."""
    seen, before = 0, ""
    said = "SELECT n, bytes FROM log WHERE n >= %s ORDER BY n LIMIT %s"
    while True:
        rows = link.execute(said, (seen, PAGE), binary=True).fetchall()
        if not rows:
            return seen
        seen, before = _followed(rows, seen, before)


IN_DATABASE = """
SELECT count(*), count(*) FILTER (WHERE n <> place - 1 OR prev <> coalesce(before, ''))
FROM (SELECT n, row_number() OVER inorder AS place,
             convert_from(bytes, 'UTF8')::json ->> 'prev' AS prev,
             encode(lag(sha256(bytes)) OVER inorder, 'hex') AS before
      FROM log WINDOW inorder AS (ORDER BY n)) AS chain
"""


def in_database(link: Link) -> int:
    """One statement: the database hashes each row and compares it with what the next says."""
    row = link.execute(IN_DATABASE).fetchone()
    assert row is not None
    assert row[1] == 0
    return int(str(row[0]))


WRITERS: Mapping[str, Write] = {"one by one": one_by_one, "at once": at_once, "copy": by_copy}
READERS: Mapping[str, Read] = {
    "cursor": with_cursor,
    "pages": with_pages,
    "in the database": in_database,
}
