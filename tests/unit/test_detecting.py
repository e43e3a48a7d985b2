"""What names others in a text: found as a whole, not in the middle of a word, never oneself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avow.duties.requests.answering.detecting import (
    Detector,
    Kind,
    is_credential,
    is_iban,
    texts,
    without,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to jan.peeters+x@mail.example.", [(Kind.EMAIL, "jan.peeters+x@mail.example")]),
        ("zoë@mail.example", [(Kind.EMAIL, "zoë@mail.example")]),
        ("0470/12.34.56", [(Kind.PHONE, "0470/12.34.56")]),
        ("+33 (0)1 23 45 67 89", [(Kind.PHONE, "+33 (0)1 23 45 67 89")]),
        ("BE68 5390 0754 7034", [(Kind.IBAN, "BE68 5390 0754 7034")]),
        ("be68539007547034", [(Kind.IBAN, "be68539007547034")]),
        ("BE68 5390 0754 7035", []),  # the check digits are wrong
        ("2027-03-15 12:00:00+01:00", []),
        ("2027-03-15T12:00:00.123456+01:00", []),
        ("order 20270315, 12,500.00", []),
        ("192.168.0.1", []),
    ],
)
def test_what_looks_like_somebody(text: str, found: list[tuple[Kind, str]]) -> None:
    assert [(h.kind, h.text) for h in Detector().hits(text)] == found


@pytest.mark.parametrize(
    "own",
    [
        "Anna@Mail.example",
        "anna@mail.example ",
        "0032 470 12 34 56",
        "+32470123456",
        "BE68539007547034",
    ],
)
def test_what_is_ones_own_is_nobody_elses(own: str) -> None:
    text = "anna@mail.example, +32 470 12 34 56, BE68 5390 0754 7034"
    left = [h.text for h in Detector(own=frozenset({own})).hits(text)]
    assert len(left) == 2


def test_a_known_value_is_found_as_a_whole_word() -> None:
    """`Maes` is found in a sentence in any case, and not in `Maessen`; what is short is not."""
    detector = Detector(known=frozenset({"Carla Maes", "Maes", "Jo"}))
    assert [h.text for h in detector.hits("carla maes and MAES met Maessen and Jo")] == [
        "carla maes",
        "MAES",
    ]


def test_texts_lie_deep() -> None:
    value = {"to": [{"mail": "a@b.example"}, 3], "x@y.example": None}
    assert set(texts(value)) == {"to", "mail", "a@b.example", "x@y.example"}
    hidden = without(value, ["a@b.example", "x@y.example"], "#")
    assert hidden == {"to": [{"mail": "#"}, 3], "#": None}


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_taken_out_is_not_found_again(before: str, after: str) -> None:
    """Whatever stands around it: after every hit was taken out, none of them is left."""
    text = f"{before} karel@other.example {after} +32 470 12 34 56"
    hits = Detector().hits(text)
    left = str(without(text, [h.text for h in hits], "[-]"))
    assert not {h.text for h in hits} & {h.text for h in Detector().hits(left)}
    assert "karel@other.example" not in left


@given(st.text(max_size=40))
def test_no_text_stops_the_comparison(text: str) -> None:
    """An address of the organisation, `Rue Haute 1, Brussels`, is as long as an account number and
    is none: whatever a value is, it can be compared."""
    assert not is_iban("Rue Haute 1, Brussels")
    assert isinstance(is_iban(text), bool)
    assert Detector(own=frozenset({text, "Rue Haute 1, Brussels"})).hits("nobody") == ()


@given(st.integers(0, 10**12 - 1))
def test_one_wrong_digit_is_no_account(number: int) -> None:
    """Check digits 97-10 find every single wrong digit (ISO 7064)."""
    plain = f"{number:012d}"
    check = 98 - int(plain + "111400") % 97  # BE is 11 14
    iban = f"BE{check:02d}{plain}"
    assert is_iban(iban)
    wrong = iban[:-1] + str((int(iban[-1]) + 1) % 10)
    assert not is_iban(wrong)


@pytest.mark.parametrize(
    ("column", "value", "is_one"),
    [
        ("password_hash", "x", True),
        ("api_key", "x", True),
        ("note", "$2b$12$abcdefghijklmnopqrstuv", True),
        ("kept_as", "scrypt$8accfe79", True),
        ("shipping", "pinned", False),
        ("tokens_bought", 3, False),
    ],
)
def test_what_lets_somebody_in_is_no_answer(column: str, value: object, is_one: bool) -> None:
    assert is_credential(column, value) is is_one
