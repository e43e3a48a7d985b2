"""What a hold keeps, counted in the systems: rows per dataset, by the very predicate of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from avow.common.errors import AvowError
from avow.declaration.interpretation import in_force
from avow.engine.db.store import Runs
from avow.engine.facts.standing import HOLD, Fact, held_by
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.judge import FLOOR
from avow.engine.planner.known import Known, fact_events
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.predicates import FALSE
from avow.estate.datamap.readings import Reader


@dataclass(frozen=True, slots=True)
class Keeps:
    """Rows of a dataset that a hold keeps."""

    system: str
    dataset: str
    rows: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a hold keeps, and the systems that could not be counted: not known is not nothing."""

    places: tuple[Keeps, ...]
    unknown: tuple[str, ...]

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(place.rows for place in self.places)


def rows_of(runs: Runs, ring: KeyRing, estate: Estate, hold: str, today: date) -> Counted:
    """Count the rows that a standing hold keeps: those it names, those of whom it names, and all
    that they own. Nothing is read but counts.

    Raises:
        PlannerError: AV446, no such hold stands.
    """
    about = held_by(runs, ring, hold)
    if not about:
        raise PlannerError(f"no hold `{hold}` stands", code="AV446")
    facts = tuple(Fact(HOLD, who, date.min) for who in about)
    places: list[Keeps] = []
    unknown: list[str] = []
    for name in estate.declaration.datamap.systems:
        try:
            with closing(estate.open(name, Access.READ)) as connection:
                places += _counted(connection, estate, facts, today)
        except (AvowError, Refused):
            unknown.append(name)
    return Counted(tuple(places), tuple(unknown))


def _counted(
    connection: Connection, estate: Estate, facts: tuple[Fact, ...], today: date
) -> Iterator[Keeps]:
    system = connection.system
    mine = [d for d in system.datasets.values() if d.is_personal and d.is_ours]
    names = frozenset(f"fact.{FLOOR}.{d.name}" for d in mine if d.key)
    found = [s for s in Known(connection, lambda: facts).key_sets(system.name, names) if s.rows]
    for keys in found:
        connection.put_keys(keys.name, keys.dataset, keys.rows)
    law, _ = in_force(estate.declaration, today)
    events = fact_events(estate.declaration)
    reader = Reader(system, law.zone, events, frozenset(keys.name for keys in found))
    for dataset in mine:
        where = reader.held(dataset.name, FLOOR)
        if where != FALSE and (rows := connection.count(dataset.name, where)):
            yield Keeps(system.name, dataset.name, rows)
