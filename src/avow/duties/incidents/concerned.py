"""What an incident concerns, counted on the live systems: kinds of data, rows, persons, tenants."""

from __future__ import annotations

from collections.abc import Mapping

from avow.duties.incidents.machine import Scoped
from avow.engine.planner.holdings import Holding, holdings
from avow.engine.planner.making import Estate


def concerned(
    estate: Estate, wanted: Mapping[str, frozenset[str]]
) -> tuple[Scoped, tuple[Holding, ...]]:
    """The step that says what these systems hold (these datasets of each, else all personal ones),
    and what each dataset does. Persons are the rows of datasets that name them. Counts alone."""
    found = holdings(estate, wanted)
    step = Scoped(
        systems=tuple(sorted(wanted)),
        categories=tuple(sorted({c for each in found for c in each.categories})),
        rows=sum(each.rows or 0 for each in found),
        persons=sum(each.rows or 0 for each in found if each.subject),
        tenants=max((each.tenants or 0 for each in found), default=0),
        uncounted=sum(each.rows is None for each in found),
    )
    return step, found
