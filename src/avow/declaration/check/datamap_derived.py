"""AV325 to AV327: what is made from other rows, and cannot be made again."""

from __future__ import annotations

from collections.abc import Iterator

from avow.declaration.check.found import Found, error
from avow.declaration.check.universe import Universe
from avow.declaration.loading.nodes import meant
from avow.declaration.model import Declaration, InForce
from avow.estate.datamap.derived import source_edge_of
from avow.estate.datamap.model import Dataset, Derivation, System, Then


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """What is made from rows names them, and says by which columns they are known."""
    del law, universe
    for system, dataset in declaration.datamap.datasets():
        for how in dataset.derived:
            if how.of not in system.datasets:
                what = f"`{dataset.name}` is made from `{how.of}`, which is no dataset here"
                yield error("AV325", what, how.place, hint=meant(how.of, system.datasets))
                continue
            yield from _columns(system, dataset, how)
            yield from _chain(system, dataset, how)


def _columns(system: System, dataset: Dataset, how: Derivation) -> Iterator[Found]:
    if how.then is Then.REFRESH:
        if how.fields or how.source_fields:
            what = f"`{dataset.name}` is refreshed whole, and columns are compared"
            yield error("AV326", what, how.place, hint="leave `field` and `parent_field` away")
        return
    edge = source_edge_of(system, dataset, how)
    if not edge.child_fields or len(edge.child_fields) != len(edge.parent_fields):
        yield error(
            "AV326",
            f"which rows of `{dataset.name}` are made from which of `{how.of}` is not said",
            how.place,
            hint="name as many columns under `field` as under `parent_field`, or as the key has",
        )


def _chain(system: System, dataset: Dataset, how: Derivation) -> Iterator[Found]:
    """What follows from what is computed again is not followed any further."""
    source = system.datasets[how.of]
    circle = how.then is Then.ERASE and dataset.name in _erased(system, how.of)
    further = {d.of for d in source.derived if d.then is Then.RECOMPUTE} - {source.name}
    if circle or (how.then is Then.RECOMPUTE and source is not dataset and further):
        yield error(
            "AV327",
            f"`{dataset.name}` is made from `{how.of}`, which is made from others itself",
            how.place,
            because="rows that go with each other in a circle have no beginning, and what is "
            "computed again from what was computed again would still be the old",
            hint=f"say of `{dataset.name}` which rows it is made from in the end",
        )


def _erased(system: System, name: str) -> frozenset[str]:
    """The datasets with whose rows those of a dataset go, over any number of steps."""
    found, todo = {name}, [name]
    while todo:
        for how in system.datasets[todo.pop()].derived:
            if how.then is Then.ERASE and how.of in system.datasets and how.of not in found:
                found.add(how.of)
                todo.append(how.of)
    return frozenset(found)
