"""A company asks for its users by the form: what it may ask and for whom, what is missing, what is
shown before it is sent, and what its one link follows."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.declaration.publishing import Edition
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import Arrival, Asking, persons_of, read
from avow.duties.requests.delivering.links import send_links
from avow.duties.requests.identity.company_checks import PROMISED
from avow.duties.requests.identity.representing import COMPANY_MAY
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.intake.entering import enter
from avow.duties.requests.steps import IdentityAsked
from avow.duties.requests.words import Channel, ItemState, Right, Rung, Voice
from avow.engine.db.store import Store
from avow.faces.web.application import public_app
from avow.faces.web.portal.filled import CHOICES, MOST_USERS, persons
from avow.faces.web.portal.following import EN as FOLLOWING
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.of_company import EN, OF_COMPANY
from avow.faces.web.public.desk import PublicDesk
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.pages.test_portal import form_of, number_in
from tests.pages.test_portal_add import PDF
from tests.pages.test_portal_follow import sent as answered
from tests.pages.test_portal_review import Browser, files_in, hidden, reviewed, sent
from tests.requests_room import SMALL, Office
from tests.unit.test_delivering import POST, texts, token_in

CONTACT = "hr@acme.example"
USERS = ("uta@acme.example", "una@acme.example")
EDITION = Edition("7", effective=date(2027, 1, 1), promises={PROMISED: "6.a"})


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store, replace(SMALL, edition=EDITION))


@pytest.fixture
def client(office: Office) -> Iterator[Browser]:
    portal = PortalDesk(lambda: office.book, office.clock)
    notice = PublicDesk(office.store, office.clock, office.declaration.controller)
    app = public_app(notice, hosts=("my.example",), portal=portal)
    with TestClient(app, base_url="https://my.example") as it:
        yield it


def filled(client: Browser, **changes: str) -> dict[str, str]:
    """A company asks that the accounts of two users are deleted."""
    form = {"form": form_of(client), "about": "company", "company": "Acme NV", "want-1": "yes"}
    return {**form, "name": "Jan", "email": CONTACT, "users": "\n".join(USERS), **changes}


def followed(office: Office, request: str) -> str:
    """The address of the page that the link of the company leads to."""
    assert send_links(office.book, POST, request, at=office.clock.now()) == 1
    return f"/en/your-data/follow/{token_in(texts(office)[CONTACT]).reveal()}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_offered_where_the_notice_says_that_companies_may_ask(
    office: Office, client: Browser, language: str
) -> None:
    about = OF_COMPANY[language].about
    assert about in html.unescape(client.get(f"/{language}/your-data").text)
    office.declaration = SMALL
    assert about not in html.unescape(client.get(f"/{language}/your-data").text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_looked_at_names_the_users_and_what_happens_first(
    client: Browser, language: str
) -> None:
    page, say = reviewed(client, filled(client), language), OF_COMPANY[language]
    text = html.unescape(page.text)
    assert page.status_code == 200
    assert faults(read_page(page.text)) == []
    said = (*USERS, "Acme NV", say.rights[Right.ERASURE], say.next_heard, say.next_told)
    assert [each for each in said if each not in text] == []
    assert say.paper_why in text


def test_each_user_is_a_person_of_one_request_in_the_name_of_the_company(
    office: Office, client: Browser
) -> None:
    carried = hidden(reviewed(client, filled(client, **{"want-2": "yes"})).text)
    page = sent(client, carried, ("paper", "extract.pdf", PDF))
    assert EN.next_heard in page.text
    request = read(office.book, number_in(page.text))
    assert [p.voice for p in request.persons.values()] == [Voice.COMPANY, Voice.COMPANY]
    asked = {(item.person, item.right) for item in request.items.values()}
    assert asked == {(n, right) for n in (1, 2) for right in COMPANY_MAY}
    people = persons_of(office.book, request.id).values()
    assert [p.naming() for p in people] == [(("email", each),) for each in USERS]
    assert {(p.speaker, p.email) for p in people} == {("Acme NV, Jan", CONTACT)}
    assert [p.own().email for p in people] == list(USERS)
    assert [what for what, _, _ in files_in(office, request.id)] == [PAPER]


def test_the_company_gets_one_receipt_and_no_user_any(office: Office, client: Browser) -> None:
    request = number_in(sent(client, filled(client)).text)
    (receipt,) = letters_to(office.store, office.ring, "controller", [Masked(CONTACT)])
    assert request in receipt.content.text
    assert "2 in all:\n- deletion of their accounts\n" in receipt.content.text
    everybody = [Masked(each) for each in USERS]
    assert letters_to(office.store, office.ring, "controller", everybody) == []


def test_a_company_that_is_written_to_on_paper_gets_one_letter_too(office: Office) -> None:
    street = {"email": "", "postal": "Acme NV\nKerkstraat 1\n9000 Gent", "company": "Acme NV"}
    people = persons({"about": "company", "users": "\n".join(USERS), **street}, "en")
    asked = tuple(Asking(n, Right.ERASURE) for n in (1, 2))
    now = office.clock.now()
    arrival = Arrival(Channel.PORTAL, now, "en", people, asked, Voice.COMPANY)
    assert enter(office.book, arrival, by="person", at=now).letters == 1


@pytest.mark.parametrize(
    ("changes", "sentence", "leads"),
    [
        ({"company": ""}, EN.no_company, "company"),
        ({"users": " , \n"}, EN.no_users, "users"),
        ({"users": "uta@acme.example\nuna at acme"}, "not an e-mail address: una, at, acme.",
         "users"),
        ({"users": " ".join(f"u{n}@acme.example" for n in range(MOST_USERS + 1))},
         EN.too_many_users.format(users=MOST_USERS), "users"),
        *(
            ({f"want-{n}": "yes"}, EN.no_right, "want-0")
            for n, (right, _) in enumerate(CHOICES)
            if right not in COMPANY_MAY
        ),
    ],
)  # fmt: skip
def test_what_is_missing_or_not_a_companys_to_ask_is_said_and_nothing_is_lost(
    office: Office, client: Browser, changes: dict[str, str], sentence: str, leads: str
) -> None:
    page = reviewed(client, filled(client, **changes))
    text = html.unescape(page.text)
    assert page.status_code == 422
    assert sentence in text
    assert f'<a href="#{leads}">' in page.text
    assert faults(read_page(page.text)) == []
    assert CONTACT in page.text
    assert office.store.run("requests_open") == []


def test_as_many_users_as_are_taken_are_one_request(office: Office, client: Browser) -> None:
    """A name that stands twice counts once, however it is written."""
    many = [f"u{n}@acme.example" for n in range(MOST_USERS)]
    page = sent(client, filled(client, users=", ".join([*many, "U0@ACME.example"])))
    assert len(read(office.book, number_in(page.text)).persons) == MOST_USERS


def test_one_link_follows_all_of_it_without_an_address_and_takes_one_back(
    office: Office, client: Browser
) -> None:
    request = number_in(sent(client, filled(client)).text)
    base = followed(office, request)
    page = html.unescape(client.get(base).text)
    for n in (1, 2):
        assert EN.user.format(what=EN.rights[Right.ERASURE], n=n) in page
    assert not [each for each in USERS if each in page]
    assert EN.paper_needed in page
    confirm = html.unescape(answered(client, f"{base}/withdraw", item_2="yes").text)
    assert EN.user.format(what=EN.rights[Right.ERASURE], n=2) in confirm
    assert FOLLOWING.taken_lead in answered(client, f"{base}/withdrawn", item_2="yes").text
    states = [item.state for item in read(office.book, request).items.values()]
    assert states == [ItemState.ASKED, ItemState.WITHDRAWN]


def test_what_it_adds_answers_for_all_of_its_users(office: Office, client: Browser) -> None:
    """Its authority was asked for, and the term stands; the paper comes by the link."""
    request = number_in(sent(client, filled(client)).text)
    for n in (1, 2):
        office.take(request, IdentityAsked(person=n, rung=Rung.AUTHORITY, pauses=True))
    assert read(office.book, request).waits
    base = followed(office, request)
    form = client.get(base).text.partition('name="form" value="')[2].partition('"')[0]
    files = {"paper": ("extract.pdf", PDF, "application/pdf")}
    headers = {"sec-fetch-site": "same-origin"}
    assert client.post(f"{base}/add", data={"form": form}, files=files, headers=headers).is_success
    assert read(office.book, request).waits == frozenset()
    assert EN.paper_needed not in html.unescape(client.get(base).text)
