"""Statements that walk the documents of a JSON column, in the words of each engine.

They answer with the path of every value, as a JSON array of keys, and with no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from avow.estate.connectors.mariadb_render import exact

DEEPEST, LARGEST = 6, 16_384
"""Levels that are followed, and characters of a document that is opened."""
ITEM = "[]"
"""What stands in a path for the items of an array."""
_LONGEST_KEY, _LONGEST_PATH = 100, 1_000
_ANY_KEY = '"*"'


@dataclass(frozen=True, slots=True)
class Walked:
    """Statements over the documents: the number of each, and (document, path, is leaf)."""

    first: sa.ColumnElement[Any]
    number: sa.ColumnElement[Any]
    path: sa.ColumnElement[Any]
    is_leaf: sa.ColumnElement[bool]


def in_postgresql(document: sa.ColumnElement[Any]) -> Walked:
    """PostgreSQL gives keys and values together, by a function for each kind of container."""
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
        sa.select(sa.literal(ITEM, sa.Text()), items.c.value),
    ).lateral("s")
    further = sa.select(
        tree.c.n, sa.func.array_append(tree.c.path, inner.c.key), sa.cast(inner.c.value, JSONB)
    ).select_from(tree.join(inner, sa.true()))
    deep = sa.func.cardinality(tree.c.path) < DEEPEST
    whole = tree.union_all(further.where(deep))
    shown = sa.cast(sa.func.array_to_json(whole.c.path), sa.Text())
    is_leaf = sa.func.jsonb_typeof(whole.c.v).not_in(["object", "array"])
    return Walked(first.subquery("f").c.n, whole.c.n, shown, is_leaf)


def _only(value: sa.ColumnElement[Any], holds: Any, empty: str) -> sa.ColumnElement[Any]:  # noqa: ANN401
    """The value where it is of a kind, else an empty one: the functions refuse any other kind."""
    return sa.case((holds, value), else_=sa.cast(sa.literal(empty), JSONB))


def in_sqlite(document: sa.ColumnElement[Any]) -> Walked:
    """SQLite has one function for both kinds of container, and takes any text for JSON."""
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
    key = sa.case((tree.c.kind == "array", ITEM), else_=inner.c.key)
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
    return Walked(first.subquery("f").c.n, whole.c.n, whole.c.path, is_leaf)


def in_mariadb(document: sa.ColumnElement[Any]) -> Walked:
    """MariaDB gives the values of an object without their keys; its keys stand in the same order
    beside them. A value that gives no text is `null`."""
    first = sa.select(
        sa.func.row_number().over().label("n"),
        sa.cast(sa.literal(""), sa.CHAR(_LONGEST_PATH)).label("path"),
        sa.literal_column("0").label("depth"),
        document.label("v"),
    ).where(
        document.is_not(None),
        sa.func.char_length(document) <= LARGEST,
        sa.func.json_valid(document) == 1,
    )
    tree = first.cte("tree", recursive=True)
    kind = sa.func.json_type(tree.c.v)
    pair = _values(tree.c.v, "$.*", "o")
    item = _values(tree.c.v, "$[*]", "a")
    place = sa.func.concat("$[", pair.c.i - 1, "]")
    key = sa.func.json_extract(sa.func.json_keys(tree.c.v), place)
    known = sa.and_(key.is_not(None), sa.func.char_length(key) <= _LONGEST_KEY)
    named = sa.case((known, exact(key)), else_=_ANY_KEY)
    whole = tree.union_all(
        _below(tree, pair, named).where(kind == "OBJECT"),
        _below(tree, item, sa.literal(f'"{ITEM}"')).where(kind == "ARRAY"),
    )
    is_leaf = sa.func.coalesce(sa.func.json_type(whole.c.v), "NULL").not_in(["OBJECT", "ARRAY"])
    path = sa.func.concat("[", whole.c.path, "]")
    return Walked(first.subquery("f").c.n, whole.c.n, path, is_leaf)


def _values(document: sa.ColumnElement[Any], place: str, alias: str) -> sa.TableValuedAlias:
    columns = "COLUMNS (i FOR ORDINALITY, v JSON PATH '$')"
    text: sa.ColumnElement[Any] = sa.literal_column(f"'{place}' {columns}")
    return sa.func.json_table(document, text).table_valued("i", "v", name=alias)


def _below(
    tree: sa.CTE, inner: sa.TableValuedAlias, key: sa.ColumnElement[Any]
) -> sa.Select[tuple[Any, ...]]:
    """The values one level further down."""
    comma = sa.case((tree.c.depth == 0, ""), else_=",")
    path = sa.func.concat(tree.c.path, comma, key)
    return (
        sa.select(tree.c.n, path, tree.c.depth + 1, inner.c.v)
        .select_from(tree.join(inner, sa.true()))
        .where(tree.c.depth < DEEPEST)
    )


WALKS: Mapping[str, Callable[[sa.ColumnElement[Any]], Walked]] = {
    "mariadb": in_mariadb,
    "postgresql": in_postgresql,
    "sqlite": in_sqlite,
}
"""Kind of system -> how its documents are walked."""
