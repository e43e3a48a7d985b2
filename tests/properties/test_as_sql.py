"""What a script for an owner leaves in a random world is what the three functions say.

The same worlds as on a connection; here the whole sweep is one text for the engine's own client.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import records
from avow.engine.planner.as_sql import changes
from avow.engine.planner.as_sql.changes import Changing
from avow.engine.planner.as_sql.frames import Frame
from avow.engine.planner.as_sql.offline import Questions, offline
from avow.engine.planner.as_sql.results import read
from avow.engine.planner.plan import Plan
from avow.estate.connectors.base import Refused
from tests import clients, mariadb, postgres
from tests.clients import Client
from tests.faults.small import Small
from tests.properties import test_on_mariadb, test_sweep
from tests.properties.engines import NOON, Real, Way, facts, in_postgresql, in_schema, in_sqlite
from tests.properties.test_on_real_engines import swept
from tests.properties.worlds import QUICK, World, worlds

CASES = int(os.environ.get("AVOW_CASES", "3"))
SOME = settings(
    QUICK, max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PACKAGE = "script-test"


@dataclass(frozen=True)
class Engine:
    """An engine: how a world is named in it, how it is loaded, and its owner's client."""

    named: Callable[[Any], Any]
    load: Callable[[World], AbstractContextManager[Real]]
    client: Client
    folder: Path


@pytest.fixture(params=["postgresql", "mariadb", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each of the three."""
    if request.param == "sqlite":
        file = tmp_path / "w.db"
        yield Engine(lambda w: w, lambda w: in_sqlite(file, w), clients.sqlite3(file), tmp_path)
    elif request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        with postgres.database(server) as url:
            yield Engine(in_schema, lambda w: in_postgresql(url, w), clients.psql(url), tmp_path)
    else:
        server = request.getfixturevalue("mariadb_server")
        with mariadb.database(server) as name:
            client = clients.in_mariadb(server, name)
            yield Engine(
                lambda w: w, lambda w: test_on_mariadb.loaded(server, name, w), client, tmp_path
            )


@pytest.fixture
def release(store: Store) -> str:
    """The digest of something that is in force, since a plan is of a release."""
    small = Small(store)
    small.activate()
    return str(store.run("activation_last")[0]["release"])


def carried_out(engine: Engine, real: Real, plan: Plan) -> list[tuple[int, str]]:
    """Run the plan's script by the client; what stopped it."""
    system, catalogue = real.estate.system, real.world.catalogue
    frame = Frame(system.connector, PACKAGE, "token")
    reading = frame.reading("count", "", offline(system, catalogue, Questions()), Questions())
    known = tuple(facts(real.world).key_sets("w", plan.parts[0].program.facts))
    seen = _run(engine, reading).rpartition("avow|schema|")[2].partition("\n")[0]
    until = date.today() + timedelta(days=1)  # noqa: DTZ011 (the database's clock is asked)
    changing = Changing(frame, offline(system, catalogue), plan, known, seen, until)
    (result,) = read(_run(engine, changing.whole()), PACKAGE)
    assert result.is_whole, (engine.folder / "errors.txt").read_text()
    return list(result.stopped)


def _run(engine: Engine, text: str) -> str:
    script = engine.folder / "script.sql"
    script.write_text(text, newline="\n")
    return engine.client(script)


@SOME
@given(world=worlds(), size=st.sampled_from((1, 3, 50)))
def test_a_database_after_a_script_is_the_model(
    engine: Engine, store: Store, release: str, world: World, size: int
) -> None:
    """Counted on a connection, changed by the owner's client: the specification, row for row."""
    world = engine.named(world)
    with pytest.MonkeyPatch.context() as patch, engine.load(world) as real:
        patch.setattr(changes, "SIZE", size)
        try:
            plan = Way(store, release, size).plan(real, test_sweep.program(world), {})
            stopped = carried_out(engine, real, plan)
        except Refused as refusal:
            if refusal.kind not in ("form", "other"):
                raise
            reject()
        assert (stopped, real.tables()) == ([], swept(world))


@SOME
@given(world=worlds())
def test_a_young_ramp_lets_a_script_do_what_it_lets_avow_do(
    engine: Engine, store: Store, release: str, world: World
) -> None:
    """Half of each step's rows: avow takes them one by one here, and the same ones go."""
    world = engine.named(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "SIZE", 1)
        way = Way(store, release, 1)
        try:
            with engine.load(world) as real:
                plan = halved(way.plan(real, test_sweep.program(world), {}))
                records.keep(store, plan, (), Level.AUTOMATIC, NOON)
                blocked = way.apply(real, plan, {}).blocked
                expected = real.tables()
            with engine.load(world) as real:
                stopped = carried_out(engine, real, plan)
                assert (stopped, blocked, real.tables()) == ([], [], expected)
        except Refused as refusal:
            if refusal.kind not in ("form", "other"):
                raise
            reject()


def halved(plan: Plan) -> Plan:
    """The plan, as a young ramp bounds it."""
    parts = tuple(
        replace(part, steps=tuple(replace(s, bound=s.measure.rows // 2) for s in part.steps))
        for part in plan.parts
    )
    return replace(plan, id=new_id("plan"), parts=parts)
