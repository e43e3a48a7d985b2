"""A step that finds its rows by a column comes before the one that empties the column."""

from __future__ import annotations

from avow.engine.planner.program import Move, Step
from avow.engine.planner.readers_first import readers_first
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Blank, BlankKind
from avow.estate.datamap.predicates import Null, Predicate, Related, all_of

NULL = Blank(BlankKind.NULL)
ORIGINAL = Edge("copy", ("address",), "person", ("email",), Right.OWN, Side.CHILD, by_value=True)
IS_A_COPY = Related(ORIGINAL, Side.PARENT, Null("id", negated=True))


def blanking(column: str, *where: Predicate) -> Step:
    """A step that empties one column of the rows of `copy` in which it is not empty."""
    asked = all_of([Null(column, negated=True), *where])
    return Step("copy", Move.BLANK, asked, clauses=(), blanks={column: NULL})


def columns(*steps: Step) -> list[str]:
    """What is emptied, in order."""
    return [c for s in readers_first(steps) for c in s.blanks]


def test_a_copy_loses_the_address_by_which_it_is_found_last() -> None:
    """address, note, rest -> note, rest, address."""
    steps = [blanking(c, IS_A_COPY) for c in ("address", "note", "rest")]
    assert columns(*steps) == ["note", "rest", "address"]


def test_steps_that_ask_for_nothing_that_goes_stay_as_they_come() -> None:
    """The address goes first where the others do not ask for it."""
    steps = [blanking("address", IS_A_COPY), blanking("note"), blanking("rest")]
    assert columns(*steps) == ["address", "note", "rest"]


def test_two_that_ask_for_each_others_column_are_both_kept() -> None:
    """No order serves both: neither is lost."""
    steps = [blanking("note", Null("rest")), blanking("rest", Null("note")), blanking("extra")]
    assert columns(*steps) == ["note", "rest", "extra"] or columns(*steps)[0] == "extra"
    assert sorted(columns(*steps)) == ["extra", "note", "rest"]
