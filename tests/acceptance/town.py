"""The made-up Clearnox on a stage for tests: four clean systems, a release in force, and a clock.

Every decision is signed, every rule is raised to level approve, and every row that was due is gone;
so whatever a test plants is the only thing that is wrong.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from avow.app import State, open_state
from avow.common.clock import SetClock
from avow.declaration.interpretation import in_force
from avow.declaration.load import load as load_declaration
from avow.declaration.model import Declaration, InForce, Level, Signature
from avow.declaration.signing import append_signatures
from avow.duties.assurance.history import fold
from avow.duties.assurance.model import PromiseStatus, ReasonCode, Status
from avow.duties.assurance.standing import Standing as Assured
from avow.duties.retention.run import Asking, Ran, run_checks
from avow.engine.db.store import Runs
from avow.engine.evidence.checks import MAIN_LEG
from avow.engine.evidence.entries import Body
from avow.engine.evidence.kept import keep
from avow.engine.planner.apply import Applied, Office
from avow.engine.planner.approve import approve
from avow.engine.planner.judge import Judge
from avow.engine.planner.known import fact_events
from avow.engine.planner.lower import sweep
from avow.engine.planner.making import Estate, Memory, Wish, make
from avow.engine.planner.plan import Plan
from avow.engine.planner.release import Activation, activate, digest_in, take_in
from avow.engine.planner.standings import raise_level
from avow.engine.planner.trust import Evidence, Standing
from avow.engine.planner.working import Bench, carry_out, unchecked
from avow.estate.connectors.base import Access
from examples.clearnox import estate, rehearsal
from tests.postgres import database
from tests.properties import carry_out as plainly

TODAY = date(2026, 12, 1)
"""The day after the end of a month that is shorter than the one before it."""
NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)
DECLARATION = Path(__file__).parents[2] / "declarations" / "clearnox"
AUTHOR, APPROVERS = "claire", ("marc", "an")
ENTERED = """
    UPDATE event SET cancelled_at = NULL, moved_to = '2026-11-20' WHERE cancelled_at IS NOT NULL;
    UPDATE webinar SET held_at = '2026-11-20' WHERE held_at IS NULL;
    INSERT INTO webinar_recording (webinar_id, announced_at, recorded_at, file)
    SELECT min(id), '2026-11-20 10:00', '2026-11-20 10:00', 'webinar.mp4' FROM webinar;
"""
"""In marketing: the two starts that the estate has forgotten, and a recording that is young, since
of an empty table nobody can say that it is kept."""
KEPT_BY_LAW = """
    (SELECT max(c.id) FROM company c JOIN contract k ON k.company_id = c.id
       JOIN invoice i ON i.contract_id = k.id
      WHERE i.fiscal_year_end > '2016-12-31'
      GROUP BY c.id HAVING max(k.ended_on) < '2016-11-30' ORDER BY 1 LIMIT 1)
"""
"""A company whose contracts ended more than ten years ago, and that a younger invoice retains."""

RED = frozenset({ReasonCode.FAILED, ReasonCode.UNDATED, ReasonCode.UNDECIDED})
Rows = Counter[tuple[str, str, str]]
"""(system, table, digest of a whole row) -> how many such rows."""
Why = Mapping[str, tuple[ReasonCode, int]]
"""Place -> why the promise is broken there, and by how many rows."""


@dataclass(frozen=True)
class Town:
    """The four systems with what avow remembers of them."""

    state: State
    clock: SetClock
    declaration: Declaration
    law: InForce
    urls: Mapping[str, str]
    address: str = ""

    @property
    def office(self) -> Office:
        """Who answers for permission."""
        return Office(self.state.store, self.state.ring, self.declaration, TODAY)

    @property
    def memory(self) -> Memory:
        """What is known of persons."""
        return Memory(self.state.store, self.state.ring, self.declaration, TODAY)

    def estate(self, *systems: str) -> Estate:
        """These systems, or all of them."""
        return Estate(only(self.declaration, systems), environment(self.urls))

    def change(self, system: str, statements: str) -> None:
        """Change a system behind the engine's back."""
        change(self.urls[system], statements)

    def read(self, system: str, query: str) -> list[tuple[object, ...]]:
        """Look into a system behind the engine's back."""
        if system == "web":
            with closing(sqlite3.connect(self.urls[system])) as file:
                return file.execute(query).fetchall()
        with psycopg.connect(self.urls[system]) as connection:
            return connection.execute(query.encode()).fetchall()

    def ask(self, *systems: str) -> Ran:
        """Ask the checks of these systems, or of all; a minute passes. Nothing is kept."""
        self.clock.move(timedelta(minutes=1))
        asked = Asking(self.estate(*systems), self.memory, self.law, TODAY, self.clock.now())
        return run_checks(asked)

    def look(self, *systems: str) -> None:
        """Ask the checks of these systems, or of all, and keep the answers."""
        ran = self.ask(*systems)
        digest = digest_in(self.declaration)
        keep(self.state.store, ran.checks, ran.results, release=digest, at=self.clock.now())

    def promises(self, at: datetime | None = None) -> Mapping[str, PromiseStatus]:
        """The status of every promise now, or at an instant."""
        clock = self.clock if at is None else SetClock(at)
        source = Assured(self.declaration, self.state.store, clock)
        return {p.clause: p for p in fold(source.evidenced(), source.now())}

    def promise(self, clause: str) -> PromiseStatus:
        """The status of one promise."""
        return self.promises()[clause]

    def plan(self, system: str, clause: str | None = None) -> Plan:
        """Plan what is due by a clause or by any."""
        at = self.clock.now()
        made = make(self.office, self.estate(), self.memory, Wish(system, TODAY, clause), at)
        assert not made.findings, made.findings
        return made.plan

    def sweep(self, system: str, clause: str | None = None) -> tuple[Plan, Applied]:
        """Plan what is due, let two persons approve it, and apply it."""
        at, store, ring = self.clock.now(), self.state.store, self.state.ring
        plan = self.plan(system, clause)
        for person in APPROVERS:
            approve(store, ring, self.declaration, plan.id, person=person, at=at)
        bench = Bench(
            self.estate(),
            self.memory,
            self.clock,
            self.state.folder,
            self._note,
            self._tell,
            unchecked(),
        )
        return plan, carry_out(self.office, bench, plan.id)

    def rows(self) -> Rows:
        """Every row of every table, as its digest."""
        found: Rows = Counter()
        for system, url in self.urls.items():
            found.update((system, table, digest) for table, digest in _digests(url))
        return found

    def _note(self, body: Body, at: datetime) -> None:
        self.state.ledger.append([body], at)

    def _tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        self.state.ledger.append(bodies, at, runs=runs)


def broken(promise: PromiseStatus) -> Why:
    """Where a promise is broken, and why; each place breaks it for one reason.

    Both readings must agree: where only the other one found something, the count is at fault.
    """
    found = {}
    for item in promise.items:
        if item.status is Status.BROKEN:
            (reason,) = (r for r in item.reasons if r.code in RED)
            assert reason.leg == MAIN_LEG, reason
            found[str(item.item)] = (reason.code, reason.count)
    return found


def only(declaration: Declaration, systems: tuple[str, ...]) -> Declaration:
    """The declaration with these systems alone; with none named, all of it."""
    if not systems:
        return declaration
    kept = {name: declaration.datamap.systems[name] for name in systems}
    return replace(declaration, datamap=replace(declaration.datamap, systems=kept))


def environment(urls: Mapping[str, str]) -> Mapping[str, str]:
    """The addresses as the declaration asks for them."""
    return {f"{name.upper()}_DATABASE_URL": url for name, url in urls.items()}


def change(url: str, statements: str) -> None:
    """Run statements in one transaction."""
    if url.startswith("postgresql"):
        with psycopg.connect(url) as connection:
            connection.execute("SET TimeZone = 'Europe/Brussels'")
            connection.execute(statements.encode())
        return
    with closing(sqlite3.connect(url)) as file:
        file.executescript(statements)


def _digests(url: str) -> Iterator[tuple[str, str]]:
    """(table, digest of a row) for every row of a system."""
    return _of_postgresql(url) if url.startswith("postgresql") else _of_sqlite(url)


def _of_postgresql(url: str) -> Iterator[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.execute(tables).fetchall():
            every = sql.SQL("SELECT md5(t::text) FROM {} t").format(sql.Identifier(table))
            yield from ((table, digest) for (digest,) in connection.execute(every))


def _of_sqlite(url: str) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(url)) as file:
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        for (table,) in file.execute(tables).fetchall():
            yield from ((table, repr(row)) for row in file.execute(f"SELECT * FROM {table}"))


@contextmanager
def town(server: Path, state_template: str, folder: Path) -> Iterator[Town]:
    """A small estate on its first day with nothing wrong in it, and nothing looked at yet."""
    shutil.copytree(DECLARATION, folder / "declaration")
    signed = [
        Signature(d.id, d.digest, APPROVERS[0], date(2026, 11, 5))
        for d in load_declaration(DECLARATION).whole.decisions.values()
    ]
    append_signatures(folder / "declaration", signed)
    loaded = load_declaration(folder / "declaration")
    law, _ = in_force(loaded.whole, TODAY)
    clock = SetClock(NOON)
    urls = {"web": str(folder / "web.db")}
    with ExitStack() as stack:
        urls |= {n: stack.enter_context(database(server)) for n in estate.SYSTEMS[:3]}
        estate.load(urls, today=TODAY, scale=0.01)
        address = stack.enter_context(database(server, state_template))
        state = stack.enter_context(open_state(folder / "state", address, clock=clock))
        take_in(state.store, loaded, folder / "declaration", NOON)
        activate(state.store, loaded.whole, Activation(AUTHOR, APPROVERS), NOON)
        made = Town(state, clock, loaded.whole, law, urls, address)
        _clean(made)
        yield made


def _clean(made: Town) -> None:
    """Enter what was forgotten, and do all that is due on the day, in the plainest way."""
    made.change("marketing", ENTERED)
    for name in estate.SYSTEMS:
        with closing(made.estate().open(name, Access.WRITE)) as connection:
            events = fact_events(made.declaration)
            judge = Judge(connection.system, made.law, TODAY, events)
            plainly.carry_out(connection, sweep(judge, connection.catalogue()))


def let_it_write(made: Town) -> None:
    """Raise every rule to level approve wherever it may move something.

    The week of counts and the rehearsal that speak for it are taken as given here.
    """
    evidence = Evidence(days=7, unknown=False, rehearsal="rehearsal", sample="sample")
    for system in estate.SYSTEMS:
        for rule in rehearsal.governing(made.declaration, made.law, system):
            for level in (Level.REHEARSE, Level.APPROVE):
                raise_level(
                    made.state.store,
                    made.declaration,
                    Standing(system, rule, level),
                    by=APPROVERS,
                    evidence=evidence,
                    at=NOON,
                    author=AUTHOR,
                )
