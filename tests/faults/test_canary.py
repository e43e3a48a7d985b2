"""A person with an unguessable mark in every field is erased; then every place is looked at.

The scanner trusts no map: it reads every relation of every schema as text, the statistics of the
server among them, every byte of the SQLite file, our own database, what was logged and printed,
plans in every form, and the ledger. A planted copy shows that it would find one.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from psycopg import sql
from rich.console import Console

from avow.app import State, open_state
from avow.common.clock import SetClock
from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.declaration.interpretation import in_force
from avow.declaration.load import load as load_declaration
from avow.declaration.model import Declaration
from avow.engine.facts.standing import Who
from avow.engine.planner import hold, records, release
from avow.engine.planner.apply import Applied, Office, Worker, apply, surroundings
from avow.engine.planner.approve import approve
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.ground import Ground
from avow.engine.planner.guard import guard, level_of
from avow.engine.planner.journal import Journal, owner_name
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import Roots, persons
from avow.engine.planner.known import fact_events, set_names
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import Plan, PlanKind, plan_json
from avow.engine.planner.ramp import bounded
from avow.engine.planner.records import Status
from avow.engine.planner.written import canonical
from avow.estate.connectors.base import Access, Connection
from avow.faces.cli.render_plans import beside, plan_table
from avow.faces.cli.serve_command import source_of
from avow.faces.web.application import web_app
from examples.clearnox.canary import Canary, Mark, canary
from examples.clearnox.estate import SYSTEMS, load
from tests.postgres import database

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


REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'not %', OLD.email USING DETAIL = OLD::text, HINT = OLD.full_name; END $$;
CREATE TRIGGER refuse BEFORE DELETE ON survey_answer FOR EACH ROW EXECUTE FUNCTION refuse();
"""


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
            for (text,) in owner.execute(every).fetchall():
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
            return Ground(connection, journal, known, roots, note=self.note, seal=ring.seal)

        def journal(name: str) -> Journal:
            return Journal(self.state.store, name, owner_name(), self.state.clock)

        return apply(self.office, Worker(self.estate.open, ground, journal), plan.id)

    def note(self, body: Any, at: datetime) -> None:  # noqa: ANN401 (any entry of the ledger)
        """Write to the ledger."""
        self.state.ledger.append([body], at)

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


@pytest.fixture(scope="module")
def world(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The person was erased in every system; whatever was logged or printed is kept."""
    said, folder = StringIO(), tmp_path_factory.mktemp("canary")
    with ExitStack() as stack:
        urls = {n: stack.enter_context(database(postgres_server)) for n in SYSTEMS[:3]}
        urls["web"] = str(folder / "web.db")
        url = stack.enter_context(database(postgres_server, state_template))
        load(urls, today=TODAY, scale=0.01)
        bird = new_bird(urls)
        handler = logging.StreamHandler(said)
        root, before = logging.getLogger(), logging.getLogger().level
        root.addHandler(handler)
        stack.callback(root.removeHandler, handler)
        root.setLevel(logging.DEBUG)
        stack.callback(root.setLevel, before)
        stack.enter_context(redirect_stderr(said))
        stack.enter_context(redirect_stdout(said))
        state = stack.enter_context(open_state(folder / "state", url, clock=SetClock(NOON)))
        loaded = load_declaration(ROOT / "declarations" / "clearnox")
        declared = release.take_in(state.store, loaded, ROOT, NOON)
        release.activate(state.store, declared, release.Activation("claire", ("marc", "an")), NOON)
        made = World(state, declared, urls, bird, said, url)
        run(urls["marketing"], REFUSING)
        made.refused = made.erase("marketing")
        run(urls["marketing"], "DROP TRIGGER refuse ON survey_answer; DROP FUNCTION refuse")
        made.applied = {system: made.erase(system) for system in SYSTEMS}
        yield made


# --- nothing is left of the person ------------------------------------------------------------

RETAINED = {
    "public.invoice": ("number", "billing_name", "billing_address", "billing_email"),
    "public.invoice_line": ("description",),
    "public.company": ("name", "street", "postcode", "city", "vat_number"),
}
"""Kept by clause 9.10-b (accounting vouchers, ten years after the fiscal year), with what a
retained invoice needs of its customer."""
NOT_THE_PERSONS = {
    "app": {"public.debtor", "public.claim", "public.reminder"},
    "marketing": {"public.webinar_recording"},
}
"""A customer's own debtors are of another sphere; a recording of all participants is nobody's."""
STATISTICS = {"pg_catalog.pg_statistic", "pg_catalog.pg_stats"}


def columns(bird: Canary, system: str, dataset: str, marks: set[str]) -> set[str]:
    """The columns of a dataset that these marks were laid into."""
    mine = [m for m in bird.marks if (m.system, m.dataset) == (system, dataset)]
    return {m.column for m in mine if m.value in marks}


def test_every_erasure_was_done(world: World) -> None:
    assert {s: a.status for s, a in world.applied.items()} == dict.fromkeys(SYSTEMS, Status.DONE)
    assert {s: a.blocked for s, a in world.applied.items()} == dict.fromkeys(SYSTEMS, ())


@pytest.mark.parametrize("system", ["marketing", "support", "web"])
def test_nothing_can_be_read_any_more(world: World, system: str) -> None:
    """No relation, view, copy, statistic or byte of a file shows one of the person's marks."""
    assert set(world.seen(system)) == NOT_THE_PERSONS.get(system, set())


def test_of_the_customer_only_what_the_law_retains_can_be_read(world: World) -> None:
    """The invoice and what it needs, column by column; nowhere else more than that."""
    seen = world.seen("app")
    left = {name: set(columns(world.bird, "app", name, seen.pop(name))) for name in RETAINED}
    assert left == {name: set(each) for name, each in RETAINED.items()}
    others = {name: seen.pop(name) for name in NOT_THE_PERSONS["app"]}
    lawful = {
        m.value
        for m in world.bird.marks
        if m.column in RETAINED.get(m.dataset, ()) or m.value in set().union(*others.values())
    }
    assert set(seen) <= {"public.active_customer", *STATISTICS}
    assert set().union(*seen.values()) <= lawful


def test_our_own_database_shows_nothing(world: World) -> None:
    """Plans, journal, facts, approvals, ledger: only keyed hashes and what is encrypted."""
    about = [Who("email", Masked(world.bird.email))]
    reason = hold.Reason("litigation", "art. 17(3)(e) GDPR", date(2027, 1, 1))
    hold.place(world.state.store, world.state.ring, about, reason, by="olivier", at=NOON)
    assert seen_in_postgresql(world.state_url, needles(world.bird)) == {}


def test_neither_logs_nor_the_terminal_said_anything(world: World) -> None:
    assert marks_in(world.said.getvalue(), needles(world.bird)) == set()


def test_the_ledger_says_nothing(world: World) -> None:
    lines = b"\n".join(bytes(row["bytes"]) for row in world.state.ledger.entries())
    assert b"batch-applied" in lines
    assert marks_in(lines.decode(), needles(world.bird)) == set()


def test_plans_say_nothing_in_any_form(world: World) -> None:
    """As they are kept and signed, as the terminal prints them, and as the console shows them."""
    shown, wanted = StringIO(), needles(world.bird)
    for plan in world.plans:
        Console(file=shown, width=200).print(plan_table(plan), *beside(plan))
        shown.write(canonical(plan_json(plan)).decode() + repr(plan))
    source = source_of(world.declaration, world.state)
    with TestClient(web_app(source, hosts=(HOST,)), base_url=f"http://{HOST}") as client:
        pages = [client.get(f"/en/plans/{plan.id}") for plan in world.plans]
    assert {page.status_code for page in pages} == {200}
    assert marks_in(shown.getvalue() + "".join(p.text for p in pages), wanted) == set()


# --- planted ----------------------------------------------------------------------------------

COPYING = """
CREATE TABLE shadow (id serial PRIMARY KEY, kept text);
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO shadow (kept) VALUES (OLD::text); RETURN OLD; END $$;
CREATE TRIGGER keep BEFORE DELETE ON survey_answer FOR EACH ROW EXECUTE FUNCTION keep();
"""
ANSWER = """
INSERT INTO survey_answer (survey_id, email, full_name, answers, answered_at)
SELECT min(id), '{0}@example.com', 'x', '["{0}"]', now() FROM survey
"""


def test_a_refusal_quotes_nobody(world: World) -> None:
    """Before the erasure that went through, a trigger of the database refused one, and quoted the
    row in its message, its detail and its hint. We say the table, and keep the key encrypted."""
    assert world.refused is not None
    assert (world.refused.status, world.refused.rows) == (Status.BLOCKED, 12)
    assert {b.table for b in world.refused.blocked} <= {"public.survey_answer", ""}
    assert marks_in(repr(world.refused), needles(world.bird)) == set()


def test_a_copy_that_a_trigger_makes_is_found(world: World) -> None:
    """Somebody is erased from a table whose trigger keeps what goes where nobody declared it."""
    url, mark = world.urls["marketing"], f"canary{secrets.token_hex(8)}"
    run(url, COPYING)
    run(url, ANSWER.format(mark))
    bird = Canary(f"{mark}@example.com", {}, (Mark("marketing", "", "answers", mark),))
    assert set(world.seen("marketing", bird)) == {"public.survey_answer"}
    assert world.erase("marketing", bird).status is Status.DONE
    assert set(world.seen("marketing", bird)) == {"public.shadow"}


def test_the_scanner_sees_statistics_bytes_and_views(world: World, postgres_url: str) -> None:
    """A value that is gone from its table and still stands in statistics, a view's copy, or as the
    bytes of a text that was to be encrypted."""
    mark = world.bird.marks[0].value
    run(
        postgres_url,
        f"CREATE TABLE t AS SELECT '{mark}' AS v FROM generate_series(1, 50);"
        f"CREATE MATERIALIZED VIEW copy AS SELECT * FROM t; ANALYZE t; DELETE FROM t;"
        f"CREATE TABLE b AS SELECT '{mark}'::bytea AS v;",
    )
    found = seen_in_postgresql(postgres_url, needles(world.bird))
    assert set(found) == {"public.copy", "public.b", *STATISTICS}
