"""Everything SQLite has, walked whole: plan, approve, apply, check; then the whole file is compared
with what was worked out by hand. A month ends on 1 April; rows of January are old."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from avow.engine.db.store import Store
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.sqlite import SqliteConnector
from avow.estate.datamap.model import System
from tests.connectors.whole_way import Country, Rows, country

Found = Callable[[str, str], Country]
TABLES = """
SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view')
AND name NOT LIKE 'sqlite%' ORDER BY name
"""


def run(path: Path, text: str) -> None:
    """Statements by another program, which does not ask for foreign keys to be kept."""
    with closing(sqlite3.connect(path)) as owner:
        owner.executescript(text)


def everything(path: Path) -> Rows:
    """Every row of every table and view, sorted."""
    with closing(sqlite3.connect(path)) as owner:
        names = [name for (name,) in owner.execute(TABLES)]
        return {n: sorted(str(row) for row in owner.execute(_all(n))) for n in names}


def _all(table: str) -> str:
    return 'SELECT * FROM "{}"'.format(table.replace('"', '""'))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app %?.db"


@pytest.fixture
def found(store: Store, path: Path) -> Found:
    """A function that founds a country of a schema and a map."""

    def opened(system: System, access: Access) -> Connection:
        return SqliteConnector().connect(replace(system, url=f"sqlite:///{path}"), access)

    def build(schema: str, datasets: str) -> Country:
        run(path, schema)
        made = country(store, opened, lambda: everything(path))
        made.found("sqlite", datasets)
        return made

    return build


LINKS = """
CREATE TABLE person (id TEXT PRIMARY KEY NOT NULL, code TEXT UNIQUE, name TEXT, left_on DATE)
    WITHOUT ROWID;
CREATE TABLE pet (id INTEGER PRIMARY KEY, name TEXT,
    person_id TEXT NOT NULL REFERENCES person ON DELETE CASCADE) STRICT;
CREATE TABLE collar (pet_id INTEGER PRIMARY KEY REFERENCES pet ON DELETE CASCADE, word TEXT);
CREATE TABLE vote (id INTEGER PRIMARY KEY, said TEXT, by_id TEXT REFERENCES person
    ON DELETE SET NULL);
CREATE TABLE club (id INTEGER PRIMARY KEY, title TEXT,
    head_id TEXT DEFAULT 'none' REFERENCES person ON DELETE SET DEFAULT);
CREATE TABLE debt (id INTEGER PRIMARY KEY, amount REAL,
    person_code TEXT REFERENCES person (code) ON DELETE RESTRICT);
CREATE TABLE visit (day DATE, nr INT, seen_on DATE, person_id TEXT REFERENCES person
    DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (day, nr)) WITHOUT ROWID;
CREATE TABLE "line of ""visit"" %s" (day DATE, nr INT, "select" TEXT, seen_on DATE,
    FOREIGN KEY (day, nr) REFERENCES VISIT);
CREATE INDEX pets ON pet (person_id); CREATE INDEX votes ON vote (by_id);
CREATE INDEX clubs ON club (head_id); CREATE INDEX debts ON debt (person_code);
CREATE INDEX visits ON visit (person_id); CREATE INDEX some_pets ON pet (name) WHERE name > 'r';
CREATE INDEX lines ON "line of ""visit"" %s" (day, nr);
INSERT INTO person VALUES ('none', 'N', 'none', NULL), ('ann', 'A', 'ann', '2026-01-01'),
    ('bob', 'B', 'bob', NULL), ('cem', 'C', 'cem', '2026-04-20');
INSERT INTO pet VALUES (1, 'rex', 'ann'), (2, 'tim', 'bob'), (3, 'lost', 'nobody at all');
INSERT INTO collar VALUES (1, 'call ann'), (2, 'call bob');
INSERT INTO vote VALUES (1, 'yes', 'ann'), (2, 'no', 'bob');
INSERT INTO club VALUES (1, 'chess', 'ann'), (2, 'tea', 'cem');
INSERT INTO debt VALUES (1, 10.5, 'A'), (2, 20, 'C');
INSERT INTO visit VALUES ('2026-01-01', 1, '2026-01-01', 'bob'),
    ('2026-04-20', 1, '2026-04-20', 'ann'), ('2026-04-20', 2, '2026-04-20', 'bob');
INSERT INTO "line of ""visit"" %s" VALUES ('2026-01-01', 1, 'x', '2026-04-20'),
    ('2026-04-20', 1, 'y', '2026-01-01'), ('2026-04-20', 2, 'z', '2026-04-20');
"""
LINKED = """
person: {subject: visitor, key: [id], collected_at: door, rest: data, events: {left: left_on}}
pet: {key: [id], owned_by: {person: person_id}, collected_at: door, rest: data}
collar: {key: [pet_id], owned_by: {pet: pet_id}, collected_at: door, rest: data}
vote: {key: [id], owned_by: nobody, because: counted, no_right: {person: by_id}}
club: {key: [id], owned_by: nobody, because: a list, no_right: {person: head_id},
  blank: {head_id: {constant: none}}}
debt:
  key: [id]
  owned_by: [{to: person, field: person_code, parent_field: code}]
  collected_at: door
  rest: data
visit: {key: [day, nr], owned_by: {person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}}
'line of "visit" %s': {key: [select], owned_by: {visit: [day, nr]}, collected_at: door,
  rest: log, events: {seen: seen_on}}
"""
LINE = 'line of "visit" %s'


def test_every_kind_of_foreign_key_when_persons_are_erased(found: Found) -> None:
    """ON DELETE of all five kinds, tables with and without row numbers, a pet that points nowhere
    since nobody kept its foreign key."""
    land = found(LINKS, LINKED)
    land.done(land.erasure_plan({"person": [("ann",), ("cem",)]}))
    assert land.rows() == {
        "person": ["('bob', 'B', 'bob', None)", "('none', 'N', 'none', None)"],
        "pet": ["(2, 'tim', 'bob')", "(3, 'lost', 'nobody at all')"],
        "collar": ["(2, 'call bob')"],
        "vote": ["(1, 'yes', None)", "(2, 'no', 'bob')"],
        "club": ["(1, 'chess', 'none')", "(2, 'tea', 'none')"],
        "debt": [],
        "visit": [
            "('2026-01-01', 1, '2026-01-01', 'bob')",
            "('2026-04-20', 2, '2026-04-20', 'bob')",
        ],
        LINE: ["('2026-01-01', 1, 'x', '2026-04-20')", "('2026-04-20', 2, 'z', '2026-04-20')"],
    }


def test_every_kind_of_foreign_key_when_a_period_ends(found: Found) -> None:
    """The old visit goes, and the young line that names it by its nullable pointer stays."""
    land = found(LINKS, LINKED)
    land.done(land.sweep_plan())
    assert land.rows() == {
        "person": [
            "('bob', 'B', 'bob', None)",
            "('cem', 'C', 'cem', '2026-04-20')",
            "('none', 'N', 'none', None)",
        ],
        "pet": ["(2, 'tim', 'bob')", "(3, 'lost', 'nobody at all')"],
        "collar": ["(2, 'call bob')"],
        "vote": ["(1, 'yes', None)", "(2, 'no', 'bob')"],
        "club": ["(1, 'chess', 'none')", "(2, 'tea', 'cem')"],
        "debt": ["(2, 20.0, 'C')"],
        "visit": [
            "('2026-04-20', 1, '2026-04-20', None)",
            "('2026-04-20', 2, '2026-04-20', 'bob')",
        ],
        LINE: ["('2026-04-20', 2, 'z', '2026-04-20')", "(None, None, 'x', '2026-04-20')"],
    }


TYPES = """
CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT, seen_at DATETIME, mood TEXT NOT NULL CHECK (mood <> ''),
    photo BLOB NOT NULL, worth REAL, n INT NOT NULL, doc JSON, any_ ANY, yes BOOLEAN,
    born DATE, num UUID NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    shout TEXT AS (upper(mood)) VIRTUAL, len INT GENERATED ALWAYS AS (length(mood)) STORED);
CREATE INDEX by_shout ON person (shout); CREATE UNIQUE INDEX part ON person (worth) WHERE n > 99;
INSERT INTO person (seen_at, mood, photo, worth, n, doc, any_, yes, born, num, email) VALUES
    ('2026-01-01 00:30', 'glad', x'61', 1.5, 7, '{"a": [1, {"b": "c"}]}', 'x', 1, '1970-05-05',
     '00000000-0000-0000-0000-000000000007', 'A@x'),
    ('2026-04-01T21:59:59Z', 'sad', x'62', NULL, 8, '[]', x'00', 0, NULL, 'n8', 'b@x'),
    ('2026-04-01T22:00:00Z', 'calm', x'63', 2, 9, NULL, 3, NULL, '1980-01-01', 'n9', 'c@x');
"""
COLUMNS = "mood photo worth n doc any_ yes born num email shout len".split()
FORM = """
person:
  subject: visitor
  key: [id]
  collected_at: door
  rest: data
  events: {seen: seen_at}
  blank: {mood: {constant: gone}, photo: {constant: ""}, n: truncate, born: truncate, num: ghost,
    email: ghost, shout: recompute, len: recompute}
  fields: {COLUMNS}
"""
TYPED = FORM.replace("COLUMNS", ", ".join(f"{c}: log" for c in COLUMNS))


def test_columns_of_every_type_are_emptied_and_computed_ones_follow(found: Found) -> None:
    """Until the end of 1 April, Brussels time."""
    land = found(TYPES, TYPED)
    land.done(land.sweep_plan())
    full = "'calm', b'c', 2.0, 9, None, 3, None"
    empty = "'gone', b'', None, 0, None, None, None"
    assert land.rows()["person"] == [
        f"(1, '2026-01-01 00:30', {empty}, '1970-01-01', {ghost(1)}, 'gone-1', 'GONE', 4)",
        f"(2, '2026-04-01T21:59:59Z', {empty}, None, {ghost(2)}, 'gone-2', 'GONE', 4)",
        f"(3, '2026-04-01T22:00:00Z', {full}, '1980-01-01', 'n9', 'c@x', 'CALM', 4)",
    ]


def ghost(key: int) -> str:
    """The number of nobody that a row of this key gets."""
    return repr(str(UUID(hashlib.md5(f"gone-{key}".encode(), usedforsecurity=False).hexdigest())))


SIMPLE = """
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, left_on DATE);
CREATE TABLE visit (id INTEGER PRIMARY KEY, person_id INT, seen_on DATE, page TEXT);
CREATE TABLE audit (old TEXT);
CREATE INDEX visits ON visit (person_id);
INSERT INTO person VALUES (1, 'ann', NULL), (2, 'bob', '2026-01-01');
INSERT INTO visit VALUES (1, 1, '2026-01-01', 'a'), (2, 1, '2026-04-20', 'b');
"""
SAID = """
person: {subject: visitor, key: [id], collected_at: door, rest: data, events: {left: left_on}}
visit: {key: [id], owned_by: {person: person_id}, collected_at: door, rest: log,
  events: {seen: seen_on}}
"""
ERASED = {"person": [(1,)]}


def test_a_trigger_that_copies_undoes_the_batch_and_is_named_in_the_plan(found: Found) -> None:
    act = "CREATE TRIGGER act AFTER DELETE ON visit BEGIN INSERT INTO audit VALUES (old.page); END;"
    land = found(SIMPLE + act, SAID)
    for plan in (land.sweep_plan(), land.erasure_plan(ERASED)):
        assert {t for _, s in plan.steps for t in s.triggers} == {"act"}
        assert "rows were added to `audit` by the system itself" in land.undone(plan)


@pytest.mark.parametrize("what", ["IGNORE", "ABORT, 'no'", "ROLLBACK, 'no'", "FAIL, 'no'"])
def test_a_trigger_that_keeps_the_row_is_spoken(found: Found, what: str) -> None:
    """Also one that says nothing at all (IGNORE), and one that ends the whole transaction."""
    act = f"CREATE TRIGGER act BEFORE DELETE ON visit BEGIN SELECT RAISE({what}); END;"
    land = found(SIMPLE + act, SAID)
    applied = land.apply(land.approved(land.sweep_plan()))
    assert [b.dataset for b in applied.blocked] == ["visit"]
    assert land.rows()["visit"] == ["(1, 1, '2026-01-01', 'a')", "(2, 1, '2026-04-20', 'b')"]
    assert land.rows()["person"] == ["(1, 'ann', None)"]


VIEWS = {
    "only read": "CREATE VIEW visit AS SELECT * FROM really;",
    "with a trigger that acts": "CREATE VIEW visit AS SELECT * FROM really; CREATE TRIGGER act "
    "INSTEAD OF DELETE ON visit BEGIN DELETE FROM really WHERE id = old.id; END;",
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_in_place_of_a_table_refuses_the_plan(found: Found, view: str) -> None:
    land = found(f"{SIMPLE} ALTER TABLE visit RENAME TO really; {view}", SAID)
    for plan in (land.sweep_plan(), land.erasure_plan(ERASED)):
        assert land.codes(plan) == ["AV403"]
        assert (
            plan.parts[0].gaps[0].startswith("rows of `app.visit` cannot be changed: it is a view")
        )


def test_a_cascade_that_only_our_connection_fires_is_counted_and_refused(found: Found) -> None:
    """The program of the owner keeps no foreign keys; we do, so the plan knows of the rows."""
    pets = "CREATE TABLE pet (id INTEGER PRIMARY KEY, who INT REFERENCES person ON DELETE CASCADE);"
    land = found(f"{SIMPLE} {pets} INSERT INTO pet VALUES (1, 2), (2, 1);", SAID)
    plan = land.sweep_plan()
    (step,) = (s for _, s in plan.steps if s.step.dataset == "person" and s.cascades)
    assert step.measure.rows == 0, "nobody declared whose the pet is, so its owner stays"
    assert land.codes(plan) == ["AV404"]


WORDS = """
CREATE VIRTUAL TABLE words USING fts5(page, content='visit', content_rowid='id');
INSERT INTO words (words) VALUES ('rebuild');
CREATE TRIGGER gone AFTER DELETE ON visit BEGIN
    INSERT INTO words (words, rowid, page) VALUES ('delete', old.id, old.page); END;
"""


def test_a_full_text_table_that_triggers_keep_undoes_the_batch(found: Found) -> None:
    """Its segments would go on holding the words of a row that is gone."""
    land = found(SIMPLE + WORDS, SAID)
    assert "rows of `words` went that no step names" in land.undone(land.sweep_plan())
