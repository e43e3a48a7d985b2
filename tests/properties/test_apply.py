"""Applied batch by batch, with a journal, a plan leaves exactly what the three functions say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.keys.ring import new_ring
from avow.engine.planner import records
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.ground import Ground
from avow.engine.planner.journal import Journal
from avow.engine.planner.keysets import KeySet
from avow.engine.planner.lower import Lowering
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.ramp import bounded
from avow.engine.planner.running import Running
from avow.engine.planner.trust import Standing
from avow.estate.connectors.base import Access
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from tests.faults.small import Facts, Small
from tests.properties.oracle import Oracle
from tests.properties.test_sweep import judge, program
from tests.properties.worlds import TODAY, World, copy, key_sets, worlds

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


class Killed(BaseException):
    """The process ended here; nothing after it ran."""


def facts(world: World) -> Facts:
    """What is known in a world, as key sets."""
    sets = {
        name: KeySet(name, name.split(".", 2)[2], tuple(found))
        for name, found in key_sets(world.known).items()
    }
    return Facts(sets)


def planned(store: Store, world: World, database: TwinDatabase, release: str) -> Plan:
    """The sweep of a world, counted, bounded by its counts, and kept."""
    connection = TwinConnector({"w": database}).connect(world.system, Access.READ)
    part = count(connection, Counting(program(world), facts(world)))
    rules = {
        r: Standing("w", r, Level.AUTOMATIC) for s in part.steps for r in s.step.rules or ("",)
    }
    plan = bounded(
        Plan(new_id("plan"), PlanKind.SWEEP, "w", release, TODAY, (part,), "claire"), rules
    )
    records.keep(store, plan, (), Level.AUTOMATIC, NOON)
    return plan


def run(store: Store, of: tuple[World, TwinDatabase], plan: Plan, *, last: int, size: int) -> None:
    """Apply in windows of `size` rows; the process ends at the `last` step of the journal."""
    world, database = of
    places = 0

    def crash(place: str) -> None:
        nonlocal places
        del place
        places += 1
        if places == last:
            raise Killed

    connection = TwinConnector({"w": database}).connect(world.system, Access.WRITE)
    journal = Journal(store, plan.id, "one", SetClock(NOON))
    ground = Ground(connection, journal, facts(world), crash=crash, windows=Chunk(size, size, size))
    Running(plan, ground).run()


# Another thread draws from `random` while worlds are drawn: the connection pool of the store, which
# spreads the lives of its connections. Nothing that is tested depends on it.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(worlds(), st.integers(1, 40), st.integers(1, 3))
def test_killed_at_any_place_and_run_again_the_database_is_the_model(
    store: Store, world: World, last: int, size: int
) -> None:
    """Windows of one to three rows, ended at the n-th place of the journal, then run to its end."""
    small = Small(store, ring=new_ring())
    if records.newest(store, 1) == []:
        small.activate()
    release = small.runs.run("activation_last")[0]["release"]
    database = TwinDatabase(copy(world.rows), world.catalogue)  # type: ignore[arg-type]
    expected = Oracle(world, Lowering(judge(world), world.catalogue)).after()
    plan = planned(store, world, database, release)
    try:
        run(store, (world, database), plan, last=last, size=size)
    except Killed:
        run(store, (world, database), plan, last=-1, size=size)
    assert database.tables == expected
