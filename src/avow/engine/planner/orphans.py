"""Orphans: rows that somebody is meant to own and nobody owns.

Retention still ends them by their own dates, but no request of a person ever reaches them: neither
what is read to them nor what is erased for them holds such a row.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from avow.common.findings import Finding, Kind, Severity
from avow.engine.planner.making import Estate
from avow.engine.planner.persons import Ownership
from avow.engine.planner.refusals import Away
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import FALSE, Predicate, negate


@dataclass(frozen=True, slots=True)
class Orphans:
    """Rows of one dataset without an owner; `why` says why they could not be counted."""

    system: str
    dataset: str
    rows: int
    why: str = ""


def orphans(estate: Estate, name: str) -> tuple[Orphans, ...]:
    """Every dataset of a system that has orphans, or of which that cannot be said. Reads only."""
    try:
        with closing(estate.open(name, Access.READ)) as connection:
            system = connection.system
            found = (_counted(connection, d) for d in system.datasets.values())
            return tuple(each for each in found if each is not None and (each.rows or each.why))
    except Away as error:
        return (Orphans(name, "", 0, error.what),)


def _counted(connection: Connection, dataset: Dataset) -> Orphans | None:
    system = connection.system
    without = unowned(system, dataset)
    if without is None:
        return None
    if without == FALSE:
        why = "its rows own each other in a circle"
        return Orphans(system.name, dataset.name, 0, why)
    try:
        return Orphans(system.name, dataset.name, connection.count(dataset.name, without))
    except Refused as refused:
        return Orphans(system.name, dataset.name, 0, f"the system refused ({refused.kind})")


def unowned(system: System, dataset: Dataset) -> Predicate | None:
    """The rows that no existing person owns. None where nobody is meant to own any by a link: the
    rows are persons themselves, nobody's, a tenant's, or declared without one. False where rows on
    circles own each other: that takes the key sets of an erasure."""
    ownership = Ownership(system, frozenset())
    meant = any(edge.taker == dataset.name for edge in ownership.lowered)
    if dataset.subject is not None or not dataset.is_personal or not dataset.is_ours or not meant:
        return None
    if dataset.name in ownership.under:
        return FALSE
    return negate(ownership.outside(dataset.name))


def finding(found: Orphans, system: System) -> Finding:
    """What is said of them."""
    if found.why:
        where = f"{found.system}.{found.dataset}" if found.dataset else found.system
        return Finding(
            "AV609",
            f"whether rows of `{where}` have an owner is unknown",
            place=system.datasets[found.dataset].place if found.dataset else system.place,
            kind=Kind.DEFECT,
            severity=Severity.I,
            because=found.why,
            help="look at it by hand, or let the system answer",
        )
    return Finding(
        "AV608",
        f"{found.rows:,} rows of `{found.system}.{found.dataset}` belong to nobody",
        place=system.datasets[found.dataset].place,
        kind=Kind.DEFECT,
        severity=Severity.W,
        because="every link that would give them an owner is empty or names no row, so no request "
        "of a person reaches them",
        help="find out whose they are, declare the missing link, or let retention end them",
    )
