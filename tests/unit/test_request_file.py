"""The file that says whom a request is about, and which candidates count."""

from __future__ import annotations

import pytest

from avow.common.masked import Masked
from avow.duties.requests.choosing import Choice, accepted, choice, left_out
from avow.duties.requests.named_file import Named, RequestError, read_named
from avow.engine.planner.identities import Asked, Candidate, Found, Question

KINDS = frozenset({"email", "phone"})
SECRET = "secret@example.org"


def read(text: str) -> Named:
    """A file with this text."""
    return read_named(text.encode(), "asking.csv", KINDS)


def test_each_line_is_a_person_of_their_own() -> None:
    found = read("kind,value\nemail,a@example.org\nphone,+32 2 1\n")
    assert found.asked == (
        Asked(1, "email", Masked("a@example.org")),
        Asked(2, "phone", Masked("+32 2 1")),
    )
    assert (found.findings, found.persons) == ((), 2)


def test_a_column_person_groups_what_one_person_gave() -> None:
    found = read("person,kind,value\nx,email,a@example.org\ny,email,b@example.org\nx,phone,1\n")
    assert [a.person for a in found.asked] == [1, 2, 1]


def test_json_lines_say_the_same_as_csv() -> None:
    lines = '{"kind": "email", "value": "a@example.org"}\n\n{"kind": "phone", "value": "1"}\n'
    assert read(lines) == read("kind,value\nemail,a@example.org\nphone,1\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"kind,value\nemail,{SECRET},more\n", 2),
        (f"kind,value\nemail,a@b.org\nfax,{SECRET}\n", 3),
        (f"kind,value\n,{SECRET}\n", 2),
        (f"kind,value\nemail,{SECRET}\nemail,{SECRET}\n", 3),
        ('{"kind": "email", "value": "secret@example.org"\n', 1),
        ('{"kind": "email", "value": "a", "name": "secret@example.org"}\n', 1),
        ('{"kind": "email", "value": null, "person": "secret@example.org"}\n', 1),
    ],
)
def test_a_bad_line_is_a_finding_with_its_number_and_without_its_text(text: str, line: int) -> None:
    (finding,) = read(text).findings
    assert (finding.code, finding.place.line) == ("AV602", line)
    assert "secret" not in repr(finding)


@pytest.mark.parametrize(
    "text", ["", f"email,{SECRET}\n", f"{SECRET}\n", "kind,value,name\n", "kind,kind,value\n"]
)
def test_a_file_without_a_header_is_refused(text: str) -> None:
    """The first line would be somebody's address; it is not repeated."""
    with pytest.raises(RequestError) as refused:
        read(text)
    assert refused.value.code == "AV601"
    assert "secret" not in str(refused.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(RequestError):
        read_named(b"kind,value\nemail,\xff\n", "asking.csv", KINDS)


CLEAN = Candidate(1, "app", "account", ("email", "app.account"), ((1,),))
SHARED = Candidate(2, "app", "account", ("phone", "app.account"), ((2,),), (Question.SHARED,))
MORE = Candidate(2, "shop", "buyer", ("phone", "shop.buyer"), ((7,),))
FOUND = Found((CLEAN, SHARED, MORE))


def test_all_takes_only_those_of_whom_nothing_has_to_be_asked() -> None:
    assert accepted(FOUND, (), clean=True) == (CLEAN,)
    assert left_out(FOUND, (CLEAN,)) == (2,)


def test_nothing_is_taken_that_nobody_accepted() -> None:
    assert accepted(FOUND, ()) == ()
    assert left_out(FOUND, ()) == (1, 2)


def test_a_person_is_accepted_whole_or_one_dataset_of_theirs() -> None:
    assert accepted(FOUND, (choice("2"),)) == (SHARED, MORE)
    assert accepted(FOUND, (choice("2:shop.buyer"),)) == (MORE,)
    assert accepted(FOUND, (Choice(2),), clean=True) == (CLEAN, SHARED, MORE)


def test_a_person_who_was_not_found_cannot_be_accepted() -> None:
    with pytest.raises(RequestError) as refused:
        accepted(FOUND, (Choice(3),))
    assert refused.value.code == "AV603"
