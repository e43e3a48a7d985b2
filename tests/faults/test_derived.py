"""What is made from rows no longer tells of them once they have gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from avow.common.findings import Finding
from avow.engine.db.store import Store
from avow.engine.planner.guard import plan_findings
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import Held, seat
from avow.engine.planner.known import set_names
from avow.engine.planner.moving import move
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import plan_json, plan_of
from avow.engine.planner.records import Status
from avow.engine.planner.refusals import PlannerError
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access
from tests import mariadb
from tests.faults import derived
from tests.faults.derived import COUNT, TABLES, TOTALS, VIEW, Shop
from tests.faults.small import DECLARATION, TODAY, Small, law


@pytest.fixture(params=["postgresql", "sqlite"])
def shop(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Shop:
    """Visit 1 is due, person 3 has left; Robert's counter is wrong since long."""
    if request.param == "sqlite":
        path = str(tmp_path / "shop.db")
        with closing(sqlite3.connect(path)) as owner:
            owner.executescript(TABLES)
        text = derived.declaration("sqlite", path, "")
        return derived.shop(Small(store), derived.asking_sqlite(path), text)
    url = request.getfixturevalue("postgres_url")
    with psycopg.connect(url) as owner:
        owner.execute((TABLES + TOTALS).encode())
    text = derived.declaration("postgresql", url, "public.", VIEW)
    return derived.shop(Small(store), derived.asking_postgresql(url), text)


def test_columns_rows_and_views_that_are_made_from_rows(shop: Shop) -> None:
    """Annabel's visit went: her counter, the line of that day and the sum are right again. Cyriel's
    name went, and the text by which he was found. Robert was not touched, and stays as wrong."""
    assert shop.apply().status is Status.DONE
    assert shop.query("SELECT id, name, search, visits FROM person ORDER BY id") == [
        (1, "Annabel", "annabel", 1),
        (2, "Robert", "robert", 7),
        (3, None, "", 0),
    ]
    assert [(p, pages) for p, _, pages in shop.query("SELECT * FROM by_day ORDER BY 1")] == [
        (1, "fresh"),
        (2, "fresh"),
    ]
    if shop.text.count("totals"):
        assert shop.query("SELECT page, n FROM totals") == [("fresh", 2)]


def test_a_text_that_goes_on_telling_is_found(shop: Shop) -> None:
    """Planted: the search text is computed from itself, and so still says the name. The batch in
    which the name would have gone is undone."""
    shop.text = shop.text.replace("lower(coalesce(name, ''))", "search")
    with pytest.raises(PlannerError, match="undone") as caught:
        shop.apply()
    assert caught.value.code == "AV418"
    assert "still tell of rows" in caught.value.because
    assert shop.query("SELECT name FROM person WHERE id = 3") == [("Cyriel",)]


def test_a_text_that_still_may_tell_is_left_alone(shop: Shop) -> None:
    """The word that goes with one row stands in another that stays, and may be found by it."""
    pages = "SELECT max(v.page) FROM visit AS v WHERE v.person_id = person.id"
    shop.text = shop.text.replace(COUNT, pages).replace("{visits:", "{search:")
    shop.text = "\n".join(x for x in shop.text.split("\n") if "coalesce" not in x)
    assert shop.apply().status is Status.DONE
    assert shop.query("SELECT search FROM person WHERE id = 1") == [("fresh",)]


def test_the_plan_says_what_is_made_again_and_is_kept_so(shop: Shop) -> None:
    """In the SQL that the approver sees; and read back, the plan is the same."""
    plan = shop.plan()
    assert plan_of(plan_json(plan)) == plan
    said = "\n".join(each.sql for _, each in plan.steps)
    assert f"person.visits = ({COUNT})" in said
    assert "person.search = (lower(coalesce(name, '')))" in said
    assert ("totals is refreshed" in said) is ("totals" in shop.text)


def test_what_cannot_be_made_again_is_said_before_anything_is_done(shop: Shop) -> None:
    """A column that is not there, and a table that is to be refreshed like a view."""
    shop.text = shop.text.replace("{search: ", "{found_by: ").replace(
        "then: erase}", "then: erase}\n      OTHER"
    )
    other = f"{'public.' if 'totals' in shop.text else ''}other"
    line = f"{other}: {{owned_by: nobody, because: x, derived_from: {{VISIT: refresh}}}}"
    shop.text = shop.text.replace("OTHER", line.replace("VISIT", other.replace("other", "visit")))
    said = [f for f in plan_findings(shop.plan()) if f.code == "AV452"]
    assert len(said) == 2
    assert "column `found_by` cannot be written" in "".join(f.because for f in said)
    assert "is not there, or not shown to us" in "".join(f.because for f in said)


@pytest.mark.parametrize("last", [3, 5, 8, 13, 21])
def test_killed_and_run_again_it_is_all_there(shop: Shop, last: int) -> None:
    """The process ends at some place of the journal: what was made from rows went with them."""
    places = iter(range(1, 1000))

    class Killed(BaseException):
        pass

    def crash(place: str) -> None:
        del place
        if next(places) == last:
            raise Killed

    plan = shop.small.approved(shop.plan())
    killed = replace(shop.small, crash=crash)
    with suppress(Killed):
        killed.apply(plan)
    wrong = (
        "SELECT count(*) FROM by_day AS d WHERE NOT EXISTS (SELECT 1 FROM visit AS v "
        "WHERE v.person_id = d.person_id AND v.seen_on = d.day)"
    )
    counted = shop.query(
        "SELECT visits - (SELECT count(*) FROM visit WHERE person_id = 1) FROM person WHERE id = 1"
    )
    assert (shop.query(wrong), counted) == ([(0,)], [(0,)])
    assert shop.small.apply(plan).status is Status.DONE
    assert shop.query("SELECT search, visits FROM person ORDER BY id") == [
        ("annabel", 1),
        ("robert", 7),
        ("", 0),
    ]


def test_the_same_in_mariadb(mariadb_url: str, store: Store) -> None:
    """Columns are computed again and rows go along; there a view is never refreshed."""
    with closing(mariadb.connect_at(mariadb_url)) as owner, owner.cursor() as cursor:
        for statement in filter(str.strip, TABLES.split(";")):
            cursor.execute(statement)
        owner.commit()
    text = derived.declaration("mariadb", mariadb_url, "")

    def ask(question: str) -> list[tuple[object, ...]]:
        with closing(mariadb.connect_at(mariadb_url)) as owner, owner.cursor() as cursor:
            cursor.execute(question)
            return list(cursor.fetchall())

    shop = derived.shop(Small(store), ask, text)
    assert shop.apply().status is Status.DONE
    people = ask("SELECT search, visits FROM person ORDER BY id")
    assert people == [("annabel", 1), ("robert", 7), ("", 0)]
    assert ask("SELECT count(*) FROM by_day") == [(2,)]


def test_a_system_that_computes_nothing_says_so(store: Store) -> None:
    """In memory, as in files, there is no language in which a column could be computed."""
    computed = (
        "      person:\n        derived_from: {from: visit, field: id, parent_field: person_id,"
    )
    text = DECLARATION.replace("      person:\n", f"{computed} recompute: {{name: x}}}}\n")
    small = Small(store)
    small.activate(text)
    [said] = plan_findings(small.plan())
    assert (said.code, said.because) == (
        "AV452",
        "`person` is made from `visit`: this kind of system cannot compute columns again",
    )


PAGES = """
CREATE TABLE by_page (page varchar(20) PRIMARY KEY, visits integer);
INSERT INTO by_page VALUES ('left', 5), ('fresh', 2);
"""
BY_PAGE = """
      by_page:
        key: [page]
        owned_by: nobody
        because: numbers
        derived_from: {from: visit, field: page, parent_field: page,
          recompute: {visits: "SELECT count(*) FROM visit AS v WHERE v.page = by_page.page"}}
"""


def test_an_erasure_makes_again_what_its_rows_were_counted_in(store: Store, tmp_path: Path) -> None:
    """Robert is erased: one visit fewer to a page. The other page, wrong since long, is not his."""
    path = str(tmp_path / "shop.db")
    with closing(sqlite3.connect(path)) as owner:
        owner.executescript(TABLES + PAGES)
    small = Small(store)
    small.activate(derived.declaration("sqlite", path, "") + BY_PAGE)
    known = set_names(small.system, law(small.declaration), ())
    judge = Judge(small.system, law(small.declaration), TODAY, frozenset(), known, erasure=True)
    with closing(derived.opened(small.system, Access.WRITE)) as connection:
        program = erasure(judge, connection.catalogue(), frozenset({"person"}))
        assert not isinstance(program, Finding)
        Held(connection, small.facts, {}).refresh(program)
        seat(connection, program, {"person": [(2,)]})
        with connection.transaction() as batch:
            memory = Checked().before(connection, program, "plan")
            moved = {n: move(connection, batch, s).total for n, s in enumerate(program.steps)}
            assert not Checked().after(connection, program, moved, memory)
    ask = derived.asking_sqlite(path)
    assert ask("SELECT page, visits FROM by_page ORDER BY 1") == [("fresh", 1), ("left", 5)]
    assert ask("SELECT count(*) FROM by_day WHERE person_id = 2") == [(0,)]
