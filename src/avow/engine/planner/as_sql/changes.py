"""The script that changes: every step of an approved plan in bounded batches of their own.

It does what `sweep.py` does on a connection: windows of keys in order, the rows that go along
before their own, and no row more than was approved. What it may not do it writes into a table of
its own, `avow_state`; from then on no statement of it finds a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from avow.engine.planner.as_sql.frames import Frame
from avow.engine.planner.as_sql.offline import Offline, SqliteOffline
from avow.engine.planner.keysets import KeySet
from avow.engine.planner.plan import Part, Plan, PlannedStep
from avow.engine.planner.program import Move, Step
from avow.engine.planner.ramp import narrowed
from avow.estate.connectors.sql import SqlBatch
from avow.estate.datamap.predicates import InKeys, all_of

SIZE = 2_000
"""Rows of a batch."""
WAYS = 60
"""Batches that a script for SQLite, which knows no loop, says one after the other at the most."""
_SIZE_HERE = "avow_size"
LATE, SCHEMA, MORE, FORM, STUCK = "late", "schema", "more", "form", "stuck"
"""Words of what stops a script by itself; an engine's own code is one too."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The statements of one batch of a step: which keys, the rows along, the rows themselves, of
    which the last statement tells how many they were."""

    number: int
    planned: PlannedStep
    go: str
    fill: str
    along: tuple[str, ...]
    own: tuple[str, ...]
    left: str
    cut: bool
    most: int

    @property
    def size(self) -> int:
        """Rows of a window. On the ramp rows along count too: there one row at a time."""
        return 1 if self.cut and self.along else SIZE


@dataclass(frozen=True, slots=True)
class Changing:
    """What a script of changes is made of. `schema` is the structure, in digits, that the counts
    were taken with; the script runs on no other, and not after `until`."""

    frame: Frame
    connection: Offline
    plan: Plan
    facts: tuple[KeySet, ...]
    schema: str
    until: date

    def whole(self) -> str:
        """The script."""
        frame = self.frame
        parts = [*frame.settings(f"changes, approved as {self.plan.id}"), frame.begun("apply")]
        parts += self._tables()
        batches = list(self._batches())
        parts += (f"{s};" for s in self._taken())
        parts += self._guards()
        for batch in batches:
            parts += [f"-- step {batch.number}: {batch.planned.step.move}", *self._steps(batch)]
        parts += self._told()
        parts += self._effects()
        return "\n".join((*parts, frame.ended("apply"), ""))

    def place(self, table: str) -> str:
        """A table of the script."""
        return self.connection.place(table)

    def _tables(self) -> Iterator[str]:
        temp = "TEMP" if self.frame.engine == "sqlite" else "TEMPORARY"
        yield f"CREATE {temp} TABLE avow_state (step integer, why varchar(40));"
        yield f"CREATE {temp} TABLE avow_moved (step integer, own bigint, along bigint);"
        yield f"CREATE {temp} TABLE avow_begun (step integer);"
        yield "-- What must stay, by local keys: holds, restrictions and open requests."
        for known in self.facts:
            self.connection.put_keys(known.name, known.dataset, known.rows)

    def _taken(self) -> list[str]:
        taken = list(self.connection.written)
        self.connection.written.clear()
        return taken

    def _guards(self) -> Iterator[str]:
        frame = self.frame
        yield self._stop(LATE, frame.later_than(self.until))
        known = f"UPPER(({frame.structure(self.connection)}))"
        yield self._stop(SCHEMA, f"{known} <> '{self.schema.upper()}'")
        if isinstance(self.connection, SqliteOffline):
            for odd in self.connection.moments.values():
                yield self._stop(FORM, f"({odd}) > 0")

    def _stop(self, why: str, when: str) -> str:
        values = f"SELECT -1 AS step, '{why}' AS why"
        return f"INSERT INTO {self.place('avow_state')} SELECT * FROM ({values}) AS v WHERE {when};"  # noqa: S608

    # --- batches -------------------------------------------------------------------------

    def _batches(self) -> Iterator[Batch]:
        number = 0
        for part in self.plan.parts:
            for place, planned in enumerate(part.steps):
                if planned.bound or self._spares(part, place):
                    yield self._batch(part, place, number)
                number += 1

    def _batch(self, part: Part, place: int, number: int) -> Batch:
        planned, cut = part.steps[place], self.plan.is_cut
        step = narrowed(part, place, self.connection.catalogue(), cut=cut)
        key = self.connection.system.datasets[step.dataset].key
        name = f"go.{number}"
        before = self._taken()
        self.connection.put_keys(name, step.dataset, [])
        self.connection.written[:0] = before
        made = self._taken()
        mine = InKeys(key, name)
        batch = SqlBatch(self.connection)
        along = []
        for each in reversed(step.along):
            batch.remove(each.edge.child, each.pointing(mine))
            along += self._taken()
        self._move(batch, step, mine)
        own = tuple(self._taken())
        fill = self._fill(step, name)
        self.connection.written[:] = made
        return Batch(
            number,
            planned,
            self.place(self.connection._set(name).table or ""),  # noqa: SLF001 (its own half)
            fill,
            tuple(along),
            own,
            self._left(part, place, number),
            planned.bound < planned.measure.rows,
            planned.bound + sum(self._spares(part, place).values()),
        )

    def _move(self, batch: SqlBatch, step: Step, mine: InKeys) -> None:
        if step.move is not Move.DELETE:
            batch.blank(step.dataset, all_of([mine, step.where]), step.blanks)
            return
        # They were locked when they were found due; once rows along are gone nothing says so.
        batch.remove(step.dataset, mine)

    def _fill(self, step: Step, name: str) -> str:
        """Take the next keys, and lock their rows where the engine can."""
        connection = self.connection
        render = connection.renderer()
        rows = render.rows(step.dataset)
        key = [rows.c[c.name] for c in render.key_columns(step.dataset)]
        where = [render.where(step.dataset, step.where, rows)]
        if step.move is not Move.DELETE:
            new = render.emptied(step.dataset, step.blanks)
            where.append(render.differs(step.dataset, new, step.where))
        found = sa.select(sa.literal_column("0"), *key, sa.null()).where(*where)
        found = found.order_by(*key).limit(sa.literal_column(_SIZE_HERE))
        if self.frame.engine != "sqlite":
            found = found.with_for_update()
        table = self.place(connection._set(name).table or "")  # noqa: SLF001 (its own half)
        return f"INSERT INTO {table} {connection.literal(found, step.dataset)}"

    def _spares(self, part: Part, place: int) -> dict[int, int]:
        """Steps before that delete rows of the same dataset, with their bounds: what was approved
        to go and did not, this step may blank."""
        step = part.steps[place].step
        first = next(n for p, n in self._firsts() if p is part)
        if self.plan.is_cut or step.move is Move.DELETE:
            return {}
        return {
            first + earlier: each.bound
            for earlier, each in enumerate(part.steps[:place])
            if each.step.move is Move.DELETE and each.step.dataset == step.dataset
        }

    def _firsts(self) -> Iterator[tuple[Part, int]]:
        number = 0
        for part in self.plan.parts:
            yield part, number
            number += len(part.steps)

    def _left(self, part: Part, place: int, number: int) -> str:
        """How many rows the step may still move, as an expression."""
        planned = part.steps[place]
        cut = planned.bound < planned.measure.rows
        spares = self._spares(part, place)
        total = planned.bound + sum(spares.values())
        minus = [self._sum("own + along" if cut else "own", number)]
        minus += [self._sum("own", each) for each in spares]
        return " - ".join((str(total), *minus))

    def _sum(self, what: str, step: int) -> str:
        found = f"SELECT SUM({what}) FROM {self.place('avow_moved')} WHERE step = {step}"  # noqa: S608
        return f"COALESCE(({found}), 0)"

    # --- steps in each engine's words ----------------------------------------------------

    def _steps(self, batch: Batch) -> Iterator[str]:
        match self.frame.engine:
            case "postgresql":
                yield self._postgresql(batch)
            case "mariadb":
                yield self._mariadb(batch)
            case _:
                yield from self._sqlite(batch)

    def _size(self, batch: Batch) -> str:
        return f"least({batch.size}, avow_left)" if batch.cut else str(batch.size)

    def _postgresql(self, batch: Batch) -> str:
        """A loop in an anonymous block; each batch is a transaction."""
        count = "GET DIAGNOSTICS avow_n = ROW_COUNT; avow_{0} := avow_{0} + avow_n;"
        along = "\n".join(f"{s}; {count.format('along')}" for s in batch.along)
        own = "".join(f"{s};\n" for s in batch.own) + count.format("own")
        body = f"""
#variable_conflict use_column
DECLARE avow_left bigint; avow_size bigint; avow_found bigint; avow_own bigint; avow_along bigint;
    avow_n bigint; avow_why text;
BEGIN
  IF {batch.left} <= 0 THEN RETURN; END IF;
  LOOP
    avow_left := {batch.left};
    EXIT WHEN EXISTS (SELECT 1 FROM pg_temp.avow_state){" OR avow_left <= 0" if batch.cut else ""};
    avow_size := {self._size(batch)}; avow_own := 0; avow_along := 0; avow_why := NULL;
    BEGIN
      DELETE FROM {batch.go};
      {batch.fill};
      GET DIAGNOSTICS avow_found = ROW_COUNT;
      IF avow_found > avow_left THEN
        avow_why := '{MORE}';
      ELSIF avow_found > 0 THEN
        {along}
        {own}
        SET CONSTRAINTS ALL IMMEDIATE;
        IF avow_own = 0 THEN RAISE EXCEPTION USING ERRCODE = 'AVOWS'; END IF;
        INSERT INTO pg_temp.avow_moved VALUES ({batch.number}, avow_own, avow_along);
      END IF;
    EXCEPTION WHEN OTHERS THEN
      avow_why := CASE SQLSTATE WHEN 'AVOWS' THEN '{STUCK}' ELSE SQLSTATE END;
    END;
    IF avow_why IS NOT NULL THEN
      INSERT INTO pg_temp.avow_state VALUES ({batch.number}, avow_why);
    END IF;
    COMMIT;
    EXIT WHEN avow_why IS NOT NULL OR avow_found = 0;
  END LOOP;
END
"""  # noqa: S608 (values are quoted by the library)
        tag = "$avow$"
        while tag in body:
            tag = f"$avow{len(tag)}$"
        return f"DO {tag}{body}{tag};"

    def _mariadb(self, batch: Batch) -> str:
        """A loop in a block that is no procedure; each batch is a transaction."""
        count = "SET avow_{0} = avow_{0} + ROW_COUNT();"
        along = "\n".join(f"{s}; {count.format('along')}" for s in batch.along)
        own = "".join(f"{s};\n" for s in batch.own) + count.format("own")
        mark = "//avow//"
        body = f"""BEGIN NOT ATOMIC
DECLARE avow_left, avow_found, avow_own, avow_along BIGINT DEFAULT 0;
DECLARE avow_size BIGINT;
DECLARE avow_why VARCHAR(40) DEFAULT NULL;
IF {batch.left} > 0 THEN
batches: LOOP
  SET avow_left = {batch.left};
  IF EXISTS (SELECT 1 FROM avow_state){" OR avow_left <= 0" if batch.cut else ""} THEN
    LEAVE batches;
  END IF;
  SET avow_size = {self._size(batch)}, avow_own = 0, avow_along = 0, avow_found = 0;
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION
    BEGIN
      GET DIAGNOSTICS CONDITION 1 avow_why = RETURNED_SQLSTATE;
      ROLLBACK;
    END;
    START TRANSACTION;
    DELETE FROM {batch.go};
    {batch.fill};
    SET avow_found = ROW_COUNT();
    IF avow_found > avow_left THEN
      SET avow_why = '{MORE}';
      ROLLBACK;
    ELSEIF avow_found > 0 THEN
      {along}
      {own}
      IF avow_own = 0 THEN
        SET avow_why = '{STUCK}';
        ROLLBACK;
      ELSE
        INSERT INTO avow_moved VALUES ({batch.number}, avow_own, avow_along);
        COMMIT;
      END IF;
    ELSE
      COMMIT;
    END IF;
  END;
  IF avow_why IS NOT NULL THEN
    INSERT INTO avow_state VALUES ({batch.number}, avow_why);
    LEAVE batches;
  END IF;
  IF avow_found = 0 THEN
    LEAVE batches;
  END IF;
END LOOP;
END IF;
END"""  # noqa: S608 (values are quoted by the library)
        while mark in body:
            mark += "/"
        return f"DELIMITER {mark}\n{body}{mark}\nDELIMITER ;"

    def _sqlite(self, batch: Batch) -> Iterator[str]:
        """No loop: as many batches as the rows that may go need, and one that finds too many."""
        size = max(batch.size, -(-batch.most // WAYS)) if batch.size > 1 else 1
        bounded = f"min({size}, max(0, {batch.left}))" if batch.cut else str(size)
        stopped, moved = self.place("avow_state"), self.place("avow_moved")
        start, mark, end = batch.fill.rpartition(f"LIMIT {_SIZE_HERE}")
        begun = self.place("avow_begun")
        idle = (
            f"EXISTS (SELECT 1 FROM {stopped}) OR NOT EXISTS "  # noqa: S608
            f"(SELECT 1 FROM {begun} WHERE step = {batch.number})"
        )
        select = f"{start}LIMIT CASE WHEN {idle} THEN 0 ELSE {bounded} END"
        yield f"INSERT INTO {begun} SELECT {batch.number} WHERE {batch.left} > 0;"
        for _ in range(-(-batch.most // size) + (not batch.cut)):
            yield f"BEGIN IMMEDIATE;\nDELETE FROM {batch.go};\n{select}{end if mark else ''};"
            yield (
                f"INSERT INTO {stopped} SELECT {batch.number}, '{MORE}' "  # noqa: S608
                f"WHERE (SELECT COUNT(*) FROM {batch.go}) > {batch.left};"
            )
            yield f"DELETE FROM {batch.go} WHERE EXISTS (SELECT 1 FROM {stopped});"  # noqa: S608
            for text in batch.along:
                yield f"{text};\nINSERT INTO {moved} VALUES ({batch.number}, 0, changes());"
            yield from (f"{text};" for text in batch.own)
            yield f"INSERT INTO {moved} VALUES ({batch.number}, changes(), 0);"  # noqa: S608
            yield "COMMIT;"
        yield self._moved_line(batch.number)

    # --- the end -------------------------------------------------------------------------

    def _moved_line(self, number: int) -> str:
        own, along = self._sum("own", number), self._sum("along", number)
        line = self.frame.line(
            "'moved'", f"'{number}'", self.frame.text(own), self.frame.text(along)
        )
        return f"{line};"

    def _told(self) -> Iterator[str]:
        if self.frame.engine != "sqlite":
            yield from (self._moved_line(number) for number, _ in enumerate(self.plan.steps))
        line = self.frame.line("'stopped'", self.frame.text("step"), "why")
        yield f"{line} FROM {self.place('avow_state')};"

    def _effects(self) -> Iterator[str]:
        """Removed values can be read in statistics until a table is looked at again."""
        touched = dict.fromkeys(s.step.dataset for _, s in self.plan.steps if s.bound)
        if self.frame.engine == "postgresql":
            for dataset in touched:
                schema, _, table = dataset.partition(".")
                yield f"ANALYZE {_quoted(schema)}.{_quoted(table)};"


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
