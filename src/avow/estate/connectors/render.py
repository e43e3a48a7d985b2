"""Predicates as SQL: one rendering for every SQL engine, over SQLAlchemy Core expressions.

Names are quoted and values bound by the library. A `Grammar` tells the few things that engines say
differently. The rendering keeps predicates two-valued: negation stands only at leaves, a comparison
with null is not true, and everything that is negated as a whole is a NOT EXISTS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from avow.estate.connectors.base import Refused, Window
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.moments import bound
from avow.estate.connectors.values import GHOST, typed
from avow.estate.connectors.written import Fragment, Pieces, Writer, around, joined
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.leaf_moments import Told
from avow.estate.datamap.model import Blank, BlankKind, Normaliser
from avow.estate.datamap.predicates import (
    TRUE,
    And,
    Equal,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    Until,
    leaving,
    near,
    own_columns,
)
from avow.estate.datamap.reach import Key

Expression: TypeAlias = sa.ColumnElement[Any]
Condition: TypeAlias = sa.ColumnElement[bool]
Memo: TypeAlias = dict[tuple[Predicate, str, str, int], Pieces]
"""What was written down: the predicate, its dataset, the name of its rows, how deep it stands."""

TEXTUAL = frozenset({ColumnKind.TEXT, ColumnKind.OTHER})
"""Kinds whose values are text to Python, so that normalisers change them."""
_NUMERIC = frozenset({ColumnKind.INTEGER, ColumnKind.NUMBER})
ELEMENT = Column("element", "text", ColumnKind.TEXT)
"""What an element of a list is compared as."""
_AS_TEXT = frozenset({ColumnKind.OTHER, ColumnKind.JSON})
_TYPES: tuple[tuple[type, TypeEngine[Any]], ...] = (
    (bool, sa.Boolean()), (int, sa.BigInteger()), (Decimal, sa.Numeric()), (str, sa.Text()),
    (date, sa.Date()), (UUID, sa.Uuid()), (bytes, sa.LargeBinary()),
)  # fmt: skip


def value(given: object) -> Expression:
    """A bound value with the type that fits it, so that an engine need not guess."""
    if isinstance(given, datetime):
        moment: TypeEngine[Any] = sa.DateTime(timezone=given.tzinfo is not None)
        return sa.bindparam(None, given, type_=moment)
    kind = next((t for python, t in _TYPES if isinstance(given, python)), sa.types.NullType())
    return sa.bindparam(None, given, type_=kind)


def name(text: str) -> quoted_name:
    """A name that is always quoted."""
    return quoted_name(text, quote=True)


class Grammar:
    """What an engine says in its own way; the defaults are plain SQL."""

    def relation(self, table: Table) -> sa.TableClause:
        """The table in a statement."""
        return sa.table(name(table.name), *(sa.column(name(c.name)) for c in table.columns))

    def text(self, column: Expression) -> Expression:
        """The value as text."""
        return sa.cast(column, sa.Text())

    def read(self, column: Expression, of: Column) -> Expression:
        """A stored value in the form in which bound values are written."""
        del of
        return column

    def lower(self, text: Expression) -> Expression:
        """A–Z in lower case and nothing else changed."""
        raise NotImplementedError

    def digits(self, text: Expression) -> Expression:
        """Only 0–9."""
        raise NotImplementedError

    def until(self, expression: Expression, column: Column, leaf: Until, table: str) -> Condition:
        """The column's local day is at most the leaf's (negated: later); never true of null."""
        end = bound(column.kind, leaf.day, leaf.zone, leaf.column_zone, (table, column.name))
        if column.kind is ColumnKind.DATE:
            return expression > value(end) if leaf.negated else expression <= value(end)
        return expression >= value(end) if leaf.negated else expression < value(end)

    def leaf(self, base: Expression, column: Column) -> Expression:
        """The text of a leaf inside a column; null where there is none. Refused (`form`), as the
        other three, where an engine cannot look inside columns."""
        del base
        raise Refused("form", "", column.name)

    def with_leaf(self, base: Expression, column: Column, text: Expression | None) -> Expression:
        """The column with another text in a leaf that is there; None takes the leaf out."""
        del base, text
        raise Refused("form", "", column.name)

    def moment(self, said: Expression, told: Told) -> Expression:
        """The text of a leaf where it tells a moment, in ISO 8601; else null."""
        raise NotImplementedError

    def until_said(self, said: Expression, told: Told, leaf: Until) -> Condition:
        """The local day that the text of a leaf tells is at most the leaf's (negated: later); never
        true where it tells none."""
        raise NotImplementedError

    def elements(self, base: Expression, column: Column) -> Elements:
        """The elements of a list inside a column, none where there is no list."""
        del base
        raise Refused("form", "", column.name)

    def with_elements(
        self, base: Expression, column: Column, elements: Elements, kept: Condition
    ) -> Expression:
        """The column with only those elements of its list for which `kept` is true."""
        del base, elements, kept
        raise Refused("form", "", column.name)

    def given(self, content: object, column: Column) -> Expression:
        """A value for a column, as the engine's own type."""
        del column
        return value(content)

    def said(self, text: object, column: Column) -> Expression:
        """A value of the column that the engine wrote down as a text, read again."""
        raise NotImplementedError

    def year_start(self, expression: Expression, column: Column) -> Expression:
        """1 January of the column's year."""
        raise NotImplementedError

    def hashed(self, text: Expression) -> Expression:
        """A UUID made from a text: the bytes of its MD5."""
        raise NotImplementedError

    def coarse(self, expression: Expression, column: Column, table: str) -> Expression:
        """A truncated value of a kind that only this engine knows."""
        del expression
        raise Refused("form", table, column.name)


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a list as a relation, and the text by which one is compared."""

    relation: sa.TableValuedAlias
    text: Expression


@dataclass(frozen=True, slots=True)
class KeyRelation:
    """A key set as a relation with the columns `subject`, `k1`…, `day`; and its key's columns."""

    relation: sa.FromClause
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders predicates over one live schema. `keys` gives a key set as a fresh relation.

    `declared` are the keys that the data map declares; a table without one has its own. `memo`
    outlives the renderer: its owner forgets what names a key set that was made anew.
    """

    grammar: Grammar
    catalogue: Catalogue
    keys: Callable[[str], KeyRelation]
    declared: Mapping[str, tuple[str, ...]]
    writer: Writer
    memo: Memo
    numbers: count[int] = field(default_factory=lambda: count(1))
    outer: dict[str, sa.TableClause] = field(default_factory=dict)

    def table(self, dataset: str) -> Table:
        """The live table of a dataset; Refused (`schema`) when there is none."""
        if dataset not in self.catalogue.tables:
            raise Refused("schema", dataset)
        return self.catalogue.tables[dataset]

    def column(self, dataset: str, column: str) -> Column:
        """A live column; Refused (`schema`) when there is none of this name."""
        found = self.table(dataset).column(column)
        if found is None:
            raise Refused("schema", dataset, column)
        return found

    def key(self, dataset: str) -> tuple[str, ...]:
        """The key columns of a dataset: declared, or else the table's own."""
        return self.declared.get(dataset) or self.table(dataset).key

    def key_columns(self, dataset: str) -> tuple[Column, ...]:
        """The live columns of a dataset's key; Refused (`key`) when it has none."""
        if not self.key(dataset):
            raise Refused("key", dataset)
        return tuple(self.column(dataset, f) for f in self.key(dataset))

    def rows(self, dataset: str) -> sa.TableClause:
        """The dataset's rows, as the outermost relation of a statement: always the same one."""
        if dataset not in self.outer:
            self.outer[dataset] = self.grammar.relation(self.table(dataset))
        return self.outer[dataset]

    def other(self, dataset: str) -> sa.FromClause:
        """The dataset's rows under a name of their own, for use inside a statement."""
        return self.grammar.relation(self.table(dataset)).alias(f"r{next(self.numbers)}")

    def _inner(self, leaf: Related, depth: int) -> sa.FromClause:
        """The related rows under the name of their depth, with only the columns that are asked for:
        naming every column is slow."""
        far = replace(leaf, to=Side.CHILD if leaf.to is Side.PARENT else Side.PARENT)
        table = self.table(leaf.dataset)
        fields = [*near(far), *own_columns(leaf.where)]
        asked = {(c.base or c).name for f in fields if (c := table.column(f)) is not None}
        table = replace(table, columns=tuple(c for c in table.columns if c.name in asked))
        return self.grammar.relation(table).alias(f"x{depth}")

    def where(self, dataset: str, predicate: Predicate, rows: sa.FromClause) -> Condition:
        """The predicate over `rows` of the dataset; true or not true, never to be negated again."""
        return Fragment(self._written(dataset, predicate, rows, 0))

    def _written(
        self, dataset: str, predicate: Predicate, rows: sa.FromClause, depth: int
    ) -> Pieces:
        """The predicate written down, once for every name that its rows may have."""
        place = rows.name if isinstance(rows, sa.Alias) else ""
        found = self.memo.get((predicate, dataset, place, depth))
        if found is None:
            found = self._write(dataset, predicate, rows, depth)
            self.memo[predicate, dataset, place, depth] = found
        return found

    def _write(self, dataset: str, predicate: Predicate, rows: sa.FromClause, depth: int) -> Pieces:
        match predicate:
            case And(parts) if parts:
                return joined([self._written(dataset, p, rows, depth) for p in parts], "AND")
            case Or(parts) if parts:
                inner = joined([self._written(dataset, p, rows, depth) for p in parts], "OR")
                return around("(", inner, ")") if len(parts) > 1 else inner
            case InKeys():
                return self._in_keys(dataset, predicate, rows)
            case Related():
                return self._related(predicate, rows, depth)
        return self.writer.pieces(self._leaf(dataset, predicate, rows))

    def _leaf(self, dataset: str, predicate: Predicate, rows: sa.FromClause) -> Condition:
        match predicate:
            case And():
                return sa.true()
            case Or():
                return sa.false()
            case Null(f, negated):
                found = self.of(dataset, f, rows)
                return found.is_not(None) if negated else found.is_(None)
            case Equal(f, text, negated):
                return self._equal(
                    self.column(dataset, f), self.of(dataset, f, rows), text, negated
                )
            case Until():
                return self._until(dataset, predicate, rows)
        raise TypeError(f"not a predicate: {type(predicate).__name__}")

    def of(self, dataset: str, column: str, rows: sa.FromClause) -> Expression:
        """A column of these rows, or the text of a leaf inside one. Of a list it is the column."""
        found = self.column(dataset, column)
        if found.inside is None or found.base is None:
            return rows.c[found.name]
        base: Expression = rows.c[found.base.name]
        if found.inside.each:
            return base
        said, told = self.grammar.leaf(base, found), found.inside.told
        return said if told is None else self.grammar.moment(said, told)

    def moment(self, dataset: str, column: str, rows: sa.FromClause) -> Expression:
        """A column of moments, absent where it tells none."""
        return self.of(dataset, column, rows)

    def _equal(self, column: Column, rows: Expression, text: str, negated: bool) -> Condition:
        meant = typed(text, column.kind)
        if meant is None:
            return rows.is_not(None) if negated else sa.false()
        left = (
            self.grammar.text(rows) if column.kind in _AS_TEXT else self.grammar.read(rows, column)
        )
        return left != value(meant) if negated else left == value(meant)

    def _until(self, dataset: str, leaf: Until, rows: sa.FromClause) -> Condition:
        column = self.column(dataset, leaf.field)
        expression = self.of(dataset, leaf.field, rows)
        if leaf.day == date.max:
            return sa.false() if leaf.negated else expression.is_not(None)
        if column.inside is None:
            return self.grammar.until(expression, column, leaf, dataset)
        if column.inside.told is None or column.base is None:
            raise Refused("form", dataset, leaf.field)
        said = self.grammar.leaf(rows.c[column.base.name], column)
        return self.grammar.until_said(said, column.inside.told, leaf)

    def _in_keys(self, dataset: str, leaf: InKeys, rows: sa.FromClause) -> Pieces:
        keys = self.keys(leaf.keys)
        mine = [(self.column(dataset, f), self.of(dataset, f, rows)) for f in leaf.fields]
        same = [self.same(a, b) for a, b in zip(mine, key_pairs(keys), strict=True)]
        if leaf.until is not None:
            same.append(keys.relation.c.day <= value(leaf.until))
        return self._exists(keys.relation, map(self.writer.pieces, same), leaf.negated)

    def _exists(self, inner: sa.FromClause, conditions: Iterable[Pieces], negated: bool) -> Pieces:
        there = (*self.writer.beginning(inner), *joined(conditions, "AND"))
        return around("NOT EXISTS (" if negated else "EXISTS (", there, ")")

    def same(
        self,
        one: tuple[Column, Expression],
        two: tuple[Column, Expression],
        how: Normaliser = Normaliser.EXACT,
    ) -> Condition:
        """Two values are equal, normalised; as text where their types do not meet. Of a list, some
        element is."""
        (left, a), (right, b) = one, two
        if left.inside is not None and left.inside.each:
            each = self.grammar.elements(a, left)
            found = self.writer.pieces(self.same((ELEMENT, each.text), two, how))
            return Fragment(self._exists(each.relation, [found], negated=False))
        alike = left.kind is right.kind or {left.kind, right.kind} <= _NUMERIC
        if not alike or (left.kind in _AS_TEXT and left.native != right.native):
            a, b = self.grammar.text(a), self.grammar.text(b)
        return self.normal(a, left, how) == self.normal(b, right, how)

    def normal(self, expression: Expression, column: Column, how: Normaliser) -> Expression:
        """The value in the form in which it is compared; only text is changed."""
        if how is Normaliser.EXACT or column.kind not in TEXTUAL:
            return expression
        if column.kind is ColumnKind.OTHER:
            expression = self.grammar.text(expression)
        trimmed = sa.func.trim(expression)
        match how:
            case Normaliser.ASCII_LOWER:
                return self.grammar.lower(trimmed)
            case Normaliser.DIGITS:
                return self.grammar.digits(trimmed)
        return trimmed

    def _related(self, leaf: Related, rows: sa.FromClause, depth: int) -> Pieces:
        others = self._inner(leaf, depth + 1)
        child, parent = (rows, others) if leaf.to is Side.PARENT else (others, rows)
        conditions = [self.writer.pieces(c) for c in self.joined(leaf.edge, child, parent)]
        if leaf.where != TRUE:
            conditions.append(self._written(leaf.dataset, leaf.where, others, depth + 1))
        return self._exists(others, conditions, leaf.negated)

    def joined(self, edge: Edge, child: sa.FromClause, parent: sa.FromClause) -> list[Condition]:
        """The conditions under which a child row points to a parent row."""
        mine = [
            (self.column(edge.child, f), self.of(edge.child, f, child)) for f in edge.child_fields
        ]
        theirs = [
            (self.column(edge.parent, f), self.of(edge.parent, f, parent))
            for f in edge.parent_fields
        ]
        return [*self.speaks(edge, child), *self.meet(edge, mine, theirs)]

    def speaks(self, edge: Edge, child: sa.FromClause) -> list[Condition]:
        """The edge's own condition on its child rows."""
        return [self.where(edge.child, Equal(f, v), child) for f, v in edge.when]

    def meet(
        self,
        edge: Edge,
        mine: Sequence[tuple[Column, Expression]],
        theirs: Sequence[tuple[Column, Expression]],
    ) -> list[Condition]:
        """The pointer's values equal the named ones. An empty text in a link by value points
        nowhere: blanked rows must not find each other."""
        same = [self.same(a, b, edge.normalise) for a, b in zip(mine, theirs, strict=True)]
        if edge.by_value:
            same += [
                self.normal(self.grammar.text(e), c, edge.normalise) != value("")
                for c, e in (
                    there if here[0].inside and here[0].inside.each else here
                    for here, there in zip(mine, theirs, strict=True)
                )
                if c.kind in TEXTUAL
            ]
        return same

    def within(self, dataset: str, window: Window | None, rows: sa.FromClause) -> list[Condition]:
        """The window's bounds, in key order or along a column."""
        if window is None:
            return []
        if window.along is not None:
            return list(self._alongside(dataset, window, window.along, rows))
        ends = [self._beside(dataset, window.until, rows, "<=")]
        return ends if window.after is None else [*ends, self.behind(dataset, window.after, rows)]

    def _alongside(
        self, dataset: str, window: Window, along: str, rows: sa.FromClause
    ) -> Iterator[Condition]:
        column = self.column(dataset, along)
        yield rows.c[column.name] <= self.grammar.said(window.until[0], column)
        if window.after is not None:
            yield rows.c[column.name] > self.grammar.said(window.after[0], column)

    def behind(self, dataset: str, after: Key, rows: sa.FromClause) -> Condition:
        """Keys greater than `after`."""
        return self._beside(dataset, after, rows, ">")

    def _beside(self, dataset: str, key: Key, rows: sa.FromClause, sign: str) -> Condition:
        columns = self.key_columns(dataset)
        given = [self.grammar.given(v, c) for v, c in zip(key, columns, strict=True)]
        mine = [rows.c[c.name] for c in columns]
        if len(mine) == 1:
            return mine[0].op(sign, is_comparison=True)(given[0])
        return sa.tuple_(*mine).op(sign, is_comparison=True)(sa.tuple_(*given))

    def emptied(self, dataset: str, blanks: Mapping[str, Blank]) -> dict[str, Expression]:
        """What each blanked column becomes. A generated column is left out: the engine makes it
        again from what was emptied."""
        rows = self.rows(dataset)
        return {
            f: self._emptied(dataset, self.column(dataset, f), how, rows)
            for f, how in blanks.items()
            if not (how.kind is BlankKind.RECOMPUTE and self.column(dataset, f).generated)
        }

    def changes(
        self, dataset: str, where: Predicate, new: Mapping[str, Expression]
    ) -> dict[str, Expression]:
        """What each column is set to. What is emptied inside a column comes first, and a column
        that is emptied whole needs no more."""
        rows = self.rows(dataset)
        found: dict[str, Expression] = {}
        for field_, text in new.items():
            column = self.column(dataset, field_)
            if column.inside is None or column.base is None:
                continue
            base = found.get(column.base.name, rows.c[column.base.name])
            if column.inside.each:
                changed = self._without(dataset, where, column, base)
            else:
                left = None if isinstance(text, sa.Null) else text
                changed = self.grammar.with_leaf(base, column, left)
            found[column.base.name] = changed
        return found | {f: e for f, e in new.items() if self.column(dataset, f).inside is None}

    def _without(
        self, dataset: str, where: Predicate, column: Column, base: Expression
    ) -> Expression:
        """The column without the elements of a list that `where` speaks of."""
        gone = self._leaving(dataset, where, column.name)
        each = self.grammar.elements(base, column)
        mine = (ELEMENT, each.text)
        if isinstance(gone, InKeys):
            keys = self.keys(gone.keys)
            same = [self.same(mine, pair) for pair in key_pairs(keys)]
            kept = self._exists(keys.relation, map(self.writer.pieces, same), negated=True)
        else:
            others = self._inner(gone, 1)
            named = gone.edge.parent_fields
            theirs = [
                (self.column(gone.dataset, f), self.of(gone.dataset, f, others)) for f in named
            ]
            same = self.meet(gone.edge, [mine], theirs)
            conditions = [self.writer.pieces(c) for c in same]
            conditions.append(self._written(gone.dataset, gone.where, others, 1))
            kept = self._exists(others, conditions, negated=True)
        return self.grammar.with_elements(base, column, each, Fragment(kept))

    def _leaving(self, dataset: str, where: Predicate, field_: str) -> InKeys | Related:
        gone = leaving(where, field_)
        if gone is None:
            raise Refused("form", dataset, field_)
        return gone

    def _emptied(self, dataset: str, column: Column, how: Blank, rows: sa.FromClause) -> Expression:
        match how.kind:
            case BlankKind.NULL:
                return sa.null()
            case BlankKind.CONSTANT:
                return self._constant(dataset, column, how.value or "")
            case BlankKind.GHOST if how.value is not None:
                return self._constant(dataset, column, how.value)
            case BlankKind.GHOST:
                return self._ghost(dataset, column, rows)
            case BlankKind.TRUNCATE:
                now = self.of(dataset, column.name, rows)
                return self._truncated(dataset, column, how.value, now)
            case BlankKind.RECOMPUTE if how.value is not None:
                # The declaration's own words, signed with it, in one expression and no statement.
                return sa.type_coerce(sa.literal_column(f"({how.value})"), sa.types.NullType())
        raise Refused("form", dataset, column.name)

    def _constant(self, dataset: str, column: Column, text: str) -> Expression:
        meant = typed(text, column.kind)
        if meant is None:
            raise Refused("form", dataset, column.name)
        return self.grammar.given(meant, column)

    def _ghost(self, dataset: str, column: Column, rows: sa.FromClause) -> Expression:
        key = [self.grammar.text(rows.c[c.name]) for c in self.key_columns(dataset)]
        made = value(GHOST) + _joined(key)
        match column.kind:
            case ColumnKind.TEXT:
                return made
            case ColumnKind.UUID:
                return self.grammar.hashed(made)
        raise Refused("form", dataset, column.name)

    def _truncated(
        self, dataset: str, column: Column, keep: str | None, expression: Expression
    ) -> Expression:
        match column.kind:
            case ColumnKind.TEXT:
                return sa.func.substr(expression, 1, int(keep or 0))
            case ColumnKind.INTEGER | ColumnKind.NUMBER:
                return sa.case((expression.is_(None), sa.null()), else_=sa.literal(0))
            case ColumnKind.DATE | ColumnKind.NAIVE | ColumnKind.INSTANT:
                return self.grammar.year_start(expression, column)
        return self.grammar.coarse(expression, column, dataset)

    def differs(
        self, dataset: str, new: Mapping[str, Expression], where: Predicate = TRUE
    ) -> Condition:
        """Some of the row's columns is not yet what it becomes. A list differs where an element
        goes, and which do is said by `where`."""
        rows = self.rows(dataset)
        each = {f for f in new if (p := self.column(dataset, f).inside) is not None and p.each}
        lists = (self.where(dataset, self._leaving(dataset, where, f), rows) for f in each)
        plain = (self._differs(dataset, f, e, rows) for f, e in new.items() if f not in each)
        return sa.or_(sa.false(), *lists, *plain)

    def _differs(
        self, dataset: str, column: str, new: Expression, rows: sa.FromClause
    ) -> Condition:
        old = self.of(dataset, column, rows)
        if isinstance(new, sa.Null):
            return old.is_not(None)
        if self.column(dataset, column).inside is not None:
            return sa.and_(old.is_not(None), old.is_distinct_from(new))
        if self.column(dataset, column).kind in _AS_TEXT:
            old, new = self.grammar.text(old), self.grammar.text(new)
        return old.is_distinct_from(new)


def key_pairs(keys: KeyRelation) -> list[tuple[Column, Expression]]:
    """The key columns of a key set with their kinds."""
    return [(c, keys.relation.c[f"k{n}"]) for n, c in enumerate(keys.columns, 1)]


def _joined(parts: Sequence[Expression]) -> Expression:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("||")(value("-")).op("||")(part)
    return whole
