"""Values on their way to a MariaDB server and back, and the columns of key sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.mariadb_render import EXACT, MOMENTS, cast_as, exact
from avow.estate.connectors.render import TEXTUAL, Expression, value
from avow.estate.connectors.sql import DAY, SUBJECT, Entry

TEXTS = frozenset({*TEXTUAL, ColumnKind.JSON})
"""Kinds that a key set holds as texts."""
READ = frozenset({ColumnKind.INSTANT, ColumnKind.UUID, ColumnKind.BOOLEAN})
"""Kinds of which the driver gives something else than their Python values."""
_SHORT = 190
"""Characters of a text key that an index of a key set holds."""


def quoted(name: str) -> str:
    """A name in a statement with values, where a percent sign stands for one of them."""
    return "`{}`".format(name.replace("`", "``").replace("%", "%%"))


def insertion(dataset: str, named: Sequence[str], key: Sequence[str]) -> tuple[str, list[int]]:
    """The statement that inserts a row unless its key is there, and where its values of the key
    stand. As the server's own index tells keys apart."""
    table, listed = quoted(dataset), ", ".join(map(quoted, named))
    same = " AND ".join(f"o.{quoted(k)} = %s" for k in key)
    return (
        f"INSERT INTO {table} ({listed}) SELECT {', '.join(['%s'] * len(named))} FROM DUAL "  # noqa: S608 (quoted names)
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} AS o WHERE {same})"
    ), [named.index(k) for k in key]


def kept(column: Column) -> Column:
    """A key column as a key set holds it."""
    if column.kind not in TEXTS:
        return column
    return replace(column, native=f"text CHARACTER SET utf8mb4 COLLATE {EXACT}")


def column_type(column: Column, *, bound: bool = False) -> tuple[str, str]:
    """The type of a key column in a key set, and how much of it an index takes. Of the types that
    bound JSON may have, the nearest."""
    if column.kind in TEXTS:
        text = f"CHARACTER SET utf8mb4 COLLATE {EXACT}"
        if column.length is not None and column.length <= _SHORT:
            return f"VARCHAR({column.length}) {text}", ""
        return f"LONGTEXT {text}", f"({_SHORT})"
    if column.kind is ColumnKind.BYTES:
        # Bound as letters whose codes are the bytes.
        return (
            ("LONGTEXT CHARACTER SET latin1", "") if bound else (column.native, _beginning(column))
        )
    if bound and column.kind is ColumnKind.UUID:
        return "CHAR(36) CHARACTER SET ascii", ""
    if bound and column.native.startswith("bit("):
        return "BIGINT UNSIGNED", ""
    return column.native, ""


def _beginning(column: Column) -> str:
    return f"({_SHORT})" if column.native.endswith("blob") else ""


def stored(content: object) -> Any:  # noqa: ANN401 (what the driver takes)
    """A Python value as the driver writes it; an instant in UTC, which is the session's zone."""
    match content:
        case datetime() if content.tzinfo is not None:
            return content.astimezone(UTC).replace(tzinfo=None)
        case UUID():
            return str(content)
    return content


def bound(content: object) -> object:
    """A value as JSON holds it."""
    match content:
        case bytes():
            return "".join(map(_LETTERS.__getitem__, content))
        case None | bool() | int() | str():
            return content
    return str(stored(content))


def _letter(code: int) -> str:
    """What the server's `latin1`, which is code page 1252 and more, reads a byte as."""
    return bytes([code]).decode("cp1252", errors="ignore") or chr(code)


_LETTERS = tuple(map(_letter, range(256)))


def python(content: object, column: Column | None) -> object:
    """What the driver gives as a Python value of the column's kind, where it surely is one."""
    if column is None or content is None:
        return content
    match column.kind:
        case ColumnKind.INSTANT if isinstance(content, datetime):
            return content.replace(tzinfo=UTC)
        case ColumnKind.UUID if isinstance(content, str):
            return UUID(content)
        case ColumnKind.BOOLEAN if isinstance(content, bytes):
            return bool(int.from_bytes(content))
        case ColumnKind.BOOLEAN if content in {0, 1}:
            return bool(content)
    return content


def copied(expression: Expression, column: Column) -> Expression:
    """A column in the form in which it can be written back exactly: of moments all that is stored,
    also a day that never was; of short floating numbers all digits."""
    if column.kind in MOMENTS or column.native.startswith("time"):
        return exact(expression)
    if column.native.startswith("float"):
        return cast_as(expression, "DOUBLE")
    return expression


def key_table_made(name: str, keys: Sequence[Column]) -> str:
    """The statement that makes the temporary table of a key set, with an index over its keys."""
    named = [(f"k{n}", *column_type(c)) for n, c in enumerate(keys, 1)]
    parts = "".join(f"{n} {native}, " for n, native, _ in named)
    index = ", ".join(n + beginning for n, _, beginning in named)
    return (
        f"CREATE TEMPORARY TABLE {name} ({SUBJECT} BIGINT NOT NULL, {parts}{DAY} DATE, "
        f"KEY ({index}, {SUBJECT})) ENGINE = InnoDB"
    )


def bound_keys(
    keys: Sequence[Column], held: Sequence[Entry], names: Sequence[str], alias: str
) -> sa.TableValuedAlias:
    """The entries of a key set as a relation that is bound to a statement as JSON."""
    types = ["BIGINT", *(column_type(c, bound=True)[0] for c in keys), "DATE"]
    parts = (f"{n} {t} PATH '$[{at}]'" for at, (n, t) in enumerate(zip(names, types, strict=True)))
    content = json.dumps([[bound(v) for v in (s, *k, d)] for s, k, d in held])
    text: Expression = sa.literal_column(f"'$[*]' COLUMNS ({', '.join(parts)})")
    return sa.func.json_table(value(content), text).table_valued(*names, name=alias)
