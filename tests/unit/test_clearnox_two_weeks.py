"""The declared rules and the map meet the estate: what is planted is found, and all of it goes.

The law is the statement with every proposed decision signed. Real PostgreSQL and SQLite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from avow.common.findings import Finding
from avow.declaration.decision.decide import Kind
from avow.declaration.interpretation import proposed
from avow.declaration.load import load as load_declaration
from avow.declaration.model import Declaration, InForce
from avow.engine.planner.judge import Cells, Judge, filled
from avow.engine.planner.lower import Lowering, sweep
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import EventMode
from avow.estate.datamap.predicates import Predicate, all_of, any_of
from examples.clearnox.estate import SYSTEMS, load
from examples.clearnox.plants import Planted
from examples.clearnox.simulation import WEBINAR_DATED_ON, play_day
from tests.postgres import database
from tests.properties.carry_out import carry_out

TODAY = date(2026, 11, 22)
DECLARATION = Path(__file__).parents[2] / "declarations" / "clearnox"
SWEPT = (0, WEBINAR_DATED_ON, 14)
"""Days on which a sweep runs; every day would find the same and take a minute."""
Found = Counter[tuple[str, str, str]]


@dataclass(frozen=True)
class Town:
    """The estate with the law that is in force there."""

    declaration: Declaration
    law: InForce
    urls: dict[str, str]
    planted: list[Planted]

    def connect(self, name: str) -> Connection:
        """A connection that may write."""
        url = self.urls[name]
        system = replace(self.declaration.datamap.systems[name], url=url)
        connector = connector_for(system)
        assert not isinstance(connector, Finding)
        return connector.connect(system, Access.WRITE)

    def judge(self, connection: Connection, day: date) -> Judge:
        """The verdicts for one system on a day, with nothing known of any person."""
        kinds = self.declaration.events.values()
        facts = frozenset(e.id for e in kinds if e.mode is EventMode.FACT)
        return Judge(connection.system, self.law, day, facts)

    def count(self, day: date) -> dict[Kind, Found]:
        """Rows with cells of each verdict but `live`, by clause, system and dataset."""
        found: dict[Kind, Found] = {kind: Counter() for kind in Kind if kind is not Kind.LIVE}
        for name in SYSTEMS:
            with closing(self.connect(name)) as connection:
                judge = self.judge(connection, day)
                lowering = Lowering(judge, connection.catalogue())
                for dataset in connection.system.datasets:
                    groups = lowering.cells(dataset)
                    for clause in {r.clause for g in groups for r in judge.rules(g)}:
                        for kind, counter in found.items():
                            where = _rows(lowering, groups, clause, kind)
                            counter[clause, name, dataset] += connection.count(dataset, where)
        return {kind: +counter for kind, counter in found.items()}

    def sweep(self, day: date) -> None:
        """Do what is due on a day in every system."""
        for name in SYSTEMS:
            with closing(self.connect(name)) as connection:
                catalogue = connection.catalogue()
                carry_out(connection, sweep(self.judge(connection, day), catalogue))


def _rows(lowering: Lowering, groups: tuple[Cells, ...], clause: str, kind: Kind) -> Predicate:
    """Rows that still hold a value in a cell group of the clause with this verdict. What a row
    needs that the law keeps is not due."""
    judge = lowering.judge
    mine = [g for g in groups if g.columns and clause in {r.clause for r in judge.rules(g)}]
    if kind is Kind.DUE:
        return any_of(lowering.overdue(g) for g in mine)
    return any_of(
        all_of([judge.verdicts(g)[kind], filled(judge.system.datasets[g.place.dataset], g.columns)])
        for g in mine
    )


@pytest.fixture(scope="module")
def town(postgres_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A small estate on its first day, and the declaration with every decision signed."""
    declaration = load_declaration(DECLARATION).whole
    urls = {"web": str(tmp_path_factory.mktemp("web") / "web.db")}
    with ExitStack() as stack:
        urls |= {name: stack.enter_context(database(postgres_server)) for name in SYSTEMS[:3]}
        planted = load(urls, today=TODAY, scale=0.01)
        yield Town(declaration, proposed(declaration), urls, planted)


def _said(town: Town, *kinds: str) -> Found:
    found: Found = Counter()
    for p in town.planted:
        if p.kind in kinds:
            found[p.clause, p.system, p.dataset] += p.count
    return found


def test_the_rules_find_exactly_what_was_planted_and_sweeps_remove_it(town: Town) -> None:
    """On the first day the verdicts on live rows are what was planted. Then two weeks are lived,
    with a sweep on some evenings: in the end nothing is due or without a start, and what the law
    keeps is still there."""
    assert town.count(TODAY) == {
        Kind.DUE: _said(town, "overdue", "due today"),
        Kind.RETAINED: _said(town, "retained"),
        Kind.UNDATED: _said(town, "undated"),
        Kind.UNDECIDED: Counter(),
    }
    day = TODAY
    for number in range(15):
        day = TODAY + timedelta(days=number)
        if number:
            play_day(town.urls, day, started=TODAY)
        if number in SWEPT:
            town.sweep(day)
    assert town.count(day) == {
        Kind.DUE: Counter(),
        Kind.RETAINED: _said(town, "retained"),
        Kind.UNDATED: Counter(),
        Kind.UNDECIDED: Counter(),
    }
