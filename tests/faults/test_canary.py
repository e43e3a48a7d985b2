"""A person with an unguessable mark in every field is erased; then every place is looked at.

Our own database, what was logged and printed, plans in every form and the ledger are looked at too.
A planted copy shows that the scanner would find one.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from litestar.testing import TestClient
from rich.console import Console

from avow.common.masked import Masked
from avow.engine.facts.standing import Who
from avow.engine.planner import hold
from avow.engine.planner.plan import plan_json
from avow.engine.planner.program import Move
from avow.engine.planner.records import Status
from avow.engine.planner.written import canonical
from avow.faces.cli.render_plans import beside, plan_table
from avow.faces.cli.serve_command import source_of
from avow.faces.web.application import web_app
from examples.clearnox.canary import Canary, Mark
from examples.clearnox.estate import SYSTEMS
from tests.faults.birds import (
    HOST,
    NOON,
    World,
    marks_in,
    needles,
    new_bird,
    opened,
    run,
    seen_in_postgresql,
)
from tests.properties.collateral import difference

REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'not %', OLD.email USING DETAIL = OLD::text, HINT = OLD.full_name; END $$;
CREATE TRIGGER refuse BEFORE DELETE ON survey_answer FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.fixture(scope="module")
def world(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The person was erased in every system; whatever was logged or printed is kept."""
    folder = tmp_path_factory.mktemp("canary")
    with opened(postgres_server, state_template, folder, new_bird) as made:
        run(made.urls["marketing"], REFUSING)
        made.refused = made.erase("marketing")
        run(made.urls["marketing"], "DROP TRIGGER refuse ON survey_answer; DROP FUNCTION refuse")
        before = {system: made.snapshot(system) for system in SYSTEMS}
        made.applied = {system: made.erase(system) for system in SYSTEMS}
        made.differences = {s: difference(before[s], made.snapshot(s)) for s in SYSTEMS}
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


@pytest.mark.parametrize("system", SYSTEMS)
def test_of_thousands_of_rows_only_the_persons_own_are_another(world: World, system: str) -> None:
    """By hashes of every row of every table: what changed are rows that were planted for the
    person, as many of each table as the plan showed, and not one of anybody else."""
    found = world.differences[system]
    schema = "" if system == "web" else "public."
    mine = {(f"{schema}{n}", (key,)) for (of, n), key in world.bird.keys.items() if of == system}
    plan = [each for each in world.plans if each.system == system][-1]
    steps = [each for _, each in plan.steps if each.measure.rows]
    gone = Counter({s.step.dataset: s.measure.rows for s in steps if s.step.move is Move.DELETE})
    assert found.gone | found.changed <= mine
    assert Counter(name for name, _ in found.gone) == gone
    assert {n for n, _ in found.changed} == {s.step.dataset for s in steps} - gone.keys()
    assert not found.came


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
