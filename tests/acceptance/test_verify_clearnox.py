"""`avow verify` on the made-up estate: two readings find exactly what was planted.

The law is the statement with every decision signed. Real PostgreSQL and SQLite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from avow.declaration.interpretation import in_force
from avow.declaration.load import load as load_declaration
from avow.declaration.model import Declaration, InForce, Signature
from avow.duties.assurance.declared import clauses_of, scope_of
from avow.duties.assurance.model import ReasonCode, Status
from avow.duties.assurance.status import status
from avow.duties.retention.run import Asking, Ran, run_checks
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Answer
from avow.engine.keys.ring import new_ring
from avow.engine.planner.making import Estate, Memory
from examples.clearnox.estate import SYSTEMS, load
from examples.clearnox.plants import Planted
from tests.postgres import database

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DECLARATION = Path(__file__).parents[2] / "declarations" / "clearnox"
Found = Counter[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Town:
    """The estate on its first day, what is in force there, and what the checks said."""

    declaration: Declaration
    law: InForce
    planted: list[Planted]
    ran: Ran


def signed() -> Declaration:
    """The declaration with every decision signed by the approver."""
    whole = load_declaration(DECLARATION).whole
    decisions = whole.decisions.values()
    by = tuple(Signature(d.id, d.digest, "marc", date(2026, 11, 1)) for d in decisions)
    return replace(whole, signatures=by)


@pytest.fixture(scope="module")
def town(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The checks have run once over a small estate."""
    declaration = signed()
    law, _ = in_force(declaration, TODAY)
    urls = {"web": str(tmp_path_factory.mktemp("web") / "web.db")}
    with ExitStack() as stack:
        urls |= {name: stack.enter_context(database(postgres_server)) for name in SYSTEMS[:3]}
        planted = load(urls, today=TODAY, scale=0.01)
        state = stack.enter_context(database(postgres_server, state_template))
        store = stack.enter_context(Store(state))
        where = {f"{name.upper()}_DATABASE_URL": url for name, url in urls.items()}
        memory = Memory(store, new_ring(), declaration, TODAY)
        ran = run_checks(Asking(Estate(declaration, where), memory, law, TODAY, NOW))
        yield Town(declaration, law, planted, ran)


def test_the_count_finds_exactly_what_is_overdue_or_has_no_start(town: Town) -> None:
    found: Found = Counter()
    for result in town.ran.results:
        if result.check.startswith("retention.overdue"):
            (clause,) = result.clauses
            at = (clause, result.item.system, result.item.dataset)
            found[*at, "overdue"] += result.outcome.failed
            found[*at, "undated"] += result.outcome.undated
    planted: Found = Counter()
    for each in town.planted:
        if each.kind in ("overdue", "undated"):
            planted[each.clause, each.system, each.dataset, each.kind] += each.count
    assert +found == planted


def test_the_other_reading_finds_the_same_rows_in_every_place(town: Town) -> None:
    again = [r for r in town.ran.results if r.check.startswith("retention.oldest")]
    ours = [r for r in again if r.outcome.answer is not Answer.BLIND]
    assert {r.outcome.answer for r in ours} == {Answer.PASS}
    assert len(ours) > 40
    tenants = {"public.debtor", "public.claim", "public.reminder"}
    assert {r.item.dataset for r in again if r not in ours} == tenants


def test_every_clause_of_section_6_has_a_word_that_rests_on_looks(town: Town) -> None:
    """The estate is full of faults on its first day: the rules are broken, none is unknown."""
    found = status(
        clauses_of(town.declaration),
        scope_of(town.declaration, town.law),
        town.ran.checks,
        town.ran.results,
        (),
        now=NOW,
    )
    words = {p.clause: p.status for p in found}
    for letter in "abcdefghijklmo":
        assert words[f"6.{letter}"] is Status.BROKEN, letter
    assert words["8-2"] is Status.KEPT
    assert words["7"] is Status.UNENFORCED, "nobody checks the attestation of age yet"
    missing = [r for p in found for r in p.reasons if r.code is ReasonCode.MISSING]
    assert missing == [], "no place in scope is left out"
