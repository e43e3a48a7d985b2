"""Predicates as SQLite says them.

SQLite asks an `EXISTS` anew for every row of the table around it, and reads all of them to do so. A
few keys are therefore asked for with `IN`: then it goes by an index from the keys to the rows. What
is not bounded by keys stays an `EXISTS`, since an `IN` would gather all related rows first.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from avow.estate.connectors.catalogue import Column
from avow.estate.connectors.leading import leads
from avow.estate.connectors.render import Expression, Renderer, key_pairs, value
from avow.estate.connectors.written import Pieces, joined
from avow.estate.datamap.paths import inside
from avow.estate.datamap.predicates import InKeys, Related, near

Sides = tuple[Expression, Expression]
"""What stands left and right of an equality."""


class SqliteRenderer(Renderer):
    """Renders predicates for SQLite."""

    def _in_keys(self, dataset: str, leaf: InKeys, rows: sa.FromClause) -> Pieces:
        keys = self.keys(leaf.keys)
        mine = [(self.column(dataset, f), self.of(dataset, f, rows)) for f in leaf.fields]
        if leaf.negated or any(_is_list(column) for column, _ in mine):
            return super()._in_keys(dataset, leaf, rows)
        pairs = zip(mine, key_pairs(keys), strict=True)
        sides = [_sides(self.same(a, b)) for a, b in pairs]
        given = [] if leaf.until is None else [keys.relation.c.day <= value(leaf.until)]
        return self._among(keys.relation, sides, [self.writer.pieces(c) for c in given])

    def _related(self, leaf: Related, rows: sa.FromClause, depth: int) -> Pieces:
        edge = leaf.edge
        if not leads(leaf) or edge.by_value or any(map(inside, (*near(leaf), *edge.parent_fields))):
            return super()._related(leaf, rows, depth)
        mine = [(self.column(edge.child, f), rows.c[f]) for f in edge.child_fields]
        others = self._inner(leaf, depth + 1)
        theirs = [(self.column(edge.parent, f), others.c[f]) for f in edge.parent_fields]
        sides = [_sides(self.same(a, b)) for a, b in zip(mine, theirs, strict=True)]
        where = self._written(leaf.dataset, leaf.where, others, depth + 1)
        said = [self.writer.pieces(c) for c in self.speaks(edge, rows)]
        return joined([*said, self._among(others, sides, [where])], "AND")

    def _among(
        self, inner: sa.FromClause, sides: Sequence[Sides], given: Sequence[Pieces]
    ) -> Pieces:
        """The left sides are among the right ones of the rows of `inner` that satisfy `given`."""
        (start,) = self.writer.beginning(inner)  # a table and its name, with no value
        source = str(start).removeprefix("SELECT 1").removesuffix(" WHERE ")
        left = joined([self.writer.pieces(a) for a, _ in sides], ",")
        right = joined([self.writer.pieces(b) for _, b in sides], ",")
        where = (" WHERE ", *joined(given, "AND")) if given else ()
        within = ("(", *left, ")") if len(sides) > 1 else left
        return joined([(*within, " IN (SELECT ", *right, source, *where, ")")], "AND")


def _is_list(column: Column) -> bool:
    return column.inside is not None and column.inside.each


def _sides(same: sa.ColumnElement[bool]) -> Sides:
    """Both sides of an equality, as they were made comparable."""
    if not isinstance(same, sa.BinaryExpression):
        raise TypeError("not an equality of two values")
    return same.left, same.right
