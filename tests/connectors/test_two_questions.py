"""Two questions about other rows that are written nearly alike are two: one is never taken for the
other. MariaDB puts a constant in the place of what it believes to be the same expression, and of a
long question it compares the beginning alone."""

from __future__ import annotations

import pytest

from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.predicates import Equal, Predicate, Related, all_of, any_of, negate
from tests.connectors import world
from tests.connectors.world import Estate

ASKED = [
    (world.BUYER, Side.PARENT, Equal("name", "P1"), Equal("name", "P2")),
    (world.BUYER, Side.CHILD, Equal("nr", "A"), Equal("nr", "B")),
    (world.BY_EMAIL, Side.PARENT, Equal("name", "P1"), Equal("name", "P2")),
    (world.BY_EMAIL, Side.CHILD, Equal("id", "1"), Equal("id", "2")),
    (world.BY_PHONE, Side.CHILD, Equal("id", "4"), Equal("id", "1")),
    (world.LINES, Side.CHILD, Equal("what", "x"), Equal("what", "z")),
]


@pytest.mark.parametrize(("edge", "to", "one", "two"), ASKED)
def test_each_is_answered(
    shop: Estate, edge: Edge, to: Side, one: Predicate, two: Predicate
) -> None:
    """Together and alone, as they are and negated."""
    reader = shop.read()
    dataset = edge.child if to is Side.PARENT else edge.parent
    key = world.CATALOGUE.tables[dataset].key

    def found(where: Predicate) -> set[tuple[object, ...]]:
        return set(reader.fetch(dataset, where, key))

    first, second = Related(edge, to, one), Related(edge, to, two)
    a, b = found(first), found(second)
    c, d = found(negate(first)), found(negate(second))
    every = a | c
    assert (every, a & c, b & d) == (b | d, set(), set())
    assert found(all_of([negate(first), negate(second)])) == c & d
    assert found(all_of([negate(second), negate(first)])) == c & d
    assert found(all_of([first, negate(second)])) == a & d
    assert found(any_of([first, negate(second)])) == a | d
    assert found(all_of([any_of([negate(first), second]), negate(second)])) == c & d
