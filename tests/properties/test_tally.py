"""What a plan counts without asking twice, and without asking for what is empty, is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.engine.planner.tally import Tally, implied, possible, without_empty
from avow.estate.connectors.base import Access
from avow.estate.connectors.twin import TwinConnection, TwinConnector, TwinDatabase
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Normaliser
from avow.estate.datamap.predicates import (
    FALSE,
    TRUE,
    And,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
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


POINTERS = random.edges().filter(
    lambda e: e.child == DATASET and e.parent_fields == random.SYSTEM.datasets[e.parent].key
)


@settings(QUICK, max_examples=cases(300))
@given(random.ESTATES, SETS, POINTERS, random.predicates(DATASET), st.data())
def test_leaving_out_what_a_key_set_says_changes_no_count(
    rows: Rows, keys: Keys, edge: Edge, other: Predicate, data: st.DataObject
) -> None:
    """Whatever stands beside a key set, also what is asked of the rows that a pointer in it names,
    and of those that point to a row in it."""
    connection, name = opened(rows, keys), edge.parent
    there, mine = InKeys(edge.parent_fields, name), InKeys(edge.child_fields, name)
    beside = data.draw(random.predicates(name))
    for inner in (negate(there), all_of([there, beside]), any_of([negate(there), beside])):
        for negated in (False, True):
            asked = Related(edge, Side.PARENT, inner, negated)
            down = all_of([mine, any_of([asked, other])])
            assert connection.count(DATASET, implied(down)) == connection.count(DATASET, down)
            told = Related(edge, Side.PARENT, data.draw(st.sampled_from([there, inner])))
            for also in (asked, negate(asked), mine, negate(mine), any_of([negate(mine), other])):
                both = all_of([told, also, asked])
                assert connection.count(DATASET, implied(both)) == connection.count(DATASET, both)
            children = Related(edge, Side.CHILD, down, negated)
            up = all_of([there, any_of([children, beside])])
            assert connection.count(name, implied(up)) == connection.count(name, up)


POINTER = Edge("visit", ("person",), "person", ("id",), Right.OWN, Side.CHILD)


def test_whether_a_row_in_a_key_set_points_outside_of_it_is_not_asked() -> None:
    """`visit.person` is in the set, so no person it names is outside; nor does a visit of somebody
    in the set belong to anybody outside."""
    mine, outside = InKeys(("person",), "root"), InKeys(("id",), "root", negated=True)
    other = Related(POINTER, Side.PARENT, outside)
    assert implied(And((mine, negate(other)))) == mine
    assert implied(And((mine, other))) == FALSE
    stays = Related(POINTER, Side.CHILD, other, negated=True)
    assert implied(And((InKeys(("id",), "root"), stays))) == InKeys(("id",), "root")


@pytest.mark.parametrize(
    "edge",
    [
        replace(POINTER, child_fields=("people$[]",)),
        replace(POINTER, normalise=Normaliser.TRIM),
        replace(POINTER, by_value=True),
    ],
    ids=["list", "normalised", "by value"],
)
def test_of_lists_and_of_values_a_key_set_says_less(edge: Edge) -> None:
    """One element of the list is in the set, and another may name somebody who is not."""
    mine, outside = InKeys(edge.child_fields, "root"), InKeys(("id",), "root", negated=True)
    where = And((mine, Related(edge, Side.PARENT, outside)))
    assert implied(where) == where


def test_what_a_pointer_tells_is_news_to_others_and_not_to_itself() -> None:
    """Who points to somebody in the set has a pointer in it; that is why, so it is still asked."""
    told, mine = Related(POINTER, Side.PARENT, InKeys(("id",), "root")), InKeys(("person",), "root")
    assert implied(And((told, Or((negate(mine), Null("d")))))) == And((told, Null("d")))
    assert implied(told) == told
    assert implied(And((told, Null("d")))) == And((told, Null("d")))


def test_a_key_set_tells_of_another_that_it_came_from() -> None:
    """The visits of the set are those of the persons in it."""
    visits, persons = InKeys(("id",), "visits"), InKeys(("person",), "root")
    outside = Related(POINTER, Side.PARENT, InKeys(("id",), "root", negated=True), negated=True)
    assert implied(And((visits, outside)), also={visits: persons}) == visits
    assert implied(And((visits, outside))) == And((visits, outside))


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
