"""Rows and cells of an SQL database copied, and brought back as they were copied."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from avow.estate.connectors.base import Window
from avow.estate.connectors.catalogue import Column
from avow.estate.connectors.put_back import copied, put_back
from avow.estate.connectors.render import Condition, Expression, Renderer
from avow.estate.datamap.model import Blank, BlankKind
from avow.estate.datamap.predicates import Predicate

Statement = sa.Update | sa.Delete | sa.Insert


class BringsRows(ABC):
    """What a connection needs to copy and to bring back, and how it does both.

    Subclasses say how their engine runs what is rendered.
    """

    @abstractmethod
    def renderer(self) -> Renderer:
        """A renderer for one statement."""

    @abstractmethod
    def run(self, statement: Statement, dataset: str) -> int:
        """Run a changing statement; how many rows it changed."""

    @abstractmethod
    def select(self, statement: sa.Select[Any], dataset: str) -> list[tuple[Any, ...]]:
        """All rows of a query whose answer is small."""

    @abstractmethod
    def exact(self, expression: Expression) -> Expression:
        """A column in the form in which it can be written back exactly."""

    @abstractmethod
    def given_back(self, content: object, column: Column) -> Expression:
        """A value of that form, as a value of the column."""

    @abstractmethod
    def inserting(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        """See `Batch.insert`."""

    def copying(
        self, dataset: str, where: Predicate, columns: Sequence[str], window: Window | None
    ) -> list[tuple[object, ...]]:
        """See `Batch.copies`."""
        render = self.renderer()
        rows, live = render.rows(dataset), [render.column(dataset, c) for c in columns]
        asked = (e for c in live for e in self._kept(render, dataset, where, c))
        found = sa.select(*(e.label(None) for e in asked))
        found = found.where(render.where(dataset, where, rows))
        found = found.where(*render.within(dataset, window, rows))
        held = self.select(found.order_by(*(rows.c[f] for f in render.key(dataset))), dataset)
        return [copied(live, row) for row in held] if any(c.inside for c in live) else held

    def _kept(
        self, render: Renderer, dataset: str, where: Predicate, column: Column
    ) -> Iterator[Expression]:
        """What is read of a column to keep it: its document, and of a list what it becomes."""
        rows, base = render.rows(dataset), column.base
        if column.inside is None or base is None:
            yield self.taken(rows.c[column.name], column)
            return
        yield self.document(rows.c[base.name], base)
        if column.inside.each:
            then = render.changes(dataset, where, {column.name: sa.null()})
            yield self.document(then[base.name], base)

    def taken(self, expression: Expression, column: Column) -> Expression:
        """A column in the form in which `given_back` takes it."""
        del column
        return self.exact(expression)

    def document(self, expression: Expression, column: Column) -> Expression:
        """A column with JSON, or a list of the engine's own, as the text of a document."""
        del column
        return self.exact(expression)

    def from_document(self, text: str, column: Column) -> Expression:
        """The text of a document as a value of the column."""
        return self.given_back(text, column)

    def restoring(
        self,
        dataset: str,
        key: Sequence[str],
        blanks: Mapping[str, Blank],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        """See `Batch.restore`."""
        render = self.renderer()
        inside = {f: c for f in blanks if (c := render.column(dataset, f)).inside is not None}
        plain = {f: b for f, b in blanks.items() if f not in inside}
        return sum(self._row_restored(dataset, key, plain, inside, blanks, row) for row in rows)

    def _row_restored(
        self,
        dataset: str,
        key: Sequence[str],
        plain: Mapping[str, Blank],
        inside: Mapping[str, Column],
        blanks: Mapping[str, Blank],
        row: tuple[object, ...],
    ) -> bool:
        """Whether something of the row came back. What is whole goes first: a document may hold
        what was taken out of it besides."""
        given = dict(zip((*key, *blanks), row, strict=True))
        whole = tuple(given[f] for f in (*key, *plain))
        done = bool(plain) and self._restored(dataset, key, plain, whole) > 0
        for column in inside.values():
            done |= self._put_back(dataset, key, column, blanks[column.name], given)
        return done

    def _put_back(
        self,
        dataset: str,
        key: Sequence[str],
        column: Column,
        how: Blank,
        given: Mapping[str, object],
    ) -> bool:
        kept, place, base = given[column.name], column.inside, column.base
        if not isinstance(kept, str) or place is None or base is None:
            return False
        render = self.renderer()
        rows = render.rows(dataset)
        same = self.same_row(render, dataset, rows, key, given)
        asked = sa.select(self.document(rows.c[base.name], base).label(None)).where(*same)
        if not place.each:
            new = render.emptied(dataset, {column.name: how})
            asked = asked.where(sa.not_(render.differs(dataset, new)))
        found = self.select(asked.with_for_update(), dataset)
        left = how.kind is BlankKind.NULL
        text = put_back(found[0][0], place, kept, emptied=left) if found else None
        if text is None:
            return False
        new = {base.name: self.from_document(text, base)}
        changes = {rows.c[f]: content for f, content in (self.beside(rows, new) | new).items()}
        return self.run(sa.update(rows).values(changes).where(*same), dataset) > 0

    def beside(self, rows: sa.TableClause, new: Mapping[str, Expression]) -> dict[str, Expression]:
        """Columns that the engine would stamp when others change, as they are."""
        del rows, new
        return {}

    def same_row(
        self,
        render: Renderer,
        dataset: str,
        rows: sa.FromClause,
        key: Sequence[str],
        given: Mapping[str, object],
    ) -> list[Condition]:
        """The row of `rows` with this key."""
        return [rows.c[f] == self.given_back(given[f], render.column(dataset, f)) for f in key]

    def _restored(
        self, dataset: str, key: Sequence[str], blanks: Mapping[str, Blank], row: tuple[object, ...]
    ) -> int:
        render = self.renderer()
        table = render.rows(dataset)
        blank = sa.not_(render.differs(dataset, render.emptied(dataset, blanks)))
        given = dict(zip((*key, *blanks), row, strict=True))
        same = self.same_row(render, dataset, table, key, given)
        live = {f: render.column(dataset, f) for f in blanks}
        back = {f: self.given_back(given[f], c) for f, c in live.items() if not c.generated}
        values = {table.c[f]: content for f, content in back.items()}
        if not values:
            return 0
        return self.run(sa.update(table).values(values).where(*same, blank), dataset)
