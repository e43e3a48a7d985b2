"""Conditions that are written down once: text and bound values in turn.

Long predicates share their parts many times over. The library that renders SQL walks them as trees,
anew for every statement; here a part is rendered once, by the same library, and every statement
that holds it takes its text and its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler

Pieces: TypeAlias = tuple["str | sa.BindParameter[Any]", ...]
"""Text of SQL and bound values, in the order in which they stand."""

_MARK = re.compile("\x00(\\d+)\x00")


class Fragment(sa.ColumnElement[bool]):
    """A condition that was written down, as a part of a statement."""

    inherit_cache = False
    type = sa.Boolean()
    _is_implicitly_boolean = True

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces

    def self_group(self, against: object = None) -> Fragment:
        """Itself: it was written to stand beside others."""
        del against
        return self


@compiles(Fragment)
def _taken(element: Fragment, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 (the library's own options)
    return "".join(
        piece if isinstance(piece, str) else compiler.process(piece, **how)
        for piece in element.pieces
    )


class Writer:
    """Writes expressions down in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        base: Any = dialect.statement_compiler
        self._compiler = type("Noting", (_Noting, base), {})

    def pieces(self, expression: sa.ColumnElement[Any]) -> Pieces:
        """A condition that may stand beside others in an AND."""
        if isinstance(expression, Fragment):
            return expression.pieces
        made = self._compiler(self.dialect, expression.self_group(against=operators.and_))
        return _pieces(str(made), made.values)

    def beginning(self, relation: sa.FromClause) -> Pieces:
        """`SELECT 1 FROM relation WHERE `: what a condition over the relation is put behind."""
        one: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(relation)
        made = self._compiler(self.dialect, one)
        return _pieces(f"{made} WHERE ", made.values)


class _Noting(SQLCompiler):
    """A compiler that leaves a mark where a value is bound, and keeps the value."""

    values: list[sa.BindParameter[Any]]

    def __init__(self, dialect: Dialect, statement: Any) -> None:  # noqa: ANN401 (any expression)
        self.values = []
        super().__init__(dialect, statement)

    def visit_bindparam(self, bindparam: sa.BindParameter[Any], *_: Any, **__: Any) -> str:  # noqa: ANN401
        self.values.append(bindparam)
        return f"\x00{len(self.values) - 1}\x00"


def _pieces(text: str, values: list[sa.BindParameter[Any]]) -> Pieces:
    parts = _MARK.split(text)
    return tuple(values[int(p)] if n % 2 else p for n, p in enumerate(parts) if n % 2 or p)


def joined(parts: Iterable[Pieces], word: str) -> Pieces:
    """Conditions with a word between them; adjoining texts become one."""
    found: list[str | sa.BindParameter[Any]] = []
    for number, part in enumerate(parts):
        for piece in (f" {word} ", *part) if number else part:
            if found and isinstance(piece, str) and isinstance(found[-1], str):
                found[-1] += piece
            else:
                found.append(piece)
    return tuple(found)


def around(before: str, inner: Pieces, after: str) -> Pieces:
    """Pieces between two texts."""
    return (before, *inner, after)
