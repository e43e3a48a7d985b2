"""MariaDB 10.6 and newer, by PyMySQL.

A read connection writes nothing at all: the session is read-only, which forbids temporary tables
too, so that key sets are bound to each statement as JSON. A write connection keeps key sets in
temporary tables. A batch sees one moment of the database and its own work (`REPEATABLE READ`), so
that rows which others write meanwhile are not taken for its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import Any

import pymysql
import sqlalchemy as sa
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.exc import CompileError

from avow.estate.connectors.base import TOO_LONG, Access, Capability, Refused, Window
from avow.estate.connectors.catalogue import RECEIPTS, Catalogue, Closed, Column, ColumnKind
from avow.estate.connectors.lengths import too_long
from avow.estate.connectors.mariadb_catalogue import Live, read_live
from avow.estate.connectors.mariadb_effects import refresh
from avow.estate.connectors.mariadb_render import MariadbGrammar, MariadbRenderer
from avow.estate.connectors.mariadb_rights import Held, changeable, read_held
from avow.estate.connectors.mariadb_session import Limits, fetched, opened, refusals
from avow.estate.connectors.mariadb_values import (
    READ,
    bound_keys,
    copied,
    insertion,
    kept,
    key_table_made,
    python,
    stored,
)
from avow.estate.connectors.moments import day_of
from avow.estate.connectors.render import Condition, Expression, Renderer, key_pairs, value
from avow.estate.connectors.row_values import read_by
from avow.estate.connectors.sql import (
    DAY,
    SUBJECT,
    VALUE,
    Entry,
    KeySet,
    SqlConnection,
    Statement,
    Written,
)
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, BlankKind, Identity, System
from avow.estate.datamap.predicates import TRUE, InKeys, Predicate, key_sets
from avow.estate.datamap.reach import Key

_SMALL = 1000
_ALL = 2**63 - 1


@dataclass(frozen=True, slots=True)
class MariadbConnector:
    """Opens connections to MariaDB databases."""

    limits: Limits = field(default_factory=Limits)
    kind: str = "mariadb"

    def connect(self, system: System, access: Access) -> MariadbConnection:
        """Open a connection; Unreachable when the database does not answer or refuses us."""
        return MariadbConnection(system, access, self.limits)


class MariadbConnection(SqlConnection):
    """A connection to one database of a MariaDB server."""

    grammar = MariadbGrammar()
    shown_as = MySQLDialect_pymysql(paramstyle="named")
    runs_as = MySQLDialect_pymysql(paramstyle="pyformat")

    def __init__(self, system: System, access: Access, limits: Limits) -> None:
        super().__init__(system, access)
        self._limits = limits
        self._added = Counter[str]()
        self._made_inside: list[KeySet] = []
        self._dropped_inside: list[KeySet] = []
        self._emptied_inside: set[str] = set()
        self.raw = opened(system, access, limits)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Without the word of a table whose engine cannot undo, there is none for the system."""
        own = super().capabilities
        tables = map(self.catalogue().tables.get, self._system.datasets)
        if any(t is not None and t.closed is Closed.NOT_UNDONE for t in tables):
            own -= {Capability.TRANSACTIONS}
        return own | {Capability.RECEIPTS} if self._receipts else own

    @cached_property
    def _receipts(self) -> bool:
        if self._access is not Access.WRITE or RECEIPTS not in self.catalogue().tables:
            return False
        with refusals(""), self.raw.cursor() as cursor:
            try:
                cursor.execute(f"INSERT INTO {RECEIPTS} SELECT * FROM {RECEIPTS} WHERE 1 = 0")  # noqa: S608 (our own name)
            except pymysql.OperationalError:
                return False
        return True

    @cached_property
    def _live(self) -> Live:
        with refusals(""):
            return read_live(self.raw)

    def read_catalogue(self) -> Catalogue:
        return self._live.catalogue

    @property
    def stamped(self) -> Mapping[str, tuple[str, ...]]:
        """Columns that the server itself would set when a row is written, by table."""
        return self._live.stamped

    @cached_property
    def held(self) -> Held:
        """The rights of our account."""
        with refusals(""):
            return read_held(self.raw)

    def renderer(self) -> MariadbRenderer:
        return self._rendering(0)

    def _rendering(self, for_whom: int) -> MariadbRenderer:
        """A renderer for the engine (0) or for people (1)."""
        declared = {n: d.key for n, d in self._system.datasets.items()}
        keys = self._shown_keys if for_whom else self._key_relation
        writer, memo = self._writers[for_whom], self._memos[for_whom]
        return MariadbRenderer(self.grammar, self.catalogue(), keys, declared, writer, memo)

    def close(self) -> None:
        self._sets.clear()
        if self.raw.open:
            self.raw.close()

    # --- running -------------------------------------------------------------------------

    def _compiled(self, statement: Statement) -> Written:
        def written() -> Written:
            settings = {"render_postcompile": True}
            made = statement.compile(dialect=self.runs_as, compile_kwargs=settings)
            return str(made), {k: stored(v) for k, v in made.params.items()}

        return self._text(statement, written)

    def run(self, statement: Statement, dataset: str) -> int:
        changed = self._do(dataset, *self._compiled(statement))
        if isinstance(statement, sa.Delete) and isinstance(statement.table, sa.TableClause):
            self._added[str(statement.table.name)] -= changed
        return changed

    def _do(self, dataset: str, text: str, values: Any = None) -> int:  # noqa: ANN401
        with refusals(dataset), self.raw.cursor() as cursor:
            return int(cursor.execute(text, values))

    def select(self, statement: sa.Select[Any], dataset: str) -> list[tuple[Any, ...]]:
        text, values = self._compiled(statement)
        with refusals(dataset), self.raw.cursor() as cursor:
            cursor.execute(text, values)
            return list(cursor.fetchall())

    def iterate(
        self, statement: sa.Select[Any], dataset: str, limit: int | None
    ) -> Iterator[tuple[object, ...]]:
        table = self.renderer().table(dataset)
        named = [table.column(getattr(c, "name", "")) for c in statement.inner_columns]
        readers = {
            place: partial(python, column=c)
            for place, c in enumerate(named)
            if c is not None and c.kind in READ
        }
        for block in self._blocks(statement, dataset, limit is None or limit > _SMALL):
            yield from read_by(block, readers)

    def _blocks(
        self, statement: sa.Select[Any], dataset: str, is_large: bool
    ) -> Iterator[Sequence[tuple[Any, ...]]]:
        """On a connection of its own, where key sets are bound: this server answers one question
        at a time. Temporary tables are seen from here alone; then the rows are held."""
        if not is_large or self._access is Access.WRITE:
            yield self.select(statement, dataset)
            return
        with self._aside() as aside:
            yield from fetched(aside, self._compiled(statement), dataset, _SMALL)

    @contextmanager
    def _aside(self) -> Iterator[pymysql.Connection[Any]]:
        """A second connection that reads one moment of the database, without a limit of time: a
        long answer is read as fast as it is taken."""
        aside = opened(self._system, Access.READ, replace(self._limits, statement=0))
        try:
            with refusals(""), aside.cursor() as cursor:
                cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            yield aside
        finally:
            aside._force_close()  # type: ignore[attr-defined]  # noqa: SLF001 (closing reads all)

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        render = self.renderer()
        rows = render.rows(table)
        live = [render.column(table, c) for c in columns]
        found = sa.select(*(render.of(table, c, rows) for c in columns)).select_from(rows)
        if self.select(too_long(rows, live), table):
            raise Refused("form", table, TOO_LONG)
        if self._in_batch:
            held = self.select(found, table)
            blocks = (held[at : at + size] for at in range(0, len(held), size))
            yield from ([tuple(map(python, r, live)) for r in block] for block in blocks)
            return
        with self._aside() as aside:
            for block in fetched(aside, self._compiled(found), table, size):
                yield [tuple(map(python, row, live)) for row in block]

    def oldest_day(
        self, first: object, column: Column, zone: str, column_zone: str | None
    ) -> date | None:
        seen = python(first, column)
        return day_of(seen, zone, column_zone) if isinstance(seen, date) else None

    def window(self, dataset: str, where: Predicate, after: Key | None, size: int) -> Window | None:
        """As for all, but the rows are numbered after they were bounded: this server would number
        all that are left."""
        render = self.renderer()
        rows = render.rows(dataset)
        key = [rows.c[c.name] for c in render.key_columns(dataset)]
        if after is None:
            self._refuse_keyless(dataset, where)
        ahead = [render.where(dataset, where, rows)]
        if after is not None:
            ahead.append(render.behind(dataset, after, rows))
        stretch = sa.select(*key).where(*ahead).order_by(*key).limit(size).subquery("w")
        number = sa.func.row_number().over(order_by=list(stretch.c)).label("n")
        last = sa.select(*stretch.c, number).order_by(number.desc()).limit(1)
        found = self.select(last, dataset)
        return Window(after, tuple(found[0][:-1]), int(found[0][-1])) if found else None

    # --- key sets ------------------------------------------------------------------------

    def make_set(self, columns: tuple[Column, ...], entries: Sequence[Entry]) -> KeySet:
        keys = tuple(map(kept, columns))
        if self._access is Access.READ:
            return KeySet(keys, None, tuple(entries))
        self._made += 1
        made = KeySet(keys, f"avow_k{self._made}")
        self._do("", key_table_made(made.table or "", keys))
        if self._in_batch:
            self._made_inside.append(made)
        self.fill_set(made, entries)
        return made

    def empty_set(self, made: KeySet) -> None:
        """Made anew under its name. Rows that were deleted stay in the table for a while, and the
        server, which counts them, would soon find it dearer to go from the keys to rows than to
        read linked tables whole."""
        table = made.table or ""
        if self._in_batch:
            self._emptied_inside.add(table)
        self._do("", f"DROP TEMPORARY TABLE {table}")
        self._do("", key_table_made(table, made.columns))

    def fill_set(self, made: KeySet, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        marks = ", ".join(["%s"] * (len(made.columns) + 2))
        with refusals(""), self.raw.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {made.table} VALUES ({marks})",  # noqa: S608 (our own name)
                [tuple(map(stored, (subject, *key, day))) for subject, key, day in entries],
            )

    def filled(self, made: KeySet, added: int) -> None:
        """Looking at a table ends the transaction here; the server guesses by the index."""

    def forget_set(self, made: KeySet) -> None:
        """Inside a batch the table stays until its end: a drop could not be undone."""
        if made.table is None:
            return
        if self._in_batch:
            self._dropped_inside.append(made)
        else:
            self._do("", f"DROP TEMPORARY TABLE {made.table}")

    def relation(self, made: KeySet) -> sa.FromClause:
        self._made += 1
        names = [SUBJECT, *(f"k{n}" for n, _ in enumerate(made.columns, 1)), DAY]
        alias = f"k{self._made}"
        if made.table is not None:
            columns: list[sa.ColumnClause[Any]] = [sa.column(n) for n in names]
            return sa.table(made.table, *columns).alias(alias)
        return bound_keys(made.columns, made.held, names, alias)

    def _found(self, dataset: str, identity: Identity, given: KeySet) -> sa.Select[Any]:
        render = self.renderer()
        rows, wanted = render.other(dataset), self.relation(given)
        column = render.column(dataset, identity.field)
        if column.inside is not None and column.inside.each:
            raise Refused("form", dataset, identity.field)
        shown = (column, render.of(dataset, identity.field, rows))
        if column.kind is not ColumnKind.TEXT:
            shown = (VALUE, render.text(shown[1], column))
        known, asked = sa.select(wanted.c[SUBJECT]), (kept(VALUE), wanted.c.k1)
        return render.meeting(known, [(asked, shown)], identity.normalise, rows, dataset)

    def _reached(self, edge: Edge, to: Side, giver: str) -> sa.Select[Any]:
        """The giver's values are gathered first, once for all rows of the other side."""
        render = self.renderer()
        down = to is Side.CHILD
        there, here = (edge.child, edge.parent) if down else (edge.parent, edge.child)
        rows, start, held = render.other(there), render.other(here), self._key_relation(giver)
        child, parent = (rows, start) if down else (start, rows)
        mine, theirs, listed = render.ends(edge, child, parent)
        given, asked = (theirs, mine) if down else (mine, theirs)
        by_field = dict(zip(render.key(here), key_pairs(held), strict=True))
        speaks = [*render.speaks(edge, child), *render.filled(edge, mine)]
        known = sa.select(held.relation.c[SUBJECT])
        if down and set(edge.parent_fields) <= set(by_field):
            # The pointer names the key itself: rows count even if the row they name is gone.
            given = [by_field[f] for f in edge.parent_fields]
        else:
            at = ((render.column(here, f), start.c[f]) for f in by_field)
            met = (render.same(a, pair) for a, pair in zip(at, by_field.values(), strict=True))
            known = known.where(*met, *([] if down else speaks))
            known = known.select_from(start, *([] if down else listed))
        pairs, beside = list(zip(given, asked, strict=True)), listed if down else []
        also = speaks if down else []
        return render.meeting(known, pairs, edge.normalise, rows, there, beside, also)

    # --- writing -------------------------------------------------------------------------

    def changing(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank] | None,
        window: Window | None,
    ) -> int:
        self._open_to_batches(dataset, deleting=not blanks)
        if not blanks and self._self_pointers(dataset):
            return self._removed_together(dataset, where, window)
        if blanks and not self.renderer().emptied(dataset, blanks):
            return 0

        def rendered() -> sa.Update | sa.Delete:
            render = self.renderer()
            if blanks:
                return self._emptying(render, dataset, where, blanks, window)
            return self._deleting(render, dataset, where, window)

        if window is not None:
            return self.run(rendered(), dataset)
        emptied = tuple((column, repr(how)) for column, how in (blanks or {}).items())
        question = ("change", dataset, where, emptied)
        return self.run(self._once(question, key_sets(where), rendered), dataset)

    def _open_to_batches(self, dataset: str, *, deleting: bool = False) -> None:
        """What is done in a closed table could not be undone, or removed values would stay."""
        live = self.catalogue()
        for name in live.changed_with(dataset) if deleting else (dataset,):
            if (table := live.tables.get(name)) is not None and table.closed is not None:
                raise Refused("other", name, str(table.closed))

    def statement(self, dataset: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
        render = self._rendering(1)
        made: sa.Update | sa.Delete = (
            self._emptying(render, dataset, where, blanks)
            if blanks
            else self._deleting(render, dataset, where)
        )
        try:
            settings = {"literal_binds": True, "render_postcompile": True}
            shown = made.compile(dialect=self.shown_as, compile_kwargs=settings)
        except CompileError:  # a constant that the library cannot write out, such as bytes
            shown = made.compile(dialect=self.shown_as)
        return str(shown)

    def _deleting(
        self, render: MariadbRenderer, dataset: str, where: Predicate, window: Window | None = None
    ) -> sa.Delete:
        these = self._these(render, dataset, where, window)
        return sa.delete(render.rows(dataset)).where(*these)

    def _emptying(
        self,
        render: MariadbRenderer,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank],
        window: Window | None = None,
    ) -> sa.Update:
        rows = render.rows(dataset)
        new = render.emptied(dataset, blanks)
        these = self._these(render, dataset, where, window)
        made = render.changes(dataset, where, new)
        values = {rows.c[f]: e for f, e in made.items()}
        return (
            sa.update(rows)
            .values(values | self._as_it_is(rows, made))
            .where(*these, render.differs(dataset, new, where))
        )

    def beside(self, rows: sa.TableClause, new: Mapping[str, Expression]) -> dict[str, Expression]:
        """Columns with `ON UPDATE CURRENT_TIMESTAMP` keep their value: nobody changed the row."""
        stamped = self.stamped.get(str(rows.name), ())
        return {f: rows.c[f] for f in stamped if f not in new}

    def _as_it_is(
        self, rows: sa.TableClause, new: Mapping[str, Expression]
    ) -> dict[Any, Expression]:
        return {rows.c[f]: e for f, e in self.beside(rows, new).items()}

    def _these(
        self, render: MariadbRenderer, dataset: str, where: Predicate, window: Window | None
    ) -> list[sa.ColumnElement[bool]]:
        """The rows of the outermost table that satisfy `where`.

        Their keys are found first and the rows then met by them: a statement that changes a table
        finds the rows of others slowly, and may not look at the table itself again.
        """
        rows = render.rows(dataset)
        if not render.is_kept_apart(dataset):
            return [render.where(dataset, where, rows), *render.within(dataset, window, rows)]
        named = render.keys_of(dataset, where, window).subquery("d")
        return [rows.c[f] == named.c[f] for f in render.key(dataset)]

    def _self_pointers(self, dataset: str) -> tuple[str, ...]:
        """Columns that point into their own table, where the server would refuse to delete two rows
        that point to each other: it looks at every row alone."""
        table = self.catalogue().tables.get(dataset)
        free = {c.name for c in table.columns if c.nullable and not c.generated} if table else set()
        return tuple(
            f
            for k in self.catalogue().foreign_keys
            if k.child == k.parent == dataset and k.on_delete.value in {"no action", "restrict"}
            for f in k.child_fields
            if f in free
        )

    def _removed_together(self, dataset: str, where: Predicate, window: Window | None) -> int:
        """Delete rows that may point to each other: their pointers are emptied before."""
        render = self.renderer()
        rows = render.other(dataset)
        going = self.make_set(render.key_columns(dataset), ())
        name, self._sets[name] = f"avow.{going.table}", going
        key = render.key_values(dataset, rows)
        found: sa.Select[Any] = sa.select(sa.literal_column("1")).add_columns(*key)
        found = found.where(render.where(dataset, where, rows))
        self._add(name, found.where(*render.within(dataset, window, rows)), dataset)
        mine = InKeys(render.key(dataset), name)
        null = {f: Blank(BlankKind.NULL) for f in self._self_pointers(dataset)}
        try:
            self.run(self._emptying(self.renderer(), dataset, mine, null), dataset)
            return self.run(self._deleting(self.renderer(), dataset, mine), dataset)
        finally:
            self.drop_keys(name)

    def locked(self, dataset: str, where: Predicate) -> int:
        question = ("lock", dataset, where)
        found = self._once(question, key_sets(where), lambda: self.locking(dataset, where))
        return len(self.select(found, dataset))

    def locking(self, dataset: str, where: Predicate) -> sa.Select[Any]:
        """Their keys are read first and in order, so that only the rows themselves are locked."""
        render = self.renderer()
        rows, key = render.rows(dataset), render.key(dataset)
        one: sa.Select[Any] = sa.select(sa.literal_column("1").label("one"))
        if not render.is_kept_apart(dataset):
            found = one.select_from(rows).where(render.where(dataset, where, rows))
            found = found.order_by(*(rows.c[f] for f in key))
        else:
            keys = render.keys_of(dataset, where, None)
            ordered = keys.order_by(*keys.selected_columns).limit(_ALL)  # a limit keeps the order
            named = ordered.subquery("d")
            found = one.select_from(named, rows).prefix_with("STRAIGHT_JOIN")
            found = found.where(*(rows.c[f] == named.c[f] for f in key))
        return found.with_for_update()

    # --- bringing back -------------------------------------------------------------------

    def exact(self, expression: Expression) -> Expression:
        return expression

    def given_back(self, content: object, column: Column) -> Expression:
        del column
        return value(content)

    def taken(self, expression: Expression, column: Column) -> Expression:
        return copied(expression, column)

    def same_row(
        self,
        render: Renderer,
        dataset: str,
        rows: sa.FromClause,
        key: Sequence[str],
        given: Mapping[str, object],
    ) -> list[Condition]:
        self._open_to_batches(dataset)
        live = {f: render.column(dataset, f) for f in key}
        return [self.renderer().holds(c, rows.c[f], value(given[f])) for f, c in live.items()]

    def _restored(
        self, dataset: str, key: Sequence[str], blanks: Mapping[str, Blank], row: tuple[object, ...]
    ) -> int:
        self._open_to_batches(dataset)
        render = self.renderer()
        rows = render.rows(dataset)
        live = {f: render.column(dataset, f) for f in (*key, *blanks)}
        given = dict(zip(live, map(value, row), strict=True))
        same = [render.holds(live[f], rows.c[f], given[f]) for f in key]
        values = {rows.c[f]: given[f] for f in blanks if not live[f].generated}
        if not values:
            return 0
        values |= self._as_it_is(rows, dict.fromkeys(blanks, sa.null()))
        blank = sa.not_(render.differs(dataset, render.emptied(dataset, blanks)))
        return self.run(sa.update(rows).values(values).where(*same, blank), dataset)

    def inserting(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        """Row by row, since the server looks at pointers so: rows that point to later ones wait."""
        self._open_to_batches(dataset)
        render = self.renderer()
        named = [render.column(dataset, c).name for c in columns]
        into, places = insertion(dataset, named, [c.name for c in render.key_columns(dataset)])
        waiting, done = list(rows), 0
        while waiting:
            left: list[tuple[object, ...]] = []
            last: Refused | None = None
            for row in waiting:
                try:
                    found = [*map(stored, row), *(stored(row[p]) for p in places)]
                    done += self._do(dataset, into, found)
                except Refused as refused:
                    if not self._points_to_itself(dataset, refused):
                        raise
                    left.append(row)
                    last = refused
            if last is not None and len(left) == len(waiting):
                raise last
            waiting = left
        self._added[dataset] += done
        return done

    def _points_to_itself(self, dataset: str, refused: Refused) -> bool:
        mine = {k.name for k in self.catalogue().foreign_keys if k.child == k.parent == dataset}
        return refused.kind == "constraint" and refused.constraint in mine

    # --- transactions --------------------------------------------------------------------

    def begin(self) -> None:
        self._do("", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ WRITE")

    def end(self, *, keep: bool) -> None:
        """Temporary tables are not undone here: those that the batch made are dropped when it is,
        and those that it dropped when it is kept. Key sets that it emptied are forgotten when it is
        undone: nobody may take them for what they were."""
        emptied = set() if keep else self._emptied_inside
        lost = {n: made for n, made in self._sets.items() if made.table in emptied}
        self._sets = {n: made for n, made in self._sets.items() if n not in lost}
        gone = self._dropped_inside if keep else [*self._made_inside, *lost.values()]
        self._dropped_inside, self._made_inside, self._emptied_inside = [], [], set()
        try:
            self._do("", "COMMIT" if keep else "ROLLBACK")
            for each in gone:
                self._do("", f"DROP TEMPORARY TABLE IF EXISTS {each.table}")
        except Refused as refused:
            if keep or refused.kind != "lost":
                raise

    def tally(self, tables: Sequence[str]) -> dict[str, int]:
        """See `Tallies` of the check."""
        changed = changeable(self.catalogue(), self.held, tables)
        return {n: self._added[n] if by_us else self.count(n, TRUE) for n, by_us in changed}

    def leave_receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        if not self._receipts:
            raise Refused("rights", RECEIPTS)
        self._do(
            RECEIPTS,
            f"INSERT INTO {RECEIPTS} (plan, step, batch, `rows`) VALUES (%s, %s, %s, %s)",  # noqa: S608 (our own name)
            (plan, step, batch, rows),
        )

    def effects(self, tables: Sequence[str]) -> list[str]:
        with refusals(""):
            return refresh(self.raw, tables)
