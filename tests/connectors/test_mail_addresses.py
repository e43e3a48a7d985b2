"""Addresses are taken apart as RFC 5322 writes them: nobody is found by a name or a part."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.estate.connectors.mail.addresses import addresses, canonical
from avow.estate.connectors.mail.heads import read_head

READ = {
    "bob@x.example": ["bob@x.example"],
    '"bob@x.example" <alice@y.example>': ["alice@y.example"],
    "bob@x.example <alice@y.example>": ["alice@y.example"],
    "alice@y.example (bob@x.example)": ["alice@y.example"],
    "=?utf-8?q?bob=40x=2Eexample=2C?= <alice@y.example>": ["alice@y.example"],
    'team: a@x.example, "B, C" <b@x.example>;, c@x.example': [
        "a@x.example", "b@x.example", "c@x.example",
    ],
    "undisclosed-recipients:;": [],
    "bob@x.example: carol@x.example;": ["carol@x.example"],
    "<@a.example,@b.example:u@x.example>": ["u@x.example"],
    "Doe, John <john@x.example>": ["john@x.example"],
    '"bob"@X.Example': ["bob@x.example"],
    '"bob@y.example"@x.example': ['"bob@y.example"@x.example'],
    "Bob@x.example": ["Bob@x.example"],
    "a@straße.example": ["a@xn--strae-oqa.example"],
    "a@strasse.example": ["a@strasse.example"],
    "a@BÜCHER.example": ["a@xn--bcher-kva.example"],
    "bob+news@x.example": ["bob+news@x.example"],
    "a'or'b@x.example": ["a'or'b@x.example"],
    "x@[127.0.0.1]": ["x@[127.0.0.1]"],
    "<>": [],
}  # fmt: skip
UNREAD = (
    "bob@x.example <alice@y.example> <carol@y.example>",
    "=?utf-8?q?Bob_=3Cbob=40x=2Eexample=3E?=",
    '"never closed <bob@x.example>',
    "bob smith@x.example",
    "bob@x.example>",
    "bob@@x.example",
    "(never closed bob@x.example",
)


@pytest.mark.parametrize(("field", "expected"), READ.items())
def test_a_field_gives_its_addresses_and_nothing_else(field: str, expected: list[str]) -> None:
    found, whole = addresses(field)
    assert ([each.address for each in found], whole) == (expected, True)


@pytest.mark.parametrize("field", UNREAD)
def test_what_cannot_be_read_is_said_and_not_guessed(field: str) -> None:
    assert addresses(field) == ((), False)


def test_names_are_decoded_after_the_field_is_taken_apart() -> None:
    found, _ = addresses("=?iso-8859-1?q?=C9cole=2C?= <e@x.example>")
    assert found[0].name == "École,"


def test_a_value_is_compared_in_the_form_of_the_columns() -> None:
    """The local part keeps its case, which the data map's normal form decides on."""
    assert canonical("a@Bücher.Example") == "a@xn--bcher-kva.example"
    assert canonical(" Bob@X.example ") == "Bob@x.example"
    assert canonical("Bob <bob@x.example>") == "Bob <bob@x.example>"
    assert canonical("a@x.example, b@x.example") == "a@x.example, b@x.example"


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    """Whatever stands in a field, reading it ends, and what is read is read again as itself."""
    for each in addresses(text)[0]:
        assert canonical(each.address) == each.address


def test_several_authors_are_nobody_s_sender_unless_one_says_that_he_sent_it() -> None:
    both = b"From: a@x.example, b@x.example\r\n"
    assert read_head(both).sender is None
    assert read_head(both + b"Sender: b@x.example\r\n").sender == "b@x.example"
    assert read_head(b"From: a@x.example\r\nFrom: b@x.example\r\n").sender is None
    assert read_head(b"From: a@x.example, b@@x.example\r\n").sender is None


def test_a_head_may_be_folded_anywhere_and_hold_bytes_of_any_code() -> None:
    head = read_head(
        b"TO: =?utf-8?q?J?=\r\n\t<a@x.example>,\r\n b@x.example\r\nSubject: \xe9t\xe9\r\n"
    )
    assert (head.of("to"), head.subject) == (("a@x.example", "b@x.example"), "été")


def test_a_date_that_nobody_can_read_is_absent() -> None:
    assert read_head(b"Date: Thu, 31 Feb 2024 10:00:00 +0000\r\n").date is None
    assert read_head(b"Date: soon\r\n").date is None
    found = read_head(b"Date: Thu, 29 Feb 2024 23:30:00 -0500 (EST)\r\n").date
    assert found is not None
    assert found.isoformat() == "2024-02-29T23:30:00-05:00"
