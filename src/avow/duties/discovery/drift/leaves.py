"""The paths of the values inside a JSON column, found by the database itself in a bounded sample.

No value leaves the database: it answers with paths and with how many rows have each. Keys can be
data too (`{"ann@example.org": 3}`), so a path that few rows have never leaves it either, and a key
that does not look like the name of a field is written `*`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from avow.duties.discovery.drift.walking import ITEM, WALKS, Walked
from avow.duties.discovery.sampling import drawn
from avow.estate.connectors.catalogue import Table
from avow.estate.connectors.sql import SqlConnection

FEWEST_ROWS = 5
"""Sampled rows that must have a path before it is named."""
MOST_KEYS = 40
"""Keys of one object beyond which they are taken for data: an object that maps from values."""
MOST_PATHS = 1_000
"""Paths that are taken."""
_FIELD = re.compile(r"[^\W\d][\w-]{0,39}")
_MOST_DIGITS = 3
_ANY = "*"


@dataclass(frozen=True, slots=True)
class Leaves:
    """The leaf paths of a JSON column as `$.address.city` or `$.phones[]`, sorted, and how many
    sampled rows hold a document."""

    rows: int
    paths: tuple[str, ...]


def leaves(connection: SqlConnection, table: Table, column: str, pages: int) -> Leaves:
    """Sample a JSON column. `pages` is the table's extent, 0 where the engine does not tell.

    Raises:
        Refused: the table may not be read, or cannot be sampled.
    """
    documents = next(iter(drawn(connection, table, [column], pages).subquery("d").c))
    walked = WALKS[connection.system.connector](documents)
    rows = int(connection.select(sa.select(sa.func.count(walked.first)), table.name)[0][0])
    found = connection.select(_frequent(walked), table.name)
    return Leaves(rows, named(_keys(path) for (path,) in found))


def _frequent(walked: Walked) -> sa.Select[Any]:
    """The leaf paths that enough documents have, the most frequent first."""
    rows = sa.func.count(sa.distinct(walked.number))
    return (
        sa.select(walked.path)
        .where(walked.is_leaf)
        .group_by(walked.path)
        .having(rows >= FEWEST_ROWS)
        .order_by(rows.desc(), walked.path)
        .limit(MOST_PATHS)
    )


def _keys(path: object) -> tuple[str, ...]:
    return tuple(map(str, json.loads(str(path))))


def named(paths: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Paths (keys, `[]` for the items of an array) as text, with `*` for what may be data."""
    found = sorted({tuple(path) for path in paths if path})
    beside: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for path in found:
        for depth, key in enumerate(path):
            beside[path[:depth]].add(key)
    said = {
        tuple(_said(key, len(beside[path[:depth]])) for depth, key in enumerate(path))
        for path in found
    }
    return tuple(sorted(_text(path) for path in said))


def _said(key: str, keys: int) -> str:
    """The key, or `*` where it may be a value: one of very many, or not written like a field."""
    if key == ITEM:
        return key
    is_field = _FIELD.fullmatch(key) and sum(map(str.isdigit, key)) <= _MOST_DIGITS
    return key if is_field and keys <= MOST_KEYS else _ANY


def _text(path: Sequence[str]) -> str:
    return "$" + "".join(key if key == ITEM else f".{key}" for key in path)
