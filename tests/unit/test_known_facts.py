"""What somebody may be asked about to show who they are, and how far a guess gets."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avow.declaration.known_facts import askable, chance, why_not
from avow.declaration.model import Declaration
from avow.declaration.requesting import KnownFacts, Then
from avow.estate.datamap.model import Coarse
from tests.unit.declared import codes, reading, swapped

FIELDS = "fields: {email: email}"
CATEGORIES = "categories:\n"


def declared(
    facts: str, fields: str = "town: message", said: str = "  town: {}", more: str = ""
) -> Declaration:
    """The small declaration with one more category and these known facts of `caller`."""
    text = swapped(FIELDS, f"fields: {{email: email, {fields}}}\n        known_facts: {{{facts}}}")
    loaded = reading(text.replace(CATEGORIES, f"{CATEGORIES}{said}\n", 1) + more)
    assert [f for f in loaded.findings if f.is_error] == []
    return loaded.whole


def reason(declaration: Declaration, column: str) -> str:
    """Why nobody may be asked about a column of `caller`."""
    dataset = declaration.datamap.systems["desk"].datasets["caller"]
    return why_not(declaration, dataset, column)


def test_columns_are_read_with_how_much_of_them_is_told() -> None:
    whole = declared("town: start", "town: town", '  town: {clause: "1.a"}')
    [(system, dataset, field, coarse)] = askable(whole)
    assert (system.name, dataset.name, field.name, coarse) == (
        "desk",
        "caller",
        "town",
        Coarse.START,
    )
    assert reason(whole, "town") == ""


def test_a_word_that_is_none_is_an_error() -> None:
    assert codes(swapped(FIELDS, f"{FIELDS}\n        known_facts: {{town: whole}}")) == ["AV115"]


def test_how_many_are_asked_is_read() -> None:
    more = "requests: {known_facts: {ask: 5, right: 4, then: settle}}\n"
    whole = declared("town: start", "town: town", '  town: {clause: "1.a"}', more)
    assert whole.requests.known_facts == KnownFacts(5, 4, Then.SETTLE)
    assert declared("town: start").requests.known_facts == KnownFacts(3, 3, Then.PROPOSE)


@pytest.mark.parametrize(
    ("fields", "category", "said"),
    [
        ("x: town", 'town: {clause: "1.a", dpv: pd:Religion}', "special category"),
        ("x: health-note", 'health-note: {clause: "1.a"}', "special category"),
        ("x: conviction", 'conviction: {clause: "1.a"}', "crimes"),
        ("x: login-password", 'login-password: {clause: "1.a"}', "opens something"),
        ("x: colleague", 'colleague: {clause: "1.a", of_others: yes}', "somebody else"),
        ("x: email", 'town: {clause: "1.a"}', "names the person"),
    ],
)
def test_what_hurts_opens_or_names_is_not_asked_about(
    fields: str, category: str, said: str
) -> None:
    whole = declared("x: value", fields, f"  {category}")
    assert said in reason(whole, "x")
    assert list(askable(whole)) == []


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("email", "names the person"),
        ("id", "no category"),
        ("unheard_of", "no category"),
    ],
)
def test_identities_keys_and_columns_nobody_named_are_not_asked_about(
    column: str, said: str
) -> None:
    assert said in reason(declared(f"{column}: start"), column)


@given(st.lists(st.integers(1, 12), min_size=0, max_size=5), st.integers(0, 5))
def test_the_chance_is_that_of_counting_every_case(sizes: list[int], right: int) -> None:
    """Of questions with so many equally likely answers, counted one by one."""
    all_cases = list(product(*(range(size) for size in sizes)))
    passed = sum(1 for case in all_cases if case.count(0) >= right)
    wanted = Fraction(passed, len(all_cases))
    assert chance([1 / size for size in sizes], right) == pytest.approx(float(wanted))
