"""A small estate for plans: persons and their visits, a declaration of it, and all that applies it.

Of 30 persons, each with two visits, those with an even number have a visit that is due on the day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from avow.common.clock import Clock, SetClock
from avow.common.ids import new_id
from avow.declaration.load import load_texts
from avow.declaration.model import Declaration, InForce, Level
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing, new_ring
from avow.engine.planner import records, release, standings
from avow.engine.planner.apply import Applied, Office, Worker, apply, surroundings
from avow.engine.planner.approve import approve
from avow.engine.planner.chunks import PERSONS, ROWS, Chunk
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.ground import Checker, Ground, Tell, Unchecked, nothing, untold
from avow.engine.planner.guard import guard, level_of
from avow.engine.planner.journal import Journal, owner_name
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import KeySet, Roots
from avow.engine.planner.known import set_names
from avow.engine.planner.lower import sweep
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import Part, Plan, PlanKind
from avow.engine.planner.program import Program
from avow.engine.planner.ramp import bounded
from avow.engine.planner.stop import Stops
from avow.engine.planner.trust import Evidence, Standing, climbed
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, ForeignKey, Table
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.model import System

TODAY = date(2026, 5, 1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

DECLARATION = """\
avow: "1"
declaration: small
controller: {name: Example, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
  - {person: olivia, name: Olivia, roles: [officer, approver]}
clauses:
  "1.a": {kind: E}
  "2.a": {kind: E}
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
retention:
  - rule: visits
    clause: "2.a"
    applies_to: {category: [visit-log]}
    starts: visited
    at_most: 1 month
    then: erase
events:
  visited: {kind: point}
systems:
  - system: app
    connector: memory
    zone: Europe/Brussels
    datasets:
      person:
        subject: visitor
        key: [id]
        collected_at: door
        fields: {name: name}
        rest: name
      visit:
        key: [id]
        owned_by: {person: person_id}
        collected_at: door
        fields: {}
        rest: visit-log
        events: {visited: seen_on}
"""

ID = Column("id", "integer", ColumnKind.INTEGER, nullable=False)
CATALOGUE = Catalogue(
    tables={
        "person": Table("person", (ID, Column("name", "text", ColumnKind.TEXT)), ("id",)),
        "visit": Table(
            "visit",
            (
                ID,
                Column("person_id", "integer", ColumnKind.INTEGER),
                Column("seen_on", "date", ColumnKind.DATE),
                Column("page", "text", ColumnKind.TEXT),
            ),
            ("id",),
            indexes=(("person_id",),),
        ),
    },
    foreign_keys=(ForeignKey("visit_person", "visit", ("person_id",), "person", ("id",)),),
    digest="c1",
)
DUE, FRESH = date(2026, 1, 1), date(2026, 4, 20)


def rows(persons: int = 30) -> dict[str, list[dict[str, object]]]:
    """Persons, each with one fresh visit, and an old one for the even numbers."""
    visits: list[dict[str, object]] = []
    for n in range(persons):
        visits.append({"id": 2 * n, "person_id": n, "seen_on": FRESH, "page": "x"})
        old = DUE if n % 2 == 0 else FRESH
        visits.append({"id": 2 * n + 1, "person_id": n, "seen_on": old, "page": "y"})
    return {"person": [{"id": n, "name": f"p{n}"} for n in range(persons)], "visit": visits}


def declared(text: str = DECLARATION) -> Declaration:
    """The declaration, read by the real loader."""
    return load_texts({"all.yaml": text}).whole


def law(declaration: Declaration) -> InForce:
    """What binds: nothing here is decided."""
    return InForce(
        rules=tuple(declaration.rules.values()),
        purposes=tuple(declaration.purposes.values()),
        minimums=tuple(declaration.minimums.values()),
        zone=declaration.controller.zone,
    )


@dataclass
class Facts:
    """Facts that a test sets by hand: name of the key set -> its entries."""

    sets: dict[str, KeySet] = field(default_factory=dict)

    def key_sets(self, system: str, names: frozenset[str]) -> Sequence[KeySet]:
        """The named facts; empty ones where the test set none."""
        del system
        return [self.sets.get(n, KeySet(n, n.split(".", 2)[2])) for n in sorted(names)]

    def hold(self, dataset: str, *keys: int) -> None:
        """Hold rows by their keys."""
        name = f"fact.floor.{dataset}"
        self.sets[name] = KeySet(name, dataset, tuple((i, (k,), None) for i, k in enumerate(keys)))


@dataclass
class Small:
    """Everything: the estate, our database, the declaration in force, the clock."""

    runs: Runs
    ring: KeyRing = field(default_factory=new_ring)
    clock: Clock = field(default_factory=lambda: SetClock(NOON))
    declaration: Declaration = field(default_factory=declared)
    database: TwinDatabase = field(default_factory=lambda: TwinDatabase(rows(), CATALOGUE))
    facts: Facts = field(default_factory=Facts)
    checker: Checker = field(default_factory=Unchecked)
    crash: Callable[[str], None] = nothing
    owner: str = field(default_factory=owner_name)
    folder: Path | None = None
    telling: Tell = untold
    roots: Roots = field(default_factory=dict)
    windows: Chunk = ROWS
    chunks: Chunk = PERSONS
    wrap: Callable[[Connection], Connection] = lambda connection: connection
    opener: Callable[[System, Access], Connection] | None = None

    @property
    def system(self) -> System:
        """The one system."""
        return self.declaration.datamap.systems["app"]

    def activate(self, text: str = DECLARATION) -> None:
        """Put the declaration in force, by Claire, Marc and Paul."""
        loaded = load_texts({"all.yaml": text})
        self.declaration = release.take_in(self.runs, loaded, Path(), self.clock.now())
        how = release.Activation("claire", ("marc", "paul"))
        release.activate(self.runs, self.declaration, how, self.clock.now())

    def connect(self, name: str, access: Access) -> Connection:
        """Open the system."""
        assert name == "app"
        if self.opener is not None:
            return self.wrap(self.opener(self.system, access))
        return self.wrap(TwinConnector({"app": self.database}).connect(self.system, access))

    def program_parts(self, day: date = TODAY) -> tuple[Part, ...]:
        """The sweep of the day, counted on the live system."""
        binding = law(self.declaration)
        known = set_names(self.system, binding, ())
        judge = Judge(self.system, binding, day, frozenset(), known)
        with closing(self.connect("app", Access.READ)) as connection:
            program = sweep(judge, connection.catalogue())
            return (count(connection, Counting(program, self.facts)),)

    def plan(
        self, accepted: tuple[tuple[str, int], ...] = (("visits", 15),), day: date = TODAY
    ) -> Plan:
        """Plan a sweep and keep it."""
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
        return self.kept(plan)

    def kept(self, plan: Plan) -> Plan:
        """Bound, judge and keep a plan."""
        around = surroundings(self.office(), plan)
        plan = bounded(plan, around.standings)
        found = guard(plan, around)
        records.keep(self.runs, plan, found, level_of(plan, around), self.clock.now())
        return plan

    def office(self, today: date = TODAY) -> Office:
        """Who answers for permission."""
        return Office(self.runs, self.ring, self.declaration, today)

    def journal(self, plan: str) -> Journal:
        """The journal of a plan."""
        return Journal(self.runs, plan, self.owner, self.clock)

    def ground(self, plan: Plan, connection: Connection, journal: Journal) -> Ground:
        """What an application stands on."""
        del plan
        return Ground(
            connection,
            journal,
            self.facts,
            self.roots,
            checker=self.checker,
            stop=Stops(self.runs, self.folder).reason,
            crash=self.crash,
            tell=self.telling,
            seal=self.ring.seal,
            windows=self.windows,
            chunks=self.chunks,
        )

    def worker(self) -> Worker:
        """Who applies."""
        return Worker(self.connect, self.ground, self.journal)

    def apply(self, plan: Plan, today: date = TODAY) -> Applied:
        """Apply a plan."""
        return apply(self.office(today), self.worker(), plan.id)

    def raise_to(self, level: Level, rule: str = "visits", daily_rows: int = 1_000) -> None:
        """Raise a rule step by step, with evidence that says yes."""
        ladder = list(Level)
        now = standings.standings(self.runs, "app").get(rule, Standing("app", rule))
        evidence = Evidence(7, unknown=False, rehearsal="r", sample="s", steps_checked=True)
        for step in ladder[ladder.index(now.level) + 1 : ladder.index(level) + 1]:
            standings.raise_level(
                self.runs,
                self.declaration,
                Standing("app", rule, step),
                by=["marc", "paul"],
                evidence=evidence,
                at=self.clock.now(),
                author="claire",
                daily_rows=daily_rows if step is Level.AUTOMATIC else None,
            )

    def ramp_up(self, steps: int = 3, rule: str = "visits") -> None:
        """Climb the ramp as if earlier plans had been applied."""
        for _ in range(steps):
            now = standings.standings(self.runs, "app")[rule]
            then, at = climbed(now), self.clock.now()
            standings.climb(self.runs, self.declaration, now, then, new_id("plan"), at)

    def approved(self, plan: Plan) -> Plan:
        """Let Marc and Paul approve."""
        for person in ("marc", "paul"):
            approve(
                self.runs, self.ring, self.declaration, plan.id, person=person, at=self.clock.now()
            )
        return plan

    def erasing(self) -> Plan:
        """The erasure of the persons of `roots`, counted and approved."""
        binding = law(self.declaration)
        known = set_names(self.system, binding, ())
        judge = Judge(self.system, binding, TODAY, frozenset(), known, erasure=True)
        with closing(self.connect("app", Access.READ)) as connection:
            program = erasure(judge, connection.catalogue(), frozenset(self.roots))
            assert isinstance(program, Program)
            part = count(connection, Counting(program, self.facts, roots=self.roots))
        plan = Plan(
            new_id("plan"),
            PlanKind.ERASURE,
            "app",
            release.digest_in(self.declaration),
            TODAY,
            (part,),
            release.author_of(self.runs),
            case=new_id("case"),
            persons=sum(map(len, self.roots.values())),
        )
        return self.approved(self.kept(plan))

    def ready(self) -> Plan:
        """A whole way: in force, raised, ramp climbed, planned, approved."""
        self.activate()
        self.raise_to(Level.APPROVE)
        self.ramp_up()
        return self.approved(self.plan())

    def left(self, dataset: str = "visit") -> frozenset[object]:
        """Keys that are still there."""
        return frozenset(row["id"] for row in self.database.tables[dataset])


EXPECTED = frozenset(r["id"] for r in rows()["visit"] if r["seen_on"] != DUE)
"""Visits that stay after the sweep."""


def later(small: Small, by: timedelta) -> Small:
    """The same world with a clock that stands elsewhere."""
    return replace(small, clock=SetClock(small.clock.now() + by))
