"""Letters in the console: which did not arrive, which wait, and the wording of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.examples import kinds
from avow.duties.correspondence.letters import Draft, Mailing, Reason, State, Words
from avow.duties.correspondence.outbox import take, write
from avow.duties.requests.words import Right
from tests.accounts_room import NOON
from tests.pages.document import read
from tests.pages.staff_house import StaffHouse, staff_house, staff_of

TASKS = new_id("task"), new_id("task")
ADDRESS = "ada.lovelace@mail.example"


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock, urls={})


def written(house: StaffHouse, kind: str, about: str, *, postal: str = "") -> None:
    """A letter of a kind about a record, to one person."""
    book, at = staff_of(house).book, house.clock.now()
    to = Masked(ADDRESS) if not postal else None
    draft = Draft(Masked(ADDRESS), "fr", Words("Un mot", "Bonjour Ada"), to,
                  Masked(postal) if postal else None)  # fmt: skip
    last = book.day(at) + timedelta(days=60)
    write(book.runs, book.ring, Mailing(kind, about, "firm.example", last), [draft], at=at,
          tell=book.tell)  # fmt: skip


def came_back(house: StaffHouse, reason: Reason) -> None:
    """Every letter that waits is sent, and comes back."""
    store, at = house.state.store, house.clock.now()
    for each in take(store, house.state.ring, "sender", 10, at):
        store.run("letter_answered", id=each.id, state=str(State.SENT), reason="", code=None,
                  not_before=at, give_up_at=None, lease="sender", at=at)  # fmt: skip
        store.run("letter_returned", id=each.id, reason=str(reason), at=at)


def shown(house: StaffHouse, path: str, person: str = "aude", status: int = 200) -> str:
    """The words of a page."""
    with house.signed_in(person) as client:
        answer = client.get(path)
    assert answer.status_code == status, path
    return read(answer.text).text


def test_a_letter_that_came_back_stands_first_with_why_and_what_it_belongs_to(
    house: StaffHouse,
) -> None:
    """The request is a link for who sees requests; whom it was for and what it said is shown to
    nobody."""
    assert "No letter is known to be lost." in shown(house, "/en/letters")
    request = house.office.arrive(Right.ACCESS).id
    written(house, "request-received", request)
    came_back(house, Reason.MAILBOX_FULL)
    house.clock.move(timedelta(days=3))
    for person, linked in (("agnes", True), ("sofie", False)):
        with house.signed_in(person) as client:
            page = client.get("/en/letters").text
        said = read(page).text
        assert "1 letter did not arrive." in said
        assert "Receipt of a request" in said
        assert "It came back: the mailbox is full." in said
        assert "3 days ago" in said
        assert (f'href="/en/requests/{request}"' in page) is linked, person
        assert request in said
        assert not any(word in page for word in (ADDRESS, "lovelace", "Bonjour Ada"))


def test_what_waits_is_counted_with_the_oldest_and_what_has_to_be_posted(house: StaffHouse) -> None:
    written(house, "task", TASKS[0])
    written(house, "task", TASKS[1])
    written(house, "request-received", new_id("request"), postal="Rue Haute 1\n1000 Bruxelles")
    house.clock.move(timedelta(days=2))
    said = " ".join(shown(house, "/en/letters").split())
    assert "Task of an owner 2 letters" in said
    assert "Receipt of a request 1 letter, to be printed" in said
    assert said.count("since 2 days") == 2
    house.state.store.run(
        "letters_printed",
        ids=[row["id"] for row in house.state.store.run("letters_on_paper", most=9)],
        at=house.clock.now(),
    )
    assert "1 letter, printed: put them in the post" in " ".join(
        shown(house, "/en/letters").split()
    )


def test_every_kind_is_shown_in_three_languages_the_one_of_the_page_first(
    house: StaffHouse,
) -> None:
    """With the name of this organisation, and marked for who listens to the page."""
    with house.signed_in("aude") as client:
        listed = client.get("/nl/letters").text
        for kind in kinds():
            assert f'href="/nl/letters/{kind}"' in listed
            page = client.get(f"/nl/letters/{kind}").text
            assert page.index("Nederlands</p>") < page.index("Français</p>")
            assert [f'<article class="letter" lang="{each}"' in page for each in LANGUAGES] == [
                True,
                False,
                True,
            ]
            assert house.declaration.controller.name in page
        assert client.get("/nl/letters/no-such-letter").status_code == 404


def test_words_of_ones_own_are_shown_and_broken_ones_are_said_before_somebody_waits_for_a_letter(
    house: StaffHouse, tmp_path: Path
) -> None:
    post = staff_of(house).post
    assert post is not None
    staff_of(house).post = replace(post, own=tmp_path)
    own = tmp_path / "answer-ready.fr.txt"
    own.write_text("Subject: C'est prêt\n\nVoyez {{ link }}.\n", encoding="utf-8")
    assert "C'est prêt" in shown(house, "/en/letters/answer-ready")
    own.write_text("Subject: {{ shoe_size }}\n\nx\n", encoding="utf-8")
    assert "cannot be written as it is (AV625)" in shown(house, "/en/letters/answer-ready")
    assert "cannot be written AV625" in " ".join(shown(house, "/en/letters").split())


def test_who_makes_accounts_sees_no_letters(house: StaffHouse) -> None:
    with house.signed_in("ada") as client:
        assert client.get("/en/letters").status_code == 403
        assert client.get("/en/letters/task").status_code == 403
