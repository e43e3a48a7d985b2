"""Restriction and rectification on a small shop: planned, approved, whole, and put back exactly."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from avow.common.masked import Masked
from avow.duties.requests.acting import still_restricted
from avow.duties.requests.acting.rectifying import Correct, carry_out, correct
from avow.duties.requests.acting.restricting import (
    Hands,
    NotActed,
    enforce,
    lift,
    plan_lifting,
    restrict,
    told,
)
from avow.duties.requests.book import Arrival, Asking, Person, Said, open_request, read, take
from avow.duties.requests.rows import accept
from avow.duties.requests.steps import Decided, IdentityShown
from avow.duties.requests.words import Channel, Outcome, Right, Rung
from avow.engine.facts.standing import RESTRICTION
from avow.engine.planner.approve import approve
from avow.engine.planner.identities import Candidate
from avow.engine.planner.refusals import Guarded, PlannerError, Stopped
from avow.engine.planner.restricting_cells import open_rows
from avow.faces.cli.desk import Desk, opened
from avow.faces.cli.main import main

DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses: {"1.a": {kind: E}, "2.a": {kind: E}, "9.d": {kind: E}}
rights: [{right: restriction, clause: "9.d"}]
categories: {profile: {clause: "1.a"}, address: {clause: "1.a"}}
subjects: {buyer: {}}
collection:
  - {point: door, clause: "1.a", collects: [{category: profile, clause: "1.a", required: yes}]}
purposes:
  - {purpose: news, clause: "1.a", basis: consent, uses: {category: [profile, address]}}
retention:
  - {rule: profiles, clause: "2.a", applies_to: {category: [profile, address]}, starts: joined, at_most: 9 years, then: erase}
events: {joined: {kind: point}}
systems:
  - system: shop
    connector: CONNECTOR
    url: ${SHOP}
    zone: Europe/Brussels
    datasets:
      S.buyer:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        fields: {email: profile, name: profile, city: address}
        rest: profile
        events: {joined: joined_on}
        blank: {email: ghost, name: {constant: "-"}}
        restriction: vault
      S.reader:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        fields: {email: profile, town: address}
        rest: profile
        events: {joined: joined_on}
        restriction: {flag: restricted, set: "1"}
      S.visit:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        rest: profile
        events: {joined: joined_on}
"""  # noqa: E501 (rules read best one on a line)
TABLES = """
CREATE TABLE buyer (id integer PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL,
                    city text CHECK (city <> 'Atlantis'), note text, joined_on date NOT NULL);
CREATE TABLE reader (id integer PRIMARY KEY, email text, town text,
                     restricted integer NOT NULL DEFAULT 0, joined_on date);
CREATE TABLE visit (id integer PRIMARY KEY, email text, joined_on date);
INSERT INTO buyer VALUES (1, 'p1@example.org', 'One', 'Gent', 'é "x"', '2026-01-02'),
                         (2, 'p2@example.org', 'Two', 'Gent', NULL, '2026-01-02');
INSERT INTO reader VALUES (1, 'p1@example.org', 'Gent', 0, '2026-01-02'),
                          (2, 'p2@example.org', 'Gent', 0, '2026-01-02');
INSERT INTO visit VALUES (1, 'p1@example.org', '2026-01-02');
"""


@dataclass
class Shop:
    """A shop on one engine, and the state beside it."""

    schema: str
    run: Callable[[str], list[tuple[Any, ...]]]
    folder: Path
    state: str

    def all(self) -> list[Any]:
        """Every row of every table."""
        return [self.run(f"SELECT * FROM {t} ORDER BY id") for t in ("buyer", "reader", "visit")]


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    """The shop, with its declaration in force."""
    url = str(tmp_path / "shop.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")

    def run(statement: str) -> list[tuple[Any, ...]]:
        if request.param == "postgresql":
            with psycopg.connect(url) as owner:
                done = owner.execute(statement.encode())
                return done.fetchall() if done.description else []
        with closing(sqlite3.connect(url)) as file, file:
            return file.execute(statement).fetchall()

    for statement in TABLES.split(";")[:-1]:
        run(statement)
    schema = "public." if request.param == "postgresql" else ""
    (tmp_path / "declaration").mkdir()
    text = DECLARATION.replace("CONNECTOR", request.param).replace("S.", schema)
    (tmp_path / "declaration" / "all.yaml").write_text(text)
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("SHOP", url)
    state = ["--state", str(tmp_path / "state"), "--database-url", state_url]
    people = ["--author", "claire", "--as", "marc", "--as", "paul"]
    words = ["activate", str(tmp_path / "declaration"), *people, *state]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return Shop(schema, run, tmp_path / "state", state_url)


def begun(desk: Desk, shop: Shop, right: Right) -> str:
    """A request of the first person, with their rows accepted and the item granted."""
    book, at = desk.book, desk.now()
    person = Person(name="One", language="en", email="p1@example.org")
    made = open_request(
        book, Arrival(Channel.EMAIL, at, "en", (person,), (Asking(1, right),)), by="claire", at=at
    )
    rows = [
        Candidate(1, "shop", shop.schema + name, ("email", name), ((1,),))
        for name in ("buyer", "reader", "visit")
    ]
    accept(book, made.id, rows, by="claire", at=at)
    shown, decided = (
        Said(IdentityShown(person=1, rung=Rung.SIGNED_LINK)),
        Said(Decided(item=1, outcome=Outcome.ACCEPTED)),
    )
    take(book, made.id, [shown, decided], by="claire", at=at)
    return made.id


def hands(desk: Desk, crash: str = "") -> Hands:
    """What acts; it dies at a step of this name."""

    def fall(step: str) -> None:
        if step == crash:
            raise KeyboardInterrupt

    return Hands(desk.book, desk.estate, lambda _: None, fall)


def signed(desk: Desk, *plans: str) -> None:
    """Two persons approve."""
    state = desk.state
    for plan in plans:
        for person in ("marc", "paul"):
            approve(state.store, state.ring, desk.declaration, plan, person=person, at=desk.now())


def facts(desk: Desk) -> list[Any]:
    """The restrictions that stand as facts."""
    return [f for f in desk.memory.facts() if f.name == RESTRICTION]


def test_restrict_and_lift_is_nothing_at_all(shop: Shop) -> None:
    """Cells leave, the flag stands, readers find nothing; then every cell is what it was."""
    before = shop.all()
    with opened(shop.folder, shop.state) as desk:
        at, name = desk.now(), begun(desk, shop, Right.RESTRICTION)
        made = restrict(hands(desk), name, 1, by="claire", at=at)
        assert (made.rows, made.gaps) == (3, (f"shop.{shop.schema}visit",))
        assert len(facts(desk)) == 3
        with pytest.raises(Guarded, match="approve"):
            enforce(hands(desk), name, 1, by="claire", at=at)
        assert shop.all() == before
        signed(desk, *made.plans)
        done = enforce(hands(desk), name, 1, by="claire", at=at)
        assert (done.rows, len(done.gaps)) == (2, 1)
        buyer = shop.run("SELECT email, name, city, note FROM buyer WHERE id = 1")[0]
        assert buyer[1:] == ("-", None, None)
        assert "p1" not in buyer[0]
        assert shop.run("SELECT id FROM reader WHERE restricted = 0") == [(2,)]
        assert shop.all()[0][1] == before[0][1]
        with pytest.raises(NotActed, match="not told") as early:
            plan_lifting(hands(desk), name, 1, at=at)
        assert early.value.code == "AV645"
        told(desk.book, name, 1, by="claire", at=at)
        plans = plan_lifting(hands(desk), name, 1, at=at)
        signed(desk, *plans)
        assert lift(hands(desk), name, 1, plans, by="claire", at=at).gaps == ()
        assert facts(desk) == []
    assert shop.all() == before


@pytest.mark.parametrize("step", ["sealed", "committed"])
def test_killed_at_any_step_nothing_is_lost(shop: Shop, step: str) -> None:
    """The second run never takes emptied cells for the original ones."""
    before = shop.all()
    with opened(shop.folder, shop.state) as desk:
        at, name = desk.now(), begun(desk, shop, Right.RESTRICTION)
        made = restrict(hands(desk), name, 1, by="claire", at=at)
        signed(desk, *made.plans)
        with pytest.raises(KeyboardInterrupt):
            enforce(hands(desk, step), name, 1, by="claire", at=at)
        assert (shop.all() == before) == (step == "sealed")
        assert enforce(hands(desk), name, 1, by="claire", at=at).rows == 2
        told(desk.book, name, 1, by="claire", at=at)
        plans = plan_lifting(hands(desk), name, 1, at=at)
        signed(desk, *plans)
        with pytest.raises(KeyboardInterrupt):
            lift(hands(desk, "committed"), name, 1, plans, by="claire", at=at)
        lift(hands(desk), name, 1, plans, by="claire", at=at)
    assert shop.all() == before


def test_a_row_that_is_used_again_is_found(shop: Shop) -> None:
    """The planted fault: somebody clears the flag, or writes the name back."""
    with opened(shop.folder, shop.state) as desk:
        at, name = desk.now(), begun(desk, shop, Right.RESTRICTION)
        made = restrict(hands(desk), name, 1, by="claire", at=at)
        signed(desk, *made.plans)
        rows = {shop.schema + t: ((1,),) for t in ("buyer", "reader")}
        assert [o.open for o in open_rows(desk.estate, "shop", rows)] == [1, 1]
        enforce(hands(desk), name, 1, by="claire", at=at)
        assert [o.open for o in open_rows(desk.estate, "shop", rows)] == [0, 0]
        shop.run("UPDATE reader SET restricted = 0")
        shop.run("UPDATE buyer SET name = 'One' WHERE id = 1")
        assert [o.open for o in open_rows(desk.estate, "shop", rows)] == [1, 1]


def test_the_check_turns_red_when_somebody_clears_the_flag(shop: Shop) -> None:
    """Waiting plans are red too, and a dataset without a mode is not seen."""

    def said() -> list[str]:
        found = still_restricted.answers(desk.book, desk.estate, at=desk.now())
        return [str(r.outcome.answer) for _, r in found if r.canary_seen]

    with opened(shop.folder, shop.state) as desk:
        at, name = desk.now(), begun(desk, shop, Right.RESTRICTION)
        assert said() == ["pass"]
        made = restrict(hands(desk), name, 1, by="claire", at=at)
        assert said() == ["pass", "fail", "fail", "blind"]
        signed(desk, *made.plans)
        enforce(hands(desk), name, 1, by="claire", at=at)
        assert said() == ["pass", "pass", "pass", "blind"]
        shop.run("UPDATE reader SET restricted = 0")
        assert said() == ["pass", "pass", "fail", "blind"]


def wish(shop: Shop, table: str, field: str, value: str) -> Correct:
    """A field of the first person's row, and its right value."""
    return Correct("shop", shop.schema + table, field, Masked(value))


def test_a_correction_reaches_the_person_alone_and_says_where_the_old_value_stands(
    shop: Shop,
) -> None:
    before = shop.all()
    with opened(shop.folder, shop.state) as desk:
        at, name = desk.now(), begun(desk, shop, Right.RECTIFICATION)
        plans = correct(hands(desk), name, 1, [wish(shop, "buyer", "city", "Brugge")],
                        by="claire", at=at)  # fmt: skip
        kept = desk.state.store.one("plan", id=plans[0])
        assert "Brugge" not in repr(kept)
        signed(desk, *plans)
        done = carry_out(hands(desk), name, 1, plans, by="claire", at=at)
        assert (done.rows, done.gaps) == (1, (f"shop.{shop.schema}reader.town",))
        assert read(desk.book, name).items[1].gaps == 1
    assert shop.run("SELECT city FROM buyer ORDER BY id") == [("Brugge",), ("Gent",)]
    after = shop.all()
    assert (after[0][1], after[1:]) == (before[0][1], before[1:])


def test_what_cannot_be_written_is_refused_whole(shop: Shop) -> None:
    """A key, a wrong type, a unique value of another and a check: nothing is written."""
    before = shop.all()
    with opened(shop.folder, shop.state) as desk:
        at, name = desk.now(), begun(desk, shop, Right.RECTIFICATION)
        for field, value, code in (("id", "7", "AV647"), ("joined_on", "soon", "AV461")):
            with pytest.raises((NotActed, PlannerError)) as refused:
                correct(hands(desk), name, 1, [wish(shop, "buyer", field, value)],
                        by="claire", at=at)  # fmt: skip
            assert refused.value.code == code
        for field, value in (("email", "p2@example.org"), ("city", "Atlantis")):
            wished = [wish(shop, "reader", "town", "X"), wish(shop, "buyer", field, value)]
            plans = correct(hands(desk), name, 1, wished, by="claire", at=at)
            signed(desk, *plans)
            with pytest.raises(Guarded) as denied:
                carry_out(hands(desk), name, 1, plans, by="claire", at=at)
            assert denied.value.code == "AV465"
            assert value not in str(denied.value)
            assert shop.all() == before


def test_another_value_than_the_approved_one_is_not_written(shop: Shop) -> None:
    """Somebody swaps the sealed values of two plans, or says stop: nothing is written."""
    before = shop.all()
    with opened(shop.folder, shop.state) as desk:
        at, name = desk.now(), begun(desk, shop, Right.RECTIFICATION)
        (plan,) = correct(hands(desk), name, 1, [wish(shop, "buyer", "city", "Brugge")],
                          by="claire", at=at)  # fmt: skip
        signed(desk, plan)
        halted = Hands(desk.book, desk.estate, lambda _: "somebody said stop")
        with pytest.raises(Stopped):
            carry_out(halted, name, 1, [plan], by="claire", at=at)
        applied = CliRunner().invoke(
            main, ["apply", plan, "--state", str(shop.folder), "--database-url", shop.state]
        )
        assert "AV460" in applied.output
    assert shop.all() == before
