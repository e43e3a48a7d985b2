"""AV316, AV317, AV606, AV607: fields inside a column."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, error, listed
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce
from avow.estate.datamap.model import Dataset, structure
from avow.estate.datamap.paths import as_value, column_of, inside
from avow.estate.datamap.readings import moment_columns


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Only a link names the elements of a list, only an event reads a leaf as a moment, and what
    stands inside a column ends with it."""
    del law, universe
    for system, dataset in declaration.datamap.datasets():
        yield from _in_lists(dataset)
        yield from _moments(dataset)
        if dataset.is_personal and dataset.is_ours:
            yield from _apart(dataset, moment_columns(system, dataset.name))


def _moments(dataset: Dataset) -> Iterator[Found]:
    """Moments that nothing can read, or that are named for something else."""
    for event in dataset.events:
        for source in event.sources:
            for name in filter(None, (source.field, source.moved_by)):
                if _is_in_list(name):
                    yield error(
                        "AV316",
                        f"`{event.event}` is read from `{name}`, which stands in a list",
                        event.place,
                        because="a row has one moment of an event, and a list may hold several",
                        hint="name a leaf or a column that says when, or the event of a parent",
                    )
    others = {*dataset.key, *structure(dataset), *dataset.blanks}
    others |= {f.name for f in dataset.fields} | {i.field for i in dataset.identities}
    others |= {s.cancelled_by for e in dataset.events for s in e.sources if s.cancelled_by}
    for name in sorted(others):
        if (value := as_value(name)) != name:
            what = f"`{name}` of `{dataset.name}` is read as a moment, which only an event does"
            yield error("AV317", what, dataset.place, hint=f"name the leaf: `{value}`")


def _in_lists(dataset: Dataset) -> Iterator[Found]:
    pointers = {c for link in dataset.links for c in (*link.parent_fields, *_when(link.when))}
    named = {*dataset.key, *(f.name for f in dataset.fields), *pointers, *dataset.blanks}
    named |= {i.field for i in dataset.identities}
    for name in sorted(named):
        if _is_in_list(name):
            yield error(
                "AV606",
                f"`{name}` of `{dataset.name}` stands in a list, which only a link may point from",
                dataset.place,
                hint="name the column, or the list as the `field` of a link",
            )


def _is_in_list(field: str) -> bool:
    place = inside(field)
    return place is not None and place.each


def _when(when: tuple[tuple[str, str], ...]) -> Iterator[str]:
    return (column for column, _ in when)


def _apart(dataset: Dataset, moments: frozenset[str]) -> Iterator[Found]:
    """Columns that outlive their own end, for the sake of something inside them. A moment does not
    keep its column where all of the row ends at once: then the row goes."""
    named = {f.name: f.category for f in dataset.fields if not _is_in_list(f.name)}
    held = structure(dataset) | {i.field for i in dataset.identities}
    if len(dataset.categories()) > 1:
        held |= {as_value(f) for f in moments if not _is_in_list(f)}
    for column in sorted({column_of(f) for f in held | named.keys()}):
        own = named.get(column, None if column in held else dataset.rest)
        within = [f for f in named if f != column and column_of(f) == column]
        within = [f for f in within if named[f] != own]
        within += sorted(f for f in held if f != column and column_of(f) == column)
        within = list(dict.fromkeys(within))
        if own is not None and within:
            yield defect(
                "AV607",
                Severity.W,
                f"the rest of `{column}` in `{dataset.name}` goes only with what is inside",
                dataset.place,
                because=f"{listed(within)} may have to stay when `{own}` ends",
                hint="give them one category, or name what else the column holds field by field",
                about=(dataset.name, column),
            )
