"""Places inside columns, as PostgreSQL says them: leaves of JSON, and elements of lists and arrays.

No text of a leaf is cast that was not found to be a moment before: one that is none would end the
whole statement.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from avow.common.calendar import after
from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.moments import naive_bound
from avow.estate.connectors.postgresql_types import Native
from avow.estate.connectors.render import Condition, Elements, Expression, value
from avow.estate.datamap.leaf_moments import DIGITS, FRACTION, NUMBER, TEXT, Told
from avow.estate.datamap.predicates import Until

_OFFSET = "(Z|[+-][0-9][0-9]:[0-9][0-9])$"
_ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


def leaf(base: Expression, column: Column) -> Expression:
    """The text of a leaf; null where there is none, or a null."""
    return _leaf(_document(base, column), column.inside.keys if column.inside else ())


def with_leaf(base: Expression, column: Column, text: Expression | None) -> Expression:
    """See `Grammar.with_leaf`."""
    held, place = _document(base, column), column.inside
    keys = _path(place.keys if place else ())
    if text is None:
        return _native(held.op("#-")(keys), column)
    new = sa.func.jsonb_set(held, keys, sa.func.to_jsonb(sa.cast(text, sa.Text())), sa.false())
    # jsonb_set gives null for a null, and all would be lost with one leaf that is not there.
    there = leaf(base, column).is_not(None)
    return _native(sa.case((there, new), else_=held), column)


def elements(base: Expression, column: Column) -> Elements:
    """See `Grammar.elements`."""
    place = column.inside
    if place is None or column.base is None:
        raise Refused("form", "", column.name)
    if column.base.kind is ColumnKind.OTHER:
        found = listed(sa.func.unnest(base))
        return Elements(found, sa.cast(found.c.value, sa.Text()))
    whole = _document(base, column)
    held = whole.op("#>")(_path(place.keys)) if place.keys else whole
    is_list = sa.func.jsonb_typeof(held) == value("array")
    found = listed(sa.func.jsonb_array_elements(sa.case((is_list, held))))
    return Elements(found, _leaf(found.c.value, place.of_each))


def with_elements(base: Expression, column: Column, each: Elements, kept: Condition) -> Expression:
    """See `Grammar.with_elements`."""
    place, rows = column.inside, each.relation
    keys = place.keys if place else ()
    is_array = column.base is not None and column.base.kind is ColumnKind.OTHER
    gather = sa.func.array_agg if is_array else sa.func.jsonb_agg
    made = gather(postgresql.aggregate_order_by(rows.c.value, rows.c.n))
    left = sa.select(made).select_from(rows).where(kept).scalar_subquery()
    if is_array:
        return sa.func.coalesce(left, _native(value("{}"), column))
    new = sa.func.coalesce(left, sa.cast(value("[]"), postgresql.JSONB()))
    held = _document(base, column)
    return _native(sa.func.jsonb_set(held, _path(keys), new) if keys else new, column)


def moment(said: Expression, told: Told) -> Expression:
    """See `Grammar.moment`."""
    if told is Told.MOMENT:
        whole = sa.func.regexp_replace(said, value(FRACTION), value(""))
        return sa.case((_like(said, f"^{TEXT}$"), whole))
    digits = sa.func.substring(said, value(f"^[0-9]{{1,{DIGITS[told]}}}"))
    number: Expression = sa.cast(digits, sa.BigInteger())
    if told is Told.MILLISECONDS:
        number = number.op("/")(sa.literal_column("1000"))
    at = sa.func.timezone("UTC", sa.func.to_timestamp(number))
    return sa.case((_like(said, f"^{NUMBER[told]}$"), sa.func.to_char(at, value(_ISO))))


def until_said(said: Expression, leaf: Until) -> Condition:
    """See `Grammar.until_said`."""
    naive = naive_bound(leaf.day, leaf.zone, leaf.column_zone)
    local = sa.cast(said, sa.DateTime())
    instant = sa.cast(said, sa.DateTime(timezone=True))
    next_day = leaf.day + timedelta(days=1)
    return sa.case(
        (
            sa.func.length(said) == sa.literal(10),
            _side(local, sa.cast(value(next_day), sa.DateTime()), leaf),
        ),
        (_like(said, _OFFSET), _side(instant, value(after(leaf.day, leaf.zone)), leaf)),
        else_=_side(local, value(naive), leaf),
    )


def _side(at: Expression, end: Expression, leaf: Until) -> Condition:
    return at >= end if leaf.negated else at < end


def _like(said: Expression, pattern: str) -> Condition:
    return said.op("~", is_comparison=True)(value(pattern))


def _document(base: Expression, column: Column) -> Expression:
    """The JSON in a column, in the form that can be changed."""
    is_done = column.base is not None and column.base.native == "jsonb"
    return base if is_done else sa.cast(base, Native("jsonb"))


def _native(made: Expression, column: Column) -> Expression:
    return sa.cast(made, Native(column.base.native)) if column.base else made


def _leaf(held: Expression, keys: tuple[str, ...]) -> Expression:
    return held.op("#>>", return_type=sa.Text())(_path(keys))


def _path(keys: tuple[str, ...]) -> Expression:
    """Keys as an array of texts. Each is quoted, so that none is read as two."""
    inner = ",".join('"' + k.replace("\\", "\\\\").replace('"', '\\"') + '"' for k in keys)
    return sa.cast(value("{" + inner + "}"), Native("text[]"))


def listed(function: sa.Function[Any]) -> sa.TableValuedAlias:
    """The elements as `value`, with their number as `n`."""
    return function.table_valued("value", with_ordinality="n").render_derived(name="e")
