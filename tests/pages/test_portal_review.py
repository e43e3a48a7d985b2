"""Looking at a request before it is sent: what is shown is what is sent, and nothing is kept
before; files are taken for what they hold and not for what they are called."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from litestar.testing import TestClient

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import file_of, given, persons_of, read, words_of
from avow.duties.requests.intake.by_form import AUTOMATIC, PAPER
from avow.duties.requests.intake.enclosed import LARGEST, MOST_BYTES, MOST_FILES
from avow.duties.requests.words import Right, Voice
from avow.engine.db.store import Store
from avow.estate.datamap.model import DataMap, Dataset, Identity, System
from avow.faces.web.application import public_app
from avow.faces.web.portal.filled import LONGEST, SHORT
from avow.faces.web.portal.make import PortalDesk
from avow.faces.web.portal.reviewing import EN, REVIEWINGS
from avow.faces.web.portal.saying import SAYINGS
from avow.faces.web.public.desk import PublicDesk
from avow.faces.web.sent_form import MOST_TYPED
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.pages.test_portal import form_of, notes_of, number_in
from tests.properties.worlds import cases
from tests.requests_room import ANNA, SMALL, Office

Browser = TestClient[Any]
NUMBER = re.compile(r"request-[a-z2-7]{26}")
HERE = {"sec-fetch-site": "same-origin"}
PDF, PICTURE, PROGRAM = b"%PDF-1.7 x", b"\xff\xd8\xff\xe0 x", b"MZ\x90\0\x03\0"
MOTHER = {"name": "Anna Peeters", "email": "anna@mail.example"}
CHILD = {"about": "other", "other-name": "Lou Peeters", "other-email": "lou@mail.example"}


@pytest.fixture
def office(store: Store) -> Office:
    shop = Dataset("public.company", identities=(Identity("customer-number", "number"),))
    numbered = DataMap({"app": System("app", "sqlite", datasets={"public.company": shop})})
    words = {"en": {"identity": {"customer-number": "Customer number"}}}
    return Office(store, replace(SMALL, datamap=numbered, labels=words))


@pytest.fixture
def client(office: Office) -> Iterator[Browser]:
    portal = PortalDesk(lambda: office.book, office.clock)
    notice = PublicDesk(office.store, office.clock, office.declaration.controller)
    app = public_app(notice, hosts=("my.example",), portal=portal)
    with TestClient(app, base_url="https://my.example") as it:
        yield it


def filled(client: Browser, **fields: str) -> dict[str, str]:
    """A form of somebody who wants a copy of their data."""
    return {"form": form_of(client), "want-0": "yes", **MOTHER} | fields


def reviewed(client: Browser, data: dict[str, str], language: str = "en") -> Any:  # noqa: ANN401
    """The page of review."""
    return client.post(f"/{language}/your-data/review", data=data, headers=HERE)


def hidden(page: str) -> dict[str, str]:
    """What the page carries on."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def sent(client: Browser, data: dict[str, str], *files: tuple[str, str, bytes]) -> Any:  # noqa: ANN401
    """What the page answers on which it is sent: files as (field, name, bytes)."""
    enclosed = [(field, (name, content, "image/png")) for field, name, content in files]
    return client.post("/en/your-data/send", data=data, files=enclosed or None, headers=HERE)


def files_in(office: Office, request: str) -> list[tuple[str, str, bytes]]:
    """The files of a request: what, type and bytes."""
    rows = office.store.run("request_files", request=request)
    kept = [(row["what"], file_of(office.book, row["id"])) for row in rows]
    return sorted((what, it[0], it[1].reveal()) for what, it in kept if it is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_will_be_sent_and_by_when_it_is_answered(client: Browser, language: str) -> None:
    """In plain words, in each language, with no fault of access; no value in an address."""
    page = reviewed(client, filled(client, words="The old\n<b>account", **CHILD), language)
    text = html.unescape(page.text)
    assert page.status_code == 200
    assert faults(read_page(page.text)) == []
    assert SAYINGS[language].choices[0] in text
    assert "2027" in text
    say = REVIEWINGS[language]
    assert say.next_authority.format(name="Lou Peeters") in text
    assert "<b>account" not in page.text
    assert {"Anna Peeters", "anna@mail.example", "lou@mail.example"} <= set(
        hidden(page.text).values()
    )
    assert page.headers["cache-control"] == "no-store"
    assert str(page.url) == f"https://my.example/{language}/your-data/review"


def test_whatever_is_sent_is_a_request_or_a_page_that_says_why(
    office: Office, client: Browser
) -> None:
    """Damaged forms with files, under any content type: never an error of ours, and a request only
    where the page says so."""
    head = {**HERE, "content-type": "multipart/form-data; boundary=b"}
    fields = {**filled(client), "agree": "yes"}
    named = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = "".join(named.format(*each) for each in fields.items())
    parts += (
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n"
    )
    whole = parts.encode()

    @hypothesis.settings(deadline=None, max_examples=cases(60))
    @hypothesis.given(
        st.integers(0, len(whole)), st.binary(max_size=12), st.sampled_from(("review", "send"))
    )
    def damaged(at: int, what: bytes, path: str) -> None:
        body, before = whole[:at] + what + whole[at + len(what) :], requests_of(office)
        office.clock.move(timedelta(minutes=2))  # who sends much is asked to wait
        said = client.post(
            f"/en/your-data/{path}", content=body, headers=head, follow_redirects=False
        )
        assert said.status_code in (200, 400, 403, 422)
        assert requests_of(office) - before <= set(NUMBER.findall(said.text)) <= requests_of(office)

    damaged()


def requests_of(office: Office) -> set[str]:
    """The requests that there are."""
    return {row["id"] for row in office.store.run("requests_open")}


def test_nothing_is_kept_before_it_is_sent(office: Office, client: Browser) -> None:
    reviewed(client, filled(client))
    client.post("/en/your-data/change", data=filled(client), headers=HERE)
    assert office.told == []
    assert office.store.run("requests_open") == []


def test_what_is_shown_is_what_is_sent(office: Office, client: Browser) -> None:
    typed = filled(client, words="Eén vraag:\r\n“waarom?”", **{"want-1": "yes"})
    carried = hidden(reviewed(client, typed).text)
    request = read(office.book, number_in(sent(client, carried).text))
    assert [item.right for item in request.items.values()] == [Right.ACCESS, Right.ERASURE]
    assert words_of(office.book, request.id, 1).reveal().decode() == "Eén vraag:\n“waarom?”"
    assert persons_of(office.book, request.id)[1].email == ANNA.email


def test_who_wants_to_change_something_finds_every_word(client: Browser) -> None:
    typed = filled(client, words="\nOne line\nand “another”", postal="Street 1\n9000 Gent", **CHILD)
    carried = hidden(reviewed(client, typed).text)
    form = html.unescape(client.post("/en/your-data/change", data=carried, headers=HERE).text)
    assert re.search(r'name="want-0" value="yes" checked', form)
    assert re.search(r'value="other" checked', form)
    for value in ("One line\nand “another”</textarea>", "Street 1\n9000 Gent</textarea>",
                  'value="Lou Peeters"', 'value="lou@mail.example"', typed["form"]):  # fmt: skip
        assert value in form


@pytest.mark.parametrize(
    ("changed", "name", "leads"),
    [
        ({"want-0": ""}, "no_wish", "want-0"),
        ({"email": ""}, "no_address", "email"),
        ({"email": "anna@"}, "bad_email", "email"),
        ({"about": "both"}, "no_other", "other-name"),
        (CHILD | {"other-email": "lou"}, "bad_other", "other-email"),
        ({"words": "é" * (LONGEST + 1)}, "too_long", "words"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_leads_there_from_the_top(
    office: Office, client: Browser, changed: dict[str, str], name: str, leads: str
) -> None:
    """WCAG 3.3.1 and 3.3.3. Nothing that was typed is lost, however long it is."""
    page = reviewed(client, filled(client, **{"words": "Dear all", **changed}) | (
        {"words": ""} if name == "no_wish" else {}))  # fmt: skip
    assert page.status_code == 422
    sentence = str(getattr(SAYINGS["en"], name)).format(most=LONGEST)
    text = html.unescape(page.text)
    assert f'<a href="#{leads}">{sentence}</a>' in text
    assert re.search(rf'id="{name}"><strong>Mistake:</strong>', text)
    assert re.search(rf'aria-describedby="[^"]*\b{name}\b', text)
    assert re.search(rf'id="{leads}"', text)
    assert "<title>Mistake: " in text
    assert faults(read_page(page.text)) == []
    if name == "too_long":
        assert "é" * (LONGEST + 1) in text
    assert office.told == []


def test_files_are_kept_sealed_with_the_request(office: Office, client: Browser) -> None:
    """As what they hold and not as what they are called; no name is kept."""
    carried = hidden(reviewed(client, filled(client)).text)
    page = sent(client, carried, ("files", "a.exe", PDF), ("files", "b.pdf", PICTURE),
                ("files", "c", "Où ça ?".encode()))  # fmt: skip
    assert files_in(office, number_in(page.text)) == [
        ("attachment", "application/pdf", PDF),
        ("attachment", "image/jpeg", PICTURE),
        ("attachment", "text/plain", "Où ça ?".encode()),
    ]
    with office.store.outside() as link:
        rows = link.execute(b"SELECT sealed FROM avow.request_file").fetchall()
    assert all(PDF not in bytes(row["sealed"]) for row in rows)


@pytest.mark.parametrize(
    ("files", "why", "name"),
    [
        ([("nice.pdf", PROGRAM)], "kind", "nice.pdf"),
        ([("a.svg", b"\0<svg onload=x>")], "kind", "a.svg"),
        ([("empty.pdf", b"")], "kind", "empty.pdf"),
        ([("big.pdf", PDF + b"x" * LARGEST)], "large", "big.pdf"),
        ([(f"{n}.pdf", PDF + b"x" * (MOST_BYTES // 3)) for n in range(4)], "large", "3.pdf"),
        ([(f"{n}.pdf", PDF) for n in range(MOST_FILES + 1)], "many", f"{MOST_FILES}.pdf"),
        ([("<script>.pdf", PROGRAM)], "kind", "<script>.pdf"),
    ],
)
def test_a_file_that_is_not_taken_is_named_and_the_words_stay(
    office: Office, client: Browser, files: list[tuple[str, bytes]], why: str, name: str
) -> None:
    carried = hidden(reviewed(client, filled(client, words="My story")).text)
    page = sent(client, carried, *[("files", each, content) for each, content in files])
    assert page.status_code == 422
    assert "<script>" not in page.text
    sentence = EN.bad[why].format(name=name)
    assert f'<a href="#files">{sentence}</a>' in html.unescape(page.text)
    assert hidden(page.text) == carried
    assert faults(read_page(page.text)) == []
    assert office.told == []


def test_what_is_no_form_is_refused(office: Office, client: Browser) -> None:
    for body in (b"", b"x", b"--b\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\n\xff"):
        head = {**HERE, "content-type": "multipart/form-data; boundary=b"}
        answer = client.post("/en/your-data/send", content=body, headers=head)
        assert answer.status_code in (400, 422)
    assert office.told == []


def test_what_is_typed_is_small_and_holds_no_half_letters(office: Office, client: Browser) -> None:
    """A zero byte would stop the search for the person in a database."""
    page = client.post("/en/your-data/send", data=filled(client, name="An\0na"), headers=HERE)
    assert persons_of(office.book, number_in(page.text))[1].name == "An\ufffdna"
    head = {**HERE, "content-type": "application/x-www-form-urlencoded"}
    for body, status in ((b"words=" + b"x" * MOST_TYPED, 413), (b"a=1&" * 200, 400),
                         (b"\xff", 400)):  # fmt: skip
        answer = client.post("/en/your-data/send", content=body, headers=head)
        assert answer.status_code == status


def test_somebody_who_speaks_for_a_child_is_written_to_and_the_child_is_searched_for(
    office: Office, client: Browser
) -> None:
    """The address of who speaks names nobody but them: their own data are not the child's."""
    carried = hidden(
        reviewed(client, filled(client, **CHILD, **{"known-customer-number": "7"})).text
    )
    page = sent(client, carried, ("paper", "extract.pdf", PDF), ("files", "x.pdf", PDF))
    request = read(office.book, number_in(page.text))
    child = persons_of(office.book, request.id)[1]
    assert request.persons[1].voice is Voice.REPRESENTATIVE
    assert (child.name, child.speaker, child.email) == ("Lou Peeters", "Anna Peeters", ANNA.email)
    assert set(given(child)) == {("email", "lou@mail.example"), ("customer-number", "7")}
    assert [what for what, _, _ in files_in(office, request.id)] == ["attachment", PAPER]
    letters = letters_to(office.store, office.ring, "controller", [Masked(ANNA.email)])
    assert len(letters) == 1
    own = office.arrive(Right.ACCESS, person=ANNA)
    assert request.id not in read(office.book, own.id).links


def test_one_may_ask_for_both(office: Office, client: Browser) -> None:
    data = filled(client, **{**CHILD, "about": "both", "known-customer-number": "7"})
    request = read(office.book, number_in(sent(client, hidden(reviewed(client, data).text)).text))
    assert [p.voice for p in request.persons.values()] == [Voice.SELF, Voice.REPRESENTATIVE]
    assert [(i.person, i.right) for i in request.items.values()] == [
        (1, Right.ACCESS), (2, Right.ACCESS),
    ]  # fmt: skip
    me, child = (given(each) for each in persons_of(office.book, request.id).values())
    assert set(me) == {("email", ANNA.email), ("customer-number", "7")}
    assert set(child) == {("email", "lou@mail.example")}


def test_only_kinds_that_have_words_are_asked_and_taken(office: Office, client: Browser) -> None:
    assert 'name="known-customer-number"' in client.get("/en/your-data").text
    assert 'name="known-' not in client.get("/nl/your-data").text
    data = filled(client, **{"known-shoe-size": "39", "known-customer-number": "x" * 900})
    carried = hidden(reviewed(client, data).text)
    assert "known-shoe-size" not in carried
    assert len(carried["known-customer-number"]) == SHORT
    assert address(carried["email"]) is not None


def test_the_field_that_nobody_sees_is_carried_to_the_end(office: Office, client: Browser) -> None:
    carried = hidden(reviewed(client, filled(client, website="x")).text)
    page = sent(client, carried)
    assert AUTOMATIC in notes_of(office, number_in(page.text))


def test_a_form_of_another_site_is_refused_before_it_is_read(client: Browser) -> None:
    for path in ("review", "change", "send"):
        answer = client.post(f"/en/your-data/{path}", data=filled(client),
                             headers={"sec-fetch-site": "cross-site"})  # fmt: skip
        assert answer.status_code == 403
