"""What an erasure takes out for its hours comes back as it was: on random worlds, in both engines.

AVOW_CASES gives another number of worlds for each test: 12 on every change, thousands at night.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from hypothesis import find, given, settings
from hypothesis import strategies as st

from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.keys.ring import KeyRing, new_ring
from avow.engine.planner import records
from avow.engine.planner.apply import Office
from avow.engine.planner.bringing_back import Back, Lying
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.ground import Ground, never, nothing
from avow.engine.planner.journal import Journal
from avow.engine.planner.keeping_erased import KeepingErased
from avow.engine.planner.keysets import Roots, persons
from avow.engine.planner.persons import ownership_of
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import Stopped
from avow.engine.planner.running import Running
from avow.engine.planner.undo import frames_of
from avow.engine.planner.undo_erased import boxes_of
from avow.estate.connectors.base import Access, Connection
from tests.faults.small import declared
from tests.properties import test_erasure
from tests.properties.engines import NOON, Real, Way, facts, in_sqlite
from tests.properties.test_erasure import requests
from tests.properties.test_on_real_engines import MANY, Engine, Tables, readable
from tests.properties.test_on_real_engines import engine as engine  # noqa: PLC0414 (a fixture)
from tests.properties.test_on_real_engines import (
    one_database as one_database,  # noqa: PLC0414 (a fixture)
)
from tests.properties.test_on_real_engines import release as release  # noqa: PLC0414 (a fixture)
from tests.properties.worlds import PLANTED, TODAY, World


@dataclass(frozen=True)
class Kept(Way):
    """The way of an erasure whose rows are kept, each person for a case of their own or all for
    one."""

    ring: KeyRing = field(default_factory=new_ring)
    cases: tuple[str, ...] = ()

    def apply(self, real: Real, plan: Plan, roots: Roots) -> Running:
        """Apply it in chunks of persons, and keep what goes."""
        with closing(real.estate.connector.connect(real.estate.system, Access.WRITE)) as opened:
            chunk = Chunk(self.size, self.size, self.size)
            ground = Ground(
                opened,
                self.journal(plan),
                facts(real.world),
                roots,
                chunks=chunk,
                cases=dict(enumerate(self.cases)),
                erased=self._keeper(real, plan, roots, opened),
            )
            running = Running(plan, ground)
            running.run()
        return running

    def _keeper(self, real: Real, plan: Plan, roots: Roots, opened: Connection) -> KeepingErased:
        judge = test_erasure.judge(real.world)
        whose = ownership_of(judge, opened.catalogue(), frozenset(roots))
        hours = replace(plan, undo_hours=72)
        return KeepingErased(self.store, self.ring, SetClock(NOON), hours, whose, "UTC")

    def bundles(self, plan: Plan, cases: Sequence[str]) -> list[dict[str, object]]:
        """What lies for these cases."""
        rows = self.store.run("undo_bundles_of_cases", plans=[plan.id], cases=list(cases))
        return [dict(row) for row in rows]

    def back(self, real: Real, plan: Plan, case: str) -> tuple[int, int]:
        """Bring back what went for a case: (rows, rows that were refused)."""
        found = self.bundles(plan, [case])
        if not found:
            return 0, 0
        (bundle,) = found
        office = Office(self.store, self.ring, declared(), TODAY)
        name = str(bundle["id"])
        lying = Lying(name, str(bundle["key"]), 0, 0, partial(boxes_of, self.store, name), 1)
        undo = replace(plan, id=new_id("plan"), kind=PlanKind.UNDO, parts=(), case=name)
        records.keep(self.store, undo, (), Level.APPROVE, NOON)
        journal = Journal(self.store, undo.id, "one", SetClock(NOON))
        with closing(real.estate.connector.connect(real.estate.system, Access.WRITE)) as opened:
            back = Back(office, opened, journal, never, nothing)
            back.run(frames_of(office, [lying]))
        records.pass_to(self.store, undo.id, Status.DONE, [Status.WAITING], NOON)
        return back.rows.total(), back.stuck


def test_of_what_two_own_it_is_known_that_it_lies_nowhere(
    store: Store, release: str, tmp_path: Path
) -> None:
    """Some world has such a row, and the bundles of both say how many."""

    def is_shared(case: tuple[World, test_erasure.Roots]) -> bool:
        world, roots = case
        cases = tuple(f"c{n}" for n, _ in enumerate(persons(roots)))
        way = Kept(store, release, 50, cases=cases)
        with in_sqlite(tmp_path / "w.db", world) as real:
            plan = way.plan(real, test_erasure.program(world, roots), roots)
            went(way, real, plan, roots)
        return sum(bool(b["shared"]) for b in way.bundles(plan, cases)) > 1

    assert find(requests(), is_shared, settings=PLANTED)


def differing(before: Tables, now: Tables) -> list[tuple[str, object, str, object, object]]:
    """Every cell that is not what it was: dataset, row, column, what it was, what it is; a row that
    is gone in all of its cells."""
    found = []
    for name, table in before.items():
        there = {row["id"]: row for row in now[name]}
        for row in table:
            found += [
                (name, row["id"], column, was, there.get(row["id"], {}).get(column))
                for column, was in row.items()
                if row["id"] not in there or there[row["id"]][column] != was
            ]
    return found


def went(way: Kept, real: Real, plan: Plan, roots: Roots) -> None:
    """Apply a plan, or as much of it as was approved: in chunks, more may come to light."""
    try:
        way.apply(real, plan, roots)
    except Stopped as stopped:
        assert stopped.code == "AV417"  # noqa: PT017 (it need not be raised)


@settings(MANY)
@given(case=requests(), size=st.sampled_from((1, 3, 50)))
def test_all_for_one_request_comes_back_as_it_was(
    engine: Engine, store: Store, release: str, case: tuple[World, Roots], size: int
) -> None:
    """Erased for one request and taken back: the database is what it was, row for row."""
    world, roots = engine.named(case)
    program = test_erasure.program(world, roots)
    with engine.load(world) as real, readable(real):
        before = real.tables()
        way = Kept(store, release, size)
        plan = replace(way.plan(real, program, roots), case="request")
        went(way, real, plan, roots)
        _, refused = way.back(real, plan, "request")
        assert (differing(before, real.tables()), refused) == ([], 0)


@settings(MANY)
@given(case=requests(), size=st.sampled_from((1, 3, 50)), which=st.integers(0, 8))
def test_one_of_many_comes_back_and_nothing_of_the_others(
    engine: Engine,
    store: Store,
    release: str,
    case: tuple[World, Roots],
    size: int,
    which: int,
) -> None:
    """Each person goes for a request of their own; one is taken back. Rows that changed by that are
    as they were before all of it, and nobody else's: what two owned lies nowhere and stays gone."""
    world, roots = engine.named(case)
    program = test_erasure.program(world, roots)
    cases = tuple(f"c{n}" for n, _ in enumerate(persons(roots)))
    with engine.load(world) as real, readable(real):
        before = real.tables()
        way = Kept(store, release, size, cases=cases)
        plan = way.plan(real, program, roots)
        went(way, real, plan, roots)
        gone = real.tables()
        one = cases[which % len(cases)]
        way.back(real, plan, one)
        then = real.tables()
        for name, table in then.items():
            old = {r["id"]: r for r in before[name]}
            after = {r["id"]: r for r in gone[name]}
            for row in table:
                now, was = after.get(row["id"]), old[row["id"]]
                assert all(v in (was[c], now[c] if now else was[c]) for c, v in row.items())
            assert {*after} <= {r["id"] for r in table}
        # A row that points to somebody who is still gone is blocked, and comes back after them.
        for other in cases * len(cases):
            way.back(real, plan, other)
        kept_all = not any(b["shared"] for b in way.bundles(plan, cases))
        assert not kept_all or not differing(before, real.tables())
