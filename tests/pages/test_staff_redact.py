"""The places of a copy in the console, over real systems: masked until opened, opened only as a
logged view by who needs that kind of data, decided from a closed list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from avow.common.languages import LANGUAGES, words
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.detecting import Kind as Looks
from avow.duties.requests.answering.marks import Keeps
from avow.duties.requests.book import entries_of
from avow.duties.requests.steps import Noted
from avow.duties.requests.words import Ground, Right, Voice
from avow.engine.accounts.views import Kind, newest
from avow.faces.web.redact_views import DECISIONS
from avow.faces.web.request_words import request_word
from tests.answers_room import BEN
from tests.pages.answer_house import AnswerHouse, answer_house, told
from tests.pages.document import read as read_page
from tests.pages.staff_house import send
from tests.pages.test_accessible import faults

OTHERS = ("Karel", "karel@other", "470 12 34 56", "0754", "Dirk")
"""Values of others in the copy of Anna."""
OWN = ("Anna Peeters", "bread for", "99 88 77")
EVERYTHING = (*OTHERS, *OWN)


@pytest.fixture
def here(tmp_path: Path, state_url: str) -> Iterator[AnswerHouse]:
    with answer_house(tmp_path, state_url) as house:
        yield house


def below(request: str, what: str = "") -> str:
    return f"/en/requests/{request}/redact" + (f"/{what}" if what else "")


def drawn(here: AnswerHouse) -> str:
    """A request of Anna whose copy is drawn, with nothing decided."""
    request = here.asked()
    book, sources, now = here.house.office.book, here.shop.sources, here.house.clock.now()
    drafting.begin(book, sources, request, 1, by="agnes", at=now)
    return request


def numbers(here: AnswerHouse, request: str, column: str = "") -> list[int]:
    """The places in a column, or all of them."""
    return [m.number for m in here.draft(request).marks if column in ("", m.column)]


def choosing(here: AnswerHouse, request: str, chosen: list[int], decision: str) -> dict[str, str]:
    """A form that decides these places."""
    places = {f"place-{number}": "1" for number in chosen}
    return {**here.named(request), **places, "decision": decision}


def lets_see(here: AnswerHouse, person: str, *categories: str) -> None:
    """The declaration lets a person see kinds of data beyond the task."""
    people = dict(here.house.lodge.accounts.people)
    people[person] = replace(people[person], sees=frozenset(categories))
    object.__setattr__(here.house.lodge.accounts, "people", people)


def test_every_place_is_masked_and_says_where_it_is_and_what_it_looks_like(
    here: AnswerHouse,
) -> None:
    request = drawn(here)
    with here.house.signed_in("rik") as client:
        page = client.get(below(request)).text
        twin = client.get(f"{below(request)}.json").text
    count = len(numbers(here, request))
    assert f"Decide {count} places." in page
    for said in (
        "shop.orders note",
        "an account number",
        "data about others",
        "a telephone number",
    ):
        assert said in page
    for text in (page, twin):
        assert not [value for value in EVERYTHING if value in text]
    assert newest(here.house.lodge.accounts) == ()


def test_who_decides_opens_one_place_as_a_logged_view_and_keeps_what_was_chosen(
    here: AnswerHouse,
) -> None:
    request = drawn(here)
    iban = next(m.number for m in here.draft(request).marks if m.kind is Looks.IBAN)
    with here.house.signed_in("rik") as client:
        form = choosing(here, request, [1], "")
        page = send(client, below(request, "open"), "/en", **form, number=str(iban))
        assert page.headers["cache-control"] == "no-store"
        (piece,) = read_page(page.text).all("mark")
        assert piece.text.startswith("BE68")
        assert "Dirk" not in page.text, "one place is opened, and no other"
        boxes = [
            n.attributes for n in read_page(page.text).all("input") if "checked" in n.attributes
        ]
        assert [box["name"] for box in boxes] == ["place-1"]
        assert faults(read_page(page.text)) == []
        assert "BE68" not in client.get(below(request)).text
    (view,) = newest(here.house.lodge.accounts)
    assert (view.by, view.what, view.why, view.person) == ("rik", "place", "review", 1)
    steps = [entry.step for entry in entries_of(here.house.office.book, request)]
    assert steps[-1] == Noted(what="place-opened")


def test_a_kind_of_data_is_shown_to_who_needs_it_or_is_declared_to_see_it(
    here: AnswerHouse,
) -> None:
    """The agent answers and decides no place: notes of orders stay masked, until the declaration
    says that she may see them."""
    request = drawn(here)
    note = numbers(here, request, "note")[0]
    with here.house.signed_in("agnes") as client:
        page = client.get(below(request)).text
        assert "masked: your task does not need it" in page
        form = {**here.named(request), "number": str(note)}
        assert send(client, below(request, "open"), "/en", **form).status_code == 403
        assert newest(here.house.lodge.accounts) == ()
        lets_see(here, "agnes", "note")
        assert send(client, below(request, "open"), "/en", **form).status_code == 200
        other = str(numbers(here, request, "colleague")[0])
        form = {**here.named(request), "number": other}
        assert send(client, below(request, "open"), "/en", **form).status_code == 403


def test_places_are_hidden_shown_and_decided_anew_with_who_decided(here: AnswerHouse) -> None:
    request = drawn(here)
    phone, rest = numbers(here, request, "phone"), numbers(here, request)
    rest = [number for number in rest if number not in phone]
    with here.house.signed_in("rik") as client:
        hide = choosing(here, request, [*rest, *phone], "rights-of-others")
        assert told(client, below(request, "decide"), **hide) == "places-decided"
        page = client.get(below(request)).text
        assert "Every place is decided." in page
        restore = choosing(here, request, phone, "own")
        assert told(client, below(request, "decide"), **restore) == "places-decided"
        assert "it is their own" in client.get(below(request)).text
    decided = {m.number: (m.decision, m.by) for m in here.draft(request).marks}
    assert {decided[number] for number in rest} == {(str(Ground.OTHERS_RIGHTS), "rik")}
    assert {decided[number] for number in phone} == {(str(Keeps.OWN), "rik")}


@pytest.mark.parametrize(
    ("chosen", "decision", "said"),
    [
        ([], "own", "Choose places."),
        ([1], "", "Say whether they are hidden or shown, and why."),
        ([1], "legal-obligation", "Say whether they are hidden or shown, and why."),
        ([999], "own", "There is no such place in the copy"),
    ],
)
def test_what_is_no_decision_changes_nothing_and_keeps_what_was_chosen(
    here: AnswerHouse, chosen: list[int], decision: str, said: str
) -> None:
    request = drawn(here)
    before = here.draft(request).marks
    with here.house.signed_in("rik") as client:
        form = choosing(here, request, chosen, decision)
        answer = send(client, below(request, "decide"), "/en", **form)
        page = read_page(answer.text)
        assert told(client, below(request, "decide"), **form).startswith(said)
    boxes = [n.attributes["name"] for n in page.all("input") if "checked" in n.attributes]
    assert boxes == [f"place-{number}" for number in chosen if number != 999]
    assert faults(page) == []
    assert here.draft(request).marks == before


def test_a_reviewer_hides_what_nobody_proposed_and_a_wrong_place_stays_in_the_form(
    here: AnswerHouse,
) -> None:
    request = drawn(here)
    with here.house.signed_in("rik") as client:
        form = {**here.named(request), "cell": "shop.orders note", "key": "2",
                "text": "Karel Janssens", "decision": "rights-of-others"}  # fmt: skip
        wrong = send(client, below(request, "point"), "/en", **{**form, "key": "7"})
        assert "There is no such place in the copy" in wrong.text
        assert 'value="Karel Janssens"' in wrong.text
        assert told(client, below(request, "point"), **{**form, "decision": "own"}).startswith(
            "Say"
        )
        assert told(client, below(request, "point"), **form) == "places-decided"
        assert "pointed out by a reviewer" in client.get(below(request)).text
        here.hide_all(request)
        done = drafting.draft(here.house.office.book, here.draft(request).id, by="agnes",
                              at=here.house.clock.now())  # fmt: skip
        assert "Karel" not in done.letter
        look = {**here.named(request), "place": "shop.orders"}
        seen = send(client, below(request, "look"), "/en", **look).text
    assert "Karel" not in seen
    assert "[verborgen]" in seen


def test_the_reviewer_sees_what_the_person_will_see_beside_what_is_hidden_and_why(
    here: AnswerHouse,
) -> None:
    """Kinds of data in which there are places are shown to who decides; others are dots."""
    request = drawn(here)
    with here.house.signed_in("rik") as client:
        here.hide_all(request)
        look = {**here.named(request), "place": "shop.orders"}
        page = send(client, below(request, "look"), "/en", **look)
        assert page.headers["cache-control"] == "no-store"
        assert "[verborgen]" in page.text
        assert "the rights of others" in page.text
        assert "Row with the key 2" in page.text
        assert "Bel Karel Janssens" in page.text, "nobody proposed the name: a reviewer reads it"
        assert not [value for value in (*OTHERS[1:], "bread for") if value in page.text]
        assert faults(read_page(page.text)) == []
        lets_see(here, "rik", "order")
        assert "bread for" in send(client, below(request, "look"), "/en", **look).text
        wrong = {**look, "place": "shop.none"}
        assert send(client, below(request, "look"), "/en", **wrong).status_code == 404
    kinds = {view.what for view in newest(here.house.lodge.accounts)}
    assert kinds == {"copy"}
    with here.house.signed_in("aude") as client:
        assert "a table of their copy" in client.get("/en/views").text
        assert send(client, below(request, "look"), "/en", **look).status_code == 403


def test_a_place_that_is_open_is_left_out_of_what_is_shown(here: AnswerHouse) -> None:
    request = drawn(here)
    with here.house.signed_in("rik") as client:
        look = {**here.named(request), "place": "shop.orders"}
        page = send(client, below(request, "look"), "/en", **look).text
    assert not [value for value in OTHERS[1:] if value in page]
    assert "to decide" in page


def test_once_it_is_written_places_are_read_and_decided_no_more(here: AnswerHouse) -> None:
    request = drawn(here)
    with here.house.signed_in("rik") as client:
        here.hide_all(request)
        now = here.house.clock.now()
        drafting.draft(here.house.office.book, here.draft(request).id, by="agnes", at=now)
        page = client.get(below(request)).text
        assert "The answer is written with these decisions." in page
        assert "checkbox" not in page
        late = choosing(here, request, [1], "own")
        assert told(client, below(request, "decide"), **late).startswith("The order is")


def test_of_two_decisions_at_once_neither_is_lost(here: AnswerHouse) -> None:
    """The second one waits for the first, though both began from the same places."""
    request, book = drawn(here), here.house.office.book
    name, now = here.draft(request).id, here.house.clock.now()

    def second() -> None:
        drafting.redact(book, name, [2], Ground.SECRET, by="rik", at=now)

    other = Thread(target=second)
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        drafting.redact(inside, name, [1], Ground.PRIVILEGE, by="an", at=now)
        other.start()
        other.join(0.5)
        assert other.is_alive(), "it waits"
    other.join(10)
    decided = {m.number: m.decision for m in here.draft(request).marks}
    assert (decided[1], decided[2]) == (str(Ground.PRIVILEGE), str(Ground.SECRET))


def test_nobody_but_the_redactor_decides_and_in_a_client_companys_name_nobody(
    here: AnswerHouse,
) -> None:
    request, house = drawn(here), here.house
    company = house.office.arrive(Right.ACCESS, voice=Voice.COMPANY)
    form = choosing(here, request, [1], "own")
    for person in ("agnes", "an", "olivier", "aude"):
        with house.signed_in(person) as client:
            assert "checkbox" not in client.get(below(request)).text
            assert send(client, below(request, "decide"), "/en", **form).status_code == 403
            assert send(client, below(request, "point"), "/en", **form).status_code == 403
    with house.signed_in("rik") as client:
        assert send(client, below(company.id, "decide"), "/en", **form).status_code == 403
        assert client.get(below(company.id)).status_code == 200
    assert here.draft(request).undecided == len(numbers(here, request))


def test_a_copy_of_another_request_is_not_found(here: AnswerHouse) -> None:
    one, other = drawn(here), here.asked(person=BEN)
    with here.house.signed_in("rik") as client:
        form = {**choosing(here, one, [1], "own"), "number": "1", "place": "shop.orders"}
        for what in ("decide", "point", "open", "look"):
            assert send(client, below(other, what), "/en", **form).status_code == 404
        missing = {**form, "number": "999"}
        assert send(client, below(one, "open"), "/en", **missing).status_code == 404
        assert "No copy is drawn yet." in client.get(below(other)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_without_a_fault(here: AnswerHouse, language: str) -> None:
    request = drawn(here)
    with here.house.signed_in("rik") as client:
        answer = client.get(f"/{language}/requests/{request}/redact")
    assert answer.headers["content-language"] == language
    assert faults(read_page(answer.text)) == []


def test_every_kind_decision_and_view_has_its_words() -> None:
    spoken = words("en")
    views = tuple(f"view-{kind}" for kind in Kind)
    for code in (*DECISIONS[0], *DECISIONS[1], *views, *(f"looks-{kind}" for kind in Looks)):
        assert request_word(code, spoken) != code
