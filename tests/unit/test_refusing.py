"""A refusal is told with its reason, its law, and what the person can do: or it is not told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.book import Person, read
from avow.duties.requests.deciding.decided import NotDecided
from avow.duties.requests.deciding.refusing import letter, tell
from avow.duties.requests.machine import Item, Request, grounds_of
from avow.duties.requests.words import Ground, Outcome, Right, Rung, Status, Way
from avow.engine.db.store import Store
from tests.requests_room import ANNA, SMALL, Office

KEPT = steps.Refusal(
    ground=Ground.LEGAL_DUTY, law="Art. 17(3)(b) GDPR; Art. III.86 CDE", until=date(2034, 1, 1)
)

TODAY = date(2027, 3, 15)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store).with_(
        controller=replace(SMALL.controller, email="privacy@firm.example", public=("FR",))
    )


def partly(office: Office, person: Person = ANNA) -> Request:
    """An erasure of which a part stays, by law and until a day."""
    request = office.arrive(Right.ERASURE, person=person)
    return office.take(
        request,
        steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
        steps.Decided(item=1, outcome=Outcome.PARTLY, refusals=(KEPT,)),
        steps.Begun(item=1, record="plan-" + "a" * 26),
        steps.Done(item=1, retained=1),
    )


def test_the_letter_has_reason_law_end_authority_and_court(office: Office) -> None:
    said = letter(office.declaration, partly(office), 1, TODAY)
    for part in (
        "Wissing: gedeeltelijk gedaan",
        "Een wet verplicht ons",
        "Art. III.86 CDE",
        "1 januari 2034",
        "Gegevensbeschermingsautoriteit: https://gegevensbeschermingsautoriteit.be/",
        "cnil.fr",
        "art. 79 AVG",
        "privacy@firm.example",
    ):
        assert part in said.text, part
    assert "Anna" not in said.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ground", list(Ground))
def test_every_ground_has_its_sentence_in_every_language(
    office: Office, language: str, ground: Ground
) -> None:
    right = next(r for r in Right if ground in grounds_of(item(office, r)))
    request = office.arrive(right)
    refusal = steps.Refusal(ground=ground, law="§ 1")
    request = office.take(
        request,
        steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
        steps.Decided(item=1, outcome=Outcome.REFUSED, refusals=(refusal,)),
    )
    said = letter(office.declaration, replace(request, language=language), 1, TODAY).text
    (line,) = [each for each in said.splitlines() if each.startswith("- ")]
    assert line.endswith("(§ 1)")
    assert len(line) > 30


def item(office: Office, right: Right) -> Item:
    return office.arrive(right).items[1]


def test_a_ground_is_said_once_however_many_kinds_of_data_it_holds(office: Office) -> None:
    request = office.arrive(Right.ERASURE)
    many = tuple(replace_where(KEPT, place) for place in ("invoice", "contract", "name"))
    request = office.take(
        request,
        steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
        steps.Decided(item=1, outcome=Outcome.PARTLY, refusals=many),
    )
    assert letter(office.declaration, request, 1, TODAY).text.count("Een wet verplicht ons") == 1


def replace_where(refusal: steps.Refusal, where: str) -> steps.Refusal:
    """The same ground for another kind of data."""
    return msgspec.structs.replace(refusal, where=where)


def test_told_once_it_is_answered_and_the_letter_waits_for_the_person(office: Office) -> None:
    request = partly(office)
    told = tell(office.book, request.id, 1, by="an", at=office.clock.now())
    assert (told.way, told.request.status) == (Way.MAIL, Status.ANSWERED)
    (written,) = letters_to(office.store, office.ring, "controller", [Masked("anna@mail.example")])
    assert written.kind == "request-refused"
    assert "klacht" in written.content.text
    assert read(office.book, request.id).answered_on == date(2027, 3, 15)


def test_while_something_is_open_it_is_no_last_answer(office: Office) -> None:
    request = office.arrive(Right.ERASURE, Right.ACCESS)
    refusal = steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")
    office.take(request, steps.Decided(item=1, outcome=Outcome.REFUSED, refusals=(refusal,)))
    told = tell(office.book, request.id, 1, by="an", at=office.clock.now())
    assert told.request.answered_on is None


def test_nothing_is_told_where_nothing_is_refused_or_nobody_can_be_reached(office: Office) -> None:
    with pytest.raises(NotDecided, match="AV638"):
        letter(office.declaration, office.arrive(Right.ACCESS), 1, TODAY)
    nowhere = replace(office.declaration.controller, country="XX", public=())
    with pytest.raises(NotDecided, match="AV638"):
        letter(replace(office.declaration, controller=nowhere), partly(office), 1, TODAY)
    silent = partly(office, Person(name="Anna", identities=(("phone", "+32 2 555 01 01"),)))
    with pytest.raises(NotDecided, match="AV639"):
        tell(office.book, silent.id, 1, by="an", at=office.clock.now())
    assert read(office.book, silent.id).answers == {}
