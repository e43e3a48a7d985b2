"""Answers that are kept are the answers that would be given again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from avow.common.remembered import remembered
from avow.estate.datamap.edges import edges
from avow.estate.datamap.model import Dataset, Link, LinkWord, System
from avow.estate.datamap.readings import Wiring


@dataclass(frozen=True, slots=True)
class Adder:
    """Adds its own number, and writes down that it had to."""

    number: int
    asked: list[int] = field(default_factory=list)
    made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False)

    @remembered
    def plus(self, other: int, *, twice: bool = False) -> int:
        """The sum."""
        self.asked.append(other)
        return self.number + other * (2 if twice else 1)


def test_the_same_question_is_worked_out_once() -> None:
    adder = Adder(1)
    assert [adder.plus(2), adder.plus(2), adder.plus(3)] == [3, 3, 4]
    assert adder.asked == [2, 3]


def test_another_argument_is_another_question() -> None:
    adder = Adder(1)
    assert (adder.plus(2), adder.plus(2, twice=True)) == (3, 5)


def test_a_value_made_from_another_remembers_nothing_of_it() -> None:
    """Else a purpose that ends in an erasure would still count as live."""
    adder = Adder(1)
    assert (adder.plus(2), replace(adder, number=10).plus(2)) == (3, 12)


def test_links_are_lowered_once_for_all_readings() -> None:
    link = Link(LinkWord.OWNED_BY, "person", ("person_id",))
    system = System(
        "shop",
        "twin",
        datasets={
            "person": Dataset("person", ("id",)),
            "note": Dataset("note", ("id",), links=(link,)),
        },
    )
    wiring = Wiring(system)
    assert wiring.edges == edges(system)
    assert wiring.reading("note", "account-closed") is None
