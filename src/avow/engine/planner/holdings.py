"""What systems hold of persons: rows, kinds of data and tenants per dataset. Counts, never values.

For an incident: whose data, and how much, may be concerned (art. 33(3)(a) GDPR).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from avow.common.errors import AvowError
from avow.engine.planner.making import Estate
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.predicates import TRUE

MOST_TENANTS = 10_000
"""Tenants that are counted one by one; more are not told apart."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one dataset holds. `rows` None: it could not be counted, `why` says the reason.

    `subject`: the kind of person whose own rows these are. `tenants`: keyed by nothing, only how
    many other controllers' data lie there; None for data that are ours.
    """

    system: str
    dataset: str
    categories: tuple[str, ...]
    subject: str | None
    rows: int | None
    tenants: int | None = None
    why: str = ""


def holdings(estate: Estate, wanted: Mapping[str, frozenset[str]]) -> tuple[Holding, ...]:
    """What the named systems hold: these datasets of each, all personal ones where none is named.

    A system that does not answer is there with its categories and without a count.
    """
    found: list[Holding] = []
    for name in sorted(wanted):
        system = estate.declaration.datamap.systems.get(name)
        if system is None:
            continue
        chosen = [
            d
            for d in system.datasets.values()
            if d.is_personal and (not wanted[name] or d.name in wanted[name])
        ]
        try:
            with closing(estate.open(name, Access.READ)) as connection:
                found += [_counted(connection, name, each) for each in chosen]
        except AvowError as error:
            found += [_uncounted(name, each, error.what) for each in chosen]
    return tuple(found)


def _uncounted(system: str, dataset: Dataset, why: str) -> Holding:
    subject = dataset.subject if dataset.identities else None
    return Holding(system, dataset.name, dataset.categories(), subject, None, None, why)


def _counted(connection: Connection, system: str, dataset: Dataset) -> Holding:
    try:
        rows = connection.count(dataset.name, TRUE)
        tenants = _tenants(connection, dataset)
    except Refused as refused:
        return _uncounted(system, dataset, str(refused))
    subject = dataset.subject if dataset.identities else None
    return Holding(system, dataset.name, dataset.categories(), subject, rows, tenants)


def _tenants(connection: Connection, dataset: Dataset) -> int | None:
    if dataset.sphere_field is None:
        return None
    seen: set[object] = set()
    for (tenant,) in connection.fetch(dataset.name, TRUE, (dataset.sphere_field,)):
        seen.add(tenant)
        if len(seen) >= MOST_TENANTS:
            break
    return len(seen)
