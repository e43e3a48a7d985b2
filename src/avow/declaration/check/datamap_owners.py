"""AV304 to AV306, AV312, AV330: whose rows these are."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, error
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce
from avow.estate.datamap.mailboxes import is_view
from avow.estate.datamap.model import Dataset, LinkWord, System

_OWNED = (LinkWord.OWNED_BY, LinkWord.COPY_OF)
_FROM_THERE = (LinkWord.OWNED_BY, LinkWord.ACCESSED_BY, LinkWord.COPY_OF)


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Each dataset belongs to persons, as themselves or over a link, or for a reason to nobody."""
    del law, universe
    for system, dataset in declaration.datamap.datasets():
        yield from _nobodys(dataset) if not dataset.is_personal else _persons(system, dataset)
        yield from _taken_for_ours(system, dataset)
    for system in declaration.datamap.systems.values():
        if not system.datasets:
            yield error("AV306", f"the system `{system.name}` has no dataset", system.place)


def _nobodys(dataset: Dataset) -> Iterator[Found]:
    if not dataset.nobody:
        what = f"`{dataset.name}` is nobody's, and no reason is given"
        yield error("AV304", what, dataset.place, hint="say why under `because`")
    if dataset.fields or dataset.rest or dataset.identities or dataset.subject:
        what = f"`{dataset.name}` is nobody's, and yet its columns speak of persons"
        yield error("AV306", what, dataset.place, hint="say whose rows they are")


def _persons(system: System, dataset: Dataset) -> Iterator[Found]:
    if not (dataset.subject or dataset.sphere_field or _is_given(system, dataset)):
        yield error(
            "AV305",
            f"nobody knows whose rows `{dataset.name}` holds",
            dataset.place,
            hint="say `subject`, a link such as `owned_by`, or `owned_by: nobody` and `because`",
        )
    if not (dataset.fields or dataset.rest or is_view(system, dataset.name)):
        yield error(
            "AV306",
            f"`{dataset.name}` holds persons' rows, and nothing is said of its columns",
            dataset.place,
            because="in a dataset that belongs to persons nothing is not personal",
            hint="say under `rest` which category every other column is",
        )
    if not dataset.key and (dataset.subject or dataset.identities):
        what = f"the rows of `{dataset.name}` are persons, and its key is not declared"
        yield error("AV312", what, dataset.place, hint="declare its `key`")


def _taken_for_ours(system: System, dataset: Dataset) -> Iterator[Found]:
    """Rows that belong to another controller's, and say nothing of it, fall under our own rules."""
    for link in dataset.links if dataset.is_ours else ():
        target = system.datasets.get(link.to)
        if target is not None and not target.is_ours and link.word in _OWNED:
            yield defect(
                "AV330",
                Severity.W,
                f"`{dataset.name}` belongs to rows of `{link.to}`, which we hold for others, "
                "and is taken for ours",
                link.place,
                because="our periods and erasures would reach it, and its controller's would not",
                hint="say `sphere: {processor_for: COLUMN}`; or `no_right`, where it is ours",
                about=(dataset.name,),
            )


def _is_given(system: System, dataset: Dataset) -> bool:
    """Whether some link gives a right to its rows."""
    own = any(link.word in _FROM_THERE for link in dataset.links)
    return own or any(
        link.to == dataset.name and link.word in (LinkWord.OWNS, LinkWord.ACCESSES)
        for other in system.datasets.values()
        for link in other.links
    )
