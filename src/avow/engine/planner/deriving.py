"""What is made from rows is made again with them: columns in the same batch, views at the end.

A counter, a search text or a total still tells of a row that has gone. The rows that are made from
those of a batch are found before it moves them, and computed again after, in its own transaction:
whatever ends the process, no batch is kept without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from avow.engine.planner.program import Derives, Move, Step
from avow.estate.connectors.base import Batch, Capability, Connection
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.derived import derivations, source_edge_of
from avow.estate.datamap.model import Blank, BlankKind, System, Then
from avow.estate.datamap.predicates import InKeys, Predicate

COMPUTES = frozenset({"postgresql", "sqlite", "mariadb"})
"""Kinds of system that compute expressions; a connection that only reads does not say so."""
MADE = "made."
"""Begins the names of the key sets of rows that are made from those of a batch."""


def with_derived(system: System, steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, each with what is made from the rows that it moves."""
    all_ = tuple(_derives(system))
    return tuple(replace(s, derives=tuple(_of(all_, s))) for s in steps) if all_ else tuple(steps)


def _derives(system: System) -> Iterator[Derives]:
    for dataset, how in derivations(system, Then.RECOMPUTE):
        edge = source_edge_of(system, dataset, how)
        yield Derives(dataset.name, how.of, edge, dict(how.columns))
    for dataset, how in derivations(system, Then.REFRESH):
        yield Derives(dataset.name, how.of)


def _of(all_: Sequence[Derives], step: Step) -> Iterator[Derives]:
    moved = {step.dataset, *(each.edge.child for each in step.along)}
    for each in all_:
        gone = each.dataset == step.dataset == each.of and step.move is Move.DELETE
        if each.of in moved and not gone:
            yield each


def remade(steps: Iterable[Step]) -> tuple[str, ...]:
    """Everything that is made again with these steps, in the order of the map."""
    return tuple(dict.fromkeys(each.dataset for step in steps for each in step.derives))


@contextmanager
def made_again(connection: Connection, batch: Batch, step: Step, mine: Predicate) -> Iterator[None]:
    """Around the moving of the rows `mine` of a step: find what is made from them, and afterwards
    compute it again."""
    found = [
        (each, _touched(connection, step, each, mine, number))
        for number, each in enumerate(step.derives)
        if each.edge is not None
    ]
    yield
    for each, rows in found:
        blanks = {c: Blank(BlankKind.RECOMPUTE, text) for c, text in each.columns.items()}
        batch.blank(each.dataset, rows, blanks)


def _touched(
    connection: Connection, step: Step, each: Derives, mine: Predicate, number: int
) -> Predicate:
    """The rows that are made from those of a batch, as a key set: once these have gone nobody could
    tell."""
    if each.dataset == each.of == step.dataset:
        return mine
    moved = [mine] if each.of == step.dataset else []
    moved += [a.pointing(mine) for a in step.along if a.edge.child == each.of]
    key, name = connection.system.datasets[each.dataset].key, f"{MADE}{number}"
    found = (connection.fetch(each.dataset, each.made_from(rows), key) for rows in moved)
    keys = dict.fromkeys(k for rows in found for k in rows)
    connection.drop_keys(name)
    connection.put_keys(name, each.dataset, [(n, k, None) for n, k in enumerate(keys)])
    return InKeys(key, name)


def shown(step: Step) -> tuple[str, ...]:
    """What is made again with the rows of a step, for the eyes of who approves."""
    return tuple(line for each in step.derives for line in _lines(each))


def _lines(each: Derives) -> Iterator[str]:
    if each.edge is None:
        yield f"-- then, at the end: {each.dataset} is refreshed"
    for column, text in each.columns.items():
        yield f"-- then, where made from these rows: {each.dataset}.{column} = ({text})"


def underivable(connection: Connection, catalogue: Catalogue, step: Step) -> tuple[str, ...]:
    """Why what is made from the rows of a step cannot be made again here, in words."""
    return tuple(
        f"`{each.dataset}` is made from `{each.of}`: {why}"
        for each in step.derives
        for why in (_view if each.edge is None else _columns)(connection, catalogue, each)
    )


def _view(_: Connection, catalogue: Catalogue, each: Derives) -> Iterator[str]:
    table = catalogue.tables.get(each.dataset)
    if table is None:
        yield "it is not there, or not shown to us"
    elif not table.materialized:
        yield "it is no materialized view, and nothing else can be refreshed"


def _columns(connection: Connection, catalogue: Catalogue, each: Derives) -> Iterator[str]:
    table, datasets = catalogue.tables.get(each.dataset), connection.system.datasets
    kind = connection.system.connector
    if Capability.RECOMPUTE not in connection.capabilities and kind not in COMPUTES:
        yield "this kind of system cannot compute columns again"
    if table is None:
        yield "it is not there, or not shown to us"
        return
    for name in (each.dataset, each.of):
        if not datasets[name].key:
            yield f"`{name}` has no key, so the rows that are touched cannot be told"
    for name in each.columns:
        column = table.column(name)
        if column is None or column.generated or column.inside is not None:
            yield f"its column `{name}` cannot be written"
    if not table.writable:
        yield "it is a view, and holds no rows of its own"
