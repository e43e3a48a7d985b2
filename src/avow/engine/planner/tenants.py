"""Which controllers' data a person may be in: only to know to whom a request is handed over.

This is the one search in the datasets that we hold as a processor. It gives the key of a tenant and
a count; no row, no value and no key of a row leaves it, and nothing of ours is looked at beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from avow.engine.planner.identities import Asked
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Away, Guarded
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.model import Dataset, Identity, System
from avow.estate.datamap.predicates import InKeys

FOUND = "tenant-asked"
"""The key set of the rows that a value was found in."""


@dataclass(frozen=True, slots=True)
class Holding:
    """That rows of a person may stand in a tenant's sphere: `tenant:SYSTEM:VALUE`, and how many."""

    person: int
    tenant: str
    rows: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What was found. `gaps` are datasets that could not be looked into: then finding nothing
    proves nothing. They name places, never a person."""

    found: tuple[Holding, ...]
    gaps: tuple[str, ...]


def held_for_others(system: System) -> tuple[Dataset, ...]:
    """The datasets of a system that we hold as a processor."""
    return tuple(d for d in system.datasets.values() if not d.is_ours)


def tenants_holding(estate: Estate, asked: Sequence[Asked]) -> Holdings:
    """The tenants in whose spheres these values name somebody. Writes nothing.

    A system that does not answer, or a dataset that names nobody by such a value, is a gap.
    """
    counts: Counter[tuple[int, str]] = Counter()
    gaps: list[str] = []
    for name, system in estate.declaration.datamap.systems.items():
        if not held_for_others(system):
            continue
        try:
            with closing(estate.open(name, Access.READ)) as connection:
                found, unseen = _in(connection, asked)
        except (Away, Guarded, Refused):
            gaps.append(f"`{name}` could not be looked into")
            continue
        counts.update(found)
        gaps += unseen
    held = (Holding(person, tenant, n) for (person, tenant), n in sorted(counts.items()))
    return Holdings(tuple(held), tuple(gaps))


def _in(
    connection: Connection, asked: Sequence[Asked]
) -> tuple[Counter[tuple[int, str]], list[str]]:
    counts: Counter[tuple[int, str]] = Counter()
    gaps, tables = [], connection.catalogue().tables
    for dataset in held_for_others(connection.system):
        place = f"`{connection.system.name}.{dataset.name}`"
        fits = [i for i in dataset.identities if any(a.kind == i.kind for a in asked)]
        table = tables.get(dataset.name)
        if table is None:
            gaps.append(f"{place} is declared and not there, or not shown to us")
        elif table.row_security:
            gaps.append(f"row security may hide rows of {place} from us")
        elif dataset.identities and not fits:
            gaps.append(f"{place} names nobody by such a value")
        for identity in fits if table is not None else ():
            for person, value in _tenants(connection, dataset, identity, asked):
                counts[person, f"tenant:{connection.system.name}:{value}"] += 1
    return counts, gaps


def _tenants(
    connection: Connection, dataset: Dataset, identity: Identity, asked: Sequence[Asked]
) -> Iterator[tuple[int, str]]:
    """The tenant of every row that a value of a person names; one value at a time, so that no row
    has to be told apart by its key."""
    field = dataset.sphere_field
    if field is None:
        return
    for each in (a for a in asked if a.kind == identity.kind):
        if not connection.find(FOUND, dataset.name, identity, {0: each.value.reveal()}):
            connection.drop_keys(FOUND)
            continue
        key = dataset.key or connection.catalogue().tables[dataset.name].key
        rows = list(connection.fetch(dataset.name, InKeys(key, FOUND), [field]))
        connection.drop_keys(FOUND)
        yield from ((each.person, str(value)) for (value,) in rows if value is not None)
