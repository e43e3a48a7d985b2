"""The look at a batch from inside: each fault is planted in the system and must be found.

The same hand-made batches on real PostgreSQL and SQLite.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest

from avow.common.findings import Finding
from avow.engine.db.store import Store
from avow.engine.planner.moving import move
from avow.engine.planner.program import Move, Program, Step
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import PlannerError
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Blank, BlankKind, Dataset, Link, LinkWord, System
from avow.estate.datamap.predicates import InKeys, Null, all_of
from tests.faults.small import Small

TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer REFERENCES person (id), page text);
CREATE TABLE remark (id integer PRIMARY KEY, person_id integer, words text);
CREATE TABLE badge (id integer PRIMARY KEY,
                    person_id integer REFERENCES person (id) ON DELETE CASCADE);
CREATE TABLE archive (id integer, name text);
INSERT INTO person VALUES (1, 'a'), (2, 'b'), (3, 'c');
INSERT INTO visit VALUES (1, 1, 'x'), (2, 2, 'y'), (3, 3, 'z');
INSERT INTO remark VALUES (1, 2, 'r');
"""


@dataclass
class Place:
    """A system in one engine, which a test may spoil behind avow's back."""

    system: System
    prefix: str

    def do(self, sqlite: str, postgresql: str | None = None) -> None:
        """Change the schema or the rows."""
        if self.prefix:
            with psycopg.connect(self.system.url, autocommit=True) as raw:
                raw.execute(postgresql or sqlite)
        else:
            with closing(sqlite3.connect(self.system.url)) as raw_file:
                raw_file.executescript(sqlite)

    def name(self, table: str) -> str:
        """A table as the engine calls it."""
        return f"{self.prefix}{table}"

    def erases(self, *blanked: str) -> Program:
        """The program that removes the persons of a key set with their visits."""
        visits = InKeys(("person_id",), "roots")
        steps = [Step(self.name("visit"), Move.DELETE, visits, ())]
        if blanked:
            page = all_of([visits, Null("page", negated=True)])
            blanks = {"page": Blank(BlankKind.NULL)}
            steps = [Step(self.name("visit"), Move.BLANK, page, (), blanks=blanks)]
        person = Step(self.name("person"), Move.DELETE, InKeys(("id",), "roots"), ())
        every = (*steps, *(() if blanked else (person,)))
        roots = {self.name("person"): "roots"}
        return Program("shop", date(2026, 5, 1), tuple(every), roots)

    def faults(self, program: Program, *persons: int) -> list[str]:
        """Run the program for these persons in one batch; what the check inside it says."""
        connector = connector_for(self.system)
        assert not isinstance(connector, Finding)
        with closing(connector.connect(self.system, Access.WRITE)) as connection:
            return self._run(connection, program, persons or (1,))

    def _run(self, connection: Connection, program: Program, persons: tuple[int, ...]) -> list[str]:
        checked, entries = Checked(), [(n, (p,), None) for n, p in enumerate(persons)]
        with connection.transaction() as batch:
            connection.put_keys("roots", self.name("person"), entries)
            memory = checked.before(connection, program, "plan")
            moved = {n: move(connection, batch, s).total for n, s in enumerate(program.steps)}
            return list(checked.after(connection, program, moved, memory))

    def faults_of_step(self, program: Program, number: int, person: int) -> list[str]:
        """Run one step of the program for a person as a batch of its own; what the check says."""
        connector, checked = connector_for(self.system), Checked()
        assert not isinstance(connector, Finding)
        opened = closing(connector.connect(self.system, Access.WRITE))
        with opened as connection, connection.transaction() as batch:
            connection.put_keys("roots", self.name("person"), [(0, (person,), None)])
            memory = checked.before(connection, program, "plan", number)
            moved = {number: move(connection, batch, program.steps[number]).total}
            return list(checked.after(connection, program, moved, memory))


def system(kind: str, url: str, prefix: str) -> System:
    """The map: visits and remarks belong to persons; remarks by a pointer that no key enforces."""
    datasets = [Dataset(f"{prefix}person", ("id",), subject="visitor")]
    for table in ("visit", "remark"):
        owner = Link(LinkWord.OWNED_BY, f"{prefix}person", ("person_id",))
        datasets.append(Dataset(f"{prefix}{table}", ("id",), links=(owner,)))
    return System("shop", kind, url, datasets={d.name: d for d in datasets})


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path) -> Place:
    """The system in one engine."""
    prefix = "public." if request.param == "postgresql" else ""
    url = postgres_url if prefix else str(tmp_path / "shop.db")
    made = Place(system(request.param, url, prefix), prefix)
    made.do(TABLES)
    return made


def test_a_batch_that_does_what_it_says_has_no_fault(place: Place) -> None:
    assert place.faults(place.erases(), 1) == []
    assert place.faults(place.erases("page"), 3) == []


def test_a_trigger_that_copies_what_is_deleted_is_found(place: Place) -> None:
    place.do(
        "CREATE TRIGGER copy AFTER DELETE ON person BEGIN"
        " INSERT INTO archive VALUES (old.id, old.name); END",
        "CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO archive VALUES (old.id, old.name); RETURN old; END $$;"
        "CREATE TRIGGER copy AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION copy()",
    )
    (fault,) = place.faults(place.erases(), 1)
    assert fault == f"1 rows were added to `{place.name('archive')}` by the system itself"


def test_a_cascade_that_no_step_names_is_found(place: Place) -> None:
    assert place.faults(place.erases(), 1) == []
    place.do("INSERT INTO badge VALUES (1, 2), (2, 2), (3, 3)")
    faults = place.faults(place.erases(), 3)
    assert faults == [f"1 rows of `{place.name('badge')}` went that no step names"]


def test_a_row_that_points_to_a_person_who_is_gone_is_found(place: Place) -> None:
    """No foreign key would have said so; the map does."""
    (fault,) = place.faults(place.erases(), 2)
    remark, person = place.name("remark"), place.name("person")
    assert fault == f"1 rows of `{remark}` (person_id) now name no row of `{person}`"


def test_a_pointer_that_was_loose_before_is_no_fault_of_the_batch(place: Place) -> None:
    place.do("UPDATE remark SET person_id = 99")
    assert place.faults(place.erases(), 2) == []


def test_a_row_that_the_system_silently_keeps_is_found(place: Place) -> None:
    place.do(
        "CREATE TRIGGER keep BEFORE DELETE ON visit BEGIN SELECT RAISE(IGNORE); END;"
        "PRAGMA foreign_keys = off; UPDATE visit SET person_id = 3 WHERE id = 1",
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NULL; END $$;"
        "CREATE TRIGGER keep BEFORE DELETE ON visit FOR EACH ROW EXECUTE FUNCTION keep();"
        "UPDATE visit SET person_id = 3 WHERE id = 1",
    )
    only_visits = Program(
        "shop",
        date(2026, 5, 1),
        (place.erases().steps[0],),
        {place.name("person"): "roots"},
    )
    faults = place.faults(only_visits, 3)
    assert faults[-1] == f"2 rows of `{place.name('visit')}` are still there and should be gone"


def test_a_trigger_that_changes_rows_of_others_is_found(place: Place) -> None:
    place.do(
        "CREATE TRIGGER touch AFTER DELETE ON visit BEGIN"
        " UPDATE person SET name = '?' WHERE id <> old.person_id; END",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE person SET name = '?' WHERE id <> old.person_id; RETURN old; END $$;"
        "CREATE TRIGGER touch AFTER DELETE ON visit FOR EACH ROW EXECUTE FUNCTION touch()",
    )
    faults = place.faults(place.erases(), 1)
    assert (
        f"2 sampled rows of `{place.name('person')}` changed or went that no step names" in faults
    )


def test_one_step_of_a_sweep_is_looked_at_by_itself_and_nothing_escapes(place: Place) -> None:
    """A batch of the first step may change no person, not even one whom a later step names.

    SQLite does not count its own work: a change that adds and removes no row stays unseen there
    unless it meets the sample.
    """
    place.do(
        "CREATE TRIGGER touch AFTER DELETE ON visit BEGIN"
        " UPDATE person SET name = '?' WHERE id = old.person_id; END",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE person SET name = '?' WHERE id = old.person_id; RETURN old; END $$;"
        "CREATE TRIGGER touch AFTER DELETE ON visit FOR EACH ROW EXECUTE FUNCTION touch()",
    )
    person = place.name("person")
    assert (
        place.faults_of_step(place.erases(), 0, 2)
        == {
            "postgresql": [f"1 rows of `{person}` were changed that no step names"],
            "sqlite": [],
        }[place.system.connector]
    )


def test_no_word_of_a_fault_is_a_value(place: Place) -> None:
    place.do("UPDATE remark SET words = 'secret'; INSERT INTO badge VALUES (1, 2)")
    said = " ".join(place.faults(place.erases(), 2))
    assert said
    assert "secret" not in said


class Deaf(Checked):
    """A check that finds something in every batch."""

    def after(self, *_: object) -> list[str]:
        return ["1 rows of `x` went that no step names"]


def test_what_the_check_finds_undoes_the_batch(store: Store) -> None:
    """The plan stops with AV418, and nothing of it was kept."""
    small = Small(store, checker=Deaf())
    before = small.left()
    with pytest.raises(PlannerError) as stopped:
        small.apply(small.ready())
    assert stopped.value.code == "AV418"
    assert small.left() == before


def test_a_sweep_that_is_checked_ends_as_one_that_is_not(store: Store) -> None:
    small = Small(store, checker=Checked())
    done = small.apply(small.ready())
    assert (done.status, done.rows) == (Status.DONE, 15)
