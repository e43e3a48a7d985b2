"""Requests on a small shop, by the commands that people type: what is sealed, refused and told."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from avow.engine.planner.erasure_plan import Asking
from avow.engine.planner.keysets import KeySet
from avow.engine.planner.staying import first
from avow.faces.cli.main import main
from tests.today import today as this_day

TODAY = this_day()
DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses: {"1.a": {kind: E}, "2.a": {kind: E}, "2.b": {kind: E}, "3.a": {kind: E}}
categories: {profile: {clause: "1.a"}, question: {clause: "1.a"}, invoice: {clause: "1.a"}}
subjects: {buyer: {}}
collection:
  - {point: door, clause: "1.a", collects: [{category: profile, clause: "1.a", required: yes}]}
purposes:
  - {purpose: news, clause: "1.a", basis: consent, uses: {category: [profile]}}
  - {purpose: answer, clause: "1.a", basis: contract, uses: {category: [question]}}
retention:
  - {rule: profiles, clause: "2.a", applies_to: {category: [profile]}, starts: joined, at_most: 9 years, then: erase}
  - rule: questions
    clause: "2.b"
    applies_to: {category: [question]}
    whichever_first: [{starts: asked, at_most: 5 years}, {starts: deletion-asked, at_most: 0 days}]
    then: erase
  - {rule: invoices, clause: "2.b", applies_to: {category: [invoice]}, starts: billed, at_most: 7 years, then: erase}
minimums:
  - {minimum: books, law: accounting, clause: "3.a", applies_to: {category: [invoice]}, starts: billed, at_least: 7 years}
events:
  joined: {kind: point}
  asked: {kind: point}
  billed: {kind: point}
  deletion-asked: {kind: fact}
systems:
  - system: shop
    connector: sqlite
    url: ${SHOP}
    zone: Europe/Brussels
    datasets:
      buyer:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique, normalise: ascii-lower}}
        collected_at: door
        fields: {email: profile}
        rest: profile
        events: {joined: joined_on}
        blank: {email: {constant: ""}, name: {constant: "-"}, joined_on: {constant: "1900-01-01"}}
      question:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        rest: question
        events: {asked: asked_on}
      bill:
        key: [id]
        owned_by: {buyer: buyer_id}
        collected_at: door
        rest: invoice
        events: {billed: billed_on}
  - system: away
    connector: sqlite
    url: ${AWAY}
    zone: Europe/Brussels
    datasets:
      guest:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        rest: profile
        events: {joined: joined_on}
"""  # noqa: E501 (rules read best one on a line)
TABLES = """
CREATE TABLE buyer (id integer PRIMARY KEY, email text NOT NULL, name text NOT NULL,
                    joined_on date NOT NULL);
CREATE TABLE question (id integer PRIMARY KEY, email text, text text, asked_on date);
CREATE TABLE bill (id integer PRIMARY KEY, buyer_id integer NOT NULL REFERENCES buyer (id),
                   amount integer, billed_on date);
CREATE INDEX bill_buyer ON bill (buyer_id);
"""


@pytest.fixture
def home(tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four buyers with a question each, the first with a bill; a second system with a guest."""
    day = (TODAY - timedelta(days=400)).isoformat()
    with closing(sqlite3.connect(tmp_path / "shop.db")) as made:
        made.executescript(TABLES)
        for n in range(1, 5):
            who = f"p{n}@example.org"
            made.execute("INSERT INTO buyer VALUES (?, ?, ?, ?)", (n, who.upper(), f"name{n}", day))
            made.execute("INSERT INTO question VALUES (?, ?, 'why', ?)", (n, who, day))
        made.execute("INSERT INTO bill VALUES (1, 1, 10, ?)", (day,))
        made.commit()
    with closing(sqlite3.connect(tmp_path / "away.db")) as made:
        made.execute("CREATE TABLE guest (id integer PRIMARY KEY, email text, joined_on date)")
    (tmp_path / "declaration").mkdir()
    (tmp_path / "declaration" / "all.yaml").write_text(DECLARATION)
    (tmp_path / "asking.csv").write_text("kind,value\nemail,p1@example.org\nemail,p2@example.org\n")
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("SHOP", str(tmp_path / "shop.db"))
    monkeypatch.setenv("AWAY", str(tmp_path / "away.db"))
    monkeypatch.setenv("AVOW_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("AVOW_DATABASE_URL", state_url)
    three = ("--author", "claire", "--as", "marc", "--as", "paul")
    avow("activate", str(tmp_path / "declaration"), *three)
    return tmp_path


def avow(*words: str, expect: int = 0) -> Result:
    """Run a command and look at its exit code."""
    done = CliRunner().invoke(main, words)
    assert done.exit_code == expect, done.output
    return done


def ask(home: Path, right: str, *words: str, expect: int = 0) -> dict[str, Any]:
    """A request of the two persons, as JSON."""
    asking = ("--for", str(home / "asking.csv"), "--json")
    found: dict[str, Any] = json.loads(
        avow("request", "new", right, *asking, *words, expect=expect).stdout
    )
    return found


def planned(home: Path) -> tuple[str, dict[str, Any]]:
    """The approved plan of their erasure."""
    (made,) = ask(home, "erasure", "--accept-all")["plans"]
    name = made["plan"]["id"]
    for person in ("marc", "paul"):
        avow("approve", name, "--as", person)
    return name, made


def rows(home: Path, table: str) -> list[tuple[Any, ...]]:
    """Every row of a table."""
    with closing(sqlite3.connect(home / "shop.db")) as looked:
        return looked.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()


def sealed(url: str, statement: str = "SELECT sealed FROM avow.plan_person") -> list[Any]:
    """What is kept of persons beside plans; or run a statement on it."""
    with psycopg.connect(url) as owner:
        done = owner.execute(statement.encode())
        return done.fetchall() if done.description else []


def test_the_whole_way_of_an_erasure(home: Path, state_url: str) -> None:
    """The second buyer goes; of the first the profile is blanked, because the bill must stay."""
    others = [rows(home, "buyer")[2:], rows(home, "question")[2:]]
    name, made = planned(home)
    assert (len(sealed(state_url)), made["plan"]["persons"]) == (4, 4)
    (bill,) = [s for s in made["stays"] if s["dataset"] == "bill"]
    assert (bill["why"], bill["what"], bill["clauses"]) == ("legal minimum", ["books"], ["3.a"])
    assert date.fromisoformat(bill["until"]) > TODAY + timedelta(days=2000)
    (done,) = json.loads(avow("apply", name, "--json").stdout)
    assert done["status"] == "done"
    assert sealed(state_url) == []
    assert rows(home, "buyer")[0][:3] == (1, "", "-")
    assert [r[0] for r in rows(home, "buyer")] == [1, 3, 4]
    assert [r[0] for r in rows(home, "bill")] == [1]
    assert [rows(home, "buyer")[1:], rows(home, "question")] == others
    assert json.loads(avow("apply", name, "--json").stdout)[0]["status"] == "done"


def test_who_asks_to_be_deleted_ends_the_periods_that_end_with_it(home: Path) -> None:
    """The purpose of a question rests on a contract and has no end: alone the wish ends it."""
    name, _ = planned(home)
    avow("apply", name)
    assert [r[0] for r in rows(home, "question")] == [3, 4]


def test_an_erasure_whose_persons_are_gone_is_refused(home: Path, state_url: str) -> None:
    """It would find nobody, and call that done."""
    name, _ = planned(home)
    sealed(state_url, "DELETE FROM avow.plan_person")
    before = rows(home, "buyer")
    assert "AV447" in avow("apply", name, expect=3).output
    assert rows(home, "buyer") == before


def test_nobody_can_put_another_person_into_a_plan(home: Path, state_url: str) -> None:
    """A sealed key opens only at its place in its plan."""
    name, _ = planned(home)
    sealed(
        state_url,
        "UPDATE avow.plan_person SET number = number + 10 WHERE number = 0",
    )
    before = rows(home, "buyer")
    done = CliRunner().invoke(main, ["apply", name])
    assert "AV872" in done.output
    assert rows(home, "buyer") == before


def test_what_the_guard_refuses_is_kept_without_its_persons(home: Path, state_url: str) -> None:
    """A table that somebody made refers to buyers by a cascade: the plan is refused."""
    with closing(sqlite3.connect(home / "shop.db")) as owner:
        owner.executescript(
            "CREATE TABLE note (id integer PRIMARY KEY, buyer_id integer REFERENCES buyer (id)"
            " ON DELETE CASCADE); INSERT INTO note VALUES (1, 2)"
        )
    (made,) = ask(home, "erasure", "--accept-all", expect=3)["plans"]
    assert made["status"] == "refused"
    assert sealed(state_url) == []


def test_a_hold_that_came_after_the_approval_is_obeyed(home: Path) -> None:
    name, _ = planned(home)
    words = ("--reason", "litigation", "--law", "x", "--until", "2099-01-01", "--as", "paul")
    avow("hold", "add", "--identity", "email=p2@example.org", *words)
    avow("apply", name)
    assert [r[1] for r in rows(home, "buyer")][1] == "P2@EXAMPLE.ORG"


def test_a_system_that_is_away_is_a_gap_and_nothing_is_complete(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWAY", str(home / "nowhere.db"))
    out = home / "answer.json"
    said = ask(home, "access", "--accept-all", "--out", str(out), expect=4)
    assert (said["complete"], len(said["gaps"])) == (False, 1)
    assert json.loads(out.read_text())["complete"] is False
    assert len(ask(home, "erasure", "--accept-all", expect=4)["plans"]) == 1


def test_a_system_that_refuses_a_question_is_left_out_and_said_to_be(home: Path) -> None:
    """The column that names persons there is gone; the other system is still searched."""
    with closing(sqlite3.connect(home / "away.db")) as owner:
        owner.executescript("ALTER TABLE guest DROP COLUMN email")
    said = ask(home, "access", "--accept-all", "--out", str(home / "answer.json"), expect=4)
    assert said["complete"] is False
    assert "away" in said["gaps"][0]
    assert {c["system"] for c in said["candidates"]} == {"shop"}


def test_a_limit_is_told_and_the_answer_is_not_complete(home: Path) -> None:
    out = home / "answer.json"
    said = ask(home, "access", "--accept-all", "--limit", "1", "--out", str(out), expect=5)
    buyers = next(each for each in said["rows"] if each["dataset"] == "buyer")
    assert (buyers["own"], buyers["total"], buyers["truncated"]) == (1, 2, True)


def test_access_shows_each_person_what_is_theirs(home: Path) -> None:
    """Values, categories and the way to each row; keys and pointers have no category."""
    out = home / "answer.json"
    ask(home, "access", "--accept-all", "--out", str(out))
    one, two = json.loads(out.read_text())["persons"]
    names = [[d["dataset"] for d in person["datasets"]] for person in (one, two)]
    assert names == [["bill", "buyer", "question"], ["buyer", "question"]]
    (bill,) = one["datasets"][0]["rows"]
    assert (bill["right"], bill["path"]) == ("own", ["bill.buyer_id>buyer"])
    assert bill["values"]["amount"] == 10
    assert one["datasets"][0]["categories"] == {
        "id": None,
        "buyer_id": None,
        "amount": "invoice",
        "billed_on": "invoice",
    }


def test_bad_lines_are_told_and_the_others_count(home: Path) -> None:
    (home / "asking.csv").write_text("kind,value\nemail,p1@example.org\nfax,secret\n")
    said = avow(
        "request", "new", "access", "--for", str(home / "asking.csv"), "--accept-all",
        "--out", str(home / "answer.json"), expect=1,
    ).output  # fmt: skip
    assert "asking.csv:3:1: error AV602" in said
    assert "secret" not in said


def test_access_without_a_file_to_write_to_is_refused(home: Path) -> None:
    words = ("--for", str(home / "asking.csv"), "--accept-all")
    assert "--out" in avow("request", "new", "access", *words, expect=2).output


def test_the_wish_of_a_plan_is_added_to_what_is_known() -> None:
    """Only to the event of asking, and only where the persons are named."""

    class Nothing:
        def key_sets(self, system: str, names: frozenset[str]) -> list[KeySet]:
            del system
            return [KeySet(n, n.split(".", 2)[2]) for n in sorted(names)]

    asking = Asking(Nothing(), {"buyer": ((7,),)}, TODAY)
    wanted = ("deletion-asked.buyer", "deletion-asked.guest", "floor.buyer")
    names = frozenset(f"fact.{name}" for name in wanted)
    found = {s.name: s.rows for s in asking.key_sets("shop", names)}
    assert found == {
        "fact.deletion-asked.buyer": ((0, (7,), TODAY),),
        "fact.deletion-asked.guest": (),
        "fact.floor.buyer": (),
    }


@pytest.mark.parametrize("days", [1, 2, 37, 1000, 14_000])
def test_the_first_day_on_which_nothing_is_left_is_found(days: int) -> None:
    end = TODAY + timedelta(days=days)
    assert first(TODAY, lambda day: day < end) == end


def test_where_something_is_always_left_there_is_no_day() -> None:
    assert first(TODAY, lambda _: True) is None
