"""A small estate whose rules can be undone, in a real database: what is taken out can come back.

Persons 0 and 1 left, and go with their visits; person 2 points to person 0; the visits of persons
3 to 5 lose their notes. All of it some days before its maximum.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg

from avow.common.ids import new_id
from avow.declaration.model import InForce, Level
from avow.engine.evidence.entries import Body
from avow.engine.planner import release
from avow.engine.planner.apply import Applied
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.early import Maximums, with_undo
from avow.engine.planner.ground import Ground
from avow.engine.planner.journal import Journal
from avow.engine.planner.judge import Judge
from avow.engine.planner.keeping import Keeping
from avow.engine.planner.known import set_names
from avow.engine.planner.lower import sweep
from avow.engine.planner.plan import Part, Plan, PlanKind
from avow.engine.planner.stop import Stops
from avow.engine.planner.undo import Hands, Undoing, undo
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.connectors.sqlite import SqliteConnector
from avow.estate.datamap.model import System
from tests.faults.small import TODAY, Small, law

RULES = ("visits", "notes", "persons")

DECLARATION = """\
avow: "1"
declaration: undoable
controller: {name: Example, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses:
  "1.a": {kind: E}
  "2.a": {kind: E}
  "2.b": {kind: E}
  "2.c": {kind: E}
categories:
  visit-log: {clause: "1.a"}
  note: {clause: "1.a"}
  name: {clause: "1.a"}
subjects:
  visitor: {}
collection:
  - point: door
    clause: "1.a"
    collects:
      - {category: visit-log, clause: "1.a", required: yes}
      - {category: note, clause: "1.a", required: no}
      - {category: name, clause: "1.a", required: yes}
retention:
  - rule: visits
    clause: "2.a"
    applies_to: {category: [visit-log]}
    starts: visited
    at_most: 1 month
    then: erase
    undo: 7 days
  - rule: notes
    clause: "2.b"
    applies_to: {category: [note]}
    starts: visited
    at_most: 10 days
    then: erase
    undo: 3 days
  - rule: persons
    clause: "2.c"
    applies_to: {category: [name]}
    starts: gone
    at_most: 1 month
    then: erase
    undo: 7 days
events:
  visited: {kind: point}
  gone: {kind: point}
systems:
  - system: app
    connector: CONNECTOR
    zone: Europe/Brussels
    datasets:
      PREFIXperson:
        subject: visitor
        key: [id]
        collected_at: door
        fields: {name: name}
        rest: name
        events: {gone: left_on}
      PREFIXvisit:
        key: [id]
        owned_by: {PREFIXperson: person_id}
        collected_at: door
        fields: {note: note}
        rest: visit-log
        events: {visited: seen_on}
"""
TABLES = """
CREATE TABLE person (id integer PRIMARY KEY, name text, left_on date,
                     mentor integer REFERENCES person (id));
CREATE TABLE visit (id integer PRIMARY KEY, person_id integer REFERENCES person (id), seen_on date,
                    page text, note text);
CREATE INDEX visit_person ON visit (person_id);
CREATE INDEX person_mentor ON person (mentor);
"""
LEFT, SEEN, NOTED = "2026-04-05", "2026-04-03", "2026-04-24"
"""One month, one month and ten days later are 5, 3 and 4 May."""


def rows() -> Iterator[str]:
    """Every row as a statement."""
    for n in range(6):
        left, mentor = (f"'{LEFT}'" if n < 2 else "NULL"), ("0" if n == 2 else "NULL")
        yield f"INSERT INTO person VALUES ({n}, 'p{n} É', {left}, {mentor})"
    for n in range(8):
        seen, note = (SEEN, "NULL") if n < 4 else (NOTED, f"'note {n}'")
        person = n // 2 if n < 4 else 3 + n % 3
        yield f"INSERT INTO visit VALUES ({n}, {person}, '{seen}', 'page', {note})"


@dataclass(frozen=True)
class Estate:
    """A real database: the declaration of it, how it is opened, and its rows read by its driver."""

    text: str
    open: Callable[[System, Access], Connection]
    run: Callable[[str], list[tuple[Any, ...]]]

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        return {t: self.run(f"SELECT * FROM {t} ORDER BY id") for t in ("person", "visit")}


@contextmanager
def in_sqlite(path: Path) -> Iterator[Estate]:
    """The estate in an SQLite file."""

    def run(text: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as owner, owner:
            return owner.execute(text).fetchall()

    with closing(sqlite3.connect(path)) as owner:
        owner.executescript(TABLES)
    for statement in rows():
        run(statement)
    text = DECLARATION.replace("CONNECTOR", "sqlite").replace("PREFIX", "")

    def opened(system: System, access: Access) -> Connection:
        return SqliteConnector().connect(replace(system, url=f"sqlite:///{path}"), access)

    yield Estate(text, opened, run)


@contextmanager
def in_postgresql(url: str) -> Iterator[Estate]:
    """The estate in a PostgreSQL database."""
    with psycopg.connect(url, autocommit=True) as owner:
        for statement in (*TABLES.split(";"), *rows()):
            if statement.strip():
                owner.execute(statement.encode())

    def run(text: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url, autocommit=True) as owner:
            done = owner.execute(text.encode())
            return done.fetchall() if done.description else []

    def opened(system: System, access: Access) -> Connection:
        return PostgresqlConnector().connect(replace(system, url=url), access)

    yield Estate(
        DECLARATION.replace("CONNECTOR", "postgresql").replace("PREFIX", "public."), opened, run
    )


@dataclass
class Undoable(Small):
    """The small world with rules that can be undone; `told` is what the ledger was told."""

    told: list[Body] = field(default_factory=list)
    today: date = TODAY

    @property
    def binding(self) -> InForce:
        """What binds: nothing here is decided."""
        return law(self.declaration)

    def program_parts(self, day: date = TODAY) -> tuple[Part, ...]:
        """The sweep of the day as plans make it: early."""
        known = set_names(self.system, self.binding, ())
        judge = Judge(self.system, self.binding, day, frozenset(), known, early=True)
        with closing(self.connect("app", Access.READ)) as connection:
            program = with_undo(sweep(judge, connection.catalogue()), self.binding)
            return (count(connection, Counting(program, self.facts)),)

    def ground(self, plan: Plan, connection: Connection, journal: Journal) -> Ground:
        """With a keeper."""
        assert self.folder is not None
        maximums = Maximums(self.declaration, self.binding, self.system, connection.catalogue())
        keeper = Keeping(self.runs, self.ring, self.clock, self.folder, plan, maximums, self.today)
        return replace(super().ground(plan, connection, journal), keeper=keeper)

    def planned(self, day: date = TODAY) -> Plan:
        """In force, raised, ramp climbed, planned, approved."""
        for rule in RULES:
            self.raise_to(Level.APPROVE, rule)
            self.ramp_up(rule=rule)
        accepted = tuple((rule, 100) for rule in RULES)
        plan = Plan(
            new_id("plan"),
            PlanKind.SWEEP,
            "app",
            release.digest_in(self.declaration),
            day,
            self.program_parts(day),
            release.author_of(self.runs),
            accepted=accepted,
        )
        return self.approved(self.kept(plan))

    def apply(self, plan: Plan, today: date | None = None) -> Applied:
        """Apply on the world's day."""
        return super().apply(plan, today or self.today)

    def hands(self) -> Hands:
        """Who brings back."""
        assert self.folder is not None
        return Hands(
            self.connect,
            self.journal,
            self.folder,
            Stops(self.runs, self.folder).reason,
            self.tell,
            self.crash,
        )

    def tell(self, body: Body, at: datetime) -> None:
        """What the ledger is told."""
        del at
        self.told.append(body)

    def undo(self, plan: Plan, by: Sequence[str] = ("marc", "paul")) -> Undoing:
        """Undo a plan."""
        return undo(self.office(self.today), self.hands(), plan.id, by)
