"""What all SQL connectors do alike: a connection whose operations are rendered statements.

An engine's own connection says how a statement runs, where a key set lives, and how a transaction
begins and ends; everything else is here. Statements grow with the plan and never with the rows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import CompileError

from avow.estate.connectors.base import Access, Batch, Capability, Oldest, Refused, Window
from avow.estate.connectors.bringing_rows import BringsRows
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind
from avow.estate.connectors.leaf_oldest import oldest_told
from avow.estate.connectors.moments import day_of
from avow.estate.connectors.render import (
    Condition,
    Grammar,
    KeyRelation,
    Memo,
    Renderer,
    key_pairs,
    name,
)
from avow.estate.connectors.values import plain_all
from avow.estate.connectors.written import Writer
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, Identity, System
from avow.estate.datamap.predicates import Predicate, key_sets
from avow.estate.datamap.reach import Key, normal

Statement: TypeAlias = sa.Select[Any] | sa.Insert | sa.Update | sa.Delete
Made = TypeVar("Made", sa.Select[Any], sa.Insert, sa.Update | sa.Delete)
Entry: TypeAlias = tuple[int, Key, date | None]
Written: TypeAlias = tuple[Any, dict[str, Any]]
"""A statement as the driver takes it: its text and its values."""
TEXTS = 512
"""Statements whose text a connection remembers."""

SUBJECT, DAY = "subject", "day"
VALUE = Column("k1", "text", ColumnKind.TEXT)
READING = frozenset({Capability.COUNT, Capability.FETCH, Capability.KEYS, Capability.GRANTS})
WRITING = READING | {
    Capability.REMOVE,
    Capability.BLANK,
    Capability.TRANSACTIONS,
    Capability.LOCKS,
    Capability.EFFECTS,
    Capability.INSERT,
    Capability.RECOMPUTE,
}


@dataclass(frozen=True, slots=True)
class KeySet:
    """A key set of a connection: whose keys, their columns, and where it lives.

    `table` is a temporary table of the connection; None where we may only read, and then the
    entries themselves are `held` here and bound to each statement as arrays. `asked` are the
    columns whose keys it holds, where an engine keeps them in a form of its own.
    """

    columns: tuple[Column, ...]
    table: str | None
    held: tuple[Entry, ...] = ()
    asked: tuple[Column, ...] = ()


class SqlConnection(BringsRows):
    """A connection to an SQL database. Subclasses say how their engine runs what is rendered."""

    grammar: Grammar
    runs_as: Dialect
    """How statements are written for the engine."""
    shown_as: Dialect
    """How statements are written for people to read."""

    def __init__(self, system: System, access: Access) -> None:
        self._system, self._access = system, access
        self._sets: dict[str, KeySet] = {}
        self._made = 0
        self._in_batch = False
        self._rendered: dict[Hashable, tuple[frozenset[str], Statement]] = {}
        self._texts: dict[int, tuple[Statement, Written]] = {}
        self._writers = Writer(self.runs_as), Writer(self.shown_as)
        self._memos: tuple[Memo, Memo] = {}, {}

    @property
    def system(self) -> System:
        return self._system

    @property
    def capabilities(self) -> frozenset[Capability]:
        return WRITING if self._access is Access.WRITE else READING

    @cached_property
    def _catalogue(self) -> Catalogue:
        return self.read_catalogue()

    def catalogue(self) -> Catalogue:
        return self._catalogue

    # --- what an engine says -------------------------------------------------------------

    @abstractmethod
    def read_catalogue(self) -> Catalogue:
        """Read the live schema."""

    @abstractmethod
    def iterate(
        self, statement: sa.Select[Any], dataset: str, limit: int | None
    ) -> Iterator[tuple[object, ...]]:
        """The rows of a query whose answer may be large, without holding them all."""

    @abstractmethod
    def make_set(self, columns: tuple[Column, ...], entries: Sequence[Entry]) -> KeySet:
        """Make a key set where this connection keeps them."""

    @abstractmethod
    def fill_set(self, made: KeySet, entries: Sequence[Entry]) -> None:
        """Put entries into a temporary table of `make_set`, and let the engine look at it."""

    @abstractmethod
    def filled(self, made: KeySet, added: int) -> None:
        """Told how many rows were added to a temporary key set, so that the engine can look."""

    @abstractmethod
    def forget_set(self, made: KeySet) -> None:
        """Drop what `make_set` made."""

    @abstractmethod
    def relation(self, made: KeySet) -> sa.FromClause:
        """The key set as a fresh relation with `subject`, `k1`…, `day`."""

    @abstractmethod
    def begin(self) -> None:
        """Begin a transaction."""

    @abstractmethod
    def end(self, *, keep: bool) -> None:
        """Commit, or undo."""

    @abstractmethod
    def effects(self, tables: Sequence[str]) -> list[str]:
        """See `Connection.effects`."""

    @abstractmethod
    def leave_receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        """See `Batch.receipt`."""

    # --- statements ----------------------------------------------------------------------

    def renderer(self) -> Renderer:
        """A renderer for one statement."""
        return self._renderer(self._key_relation, 0)

    def _renderer(self, keys: Callable[[str], KeyRelation], for_whom: int) -> Renderer:
        """A renderer for the engine (0) or for people (1)."""
        declared = {n: d.key for n, d in self._system.datasets.items()}
        writer, memo = self._writers[for_whom], self._memos[for_whom]
        return Renderer(self.grammar, self.catalogue(), keys, declared, writer, memo)

    def _key_relation(self, keys: str) -> KeyRelation:
        made = self._set(keys)
        return KeyRelation(self.relation(made), made.columns)

    def _set(self, keys: str) -> KeySet:
        if keys not in self._sets:
            raise Refused("keys", keys)
        return self._sets[keys]

    def count(self, dataset: str, where: Predicate) -> int:
        def rendered() -> sa.Select[Any]:
            render = self.renderer()
            rows = render.rows(dataset)
            found = sa.select(sa.func.count()).select_from(rows)
            return found.where(render.where(dataset, where, rows))

        found = self._once(("count", dataset, where), key_sets(where), rendered)
        return int(self.select(found, dataset)[0][0])

    def fetch(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int | None = None
    ) -> Iterator[tuple[object, ...]]:
        def rendered() -> sa.Select[Any]:
            render = self.renderer()
            rows = render.rows(dataset)
            found = sa.select(*(render.of(dataset, f, rows) for f in fields)).select_from(rows)
            found = found.where(render.where(dataset, where, rows))
            found = found.order_by(*(rows.c[f] for f in render.key(dataset)))
            return found if limit is None else found.limit(limit)

        question = ("fetch", dataset, where, tuple(fields), limit)
        found = self._once(question, key_sets(where), rendered)
        yield from self.iterate(found, dataset, limit)

    def _once(self, question: Hashable, named: frozenset[str], render: Callable[[], Made]) -> Made:
        """The statement of a question that was asked before on this connection, or a new one.
        Writing a long predicate down again costs more than answering it: a batch is looked at
        before and after, and the next one asks the same. A statement is forgotten with the key sets
        that it names."""
        found = self._rendered.get(question)
        if found is None:
            if len(self._rendered) >= TEXTS:
                self._forget_rendered()
            found = self._rendered[question] = (named, render())
        return cast("Made", found[1])

    def _moved(self, keys: str) -> None:
        """Forget the statements that name a key set which is made anew."""
        gone = [q for q, (named, _) in self._rendered.items() if keys in named]
        for question in gone:
            _, statement = self._rendered.pop(question)
            self._texts.pop(id(statement), None)
        for memo in self._memos:
            for asked in [a for a in memo if keys in key_sets(a[0])]:
                del memo[asked]

    def _forget_rendered(self) -> None:
        self._rendered.clear()
        self._texts.clear()
        for memo in self._memos:
            memo.clear()

    def _text(self, statement: Statement, write: Callable[[], Written]) -> Written:
        """The text and values of a statement, written down once as long as it is remembered."""
        known = self._texts.get(id(statement))
        if known is not None and known[0] is statement:
            return known[1]
        written = write()
        if len(self._texts) >= TEXTS:
            self._texts.clear()
        self._texts[id(statement)] = (statement, written)
        return written

    def statement(self, dataset: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
        render = self._renderer(self._shown_keys, 1)
        made = (
            _update(render, dataset, where, blanks) if blanks else _delete(render, dataset, where)
        )
        try:
            shown = made.compile(
                dialect=self.shown_as,
                compile_kwargs={"literal_binds": True, "render_postcompile": True},
            )
        except CompileError:  # a constant that the library cannot write out, such as bytes
            shown = made.compile(dialect=self.shown_as)
        return str(shown)

    def _shown_keys(self, keys: str) -> KeyRelation:
        """A key set under its own name and without its content, as people read it."""
        columns = self._set(keys).columns if keys in self._sets else (VALUE,)
        return KeyRelation(key_table(keys, columns), columns)

    # --- key sets ------------------------------------------------------------------------

    def put_keys(self, keys: str, dataset: str, rows: Sequence[Entry]) -> None:
        columns, entries = self.renderer().key_columns(dataset), list(dict.fromkeys(rows))
        known = self._sets.get(keys)
        if known is None or known.table is None or known.asked != columns:
            self._keep(keys, replace(self.make_set(columns, entries), asked=columns))
            return
        # The table stays, and with it every statement that names it, written down and prepared.
        self.empty_set(known)
        self.fill_set(known, entries)

    def empty_set(self, made: KeySet) -> None:
        """Take every entry out of a temporary key set."""
        self.run(sa.delete(key_table(made.table or "", made.columns, self.key_schema)), "")

    def _keep(self, keys: str, made: KeySet) -> None:
        self.drop_keys(keys)
        self._moved(keys)
        self._sets[keys] = made

    def drop_keys(self, keys: str) -> None:
        if keys in self._sets:
            self._moved(keys)
            self.forget_set(self._sets.pop(keys))

    def keys(self, keys: str) -> list[tuple[int, Key]]:
        made = self._set(keys)
        if made.table is None:
            return [(subject, key) for subject, key, _ in made.held]
        content = self._key_relation(keys)
        found = sa.select(content.relation.c[SUBJECT], *(e for _, e in key_pairs(content)))
        return [(int(subject), tuple(key)) for subject, *key in self.select(found, keys)]

    def find(self, keys: str, dataset: str, identity: Identity, values: Mapping[int, str]) -> int:
        wanted = {n: normal(v, identity.normalise) for n, v in values.items()}
        given = self.make_set((VALUE,), [(n, (v,), None) for n, v in wanted.items() if v])
        self._keep(keys, self.make_set(self.renderer().key_columns(dataset), ()))
        try:
            return self._add(keys, self._found(dataset, identity, given), dataset)
        finally:
            self.forget_set(given)

    def _found(self, dataset: str, identity: Identity, given: KeySet) -> sa.Select[Any]:
        render = self.renderer()
        rows, wanted = render.other(dataset), self.relation(given)
        column = render.column(dataset, identity.field)
        shown = render.of(dataset, identity.field, rows)
        if column.kind is not ColumnKind.TEXT:
            shown = self.grammar.text(shown)
        if column.inside is not None and column.inside.each:
            raise Refused("form", dataset, identity.field)
        same = render.normal(shown, VALUE, identity.normalise) == wanted.c.k1
        key = (rows.c[c.name] for c in render.key_columns(dataset))
        return sa.select(wanted.c[SUBJECT], *key).select_from(rows.join(wanted, same)).distinct()

    def spread(self, edge: Edge, to: Side, giver: str, taker: str) -> int:
        there = edge.parent if to is Side.PARENT else edge.child
        if taker not in self._sets:
            self._moved(taker)
            columns = self.renderer().key_columns(there)
            self._sets[taker] = replace(self.make_set(columns, ()), asked=columns)
        made = self._set(taker)
        if made.table is None:
            return self._hold(taker, self.select(self._reached(edge, to, giver), there))
        question = ("spread", edge, to, giver, taker)
        named = frozenset((giver, taker))

        def rendered() -> sa.Insert:
            return self._growing(made, self._reached(edge, to, giver))

        return self._put_in(made, self._once(question, named, rendered), there)

    def _reached(self, edge: Edge, to: Side, giver: str) -> sa.Select[Any]:
        """Subject and key of every row on side `to` that rows of `giver` touch over the edge."""
        return self._touched(edge, to, giver).distinct()

    def _touched(self, edge: Edge, to: Side, giver: str) -> sa.Select[Any]:
        """The same, as often as rows of `giver` touch it."""
        render = self.renderer()
        there, here = (edge.parent, edge.child) if to is Side.PARENT else (edge.child, edge.parent)
        rows, held = render.other(there), self._key_relation(giver)
        key = [rows.c[c.name] for c in render.key_columns(there)]
        by_field = dict(zip(render.key(here), key_pairs(held), strict=True))
        found: sa.Select[Any] = sa.select(held.relation.c[SUBJECT], *key)
        if to is Side.CHILD and set(edge.parent_fields) <= set(by_field):
            # The pointer names the key itself: rows count even if the row they name is gone.
            mine = [(render.column(there, f), render.of(there, f, rows)) for f in edge.child_fields]
            meet = render.meet(edge, mine, [by_field[f] for f in edge.parent_fields])
            return found.where(*render.speaks(edge, rows), *meet)
        start = render.other(here)
        child, parent = (start, rows) if to is Side.PARENT else (rows, start)
        at = [render.same((render.column(here, f), start.c[f]), p) for f, p in by_field.items()]
        return found.where(*at, *render.joined(edge, child, parent))

    def _add(self, keys: str, reached: sa.Select[Any], dataset: str) -> int:
        """Add what a query reaches (subject, key…) to a key set; how many were new."""
        made = self._set(keys)
        if made.table is None:
            return self._hold(keys, self.select(reached, dataset))
        return self._put_in(made, self._growing(made, reached), dataset)

    def _growing(self, made: KeySet, reached: sa.Select[Any]) -> sa.Insert:
        """The statement that adds what a query reaches and is not there yet."""
        new, known = reached.subquery("new"), self.relation(made)
        same = [new.c[0] == known.c[0]]
        same += [new.c[n] == known.c[n] for n in range(1, len(made.columns) + 1)]
        one: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(known).where(*same)
        only_new = sa.select(*new.c).where(~one.correlate_except(known).exists())
        target = key_table(made.table or "", made.columns, self.key_schema)
        names = [SUBJECT, *(f"k{n}" for n in range(1, len(made.columns) + 1))]
        return sa.insert(target).from_select(names, only_new)

    def _put_in(self, made: KeySet, adding: sa.Insert, dataset: str) -> int:
        added = self.run(adding, dataset)
        if added:
            self.filled(made, added)
        return added

    key_schema: str | None = None
    """The schema of temporary tables."""

    def _hold(self, keys: str, found: Sequence[tuple[Any, ...]]) -> int:
        made = self._set(keys)
        known = {(subject, plain_all(key)) for subject, key, _ in made.held}
        new: list[Entry] = [
            (subject, tuple(key), None)
            for subject, *key in found
            if (subject, plain_all(key)) not in known
        ]
        self._moved(keys)
        self._sets[keys] = replace(made, held=(*made.held, *new))
        return len(new)

    # --- reading -------------------------------------------------------------------------

    def oldest(
        self, dataset: str, field: str, column_zone: str | None, zone: str, where: Predicate
    ) -> Oldest:
        render = self.renderer()
        rows = render.rows(dataset)
        column = render.column(dataset, field)
        if column.inside is not None and column.inside.told is not None:
            said, told = render.of(dataset, field, rows), render.where(dataset, where, rows)
            zones = (zone, column_zone)
            return oldest_told(lambda q: self.select(q, dataset), said, rows, told, zones)
        if column.kind not in {ColumnKind.DATE, ColumnKind.INSTANT, ColumnKind.NAIVE}:
            raise Refused("form", dataset, field)
        moment = render.moment(dataset, field, rows)
        found = sa.select(sa.func.min(moment), sa.func.count(moment), sa.func.count())
        where_ = render.where(dataset, where, rows)
        first, some, all_ = self.select(found.select_from(rows).where(where_), dataset)[0]
        return Oldest(self.oldest_day(first, column, zone, column_zone), some, all_ - some)

    def oldest_day(
        self, first: object, column: Column, zone: str, column_zone: str | None
    ) -> date | None:
        """The local day of the oldest value, as the engine's library gives it; None without one."""
        del column
        return None if first is None else _day(first, zone, column_zone)

    def window(self, dataset: str, where: Predicate, after: Key | None, size: int) -> Window | None:
        render = self.renderer()
        rows = render.rows(dataset)
        key = [rows.c[c.name] for c in render.key_columns(dataset)]
        if after is None:
            self._refuse_keyless(dataset, where)
        ahead = render.where(dataset, where, rows)
        if after is not None:
            ahead = sa.and_(ahead, render.behind(dataset, after, rows))
        in_order = sa.select(*key).where(ahead).order_by(*key)
        if [c.kind for c in render.key_columns(dataset)] == [ColumnKind.INTEGER]:
            # One look for both, where the greatest key is sure to be the last in order.
            ids = in_order.limit(size).subquery("w")
            both = sa.select(sa.func.count(), sa.func.max(ids.c[0])).select_from(ids)
            many, until = self.select(cast("sa.Select[Any]", both), dataset)[0]
            return Window(after, (until,), int(many)) if many else None
        number = sa.func.row_number().over(order_by=key).label("n")
        stretch = in_order.add_columns(number).limit(size).subquery("w")
        last = sa.select(*stretch.c).order_by(stretch.c[len(key)].desc()).limit(1)
        found = self.select(last, dataset)
        return Window(after, tuple(found[0][:-1]), int(found[0][-1])) if found else None

    def _refuse_keyless(self, dataset: str, where: Predicate) -> None:
        """A row with an empty part of its key would never stand in a window: say so."""
        render = self.renderer()
        loose = [c.name for c in render.key_columns(dataset) if c.nullable]
        if not loose:
            return
        rows = render.rows(dataset)
        empty = sa.or_(*(rows.c[f].is_(None) for f in loose))
        found = sa.select(sa.func.count()).where(render.where(dataset, where, rows), empty)
        if self.select(found, dataset)[0][0]:
            raise Refused("key", dataset)

    # --- writing -------------------------------------------------------------------------

    def transaction(self) -> AbstractContextManager[Batch]:
        return self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[Batch]:
        if self._access is not Access.WRITE:
            raise Refused("rights")
        before = dict(self._sets)
        self.begin()
        self._in_batch = True
        try:
            yield SqlBatch(self)
            self.end(keep=True)
        except BaseException:
            self._sets = before  # temporary tables are undone with the transaction
            self._forget_rendered()
            self.end(keep=False)
            raise
        finally:
            self._in_batch = False

    def changing(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank] | None,
        window: Window | None,
    ) -> int:
        """Delete, or blank, the rows that satisfy `where` within the window; how many."""

        def rendered() -> sa.Update | sa.Delete:
            render = self.renderer()
            within = render.within(dataset, window, render.rows(dataset))
            if blanks:
                return _update(render, dataset, where, blanks).where(*within)
            return _delete(render, dataset, where).where(*within)

        if window is None:
            emptied = tuple((column, repr(how)) for column, how in (blanks or {}).items())
            question = ("change", dataset, where, emptied)
            return self.run(self._once(question, key_sets(where), rendered), dataset)
        return self.run(rendered(), dataset)

    def locking(self, dataset: str, where: Predicate) -> sa.Select[Any]:
        """A query that locks the rows in key order."""
        render = self.renderer()
        rows = render.rows(dataset)
        found: sa.Select[Any] = sa.select(sa.literal_column("1").label("one")).select_from(rows)
        found = found.where(render.where(dataset, where, rows))
        return found.order_by(*(rows.c[f] for f in render.key(dataset))).with_for_update()

    def locked(self, dataset: str, where: Predicate) -> int:
        """Lock the rows; how many."""

        def rendered() -> sa.Select[Any]:
            inner = self.locking(dataset, where).subquery("locked")
            return sa.select(sa.func.count()).select_from(inner)

        found = self._once(("lock", dataset, where), key_sets(where), rendered)
        return int(self.select(found, dataset)[0][0])


class SqlBatch:
    """What may be done inside one transaction of an SQL database."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    def lock(self, dataset: str, where: Predicate) -> int:
        return self._connection.locked(dataset, where)

    def remove(self, dataset: str, where: Predicate, window: Window | None = None) -> int:
        return self._connection.changing(dataset, where, None, window)

    def blank(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank],
        window: Window | None = None,
    ) -> int:
        return self._connection.changing(dataset, where, blanks, window) if blanks else 0

    def copies(
        self,
        dataset: str,
        where: Predicate,
        columns: Sequence[str],
        window: Window | None = None,
    ) -> list[tuple[object, ...]]:
        return self._connection.copying(dataset, where, columns, window)

    def insert(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        return self._connection.inserting(dataset, columns, rows) if rows else 0

    def restore(
        self,
        dataset: str,
        key: Sequence[str],
        blanks: Mapping[str, Blank],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        return self._connection.restoring(dataset, key, blanks, rows)

    def receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        self._connection.leave_receipt(plan, step, batch, rows)


def key_table(table: str, columns: Sequence[Column], schema: str | None = None) -> sa.TableClause:
    """A key set's relation: subject, key columns, day."""
    names = [SUBJECT, *(f"k{n}" for n, _ in enumerate(columns, 1)), DAY]
    return sa.table(name(table), *(sa.column(n) for n in names), schema=schema)


def _delete(render: Renderer, dataset: str, where: Predicate) -> sa.Delete:
    return sa.delete(rows := render.rows(dataset)).where(render.where(dataset, where, rows))


def _update(
    render: Renderer, dataset: str, where: Predicate, blanks: Mapping[str, Blank]
) -> sa.Update:
    """Blank columns of the rows that are not blank yet."""
    rows = render.rows(dataset)
    new = render.emptied(dataset, blanks)
    different = render.differs(dataset, new, where)
    condition: Condition = sa.and_(render.where(dataset, where, rows), different)
    changes = {rows.c[f]: e for f, e in render.changes(dataset, where, new).items()} or {
        rows.c[next(iter(blanks))]: sa.null()
    }
    return sa.update(rows).values(changes).where(condition)


def _day(first: object, zone: str, column_zone: str | None) -> date:
    """The local day of the oldest value; before or after all days where Python has none for it."""
    if isinstance(first, date):
        return day_of(first, zone, column_zone)
    return date.min if str(first).startswith("-") or "BC" in str(first) else date.max
