"""A person whose every term ran out long ago is swept away; then every place is looked at.

Nobody asked for anything: each row goes because its own promise says so. What stays is named column
by column, with why.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from examples.clearnox.canary import Canary, Mark, canary
from examples.clearnox.estate import SYSTEMS
from tests.faults.birds import World, marks_in, needles, opened, run, seen_in_postgresql

LONG_AGO = date(2008, 3, 1)
ENDED = {
    "app": """
        UPDATE account SET deleted_at = '2009-03-01', deletion_asked_by = 'person'
         WHERE email = '{0}';
        UPDATE product_subscription SET cancelled_at = '2009-03-01' WHERE company_id IN
            (SELECT id FROM company WHERE contact_email = '{0}');
        UPDATE contract SET ended_on = '2009-03-01' WHERE company_id IN
            (SELECT id FROM company WHERE contact_email = '{0}')
    """,
    "marketing": """
        UPDATE consent SET withdrawn_at = '2009-03-01' WHERE email = '{0}';
        UPDATE trial SET closed_at = '2008-04-01' WHERE email = '{0}'
    """,
    "support": """
        UPDATE ticket SET closed_at = '2009-03-01' WHERE requester_id IN
            (SELECT id FROM requester WHERE email = '{0}')
    """,
}
"""What has to end before a term can run: nothing of it happens by itself."""


def old_bird(urls: Mapping[str, str]) -> Canary:
    """A person who was in every table in 2008 and has been gone since 2009."""
    bird = canary(urls, lambda *_: f"Canary{secrets.token_hex(8)}", day=LONG_AGO)
    for system, statements in ENDED.items():
        run(urls[system], statements.format(bird.email))
    return bird


@pytest.fixture(scope="module")
def world(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Everything that is due in the four systems went."""
    folder = tmp_path_factory.mktemp("canary-sweep")
    with opened(postgres_server, state_template, folder, old_bird) as made:
        for system in SYSTEMS:
            assert made.sweep(system) > 0
        yield made


STAYS = {
    "app": {"public.debtor", "public.claim", "public.reminder"},
    "marketing": {"public.consent"},
    "support": set[str](),
    "web": set[str](),
}
"""A customer's own debtors are of another sphere. The statement gives proofs of consent no term:
they are never due, which `avow check` says."""
STATISTICS = {"pg_catalog.pg_statistic", "pg_catalog.pg_stats"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_can_be_read_any_more(world: World, system: str) -> None:
    """No relation, view, copy, statistic or byte of a file shows a mark of a row that was due."""
    seen = world.seen(system)
    assert set(seen) - STATISTICS == STAYS[system]
    lawful = set().union(*(seen[name] for name in STAYS[system]))
    assert set().union(*seen.values()) == lawful


def test_our_own_database_shows_nothing(world: World) -> None:
    """Plans, journal, blocked rows, ledger: nothing of a person is written when rows are due."""
    assert seen_in_postgresql(world.state_url, needles(world.bird)) == {}


def test_neither_logs_nor_the_terminal_nor_the_ledger_said_anything(world: World) -> None:
    """Not in what was printed, and not in any entry of the ledger."""
    entries = b"\n".join(bytes(row["bytes"]) for row in world.state.ledger.entries()).decode()
    assert "batch-applied" in entries
    assert marks_in(world.said.getvalue() + entries, needles(world.bird)) == set()


def test_what_is_not_due_stays_and_is_read(world: World) -> None:
    """Somebody who came two days ago is in every system after another sweep: the scanner reads."""
    visitor = f"Canary{secrets.token_hex(8)}"
    run(
        world.urls["marketing"],
        "INSERT INTO information_request (email, full_name, asked_at)"
        f" VALUES ('{visitor}@example.com', '{visitor}', '2026-11-20')",
    )
    world.sweep("marketing")
    fresh = Canary(f"{visitor}@example.com", {}, (Mark("marketing", "", "full_name", visitor),))
    assert "public.information_request" in world.seen("marketing", fresh)
