"""Objections and withdrawals in the console: what is next for each, done with a code, and only
that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from avow.common.languages import LANGUAGES
from avow.duties.requests import steps
from avow.duties.requests.acting.objecting import Turn, is_standing_still
from avow.duties.requests.book import Arrival, Asking, open_request, read
from avow.duties.requests.telling import letters
from avow.duties.requests.words import Channel, Ground, ItemState, Outcome, Right, Rung
from avow.faces.web.end_views import WAITING
from avow.faces.web.request_words import STAYS
from tests.answers_room import BEN, SHOP, declared
from tests.pages.answer_house import AnswerHouse, answer_house, told
from tests.pages.document import read as read_page
from tests.pages.staff_house import send
from tests.pages.test_accessible import faults
from tests.unit.test_ending_purposes import PROMO


@pytest.fixture
def here(tmp_path: Path, state_url: str) -> Iterator[AnswerHouse]:
    """The shop, whose newsletter is marketing on two bases."""
    law = declared(SHOP)
    news = replace(law.purposes["news"], marketing=True)
    law = replace(law, purposes={**law.purposes, "news": news, "promo": PROMO})
    with answer_house(tmp_path, state_url, law) as house:
        yield house


def below(request: str, what: str = "") -> str:
    return f"/en/requests/{request}/end" + (f"/{what}" if what else "")


def asked(here: AnswerHouse, right: Right, *, marketing: bool = False, shown: bool = True) -> str:
    """A request of Ben that arrived two hours ago."""
    book, now = here.house.office.book, here.house.clock.now()
    asking = (Asking(1, right, None, marketing),)
    arrival = Arrival(Channel.EMAIL, now - timedelta(hours=2), "nl", (BEN,), asking)
    request = open_request(book, arrival, by="claire", at=now).id
    if shown:
        here.house.office.take(request, steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    return request


def acted(here: AnswerHouse, request: str, turn: Turn, person: str = "agnes") -> str:
    """What came of doing what is next."""
    with here.house.signed_in(person) as client:
        form = {"item": "1", "turn": str(turn), "code": here.house.fresh(person)}
        return told(client, below(request, "act"), **form)


def headline(here: AnswerHouse, request: str) -> str:
    with here.house.signed_in("agnes") as client:
        page = read_page(client.get(below(request)).text)
    assert faults(page) == []
    return page.all("h1")[0].text


def state(here: AnswerHouse, request: str) -> ItemState:
    return read(here.house.office.book, request).items[1].state


def test_marketing_ends_at_once_without_any_proof_of_who_asks(here: AnswerHouse) -> None:
    request = asked(here, Right.OBJECTION, marketing=True, shown=False)
    assert headline(here, request) == "Carry out 1 objection or withdrawal."
    with here.house.signed_in("agnes") as client:
        assert "It ends at once, for good, on every channel." in client.get(below(request)).text
        form = {"item": "1", "turn": str(Turn.END_MARKETING)}
        wrong = told(client, below(request, "act"), **form, code="000000")
        assert wrong == "The code is not right, or it was used before."
    assert state(here, request) is ItemState.ASKED
    assert acted(here, request, Turn.END_MARKETING) == "acted"
    assert state(here, request) is ItemState.DONE
    assert headline(here, request) == "Nothing of it can be carried out now."


def test_what_rests_on_an_interest_stands_still_until_it_is_decided_and_then_ends(
    here: AnswerHouse,
) -> None:
    request = asked(here, Right.OBJECTION)
    assert acted(here, request, Turn.END).startswith("Something changed since")
    assert acted(here, request, Turn.STAND) == "acted"
    assert is_standing_still(here.house.office.book, request, 1)
    assert headline(here, request) == "Nothing of it can be carried out now."
    here.house.office.take(request, steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    assert acted(here, request, Turn.END) == "acted"
    assert state(here, request) is ItemState.DONE
    assert not is_standing_still(here.house.office.book, request, 1)


def test_who_was_refused_hears_why_before_their_data_are_used_again(here: AnswerHouse) -> None:
    request, book = asked(here, Right.OBJECTION), here.house.office.book
    assert acted(here, request, Turn.STAND) == "acted"
    why = steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")
    no = steps.Decided(item=1, outcome=Outcome.REFUSED, refusals=(why,))
    here.house.office.take(request, no)
    assert acted(here, request, Turn.LET_GO).startswith("The person hears first")
    assert is_standing_still(book, request, 1)
    now, ledger = here.house.clock.now(), here.house.state.ledger
    letter = letters.draft(book, request, 1, by="an", at=now)
    letters.review(book, letter.id, by="an", at=now)
    letters.send(book, ledger, letter.id, by="an", at=now)
    assert acted(here, request, Turn.LET_GO) == "acted"
    assert not is_standing_still(book, request, 1)


def test_a_withdrawal_is_decided_by_nobody_and_waits_for_who_asks(here: AnswerHouse) -> None:
    stranger = asked(here, Right.WITHDRAWAL, shown=False)
    assert acted(here, stranger, Turn.END).startswith("It ends nothing as it is")
    assert state(here, stranger) is ItemState.ASKED
    request = asked(here, Right.WITHDRAWAL)
    assert acted(here, request, Turn.END) == "acted"
    assert state(here, request) is ItemState.DONE


def test_only_who_carries_out_does_and_only_what_is_there(here: AnswerHouse) -> None:
    request, other = asked(here, Right.WITHDRAWAL), asked(here, Right.ACCESS)
    form = {"item": "1", "turn": str(Turn.END)}
    for person in ("olivier", "rik", "aude"):
        with here.house.signed_in(person) as client:
            assert below(request, "act") not in client.get(below(request)).text
            assert send(client, below(request, "act"), "/en", **form).status_code == 403
    with here.house.signed_in("agnes") as client:
        assert "Nothing is objected to" in client.get(below(other)).text
        assert send(client, below(other, "act"), "/en", **form).status_code == 404
        page = client.get(f"/en/requests/{request}").text
        assert "An objection or a withdrawal can be carried out." in page
    assert state(here, request) is ItemState.ASKED


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_without_a_fault(here: AnswerHouse, language: str) -> None:
    request = asked(here, Right.OBJECTION)
    with here.house.signed_in("agnes") as client:
        answer = client.get(f"/{language}/requests/{request}/end")
    assert answer.headers["content-language"] == language
    assert faults(read_page(answer.text)) == []


def test_every_turn_has_its_words() -> None:
    assert {f"turn-{turn}" for turn in Turn} <= set(STAYS)
    assert {f"do-{turn}" for turn in set(Turn) - WAITING} <= set(STAYS)
