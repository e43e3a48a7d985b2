"""AV606, AV607: fields inside a column."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, error, listed
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce
from avow.estate.datamap.model import Dataset, structure
from avow.estate.datamap.paths import column_of, inside


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Only a link names the elements of a list, and what stands inside a column ends with it."""
    del law, universe
    for _, dataset in declaration.datamap.datasets():
        yield from _in_lists(dataset)
        if dataset.is_personal and dataset.is_ours:
            yield from _apart(dataset)


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


def _apart(dataset: Dataset) -> Iterator[Found]:
    """Columns that outlive their own end, for the sake of something inside them."""
    named = {f.name: f.category for f in dataset.fields if not _is_in_list(f.name)}
    held = structure(dataset) | {i.field for i in dataset.identities}
    for column in sorted({column_of(f) for f in held | named.keys()}):
        own = named.get(column, None if column in held else dataset.rest)
        within = [f for f in named if f != column and column_of(f) == column]
        within = [f for f in within if named[f] != own]
        within += [f for f in held if f != column and column_of(f) == column]
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
