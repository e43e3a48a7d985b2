"""A person with an unguessable mark in every field, the estate they live in, and a scanner.

The scanner trusts no map: it reads every relation of every schema as text, the statistics of the
server among them, and every byte of the SQLite file.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from shutil import copytree
from typing import Any

import psycopg
from psycopg import sql

from avow.app import State, open_state
from avow.common.clock import SetClock
from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.interpretation import in_force
from avow.declaration.load import Loaded
from avow.declaration.load import load as load_declaration
from avow.declaration.model import Declaration, Level, Signature
from avow.declaration.signing import append_signatures
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.planner import records, release
from avow.engine.planner.apply import Applied, Office, Worker, apply, surroundings
from avow.engine.planner.approve import approve
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.ground import Ground
from avow.engine.planner.guard import guard, level_of
from avow.engine.planner.journal import Journal, owner_name
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import Roots, persons
from avow.engine.planner.known import fact_events, set_names
from avow.engine.planner.lower import sweep
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import Part, Plan, PlanKind
from avow.engine.planner.ramp import bounded
from avow.engine.planner.running import Running
from avow.engine.planner.trust import Standing
from avow.engine.verifier.remembering import Remembering
from avow.estate.connectors.base import Access, Connection
from examples.clearnox.canary import Canary, canary
from examples.clearnox.estate import SYSTEMS, load
from tests.postgres import database
from tests.properties.collateral import Difference, Snapshot, of_postgresql, of_sqlite

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BORN = TODAY - timedelta(days=3)
FOUND = "found"
HOST = "avow.test"
RELATIONS = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm')
       AND c.relname NOT LIKE '%_numa' ORDER BY 1, 2
"""
Places = dict[str, set[str]]
"""Place -> the marks that can be read there."""


# --- the scanner ------------------------------------------------------------------------------


def needles(bird: Canary) -> dict[str, str]:
    """The person's marks and address, also as PostgreSQL shows their bytes: what is looked for, and
    the mark that it means."""
    plain = {bird.email, *(mark.value for mark in bird.marks)}
    return {form: each for each in plain for form in (each.lower(), each.encode().hex())}


def marks_in(text: str, wanted: Mapping[str, str]) -> set[str]:
    """The marks that stand in the text, in whatever case."""
    lower = text.lower()
    return {mark for form, mark in wanted.items() if form in lower}


def seen_in_postgresql(url: str, wanted: Mapping[str, str]) -> Places:
    """What can be read by SQL, in every relation of every schema."""
    found: Places = {}
    with psycopg.connect(url, autocommit=True) as owner:
        for schema, name in owner.execute(RELATIONS).fetchall():
            every = sql.SQL("SELECT coalesce(string_agg(t::text, ' '), '') FROM {} AS t").format(
                sql.Identifier(schema, name)
            )
            try:
                rows = owner.execute(every).fetchall()
            except psycopg.errors.UndefinedTable:
                if not schema.startswith("pg_temp_"):
                    raise
                continue  # it went with its session, between the two statements
            for (text,) in rows:
                if marks := marks_in(text, wanted):
                    found[f"{schema}.{name}"] = marks
    return found


def seen_in_sqlite(path: Path, wanted: Mapping[str, str]) -> Places:
    """What can be read by SQL in every table, and in the bytes of the file and of those beside."""
    found: Places = {}
    with closing(sqlite3.connect(path)) as owner:
        names = owner.execute("SELECT name FROM sqlite_master WHERE type <> 'index'").fetchall()
        for (name,) in names:
            rows = owner.execute(f'SELECT * FROM "{name}"').fetchall()
            if marks := marks_in(repr(rows), wanted):
                found[name] = marks
    for file in path.parent.glob(f"{path.name}*"):
        if marks := marks_in(file.read_bytes().decode("latin-1"), wanted):
            found[f"bytes of {file.name}"] = marks
    return found


def run(url: str, text: str) -> None:
    """Run statements as the database's owner."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(text.encode())


# --- the estate and the person ----------------------------------------------------------------


@dataclass
class World:
    """The estate with the person in it, what is in force, and all that was said meanwhile."""

    state: State
    declaration: Declaration
    urls: Mapping[str, str]
    bird: Canary
    said: StringIO
    state_url: str
    applied: dict[str, Applied] = field(default_factory=dict)
    refused: Applied | None = None
    plans: list[Plan] = field(default_factory=list)
    differences: dict[str, Difference] = field(default_factory=dict)

    @property
    def estate(self) -> Estate:
        """The systems, by their addresses."""
        names = {f"{system.upper()}_DATABASE_URL": url for system, url in self.urls.items()}
        return Estate(self.declaration, names)

    @property
    def memory(self) -> Memory:
        """What is known of persons."""
        return Memory(self.state.store, self.state.ring, self.declaration, TODAY)

    @property
    def office(self) -> Office:
        """Who answers for permission."""
        return Office(self.state.store, self.state.ring, self.declaration, TODAY)

    def seen(self, system: str, bird: Canary | None = None) -> Places:
        """Where something of the person can still be read in a system."""
        wanted = needles(bird or self.bird)
        if system == "web":
            return seen_in_sqlite(Path(self.urls[system]), wanted)
        return seen_in_postgresql(self.urls[system], wanted)

    def snapshot(self, system: str) -> Snapshot:
        """The hash of every row of a system, by a reader that shares nothing with us."""
        url = self.urls[system]
        return of_sqlite(Path(url)) if system == "web" else of_postgresql(url)

    def erase(self, system: str, bird: Canary | None = None) -> Applied:
        """Find the person, plan, approve by two, apply."""
        roots = self.roots(system, bird or self.bird)
        plan = self.planned(system, roots)
        assert records.findings_of(self.state.store, plan.id) == ()
        for person in ("marc", "an"):
            office = (self.state.store, self.state.ring, self.declaration, plan.id)
            approve(*office, person=person, at=NOON, note=self.note)

        def ground(plan: Plan, connection: Connection, journal: Journal) -> Ground:
            del plan
            known, ring = self.memory.on(connection), self.state.ring
            return Ground(connection, journal, known, roots, tell=self.tell, seal=ring.seal)

        def journal(name: str) -> Journal:
            return Journal(self.state.store, name, owner_name(), self.state.clock)

        return apply(self.office, Worker(self.estate.open, ground, journal), plan.id)

    def sweep(self, system: str) -> int:
        """Everything that is due in a system goes, whoever's it is; how many rows. Whether it may
        is another matter: here every rule is trusted."""
        law, _ = in_force(self.declaration, TODAY)
        events = fact_events(self.declaration)
        with closing(self.estate.open(system, Access.WRITE)) as connection:
            known = self.memory.on(connection)
            names = set_names(connection.system, law, events)
            judge = Judge(connection.system, law, TODAY, events, names)
            part = count(
                connection, Counting(sweep(judge, connection.catalogue()), known, law.zone)
            )
            plan = self._trusted(system, part)
            journal = Journal(self.state.store, plan.id, owner_name(), self.state.clock)
            checker = Remembering(self.state.store, self.state.ring, self.state.clock)
            seal = self.state.ring.seal
            ground = Ground(connection, journal, known, checker=checker, tell=self.tell, seal=seal)
            running = Running(plan, ground)
            running.run()
        self.plans.append(plan)
        return running.rows

    def _trusted(self, system: str, part: Part) -> Plan:
        """The sweep as a kept plan of which nothing is cut."""
        rules = {rule for s in part.steps for rule in s.step.rules or ("",)}
        plan = bounded(
            Plan(
                new_id("plan"),
                PlanKind.SWEEP,
                system,
                release.digest_in(self.declaration),
                TODAY,
                (part,),
                release.author_of(self.state.store),
            ),
            {rule: Standing(system, rule, Level.AUTOMATIC) for rule in rules},
        )
        records.keep(self.state.store, plan, (), Level.AUTOMATIC, NOON)
        return plan

    def note(self, body: Any, at: datetime) -> None:  # noqa: ANN401 (any entry of the ledger)
        """Write to the ledger."""
        self.state.ledger.append([body], at)

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        """Write a group to the ledger."""
        self.state.ledger.append(bodies, at, runs=runs)

    def roots(self, system: str, bird: Canary) -> Roots:
        """The rows that the person's address, or cookie, names; and those of the visitor without
        an identity, by their key, as a person would give it."""
        cookie = next((m.value for m in bird.marks if m.column == "visitor"), "")
        values = {"email": bird.email, "cookie": cookie}
        found: dict[str, list[tuple[object, ...]]] = {}
        with closing(self.estate.open(system, Access.READ)) as connection:
            for name, dataset in connection.system.datasets.items():
                for identity in dataset.identities if dataset.is_ours else ():
                    if identity.kind in values:
                        connection.find(FOUND, name, identity, {0: values[identity.kind]})
                        keys = [key for _, key in connection.keys(FOUND)]
                        found |= {name: keys} if keys else {}
        return found | ({"web_log": [(bird.keys["web", "web_log"],)]} if system == "web" else {})

    def planned(self, system: str, roots: Roots) -> Plan:
        """The erasure in one system, every purpose ended, counted and kept."""
        law, _ = in_force(self.declaration, TODAY)
        events = fact_events(self.declaration)
        ended = frozenset(purpose.id for purpose in law.purposes)
        with closing(self.estate.open(system, Access.READ)) as connection:
            known = set_names(connection.system, law, events)
            judge = Judge(connection.system, law, TODAY, events, known, ended, erasure=True)
            program = erasure(judge, connection.catalogue(), frozenset(roots))
            assert not isinstance(program, Finding)
            what = Counting(program, self.memory.on(connection), law.zone, roots)
            part = count(connection, what)
        plan = Plan(
            new_id("plan"),
            PlanKind.ERASURE,
            system,
            release.digest_in(self.declaration),
            TODAY,
            (part,),
            release.author_of(self.state.store),
            case=new_id("case"),
            persons=len(persons(roots)),
        )
        plan, around = bounded(plan, {}), surroundings(self.office, plan)
        records.keep(self.state.store, plan, guard(plan, around), level_of(plan, around), NOON)
        self.plans.append(plan)
        return plan


def new_bird(urls: Mapping[str, str]) -> Canary:
    """A person nobody can guess, in every table of the four systems."""
    return canary(urls, lambda *_: f"Canary{secrets.token_hex(8)}", day=BORN)


def signed(folder: Path) -> Loaded:
    """A copy of the declaration of which every proposed decision is signed."""
    copytree(ROOT / "declarations" / "clearnox", folder)
    decisions = load_declaration(folder).whole.decisions.values()
    append_signatures(folder, [Signature(d.id, d.digest, "marc", TODAY) for d in decisions])
    return load_declaration(folder)


@contextmanager
def opened(
    server: Path, template: str, folder: Path, birds: Callable[[Mapping[str, str]], Canary]
) -> Iterator[World]:
    """The estate with its persons and one more, and avow with the declaration in force, every
    proposed decision signed. Whatever is logged or printed meanwhile is kept."""
    said = StringIO()
    with ExitStack() as stack:
        urls = {n: stack.enter_context(database(server)) for n in SYSTEMS[:3]}
        urls["web"] = str(folder / "web.db")
        url = stack.enter_context(database(server, template))
        load(urls, today=TODAY, scale=0.01)
        bird = birds(urls)
        handler = logging.StreamHandler(said)
        root, before = logging.getLogger(), logging.getLogger().level
        root.addHandler(handler)
        stack.callback(root.removeHandler, handler)
        root.setLevel(logging.DEBUG)
        stack.callback(root.setLevel, before)
        stack.enter_context(redirect_stderr(said))
        stack.enter_context(redirect_stdout(said))
        state = stack.enter_context(open_state(folder / "state", url, clock=SetClock(NOON)))
        declared = release.take_in(state.store, signed(folder / "declaration"), ROOT, NOON)
        release.activate(state.store, declared, release.Activation("claire", ("marc", "an")), NOON)
        yield World(state, declared, urls, bird, said, url)
