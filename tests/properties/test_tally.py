"""What a plan counts without asking twice, and without asking for what is empty, is the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.engine.planner.tally import Tally, possible, without_empty
from avow.estate.connectors.base import Access
from avow.estate.connectors.twin import TwinConnection, TwinConnector, TwinDatabase
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    And,
    Null,
    Or,
    Predicate,
    all_of,
    any_of,
    key_sets,
    negate,
)
from avow.estate.datamap.reach import Key
from tests.connectors import random_estates as random
from tests.connectors.engines import Rows
from tests.properties.worlds import QUICK, cases

Keys = dict[str, list[tuple[int, Key, date | None]]]
DATASET = random.TABLES[0].name
SETS: st.SearchStrategy[Keys] = st.fixed_dictionaries(
    {name: st.just([]) | s for name, s in random.KEY_SETS.items()}
)


def opened(rows: Rows, keys: Keys) -> TwinConnection:
    connection = TwinConnector({"shop": TwinDatabase(rows, random.CATALOGUE)}).connect(
        random.SYSTEM, Access.WRITE
    )
    for name, entries in keys.items():
        connection.put_keys(name, name, entries)
    return connection


@settings(QUICK, max_examples=cases(150))
@given(random.ESTATES, SETS, random.predicates(DATASET))
def test_leaving_out_empty_key_sets_changes_no_count(
    rows: Rows, keys: Keys, where: Predicate
) -> None:
    connection = opened(rows, keys)
    empty = frozenset(name for name, entries in keys.items() if not entries)
    for each in (where, negate(where)):
        assert Tally(connection, empty).count(DATASET, each) == connection.count(DATASET, each)
        assert not key_sets(without_empty(each, empty)) & empty


@settings(QUICK, max_examples=cases(150))
@given(random.ESTATES, SETS, st.lists(random.predicates(DATASET), min_size=3, max_size=3))
def test_leaving_out_what_cannot_be_changes_no_count(
    rows: Rows, keys: Keys, given_: list[Predicate]
) -> None:
    one, two, three = given_
    connection = opened(rows, keys)
    excluded = all_of([one, any_of([negate(one), all_of([negate(two), three])]), two, three])
    for where in (all_of([one, any_of([negate(one), two])]), excluded, any_of([excluded, three])):
        assert connection.count(DATASET, possible(where)) == connection.count(DATASET, where)


def test_an_alternative_that_another_condition_excludes_is_not_asked_for() -> None:
    here, there = Null("d"), Null("s")
    assert possible(And((here, Or((negate(here), there))))) == And((here, there))
    assert possible(And((here, Or((And((negate(here), there)),))))) == FALSE


def test_a_question_is_asked_once_and_that_for_no_row_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A table is as large for its fifth step as for its first."""
    asked: list[Predicate] = []

    def count(_: TwinConnection, __: str, where: Predicate) -> int:
        asked.append(where)
        return 7

    monkeypatch.setattr(TwinConnection, "count", count)
    tally = Tally(opened({t.name: [] for t in random.TABLES}, {}))
    assert [tally.count(DATASET, where) for where in (TRUE, FALSE, TRUE)] == [7, 0, 7]
    assert asked == [TRUE]
