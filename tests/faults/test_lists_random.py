"""Random and damaged lists of requests: entered whole or refused whole, each bad line named by its
number, and no value of theirs in a finding, an error or the log."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from avow.common.errors import AvowError
from avow.declaration.model import Member
from avow.duties.requests.intake import bulk
from avow.duties.requests.intake.bulk import enter_list
from avow.engine.db.store import Store
from tests.faults.test_intake_random import TRIES
from tests.requests_room import NOON, SMALL, Office

FRIDAY = date(2027, 3, 12)
SECRET = "zoe.private"
"""A part of a value that must not be told."""
HEADS = st.sampled_from(
    ["right,email", "person,right,email,language", "right,kind,value,arrived", "right", "email",
     "right,right,email", "\ufeffright,email", "right;email", ""]
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(
        ["access", "erasure", "objection-marketing", f"{SECRET}@mail.example", f"{SECRET}@",
         "nl", "xx", "2027-03-01", "2099-01-01", "99", '"', '"a\nb"', "", "\0", "email",
         "=1+1", "é" * 50]
    ),
    st.text(max_size=8),
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=6)


@pytest.fixture
def office(store: Store) -> Office:
    people = {"claire": Member("claire", "Claire", frozenset({"author"}))}
    return Office(store, replace(SMALL, people=people))


def through(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Input: a random list. Expected: requests for its good lines, a finding for each bad one, or
    an error of ours and no request; nothing of a value in what is said."""
    caplog.set_level(logging.DEBUG)
    numbers = count()

    @TRIES
    @given(
        head=HEADS,
        lines=LINES,
        end=st.sampled_from(["\n", "\r\n", "\r"]),
        cut=st.binary(max_size=3),
    )
    @example("right,email", [f"access,{SECRET}@mail.example", f"nothing,{SECRET}@x"], "\n", b"")
    @example("right,email", ['access,"'], "\n", b"\xff")
    @example("right,email", ['access,"' + "x" * 200_000], "\n", b"")
    def entered(head: str, lines: list[str], end: str, cut: bytes) -> None:
        # Each list is another one: the very same is entered once.
        whole = end.join([head, *lines]).encode("utf-8", "surrogatepass") + cut
        content = whole + end.encode() * (next(numbers) % 1_000)
        before = len(office.store.run("requests_open"))
        try:
            made, findings = enter_list(office.book, content, "l.csv", FRIDAY, by="claire", at=NOON)
        except AvowError as refused:
            made, said = (), str(refused)
        else:
            said = " ".join(f"{f.message} {f.because} {f.help}" for f in findings)
            assert all(f.place.line > 1 for f in findings)
        assert len(office.store.run("requests_open")) == before + len(made)
        assert SECRET not in said

    entered()
    assert office.store.run("requests_open")
    assert SECRET not in caplog.text


def test_a_list_is_entered_or_refused_and_tells_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    through(office, caplog)


def test_a_list_that_is_told_is_seen(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: what is wrong with a line is said with its words."""
    monkeypatch.setattr(bulk, "_wrong", lambda line: f"bad line {dict(line)}")
    with pytest.raises(AssertionError):
        through(office, caplog)
