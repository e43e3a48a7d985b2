"""AV313: a column that breaks a negative promise."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.common.places import Place
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.model import Collected, Declaration, InForce, Never
from avow.estate.datamap.model import Dataset


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Mapped columns with a forbidden name or category, and points that collect such a category.
    Columns that no map names are looked for in the live schema, elsewhere."""
    del law, universe
    for never in declaration.nevers:
        for _, dataset in declaration.datamap.datasets():
            yield from _mapped(never, dataset)
        for point in declaration.points.values():
            for item in point.collects:
                yield from _collected(never, point.id, item)


def _mapped(never: Never, dataset: Dataset) -> Iterator[Found]:
    for column in dataset.fields:
        if column.name.lower() in never.fields_named or column.category == never.category:
            what = f"`{dataset.name}` has the column `{column.name}`"
            yield _broken(never, what, column.place, column.name)
    if never.category is not None and dataset.rest == never.category:
        yield _broken(never, f"the rest of `{dataset.name}` is it", dataset.place, dataset.name)


def _collected(never: Never, point: str, item: Collected) -> Iterator[Found]:
    if never.category is not None and item.category == never.category:
        yield _broken(never, f"`{point}` collects `{item.category}`", item.place, point)


def _broken(never: Never, because: str, place: Place, about: str) -> Found:
    return defect(
        "AV313",
        Severity.E,
        f"clause {never.clause} promises never to {never.id}",
        place,
        because=because,
        hint="remove it from the system, or change the promise",
        clauses=(never.clause,),
        about=(never.clause, about),
    )


RULE = Rule(
    "AV313",
    "art. 5(1)(a) GDPR",
    Need.DECIDE,
    check,
)
