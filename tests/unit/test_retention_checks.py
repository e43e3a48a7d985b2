"""The checks of retention on live systems: each is turned red by the fault it is there to find.

Real PostgreSQL and SQLite; the words are those of the fold that `avow status` shows.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest

from avow.declaration.interpretation import in_force
from avow.declaration.load import load_texts
from avow.declaration.model import Declaration
from avow.duties.assurance.declared import clauses_of, scope_of
from avow.duties.assurance.model import PromiseStatus, ReasonCode, Status
from avow.duties.assurance.status import status
from avow.duties.retention.never import betrays, words
from avow.duties.retention.outcomes import of_reading
from avow.duties.retention.run import Asking, Ran, run_checks
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Answer
from avow.engine.facts import standing
from avow.engine.keys.ring import KeyRing, new_ring
from avow.engine.planner.judge import Judge
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.overdue import Counted
from avow.engine.verifier.oldest import Aged
from avow.estate.datamap.predicates import FALSE

TODAY = date(2026, 5, 15)
NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)
DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
clauses:
  "1.a": {kind: E}
  "2.a": {kind: E}
  "2.b": {kind: E}
  "2.c": {kind: E}
  "3": {kind: D}
  "4": {kind: E}
categories:
  visit-log: {clause: "1.a"}
  name: {clause: "1.a"}
subjects:
  visitor: {}
collection:
  - point: door
    clause: "1.a"
    collects:
      - {category: visit-log, clause: "1.a", required: yes}
      - {category: name, clause: "1.a", required: yes}
purposes:
  - {purpose: count, clause: "1.a", basis: contract, uses: {category: [visit-log]}, ends: left}
  - {purpose: greet, clause: "1.a", basis: contract, uses: {category: [name]}}
retention:
  - rule: visits
    clause: "2.a"
    applies_to: {category: [visit-log]}
    starts: seen
    at_most: 1 month
    then: erase
  - rule: names
    clause: "2.b"
    applies_to: {category: [name]}
    starts: left
    at_most: 0 days
    then: erase
never:
  - {never: profile, clause: "3", fields_named: [lead_score]}
  - {never: retain without need, clause: "4"}
events:
  seen: {kind: point}
  left: {kind: end-of}
systems:
  - system: shop
    connector: KIND
    url: ${SHOP}
    zone: Europe/Brussels
    datasets:
      PREFIXperson:
        subject: visitor
        key: [id]
        collected_at: door
        fields: {name: name}
        events: {left: {end_of: PREFIXstay.ended_on}}
      PREFIXstay:
        key: [id]
        owned_by: {PREFIXperson: person_id}
        collected_at: door
        rest: name
        events: {left: {via: PREFIXperson}}
      PREFIXvisit:
        key: [id]
        owned_by: {PREFIXperson: person_id}
        collected_at: door
        rest: visit-log
        events: {seen: seen_on, left: {via: PREFIXperson}}
"""
AGAINST = """\
  - rule: longer
    clause: "2.c"
    applies_to: {category: [visit-log]}
    starts: seen
    at_most: 2 months
    then: erase
"""
TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text);
CREATE TABLE stay (id integer PRIMARY KEY, person_id integer REFERENCES person (id), ended_on date);
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer REFERENCES person (id),
                    seen_on date, page text);
INSERT INTO person VALUES (1, 'p1'), (2, 'p2');
INSERT INTO stay VALUES (1, 1, '2020-01-01'), (2, 1, NULL), (3, 2, NULL);
INSERT INTO visit VALUES (1, 1, '2026-05-01', 'a'), (2, 2, '2026-04-15', 'b');
"""
"""Everybody is still there, and the oldest visit is one month old to the day: due, not overdue."""


@dataclass
class Shop:
    """A small estate, what it declares, and what avow says of it."""

    kind: str
    url: str
    store: Store
    text: str = DECLARATION
    ring: KeyRing = field(default_factory=new_ring)

    @property
    def declaration(self) -> Declaration:
        """The declaration for this engine."""
        prefix = "public." if self.kind == "postgresql" else ""
        text = self.text.replace("KIND", self.kind).replace("PREFIX", prefix)
        return load_texts({"all.yaml": text}).whole

    def do(self, script: str) -> None:
        """Change the estate behind avow's back."""
        if self.kind == "sqlite":
            with closing(sqlite3.connect(self.url)) as connection:
                connection.executescript(script)
        else:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(script)

    def ran(self, day: date = TODAY) -> Ran:
        """Every check, once."""
        declaration = self.declaration
        law, _ = in_force(declaration, day)
        memory = Memory(self.store, self.ring, declaration, day)
        return run_checks(Asking(Estate(declaration, {"SHOP": self.url}), memory, law, day, NOON))

    def promises(self, day: date = TODAY) -> dict[str, PromiseStatus]:
        """The status of every promise after the checks have run."""
        declaration, ran = self.declaration, self.ran(day)
        law, _ = in_force(declaration, day)
        scope = scope_of(declaration, law)
        found = status(clauses_of(declaration), scope, ran.checks, ran.results, (), now=NOON)
        return {promise.clause: promise for promise in found}

    def words(self, day: date = TODAY) -> dict[str, Status]:
        """The words of the promises that the checks answer."""
        found = self.promises(day)
        return {clause: found[clause].status for clause in ("2.a", "2.b", "3")}


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, store: Store, postgres_url: str, tmp_path: Path) -> Shop:
    """The estate in one engine."""
    url = postgres_url if request.param == "postgresql" else str(tmp_path / "shop.db")
    made = Shop(request.param, url, store)
    made.do(TABLES)
    return made


@pytest.fixture
def in_postgresql(store: Store, postgres_url: str) -> Shop:
    """The estate in PostgreSQL, for what only it can do."""
    made = Shop("postgresql", postgres_url, store)
    made.do(TABLES)
    return made


ALL_KEPT = {"2.a": Status.KEPT, "2.b": Status.KEPT, "3": Status.KEPT}


def test_what_is_due_today_is_no_breach_and_tomorrow_it_is(shop: Shop) -> None:
    assert shop.words() == ALL_KEPT
    assert shop.words(date(2026, 5, 16)) == {**ALL_KEPT, "2.a": Status.BROKEN}


def test_an_overdue_row_is_counted_by_both_readings_and_breaks_the_promise(shop: Shop) -> None:
    shop.do("INSERT INTO visit VALUES (3, 1, '2026-01-01', 'c'), (4, 1, '2026-02-01', 'd')")
    promise = shop.promises()["2.a"]
    assert promise.status is Status.BROKEN
    (reason,) = promise.reasons
    assert (reason.code, reason.count) == (ReasonCode.FAILED, 2)
    again = [r for r in shop.ran().results if r.check == "retention.oldest.2.a"]
    assert [r.outcome.answer for r in again] == [Answer.PASS], "the same rows, so no quarrel"


def test_a_copy_without_its_original_breaks_the_promise(shop: Shop) -> None:
    """A copy of a visit is as old as the visit; one of a visit that is gone is due at once."""
    shop.text += (
        "      PREFIXcache: {key: [id], copy_of: {PREFIXvisit: made_of}, rest: visit-log}\n"
    )
    shop.do("CREATE TABLE cache (id integer PRIMARY KEY, made_of integer, page text)")
    shop.do("INSERT INTO cache VALUES (1, 1, 'a'), (2, 2, 'b')")
    assert shop.words() == ALL_KEPT
    shop.do("INSERT INTO cache VALUES (3, 99, 'c'), (4, NULL, 'd')")
    assert shop.words() == {**ALL_KEPT, "2.a": Status.BROKEN}
    [said] = [r.outcome for r in shop.ran().results if "copies" in r.outcome.where]
    assert (said.failed, said.count) == (2, 4)
    shop.do("DELETE FROM cache WHERE id > 2")
    assert shop.words() == ALL_KEPT


def test_a_state_over_a_link_that_ended_breaks_the_promise_of_what_hangs_on_it(shop: Shop) -> None:
    """Both stays of the first person have ended: their name should be gone since yesterday."""
    shop.do("UPDATE stay SET ended_on = '2026-05-14' WHERE id = 2")
    assert shop.words() == {**ALL_KEPT, "2.b": Status.BROKEN}
    shop.do("UPDATE stay SET ended_on = '2026-05-15' WHERE id = 2")
    assert shop.words() == ALL_KEPT


def test_a_row_without_a_start_breaks_the_promise(shop: Shop) -> None:
    shop.do("INSERT INTO visit VALUES (3, 1, NULL, 'c')")
    promise = shop.promises()["2.a"]
    assert promise.status is Status.BROKEN
    assert [(r.code, r.count) for r in promise.reasons] == [(ReasonCode.UNDATED, 1)]


def test_two_limits_that_contradict_each_other_break_both_clauses(shop: Shop) -> None:
    """A visit of two months less a day: one rule says gone, the other not yet; nobody decided."""
    shop.text = DECLARATION.replace("never:\n", AGAINST + "never:\n", 1)
    assert shop.promises()["2.c"].status is Status.KEPT
    shop.do("INSERT INTO visit VALUES (3, 1, '2026-03-16', 'c')")
    found = shop.promises()
    for clause, other in (("2.a", "2.c"), ("2.c", "2.a")):
        assert found[clause].status is Status.BROKEN
        (reason,) = found[clause].reasons
        assert (reason.code, reason.clauses) == (ReasonCode.UNDECIDED, (other,))


def test_a_held_row_is_retained_and_breaks_nothing(shop: Shop) -> None:
    shop.do("INSERT INTO visit VALUES (3, 1, '2026-01-01', 'c')")
    dataset = "public.visit" if shop.kind == "postgresql" else "visit"
    who = standing.row("shop", dataset, (3,))
    standing.note(shop.store, shop.ring, standing.HOLD, who, at=NOON)
    assert shop.words() == ALL_KEPT


def test_a_planner_that_finds_nothing_is_found_out_by_the_other_reading(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault is planted in the compiled question; only the reading of the columns remains."""
    shop.do("INSERT INTO visit VALUES (3, 1, '2026-01-01', 'c')")
    monkeypatch.setattr(Judge, "reached", lambda *_: FALSE)
    promise = shop.promises()["2.a"]
    assert promise.status is Status.BROKEN
    (reason,) = promise.reasons
    assert reason.leg == "independent-reading"
    assert "not counted, the oldest of 2026-01-01" in reason.detail


def test_rows_that_only_the_count_finds_are_at_odds_unless_a_fact_explains_them() -> None:
    """What avow alone knows (deletion asked) stands in no column."""
    aged, counted = Aged(9, old=1), Counted(9, past=3)
    assert of_reading(aged, counted, by_facts=False).failed == 2
    assert of_reading(aged, counted, by_facts=True).answer is Answer.PASS


def test_a_table_that_is_not_there_is_unknown_and_never_kept(shop: Shop) -> None:
    shop.do("DROP TABLE visit")
    found = shop.promises()
    assert found["2.a"].status is Status.UNKNOWN
    assert found["2.a"].reasons[0].detail == "drift"
    assert found["3"].status is Status.UNKNOWN


def test_a_table_that_nobody_decided_makes_negative_promises_unknown(shop: Shop) -> None:
    """It may hold what is promised never to be held; the other promises do not wait for it."""
    shop.do("CREATE TABLE scores_of_old (id integer)")
    found = shop.promises()
    assert found["3"].status is Status.UNKNOWN
    assert found["3"].reasons[0].detail == "drift"
    assert found["2.a"].status is Status.KEPT


def test_an_empty_table_proves_nothing(shop: Shop) -> None:
    """No row was looked at and none was planted: nobody knows that the check can see."""
    shop.do("DELETE FROM visit")
    assert shop.promises()["2.a"].reasons[0].code is ReasonCode.CANARY_UNSEEN


def test_a_system_that_does_not_answer_is_unknown(in_postgresql: Shop) -> None:
    in_postgresql.url = "postgresql://nobody@127.0.0.1:1/nowhere"
    assert in_postgresql.words() == dict.fromkeys(ALL_KEPT, Status.UNKNOWN)


def test_an_address_that_is_not_set_is_unknown(in_postgresql: Shop) -> None:
    in_postgresql.text = DECLARATION.replace("${SHOP}", "${ELSEWHERE}")
    assert in_postgresql.words() == dict.fromkeys(ALL_KEPT, Status.UNKNOWN)


def test_rows_hidden_by_row_security_are_unknown_and_never_kept(in_postgresql: Shop) -> None:
    """A role that sees no visit at all must not say that none is overdue."""
    in_postgresql.do(
        "CREATE ROLE narrow_eyes LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO narrow_eyes;"
        "ALTER TABLE visit ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY none ON visit USING (false);"
        "INSERT INTO visit VALUES (3, 1, '2026-01-01', 'c')"
    )
    owner = in_postgresql.url
    try:
        in_postgresql.url = _as("narrow_eyes", owner)
        assert in_postgresql.words() == {**ALL_KEPT, "2.a": Status.UNKNOWN}
        details = {r.detail for r in in_postgresql.promises()["2.a"].reasons}
        assert details == {"row-security"}
    finally:
        in_postgresql.url = owner
        in_postgresql.do("DROP OWNED BY narrow_eyes; DROP ROLE narrow_eyes")


def test_a_missing_grant_is_unknown(in_postgresql: Shop) -> None:
    in_postgresql.do("CREATE ROLE no_eyes LOGIN; GRANT SELECT ON person, stay TO no_eyes")
    owner = in_postgresql.url
    try:
        in_postgresql.url = _as("no_eyes", owner)
        assert in_postgresql.promises()["2.a"].reasons[0].detail == "no-grant"
    finally:
        in_postgresql.url = owner
        in_postgresql.do("DROP OWNED BY no_eyes; DROP ROLE no_eyes")


def _as(role: str, url: str) -> str:
    return psycopg.conninfo.make_conninfo(url, user=role)


def test_a_view_in_place_of_a_table_is_unknown(in_postgresql: Shop) -> None:
    in_postgresql.do(
        "ALTER TABLE visit RENAME TO real_visit;"
        "CREATE VIEW visit AS SELECT * FROM real_visit WHERE seen_on > '2026-04-01'"
    )
    assert in_postgresql.promises()["2.a"].reasons[0].detail == "view"


def test_a_forbidden_column_breaks_the_promise_in_whatever_table_it_stands(shop: Shop) -> None:
    shop.do("ALTER TABLE visit ADD COLUMN lead_score integer")
    assert shop.words()["3"] is Status.BROKEN
    shop.do("ALTER TABLE visit DROP COLUMN lead_score; CREATE TABLE notes (x_lead_score_2 integer)")
    promise = shop.promises()["3"]
    assert promise.status is Status.BROKEN
    assert "x_lead_score_2" in promise.reasons[0].detail


@pytest.mark.parametrize(
    ("column", "is_one"),
    [("lead_score", True), ("leadScore", True), ("LEAD-SCORE", True), ("last_lead_score", True),
     ("leadscored", False), ("score_lead", False), ("lead", False)],
)  # fmt: skip
def test_names_are_compared_word_by_word(column: str, is_one: bool, in_memory: Declaration) -> None:
    assert betrays(in_memory.nevers[0], column) is is_one
    assert words("leadScore2") == ("lead", "score", "2")


@pytest.fixture
def in_memory() -> Declaration:
    """The declaration alone."""
    text = DECLARATION.replace("KIND", "sqlite").replace("PREFIX", "")
    return load_texts({"all.yaml": text}).whole


def test_rows_that_no_purpose_needs_break_the_promise_and_endless_purposes_leave_it_open(
    shop: Shop,
) -> None:
    """Visits of a person who has left are needed by nothing; names have a purpose without end."""
    prefix = "public." if shop.kind == "postgresql" else ""
    items = {i.item.dataset.removeprefix(prefix): i for i in shop.promises()["4"].items}
    assert {name: i.status for name, i in items.items()} == {
        "person": Status.UNENFORCED, "stay": Status.UNENFORCED, "visit": Status.KEPT,
    }  # fmt: skip
    assert items["person"].reasons[0].detail == "purpose `greet` has no end"
    shop.do("UPDATE stay SET ended_on = '2026-05-01' WHERE id = 2")
    assert shop.promises()["4"].status is Status.BROKEN
