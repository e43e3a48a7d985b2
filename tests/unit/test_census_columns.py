"""A census looks at many values as one text first: it must not pass by what one of them holds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avow.engine.verifier.census import LONG, Leftover, Needles, _Look

FORMS = {"ada@example.org": True, "0470123456": True, "bob lamb": True, "canary": False}
PIECES = st.sampled_from(
    ["ada@example.org", "ADA@example.org.", "0470/12.34.56", "0470", "123456", "bob", "Bob Lamb",
     "Lamb", " ", "\n", "\r\n", ",", "(", "!", "x", "canary", "longer words"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=4).map("".join)
VALUES = st.one_of(
    TEXTS, TEXTS.map(str.encode), st.none(), st.sampled_from([470123456, Decimal("470123456.0")]),
    TEXTS.map(lambda text: {"a": [text]}), st.booleans(),
)  # fmt: skip


@given(st.lists(VALUES, max_size=6))
def test_nothing_that_one_value_holds_is_passed_by(values: list[object]) -> None:
    needles = Needles(FORMS)
    assert needles.may_stand(values) or not any(needles.hits(value) for value in values)


@pytest.mark.parametrize("where", [0, LONG - 500, LONG, 3 * LONG])
def test_a_value_deep_inside_a_long_text_is_found(where: int) -> None:
    look = _Look(Needles(FORMS))
    look.values(("letter", "body"), ["short", "x " * (where // 2) + "ada@example.org"])
    assert look.leftovers() == (Leftover("letter", "body", 1),)


def test_values_are_looked_at_one_by_one_only_where_something_may_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 100 columns of 500 values, one holds an erased value: 500 looks, not 50,000."""
    looks: list[object] = []

    def hits(needles: Needles, value: object) -> set[str]:
        del needles
        looks.append(value)
        return set()

    monkeypatch.setattr(Needles, "hits", hits)
    look = _Look(Needles(FORMS))
    for column in range(100):
        values: list[object] = [f"row {n} of {column}" for n in range(500)]
        look.values(("t", str(column)), [*values, "ada@example.org"] if column == 7 else values)
    assert len(looks) == 501
