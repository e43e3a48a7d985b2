"""What can be known before the first write: what the schema would do beside what the plan says.

Cascades are counted with predicates, never collected. A foreign key without an index makes every
parent row read the whole child table: a thousand times slower, measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from avow.engine.planner.plan import Cascade, Measure, Unindexed
from avow.engine.planner.program import Move, Program, Step
from avow.engine.planner.tally import Tally
from avow.estate.connectors.base import Capability, Connection, Refused
from avow.estate.connectors.catalogue import FIRES, Catalogue, Closed, ForeignKey, OnDelete, Table
from avow.estate.connectors.indexing import index_text
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import BlankKind
from avow.estate.datamap.predicates import Predicate, Related, all_of, any_of, leaves, negate

SCANNED = 5_000_000
"""Rows of a table without index that are read per second, warm, on two cores."""


def foreign_edge(key: ForeignKey) -> Edge:
    """A foreign key of the database as an edge that gives no right."""
    return Edge(key.child, key.child_fields, key.parent, key.parent_fields, Right.NONE, Side.CHILD)


def rows_of(step: Step) -> Predicate:
    """The rows a step will move, as they can be told before the earlier steps have run."""
    return step.where if step.counted is None else step.counted


@dataclass(frozen=True, slots=True)
class Fired:
    """A table that a deletion reaches through the database's own referential actions."""

    key: ForeignKey
    where: Predicate


def fired(catalogue: Catalogue, table: str, where: Predicate) -> Iterator[Fired]:
    """Every table that deleting these rows of `table` changes by itself, cascades of cascades
    included; each foreign key once."""
    todo, seen = [(table, where)], set[str]()
    while todo:
        parent, selected = todo.pop()
        for key in catalogue.foreign_keys:
            mark = f"{key.child} {key.name}"
            if key.parent != parent or key.on_delete not in FIRES or mark in seen:
                continue
            seen.add(mark)
            hit = Related(foreign_edge(key), Side.PARENT, selected)
            yield Fired(key, hit)
            if key.on_delete is OnDelete.CASCADE:
                todo.append((key.child, hit))


def cascades(
    tally: Tally, catalogue: Catalogue, program: Program, index: int
) -> tuple[Cascade, ...]:
    """What the database would do to other rows when step `index` deletes, less the plan's own."""
    step = program.steps[index]
    if step.move is not Move.DELETE:
        return ()
    return tuple(
        Cascade(
            each.key.child,
            each.key.name,
            str(each.key.on_delete),
            _left(tally, program.steps, each),
        )
        for each in fired(catalogue, step.dataset, rows_of(step))
    )


def _left(tally: Tally, steps: Sequence[Step], each: Fired) -> int | None:
    """Rows hit by a cascade that no step of the program moves itself; None: cannot be counted."""
    child = each.key.child
    if child not in tally.connection.system.datasets:
        return None
    own = any_of(rows_of(s) for s in steps if s.dataset == child and _takes(s, each.key))
    return tally.count(child, all_of([each.where, negate(own)]))


def _takes(step: Step, key: ForeignKey) -> bool:
    """Whether the step removes the row, or empties the pointer before the cascade would."""
    return step.move is Move.DELETE or (
        key.on_delete is not OnDelete.CASCADE and set(key.child_fields) <= set(step.blanks)
    )


def unindexed(
    catalogue: Catalogue, program: Program, step: Step, measure: Measure, kind: str
) -> tuple[Unindexed, ...]:
    """Links that this step makes the database follow from parent to child without an index.

    For a foreign key of its own it reads the whole child table for every row that goes; for a link
    that only we know, once for every batch. `kind` is the engine's, for the statement that helps.
    """
    wanted: dict[tuple[str, tuple[str, ...]], int] = {}
    for times, child, fields in _followed(catalogue, program, step, measure):
        wanted[child, fields] = max(times, wanted.get((child, fields), 0))
    return tuple(
        _without(table, fields, times, kind)
        for (name, fields), times in sorted(wanted.items())
        if (table := catalogue.tables.get(name)) is not None and not _indexed(table, fields)
    )


def _without(table: Table, fields: tuple[str, ...], times: int, kind: str) -> Unindexed:
    rows = table.rows or table.by_size  # one that was empty when it was looked at says 0
    read = None if rows is None else times * rows
    seconds = None if read is None else round(read / SCANNED, 1)
    return Unindexed(table.name, fields, seconds, read, index_text(kind, table, fields))


def _followed(
    catalogue: Catalogue, program: Program, step: Step, measure: Measure
) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """(how often its table is read when no index helps, table, columns)."""
    if step.move is Move.DELETE:
        for key in catalogue.foreign_keys:
            if key.parent == step.dataset:
                yield measure.rows, key.child, key.child_fields
    batches = max(1, measure.batches)
    for leaf in leaves(step.where):
        if isinstance(leaf, Related) and leaf.to is Side.CHILD:
            yield batches, leaf.edge.child, leaf.edge.child_fields
    for spread in program.spreads:
        if spread.to is Side.CHILD and spread.edge.child == step.dataset:
            yield batches, spread.edge.child, spread.edge.child_fields


def _indexed(table: Table, fields: tuple[str, ...]) -> bool:
    leading = [*table.indexes, table.key, *table.unique]
    return any(set(index[: len(fields)]) == set(fields) for index in leading if index)


def unblankable(catalogue: Catalogue, step: Step) -> tuple[str, ...]:
    """Columns that the step must empty and cannot: not there, computed, or never null."""
    table = catalogue.tables.get(step.dataset)
    if table is None or step.move is Move.DELETE:
        return ()
    found = []
    for name, blank in step.blanks.items():
        column = table.column(name)
        if (
            column is None
            or (column.generated and blank.kind is not BlankKind.RECOMPUTE)
            or (blank.kind is BlankKind.NULL and not column.nullable)
        ):
            found.append(name)
    return tuple(found)


def closed(catalogue: Catalogue, step: Step) -> tuple[tuple[str, Closed], ...]:
    """Tables that the step would change, itself or through the database, and that no batch may."""
    deletes = step.move is Move.DELETE
    names = catalogue.changed_with(step.dataset) if deletes else (step.dataset,)
    tables = (catalogue.tables[n] for n in names if n in catalogue.tables)
    return tuple((t.name, t.closed) for t in tables if t.closed is not None)


def gaps(connection: Connection, catalogue: Catalogue, program: Program) -> tuple[str, ...]:
    """Why what we count here may not be the truth, in words; empty when nothing is unknown."""
    said = []
    if program.facts and Capability.KEYS not in connection.capabilities:
        said.append(f"`{program.system}` cannot hold key sets, so holds cannot be respected there")
    moved = dict.fromkeys(s.dataset for s in program.steps)
    for name in moved:
        said += _closed_to_us(catalogue, program.system, name)
        table = catalogue.tables.get(name)
        if table is not None:
            said += _acts_otherwise(program.system, table)
    for name in _asked(program):
        if name not in moved:
            said += _closed_to_us(catalogue, program.system, name)
    return tuple(said)


def formless(system: str, refusal: Refused) -> str:
    """What cannot be asked of a column, in words."""
    return (
        f"values of `{system}.{refusal.table}` ({refusal.constraint}) cannot be compared with a "
        "day, or not be emptied in the way that the map says"
    )


def _asked(program: Program) -> Iterator[str]:
    """The datasets whose rows a step asks for beside its own."""
    where = (part for s in program.steps for part in (s.where, s.counted) if part is not None)
    related = (p.dataset for each in where for p in leaves(each) if isinstance(p, Related))
    yield from dict.fromkeys(related)


def _closed_to_us(catalogue: Catalogue, system: str, name: str) -> Iterator[str]:
    """Why we do not see every row and value: then a count is no count."""
    table = catalogue.tables.get(name)
    if table is None:
        yield f"`{system}.{name}` is declared and not there, or not shown to us"
    elif table.row_security:
        yield f"row security may hide rows of `{system}.{name}` from us"
    elif table.unreadable:
        columns = ", ".join(table.unreadable)
        yield f"we may not read `{system}.{name}` ({columns}): its owner gives us no right to"


def _acts_otherwise(system: str, table: Table) -> Iterator[str]:
    """Why a change would not be what was asked for."""
    if table.rules:
        yield (
            f"the rule `{table.rules[0]}` of `{system}.{table.name}` may do something else instead "
            "of what we ask for"
        )
    if not table.writable:
        yield (
            f"rows of `{system}.{table.name}` cannot be changed: it is a view, or its system "
            "removes no single rows"
        )
