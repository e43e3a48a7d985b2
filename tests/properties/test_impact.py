"""What a change would do, counted with predicates, is what the naive functions say row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from avow.common.calendar import Period
from avow.declaration.decision.decide import Kind, decide
from avow.declaration.decision.fate import removes
from avow.declaration.model import InForce
from avow.engine.planner.impact import Asking, Hit, Turn
from avow.engine.planner.judge import Judge, cell_groups
from avow.engine.planner.known import Known
from avow.estate.connectors.base import Access
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.reach import Row
from tests.properties.oracle import holds_some
from tests.properties.test_readings_and_verdicts import columns, group
from tests.properties.worlds import (
    FACTS,
    PLANTED,
    QUICK,
    TODAY,
    World,
    cases,
    copy,
    key_sets,
    worlds,
)

PERIODS = (Period(), Period(days=20), Period(months=1), Period(months=3))


def counted(world: World, before: InForce, dataset: str) -> Hit | None:
    """What the change from another law does to a dataset, by the planner."""
    database = TwinDatabase(copy(world.rows), world.catalogue)  # type: ignore[arg-type]
    connection = TwinConnector({"w": database}).connect(world.system, Access.READ)
    sets = key_sets(world.known)
    for name, keys in sets.items():
        connection.put_keys(name, name.split(".", 2)[2], keys)
    judge = Judge(world.system, world.law, TODAY, FACTS, frozenset(sets))
    asking = Asking(connection, judge, Known(connection, lambda: ()), put=set(sets))
    found = asking.hit(Turn("r0", "6.0", before), dataset, {})
    assert not isinstance(found, str), found
    return found


def verdicts(world: World, law: InForce, name: str, row: Row) -> dict[str, Kind]:
    """The verdicts of the cells of a row that are there; what takes nothing away is not due."""
    about = replace(world, law=law)
    dataset = world.system.datasets[name]
    found = {}
    for number, cells in enumerate(cell_groups(world.system, dataset, columns(world, name))):
        if holds_some(dataset, cells, row):
            verdict = decide(group(about, cells, row), law, TODAY)
            is_due = verdict.kind is Kind.DUE and removes(verdict)
            found[str(number)] = (
                verdict.kind if is_due or verdict.kind is not Kind.DUE else Kind.LIVE
            )
    return found


def by_hand(world: World, before: InForce, name: str) -> tuple[int, int, int, int]:
    """Rows that are due now and were not, the other way, and newly undated and undecided."""
    due = spared = undated = undecided = 0
    for row in world.rows[name]:
        was, now = (verdicts(world, law, name, row) for law in (before, world.law))
        is_due, was_due = (Kind.DUE in found.values() for found in (now, was))
        due += is_due and not was_due
        spared += was_due and not is_due
        undated += any(now[c] is Kind.UNDATED is not was[c] for c in now)
        undecided += any(now[c] is Kind.UNDECIDED is not was[c] for c in now)
    return due, spared, undated, undecided


def differing(world: World, period: Period) -> tuple[str, ...]:
    """Datasets whose four numbers are told in two ways when one rule had another period."""
    first = world.law.rules[0]
    ends = tuple(replace(end, period=period) for end in first.ends)
    before = replace(world.law, rules=(replace(first, ends=ends), *world.law.rules[1:]))
    return tuple(name for name in world.rows if not agrees(world, before, name))


def agrees(world: World, before: InForce, name: str) -> bool:
    """Whether the planner counts for a dataset what the decisions say row by row."""
    found = counted(world, before, name) or Hit("w", name)
    told = (found.due, found.spared, found.undated, found.undecided)
    return told == by_hand(world, before, name)


@settings(QUICK, max_examples=cases(60))
@given(worlds(), st.sampled_from(PERIODS))
def test_the_counts_are_those_of_the_decisions(world: World, period: Period) -> None:
    """One rule had another period: per dataset the same four numbers, told twice."""
    assert differing(world, period) == ()


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who forgets what was due before counts too much."""
    honest = Asking.hit

    def forgetful(self: Asking, turn: Turn, dataset: str, due: dict[str, object]) -> object:
        nothing = replace(turn, before=InForce(zone=turn.before.zone))
        return honest(self, nothing, dataset, due)  # type: ignore[arg-type]

    monkeypatch.setattr(Asking, "hit", forgetful)
    changed = st.tuples(worlds(), st.sampled_from(PERIODS))
    find(changed, lambda each: differing(*each) != (), settings=PLANTED)
