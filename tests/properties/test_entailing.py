"""What a predicate is said to entail is true of each of its rows; and it is said where it helps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.entailing import entails
from avow.estate.datamap.model import Normaliser
from avow.estate.datamap.predicates import (
    And,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    all_of,
    any_of,
    negate,
)
from tests.connectors import random_estates as random
from tests.connectors.engines import Rows
from tests.properties.test_tally import DATASET, POINTERS, SETS, Keys, opened
from tests.properties.worlds import QUICK, cases

UNIQUE = frozenset((t.name, t.key) for t in random.TABLES)


@settings(QUICK, max_examples=cases(300))
@given(random.ESTATES, SETS, POINTERS, st.data())
def test_no_row_of_the_first_is_outside_of_what_it_entails(
    rows: Rows, keys: Keys, edge: Edge, data: st.DataObject
) -> None:
    """Of predicates built from the same parts: whenever one is said to entail another, counting
    finds no row of the first that is not one of the second."""
    connection = opened(rows, keys)
    near, far = data.draw(random.predicates(DATASET)), data.draw(random.predicates(edge.parent))
    there, mine = InKeys(edge.parent_fields, edge.parent), InKeys(edge.child_fields, edge.parent)
    inner = (there, negate(there), far, negate(far), all_of([there, far]), any_of([there, far]))
    related = [Related(edge, Side.PARENT, i, n) for i in inner for n in (False, True)]
    parts: list[Predicate] = [near, mine, negate(mine), *related]
    parts += [all_of([mine, r]) for r in related] + [any_of([near, r]) for r in related]
    for first in parts:
        for second in parts:
            if entails(first, second, UNIQUE):
                outside = all_of([first, negate(second)])
                assert connection.count(DATASET, outside) == 0, (first, second)


POINTER = Edge("visit", ("person",), "person", ("id",), Right.OWN, Side.CHILD)
IN, OUT = InKeys(("id",), "root"), InKeys(("id",), "root", negated=True)
ONE = frozenset({("person", ("id",))})


def test_rows_that_point_to_a_person_in_a_set_are_among_those_whose_pointer_is_in_it() -> None:
    """`visit.person` names somebody in the set: it is a value of the set."""
    assert entails(Related(POINTER, Side.PARENT, IN), InKeys(("person",), "root"))


def test_who_points_to_one_person_in_the_set_points_to_none_outside() -> None:
    """Only where the key is known to name one row at most."""
    to, none = Related(POINTER, Side.PARENT, IN), Related(POINTER, Side.PARENT, OUT, negated=True)
    assert entails(to, none, ONE)
    assert not entails(to, none)


def test_a_part_is_entailed_by_the_whole_and_an_alternative_by_each() -> None:
    a, b = Null("a"), Null("b")
    assert entails(And((a, b)), a)
    assert entails(Or((And((a, b)), a)), a)
    assert entails(a, Or((a, b)))
    assert not entails(Or((a, b)), a)
    assert not entails(a, And((a, b)))


@pytest.mark.parametrize(
    "edge",
    [
        replace(POINTER, child_fields=("people$[]",)),
        replace(POINTER, normalise=Normaliser.TRIM),
        replace(POINTER, by_value=True),
    ],
    ids=["list", "normalised", "by value"],
)
def test_lists_and_values_say_nothing_of_the_pointer_itself(edge: Edge) -> None:
    """The value there is in the set; the one here only finds it."""
    where = Related(edge, Side.PARENT, IN)
    assert not entails(where, InKeys(edge.child_fields, "root"))
    assert not entails(where, Related(edge, Side.PARENT, OUT, negated=True), ONE)
