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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from avow.duties.discovery.sampling import drawn
from avow.estate.connectors.catalogue import Table
from avow.estate.connectors.sql import SqlConnection

FEWEST_ROWS = 5
"""Sampled rows that must have a path before it is named."""
MOST_KEYS = 40
"""Keys of one object beyond which they are taken for data: an object that maps from values."""
DEEPEST, MOST_PATHS, LARGEST = 6, 1_000, 16_384
"""Levels that are followed, paths that are taken, and characters of a document that is opened."""
SAMPLED = frozenset({"postgresql", "sqlite"})
"""Kinds of system that can be sampled."""
_FIELD = re.compile(r"[^\W\d][\w-]{0,39}")
_MOST_DIGITS = 3
_ITEM, _ANY = "[]", "*"


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
    made = _in_postgresql if connection.system.connector == "postgresql" else _in_sqlite
    walked = made(documents)
    rows = int(connection.select(sa.select(sa.func.count(walked.first)), table.name)[0][0])
    found = connection.select(_frequent(walked), table.name)
    return Leaves(rows, named(_keys(path) for (path,) in found))


@dataclass(frozen=True, slots=True)
class _Walked:
    """Statements over the documents: the number of each, and (document, path, is leaf)."""

    first: sa.ColumnElement[Any]
    number: sa.ColumnElement[Any]
    path: sa.ColumnElement[Any]
    is_leaf: sa.ColumnElement[bool]


def _frequent(walked: _Walked) -> sa.Select[Any]:
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


def _in_postgresql(document: sa.ColumnElement[Any]) -> _Walked:
    first = (
        sa.select(
            sa.func.row_number().over().label("n"),
            sa.cast(sa.literal("{}"), ARRAY(sa.Text())).label("path"),
            sa.cast(document, JSONB).label("v"),
        )
        .where(document.is_not(None))
        .where(sa.func.length(sa.cast(document, sa.Text())) <= LARGEST)
    )
    tree = first.cte("tree", recursive=True)
    kind = sa.func.jsonb_typeof(tree.c.v)
    pairs = sa.func.jsonb_each(_only(tree.c.v, kind == "object", "{}")).table_valued(
        "key", "value", name="e"
    )
    items = sa.func.jsonb_array_elements(_only(tree.c.v, kind == "array", "[]")).table_valued(
        "value", name="a"
    )
    inner = sa.union_all(
        sa.select(pairs.c.key.label("key"), pairs.c.value.label("value")),
        sa.select(sa.literal(_ITEM, sa.Text()), items.c.value),
    ).lateral("s")
    further = sa.select(
        tree.c.n, sa.func.array_append(tree.c.path, inner.c.key), sa.cast(inner.c.value, JSONB)
    ).select_from(tree.join(inner, sa.true()))
    deep = sa.func.cardinality(tree.c.path) < DEEPEST
    whole = tree.union_all(further.where(deep))
    shown = sa.cast(sa.func.array_to_json(whole.c.path), sa.Text())
    is_leaf = sa.func.jsonb_typeof(whole.c.v).not_in(["object", "array"])
    return _Walked(first.subquery("f").c.n, whole.c.n, shown, is_leaf)


def _only(value: sa.ColumnElement[Any], holds: Any, empty: str) -> sa.ColumnElement[Any]:  # noqa: ANN401
    """The value where it is of a kind, else an empty one: the functions refuse any other kind."""
    return sa.case((holds, value), else_=sa.cast(sa.literal(empty), JSONB))


def _in_sqlite(document: sa.ColumnElement[Any]) -> _Walked:
    text = sa.cast(document, sa.Text())
    valid = sa.case((sa.func.length(text) <= LARGEST, sa.func.json_valid(text)), else_=0)
    first = sa.select(
        sa.func.row_number().over().label("n"),
        sa.literal("[]").label("path"),
        text.label("v"),
        sa.func.json_type(text).label("kind"),
    ).where(document.is_not(None), valid == 1)
    tree = first.cte("tree", recursive=True)
    inner = sa.func.json_each(tree.c.v).table_valued("key", "value", "type", name="e")
    key = sa.case((tree.c.kind == "array", _ITEM), else_=inner.c.key)
    further = (
        sa.select(
            tree.c.n, sa.func.json_insert(tree.c.path, "$[#]", key), inner.c.value, inner.c.type
        )
        .select_from(tree.join(inner, sa.true()))
        .where(tree.c.kind.in_(["object", "array"]))
        .where(sa.func.json_array_length(tree.c.path) < DEEPEST)
    )
    whole = tree.union_all(further)
    is_leaf = whole.c.kind.not_in(["object", "array"])
    return _Walked(first.subquery("f").c.n, whole.c.n, whole.c.path, is_leaf)


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
    if key == _ITEM:
        return key
    is_field = _FIELD.fullmatch(key) and sum(map(str.isdigit, key)) <= _MOST_DIGITS
    return key if is_field and keys <= MOST_KEYS else _ANY


def _text(path: Sequence[str]) -> str:
    return "$" + "".join(key if key == _ITEM else f".{key}" for key in path)
