r"""Places inside columns, as MariaDB says them: leaves of JSON and elements of lists.

The server takes a key of a document for the letters that it is written with: `"\u00e9"` is not
`"é"` to it. All spellings are therefore made one before a key is looked for. A text that is no JSON
would read as nothing, and what it says of a person would stay: it is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa

from avow.common.calendar import after
from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.moments import naive_bound
from avow.estate.connectors.render import Condition, Elements, Expression, value
from avow.estate.datamap.leaf_moments import NUMBER, TEXT, Told
from avow.estate.datamap.predicates import Until

_NULL = "null"
_ELEMENTS = "'$[*]' COLUMNS (n FOR ORDINALITY, value JSON PATH '$')"
_IN_ORDER = "e.n SEPARATOR ', '"
_BINARY = "utf8mb4_bin"
_START: Expression = sa.literal_column("TIMESTAMP'1970-01-01 00:00:00'")
_ISO = "%Y-%m-%dT%H:%i:%sZ"
_TOO_LARGE = 710
"""e to this power is more than a number can be."""


def leaf(base: Expression, column: Column) -> Expression:
    """The text of a leaf; null where there is none, or a null."""
    return _leaf(_document(base, column), column.inside.keys if column.inside else ())


def with_leaf(base: Expression, column: Column, text: Expression | None) -> Expression:
    """See `Grammar.with_leaf`. A document that has the key twice is refused: the server changes the
    first alone."""
    keys = column.inside.keys if column.inside else ()
    held, path = _document(base, column), value(_path(keys))
    without = sa.func.json_remove(held, path)
    made = without if text is None else sa.func.json_replace(held, path, text)
    there = _leaf(held, keys).is_not(None)
    return sa.case((there, _only_if(_leaf(without, keys).is_(None), made)), else_=base)


def moment(said: Expression, told: Told) -> Expression:
    """See `Grammar.moment`."""
    if told is Told.MOMENT:
        return sa.case((_like(said, TEXT), said))
    number: Expression = sa.cast(sa.func.substring_index(said, ".", 1), sa.BigInteger())
    if told is Told.MILLISECONDS:
        number = number.op("DIV")(sa.literal(1000))
    at = sa.func.timestampadd(sa.literal_column("SECOND"), number, _START)
    return sa.case((_like(said, NUMBER[told]), sa.func.date_format(at, value(_ISO))))


def until_said(said: Expression, told: Told, leaf: Until) -> Condition:
    """See `Grammar.until_said`. A text is matched once: what follows names it many times."""
    if told is not Told.MOMENT:
        return _until(moment(said, told), leaf)
    return sa.case((_like(said, TEXT), _until(said, leaf)), else_=sa.false())


def _until(said: Expression, leaf: Until) -> Condition:
    sign = sa.func.substr(said, -6, 1)
    minutes = sa.func.substr(said, -5, 2) * sa.literal(60) + sa.func.right(said, 2)
    ahead = sa.case(
        (sign == value("+"), -minutes), (sign == value("-"), minutes), else_=sa.literal(0)
    )
    local = sa.cast(_local(said), sa.DateTime())
    instant = sa.func.timestampadd(sa.literal_column("MINUTE"), ahead, local)
    is_aware = sa.or_(sa.func.right(said, 1) == value("Z"), sign.in_([value("+"), value("-")]))
    naive = naive_bound(leaf.day, leaf.zone, leaf.column_zone)
    return sa.case(
        (
            sa.func.char_length(said) == sa.literal(len("2026-01-01")),
            _side(sa.cast(said, sa.Date()), leaf.day + timedelta(days=1), leaf),
        ),
        (is_aware, _side(instant, after(leaf.day, leaf.zone).replace(tzinfo=None), leaf)),
        else_=_side(local, naive, leaf),
    )


def _local(said: Expression) -> Expression:
    """Day and time to the second, without the offset."""
    has_seconds = sa.func.substr(said, 17, 1) == value(":")
    seconds = sa.case((has_seconds, sa.func.substr(said, 17, 3)), else_=value(":00"))
    return sa.func.concat(sa.func.left(said, 10), value(" "), sa.func.substr(said, 12, 5), seconds)


def _side(at: Expression, end: date, leaf: Until) -> Condition:
    return at >= value(end) if leaf.negated else at < value(end)


def _like(said: Expression, pattern: str) -> Condition:
    return said.op("REGEXP", is_comparison=True)(value(rf"^(?-i){pattern}\z"))


def elements(base: Expression, column: Column) -> Elements:
    """See `Grammar.elements`."""
    place = column.inside
    if place is None:
        raise Refused("form", "", column.name)
    held = _at(_document(base, column), place.keys)
    listed: Expression = sa.literal_column(_ELEMENTS)
    found = sa.func.json_table(held, listed).table_valued("n", "value", name="e")
    return Elements(found, _leaf(found.c.value, place.of_each))


def with_elements(base: Expression, column: Column, each: Elements, kept: Condition) -> Expression:
    """See `Grammar.with_elements`. The elements stay as they were written. A document that has the
    key of the list twice is refused: the second list would stay as it is."""
    keys, rows = column.inside.keys if column.inside else (), each.relation
    in_order = rows.c.value.op("ORDER BY")(sa.literal_column(_IN_ORDER))
    left = sa.select(sa.func.group_concat(in_order)).select_from(rows).where(kept)
    made = sa.func.concat("[", sa.func.ifnull(left.scalar_subquery(), ""), "]")
    if not keys:
        return made
    held, path = _document(base, column), value(_path(keys))
    listed = sa.func.json_extract(made, value("$"))  # else it would be put in as a text
    second = sa.func.json_extract(sa.func.json_remove(held, path), path)
    return _only_if(second.is_(None), sa.func.json_replace(held, path, listed))


def _leaf(held: Expression, keys: tuple[str, ...]) -> Expression:
    """What the server knows to be JSON it would compare as what it says: `"null"` as `null`."""
    found = sa.func.convert(_at(held, keys).op("USING")(sa.literal_column("utf8mb4")))
    return sa.func.json_unquote(sa.func.nullif(found, value(_NULL)))


def _at(held: Expression, keys: tuple[str, ...]) -> Expression:
    return sa.func.json_extract(held, value(_path(keys))) if keys else held


def _path(keys: tuple[str, ...]) -> str:
    """A JSON path. A key in it is written as in a document."""
    return "$" + "".join(f".{json.dumps(key, ensure_ascii=False)}" for key in keys)


def _document(base: Expression, column: Column) -> Expression:
    """The JSON in a column, its keys written in one way."""
    if column.base is None or column.inside is None:
        raise Refused("form", "", column.name)
    held = base
    if column.base.kind is not ColumnKind.JSON:
        held = _only_if(sa.or_(base.is_(None), sa.func.json_valid(base) == sa.literal(1)), base)
    for key in dict.fromkeys((*column.inside.keys, *column.inside.of_each)):
        held = _spelt_one_way(held, key)
    return held


def _spelt_one_way(held: Expression, key: str) -> Expression:
    """The document with this key written as itself, however it was. Only what has a backslash can
    have it otherwise."""
    text = sa.collate(sa.func.convert(held.op("USING")(sa.literal_column("utf8mb4"))), _BINARY)
    plain = json.dumps(key, ensure_ascii=False).replace("\\", "\\\\")
    again = sa.func.regexp_replace(text, value(f'(?-i)"{_spellings(key)}"'), value(plain))
    return sa.case((sa.func.locate(value("\\"), text) > sa.literal(0), again), else_=held)


def _spellings(key: str) -> str:
    """Every way to write a text in JSON, as a regular expression."""
    return "".join(f"(?:{'|'.join(_written(letter))})" for letter in key)


def _written(letter: str) -> Iterator[str]:
    """The ways to write one letter; one beyond the first plane is escaped as two."""
    plain = json.dumps(letter, ensure_ascii=False)[1:-1]
    yield re.escape(plain)
    if letter == "/":
        yield r"\\/"
    units = letter.encode("utf-16-be").hex()
    yield "".join(rf"\\u(?i:{units[at : at + 4]})" for at in range(0, len(units), 4))


def _only_if(sure: Condition, made: Expression) -> Expression:
    """The value, or an error of the server: there is no other way to stop a statement."""
    too_large = sa.func.exp(sa.literal(_TOO_LARGE) + sa.func.length(made))
    return sa.case((sure, made), else_=too_large)
