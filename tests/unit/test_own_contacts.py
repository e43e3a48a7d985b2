"""A number in a person's own row, in a column of contact data, is theirs and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from avow.declaration.model import Declaration
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.copy import Copy
from avow.duties.requests.answering.detecting import is_contact
from avow.duties.requests.answering.marks import leaks, proposed
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from tests.answers_room import Shop

OWN, KAREL = "+32 470 99 88 77", "+32 470 12 34 56"
"""Anna's number, in her row; a neighbour's, in the note of an order of hers."""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def drawn(shop: Shop) -> Copy:
    """Anna's copy, as it is drawn from the shop."""
    request = shop.accepted(Right.ACCESS)
    at = shop.office.clock.now()
    return drafting.begin(shop.office.book, shop.sources, request.id, 1, by="claire", at=at).copy


def telling(declaration: Declaration, term: str | None, category: str = "phone") -> Declaration:
    """The declaration with another term at a category."""
    named = replace(declaration.categories[category], dpv=term)
    return replace(declaration, categories={**declaration.categories, category: named})


def phones(declaration: Declaration, copy: Copy, *others: str) -> dict[str, str]:
    """The telephone numbers that are proposed, with their column."""
    found = proposed(declaration, copy, others)
    return {m.text: m.column for m in found if m.text in {OWN, KAREL}}


def test_ones_own_number_is_not_proposed_and_somebody_elses_is(shop: Shop) -> None:
    declared = telling(shop.declaration, "pd:TelephoneNumber")
    assert phones(declared, drawn(shop)) == {KAREL: "note"}


def test_it_is_ones_own_in_a_text_too(shop: Shop) -> None:
    """However it is written there; nothing of it stops what leaves."""
    shop.run("shop", "UPDATE orders SET note = 'bel 0470/99.88.77' WHERE id = 2")
    declared, copy = telling(shop.declaration, "pd:TelephoneNumber"), drawn(shop)
    assert [m for m in proposed(declared, copy) if m.column == "note"] == []
    assert leaks(declared, copy, (), "bel 0470/99.88.77", ()) == 0
    assert leaks(declared, copy, (), f"bel {KAREL}", ()) == 1


@pytest.mark.parametrize("term", [None, "pd:Communication"])
def test_a_column_of_other_data_is_looked_through(shop: Shop, term: str | None) -> None:
    declared = telling(shop.declaration, term)
    assert phones(declared, drawn(shop)) == {OWN: "phone", KAREL: "note"}


@pytest.mark.parametrize(
    "said", [f"{OWN} (ma mère)", f"{OWN}, {KAREL}", f"Karel {OWN}"], ids=["said", "two", "named"]
)
def test_more_than_a_number_is_a_text(shop: Shop, said: str) -> None:
    """Planted: somebody wrote more into the column than a number."""
    shop.run("shop", f"UPDATE customer SET phone = '{said}' WHERE id = 1")
    assert OWN in phones(telling(shop.declaration, "pd:TelephoneNumber"), drawn(shop))


def test_a_number_that_names_somebody_else_is_proposed(shop: Shop) -> None:
    """Of another person of the same request; written in another way, it is the same number."""
    declared = telling(shop.declaration, "pd:TelephoneNumber")
    assert phones(declared, drawn(shop), "0470 99 88 77") == {OWN: "phone", KAREL: "note"}


def test_what_speaks_of_others_is_theirs(shop: Shop) -> None:
    declared = telling(shop.declaration, "pd:TelephoneNumber")
    of_others = replace(declared.categories["phone"], of_others=True)
    declared = replace(declared, categories={**declared.categories, "phone": of_others})
    marks = proposed(declared, drawn(shop))
    assert {m.kind.value for m in marks if m.column == "phone"} == {"data-of-others"}


def test_a_row_about_something_else_says_nothing_of_whose_it_is(shop: Shop) -> None:
    """An order is Anna's, and is not Anna: a number on it may be anybody's."""
    shop.run("shop", f"UPDATE orders SET note = '{KAREL}' WHERE id = 2")
    declared = telling(shop.declaration, "pd:TelephoneNumber", "note")
    assert phones(declared, drawn(shop)) == {OWN: "phone", KAREL: "note"}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(OWN, True), (" 0470/12.34.56 ", True), ("a@b.example", True), (f"{OWN} {OWN}", False),
     ("12345678", False), ("a@b.example b", False), ("", False)],
)  # fmt: skip
def test_one_contact_and_nothing_else(text: str, is_one: bool) -> None:
    assert is_contact(text) is is_one
