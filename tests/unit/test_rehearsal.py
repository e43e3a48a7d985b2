"""What a rehearsal says, and that it never runs on what is in use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Rehearsed as Entry
from avow.engine.planner.erasure_plan import Erasure, make_erasure
from avow.engine.planner.making import Estate
from avow.engine.planner.plan import Measure, Part, Plan, PlanKind, PlannedStep
from avow.engine.planner.program import Along, Move, Program, Step
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.rehearsal import Rehearsal, Rehearsed, schema_differences, verdict
from avow.engine.planner.rehearsal_journal import notebook
from avow.engine.planner.rehearsal_run import moved_by, rehearse
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.files.connector import FilesConnector
from avow.estate.connectors.itself import Itself, itself
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import DataMap, System
from avow.estate.datamap.predicates import TRUE
from tests.faults.killed import killed_at
from tests.faults.small import CATALOGUE
from tests.unit.rehearsal_world import NOON, TODAY, World, copy, world

__all__ = ["copy", "world"]

OK = Rehearsed("visit", "delete", 15, 15, 15)
"""A step that did what it said."""


def rehearsal(*steps: Rehearsed, **more: object) -> Rehearsal:
    """A rehearsal that did these steps on a copy of the same schema."""
    made = Rehearsal("rehearsal-a", "plan-a", "d", "app", "r", None, ("visits",), "s", "s")
    return replace(made, steps=steps, **more)  # type: ignore[arg-type]


def said(done: Rehearsal) -> list[str]:
    """The codes of what a rehearsal says."""
    return [finding.code for finding in verdict(done)]


def test_a_rehearsal_that_did_what_was_planned_speaks_for_the_plan() -> None:
    assert said(rehearsal(OK)) == []


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (replace(OK, remaining=1), ["AV577"]),
        (replace(OK, moved=14), ["AV576"]),
        (Rehearsed("visit", "delete", 15, 0, 0), ["AV575"]),
        (Rehearsed("visit", "delete", 100, 79, 79), ["AV575"]),
        (Rehearsed("visit", "delete", 100, 81, 81), []),
        (Rehearsed("visit", "delete", 3, 12, 12), []),
        (Rehearsed("visit", "delete", 3, 14, 14), ["AV575"]),
        (replace(OK, held=4), []),
    ],
)
def test_each_step_is_judged(step: Rehearsed, code: list[str]) -> None:
    """Planned, counted on the copy, moved; a copy is like its system within 20 % or ten rows."""
    assert said(rehearsal(step)) == code


def test_refused_rows_and_another_schema_are_said() -> None:
    blocked = rehearsal(replace(OK, moved=14), blocked={("visit", "visit_person"): 1})
    assert said(blocked) == ["AV578"]
    assert said(rehearsal(OK, copy_schema="t")) == ["AV574"]


def test_the_differences_of_two_schemas_are_said_in_words() -> None:
    visit = CATALOGUE.tables["visit"]
    fewer = replace(visit, columns=visit.columns[:-1], indexes=(), triggers=("copies",))
    copy = Catalogue({"visit": fewer}, (), "c2")
    assert schema_differences(CATALOGUE, copy) == (
        "only the system has table `person`",
        "only the system has column `visit.page text`",
        "only the copy has trigger `visit.copies`",
        "`visit` has other indexes",
        "only the system has foreign key `visit.visit_person (no action)`",
    )
    assert schema_differences(CATALOGUE, CATALOGUE) == ()


def test_one_server_is_told_from_a_copy_of_its_disk_but_not_from_its_standby() -> None:
    """A copy of the disk has the identifiers of the original: its server is another. A standby and
    the server it follows are another too, and what is written to one is written to both."""
    one = Itself("postgresql", ("7", "5"), "1000.1")
    assert one.is_same(replace(one))
    assert not one.is_same(replace(one, data=("7", "6")))
    assert not one.is_same(replace(one, server="1000.2"))
    assert one.is_same(replace(one, server="1000.2", follows=True))


def test_rows_that_went_along_with_others_are_those_of_their_own_step() -> None:
    """A contract that gives its company the moment goes in the company's batch: its own step finds
    it gone. One that nobody moved is missed all the same."""
    edge = Edge("contract", ("company",), "company", ("id",), Right.OWN, Side.CHILD)
    company = Step("company", Move.DELETE, TRUE, ("2.a",), along=(Along(edge),))
    contract = Step("contract", Move.DELETE, TRUE, ("2.a",))
    steps = (PlannedStep(company, Measure(2, 9), 2), PlannedStep(contract, Measure(3, 9), 3))
    part = Part(Program("app", TODAY, (company, contract)), steps)
    plan = Plan("p", PlanKind.SWEEP, "app", "r", TODAY, (part,), "claire")
    for along, moved in ((3, [2, 3]), (2, [2, 2]), (5, [2, 3])):
        book = notebook("rehearsal-a", SetClock(NOON))
        for number, counts in enumerate(({"company": 2, "along": along}, {"contract": 0})):
            book.enter(number, "", "delete")
            book.end(book.seat(number), sum(counts.values()), counts)
        assert moved_by(plan, book) == moved


# --- on a real PostgreSQL ------------------------------------------------------------------------


def left(url: str) -> int:
    """Visits that are there."""
    with psycopg.connect(url) as looked:
        return int(str((looked.execute("SELECT count(*) FROM visit").fetchone() or (0,))[0]))


def test_a_plan_is_carried_out_on_the_copy_alone(world: World, copy: str) -> None:
    done = rehearse(world.office, world.bench(), world.plan().id, copy)
    assert [s for s in done.steps if s.planned] == [replace(OK, dataset="public.visit")]
    assert (done.passed, left(copy), left(world.app)) == (True, 45, 60)
    assert world.recorded() == [("passed", True)]
    (entry,) = world.noted
    assert isinstance(entry, Entry)
    assert (entry.rows, entry.passed) == (15, True)


def test_the_system_under_another_spelling_is_no_copy(world: World) -> None:
    """The same database by other words: a connection string, and a parameter more."""
    plan = world.plan().id
    for url in (world.app, make_conninfo(world.app, application_name="copy")):
        with pytest.raises(PlannerError) as refused:
            rehearse(world.office, world.bench(), plan, url)
        assert refused.value.code == "AV571"
    assert (left(world.app), world.recorded()) == (60, [])


def test_avow_s_own_database_is_no_copy(world: World, state_url: str) -> None:
    with pytest.raises(PlannerError) as refused:
        rehearse(world.office, world.bench(), world.plan().id, state_url)
    assert refused.value.code == "AV571"


def test_another_system_of_the_map_is_no_copy_and_must_answer(world: World, copy: str) -> None:
    """The address given is that of `crm`; and where `crm` has no address nobody can tell."""
    plan, bench = world.plan().id, world.bench()
    app = world.declaration.datamap.systems["app"]
    both = {"app": app, "crm": replace(app, name="crm", url="${CRM}")}
    declaration = replace(world.declaration, datamap=DataMap(both))
    for known, code in (({"CRM": copy}, "AV571"), ({}, "AV572")):
        estate = Estate(declaration, {"APP": world.app, **known})
        with pytest.raises(PlannerError, match="crm") as refused:
            rehearse(world.office, replace(bench, estate=estate), plan, copy)
        assert refused.value.code == code
    assert left(copy) == 60


def test_a_server_that_does_not_say_which_it_is_is_no_copy(world: World, copy: str) -> None:
    """Its owner took the right to ask away: nothing is written where that is not sure."""
    with psycopg.connect(copy, autocommit=True) as owner:
        owner.execute("CREATE ROLE avow_blind LOGIN")
        owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO avow_blind")
        owner.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    try:
        plan, blind = world.plan().id, make_conninfo(copy, user="avow_blind")
        with pytest.raises(PlannerError) as refused:
            rehearse(world.office, world.bench(), plan, blind)
        assert refused.value.code == "AV572"
    finally:
        with psycopg.connect(copy, autocommit=True) as owner:
            owner.execute("DROP OWNED BY avow_blind")
            owner.execute("DROP ROLE avow_blind")
    assert left(copy) == 60


@pytest.mark.parametrize("place", ["begun", "moved", "committed", "before the end"])
def test_a_rehearsal_that_is_killed_never_passed(world: World, copy: str, place: str) -> None:
    """Killed at any place: what is written down is that it was begun, and nothing else."""
    plan = world.plan().id
    url = conninfo_of(world.store)

    def work(crash: Callable[[str], None]) -> None:
        with Store(url, largest=2) as store:
            office = replace(world.office, runs=store)
            bench = world.bench()
            rehearse(office, bench, plan, copy, crash)

    assert killed_at(place, 1, work)
    assert world.recorded() == [("running", False)]
    assert left(world.app) == 60


def conninfo_of(store: Store) -> str:
    """The address of the state's database."""
    with store.outside() as connection:
        return connection.info.dsn


def test_a_check_that_finds_something_ends_the_rehearsal(world: World, copy: str) -> None:
    """Planted in the system and its copy: a trigger that writes the visits it deletes elsewhere.
    The independent check sees rows that no step names, and the batch is undone."""
    hides = """
    CREATE TABLE attic (id integer PRIMARY KEY, page text);
    CREATE FUNCTION hide() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO attic VALUES (old.id, old.page); RETURN old; END $$;
    CREATE TRIGGER hide AFTER DELETE ON visit FOR EACH ROW EXECUTE FUNCTION hide();
    """
    for url in (world.app, copy):
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(hides.encode())
    done = rehearse(world.office, world.bench(), world.plan().id, copy)
    assert done.findings[0].code == "AV579"
    assert "attic" in done.findings[0].because
    assert (left(copy), world.recorded()) == (60, [("failed", True)])


def test_without_an_independent_check_no_rehearsal_passes(world: World, copy: str) -> None:
    done = rehearse(world.office, world.bench(checked=False), world.plan().id, copy)
    assert [f.code for f in done.findings] == ["AV579"]


@pytest.mark.parametrize(
    ("original", "copy_", "same"),
    [("a", "a", True), ("a", "a/inner", True), ("a/inner", "a", True), ("a", "link", True),
     ("a", "b", False)],
)  # fmt: skip
def test_a_folder_is_told_from_one_inside_it_and_from_a_link_to_it(
    tmp_path: Path, original: str, copy_: str, *, same: bool
) -> None:
    """What is erased in a folder around the system's, or inside it, is erased in the system."""
    for name in ("a/inner", "b"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    found = []
    for name in (original, copy_):
        system = System("files", connector="files", url=f"file://{tmp_path / name}")
        with closing(FilesConnector().connect(system, Access.READ)) as connection:
            found.append(itself(connection))
    first, second = found
    assert first is not None
    assert second is not None
    assert first.is_same(second) is same


def test_an_erasure_is_rehearsed_and_nobody_is_remembered_for_it(world: World, copy: str) -> None:
    """Person 0 and their two visits go on the copy; the system and the journal know nothing."""
    bench = world.bench()
    wish = Erasure("app", {"public.person": [(0,)]}, new_id("request"))
    plan = make_erasure(world.office, bench.estate, bench.memory, wish, NOON).made.plan
    done = rehearse(world.office, bench, plan.id, copy)
    moved = {s.dataset: (s.planned, s.moved, s.remaining) for s in done.steps if s.planned}
    assert moved == {"public.visit": (2, 2, 0), "public.person": (1, 1, 0)}
    assert (done.findings, left(copy), left(world.app)) == ((), 58, 60)
    with world.store.outside() as connection:
        for table in ("erasure_journal", "census_secret", "journal_chunk", "blocked"):
            found = connection.execute(f"SELECT 1 FROM avow.{table}".encode()).fetchall()
            assert found == []
