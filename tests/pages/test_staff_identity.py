"""Who a request is about, in the console: shown, asked, doubted; a document seen and judged; who
speaks for somebody heard by a paper. Nothing that names anybody stands on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from jinja2 import meta
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.calendar import add
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES, words
from avow.duties.requests.book import entries_of, file_of, put_file, read, words_of
from avow.duties.requests.identity.documents import DAYS, keep
from avow.duties.requests.identity.proving import use
from avow.duties.requests.intake.by_form import PAPER
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import (
    IdentityAsked,
    IdentityDoubted,
    IdentityShown,
    PersonNamed,
    RightAsked,
)
from avow.duties.requests.words import Channel, Right, Rung, Status, Voice, Waits
from avow.engine.accounts.views import newest
from avow.faces.web.console.request_identity import IdentityPage
from avow.faces.web.render import HERE, environment, globals_of
from tests.accounts_room import NOON
from tests.answers_room import ANNA, NOBODY
from tests.pages.answer_house import answer_house
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults
from tests.unit.test_proving import ask, texts, token

VALUES = ("Anna", "Peeters", "anna@mail.example")
SCAN = b"\x89PNG\r\n\x1a\n a face, and a name"
LETTER = b"%PDF-1.7 I, Anna, let my lawyer ask"


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock)


def below(request: str, what: str = "") -> str:
    return f"/en/requests/{request}/identity" + (f"/{what}" if what else "")


def told(client: TestClient[Any], request: str, what: str, **form: str) -> str:
    """What came of a form, or what stands beside the mistake in it."""
    answer = send(client, below(request, what), below(request), **{"person": "1", **form})
    if answer.status_code == 303:
        return answer.headers["location"].partition("told=")[2]
    assert answer.status_code == 422, answer.text
    (wrong,) = [n for n in read_page(answer.text).having("role") if n.attributes["role"] == "alert"]
    return wrong.text.strip()


def sent_document(house: StaffHouse, request: Request, content: bytes = SCAN) -> str:
    """A document that was asked for after less was not enough, and came; the id of its file."""
    house.office.take(
        request,
        IdentityAsked(person=1, rung=Rung.KNOWN_FACTS),
        IdentityAsked(person=1, rung=Rung.DOCUMENT),
    )
    now = house.clock.now()
    return keep(house.office.book, request.id, 1, "text/html", content, by="agnes", at=now)


def spoken_for(house: StaffHouse, voice: Voice = Voice.REPRESENTATIVE) -> tuple[Request, str]:
    """A request in somebody's name with a paper that came with it; the id of the paper."""
    office, now = house.office, house.clock.now()
    request = office.arrive(Right.ACCESS, voice=voice)
    file = put_file(office.book, office.store, request.id, PAPER, "application/pdf", LETTER, at=now)
    return request, file


def test_the_answer_from_a_known_address_settles_it_and_the_term_runs_again(
    house: StaffHouse,
) -> None:
    """A doubt is written down and the term stands; they answer, and it runs."""
    request = house.office.arrive(Right.ACCESS)
    with house.signed_in("agnes") as client:
        page = client.get(f"/en/requests/{request.id}").text
        assert "It is not settled who this is about." in page
        assert f'href="{below(request.id)}"' in page
        page = client.get(below(request.id)).text
        assert "1 person has not shown who they are." in page
        assert "Missing: a link to an address that we hold" in page
        doubt = "the name is another one"
        asked = told(client, request.id, "step", step="asked", rung="signed-link", pauses="1",
                     words=doubt)  # fmt: skip
        assert asked == "identity-asked"
        assert read(house.office.book, request.id).waits == {Waits.IDENTITY}
        assert "The term stands until they show who they are." in client.get(below(request.id)).text
        shown = told(client, request.id, "step", step="shown", rung="known-address")
        assert shown == "identity-shown"
        page = client.get(below(request.id)).text
        assert "It is settled who this is about." in page
        assert "identity shown: a known address" in page
        assert doubt not in page, "what was written is opened, not shown"
        assert "not settled" not in client.get(f"/en/requests/{request.id}").text
    state = read(house.office.book, request.id)
    assert (state.waits, state.persons[1].shown) == (frozenset(), Rung.KNOWN_ADDRESS)
    last = entries_of(house.office.book, request.id)[-2:]
    assert [e.by for e in last] == ["agnes", "agnes"]
    assert words_of(house.office.book, request.id, last[0].number).reveal() == doubt.encode()


def test_what_may_not_follow_is_said_beside_the_form_and_loses_nothing(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS)
    with house.signed_in("agnes") as client:
        doubt = told(client, request.id, "step", step="asked", rung="signed-link", pauses="1")
        assert "say what it is" in doubt
        path = below(request.id, "step")
        form = {"step": "asked", "person": "1", "rung": "document", "words": "why <not>"}
        answer = send(client, path, below(request.id), **form)
        assert answer.status_code == 422
        assert answer.headers["cache-control"] == "no-store"
        assert "something less was not tried before a document" in answer.text
        assert "why &lt;not&gt;</textarea>" in answer.text
        assert '<option value="document" selected>' in answer.text
        assert faults(read_page(answer.text)) == []
        choose = told(client, request.id, "step", step="shown", rung="horoscope")
        assert choose == "Something is not chosen."
        paper = told(client, request.id, "step", step="shown", rung="mandate")
        assert "heard by a paper" in paper
        for wrong in ({"step": "guessed", "rung": "session"}, {"step": "shown", "person": "9"}):
            assert (
                send(client, path, below(request.id), **{"person": "1", **wrong}).status_code == 404
            )
    assert read(house.office.book, request.id).persons[1].asked == ()


def test_who_has_shown_it_is_not_asked_again_and_the_page_says_so(house: StaffHouse) -> None:
    """Somebody else settled it meanwhile: the form is gone, and what is wrong is said still."""
    request = house.office.arrive(Right.ACCESS)
    house.office.take(request, IdentityShown(person=1, rung=Rung.SESSION))
    with house.signed_in("agnes") as client:
        says = told(client, request.id, "step", step="asked", rung="signed-link")
    assert says.startswith("They have shown it already")


def test_the_letters_that_went_are_said_with_what_their_links_prove(
    tmp_path: Path, state_url: str
) -> None:
    """Anna is held and uses her link; a stranger's address is in no system, and the link ends."""
    with answer_house(tmp_path, state_url) as there:
        house, book = there.house, there.house.office.book
        anna, nobody = ask(there.shop, ANNA), ask(there.shop, NOBODY)
        last = words("en").day(add(NOON.date(), house.declaration.requests.link))
        with house.signed_in("agnes") as client:
            for request in (anna, nobody):
                page = client.get(below(request.id)).text
                assert f"nobody has used its link yet; it works until {last}." in page
                assert faults(read_page(page)) == []
            (text,) = texts(there.shop, ANNA.email)
            assert use(book, token(text), at=house.clock.now())
            page = client.get(below(anna.id)).text
            assert "to an address that we hold:" in page
            assert "its link was used." in page
            assert "identity shown: a link sent to them" in page
        house.clock.move(timedelta(days=60))
        with house.signed_in("agnes") as client:
            page = client.get(below(nobody.id)).text
        assert "which no system holds for them and which proves nothing:" in page
        assert "nobody used its link." in page


def test_the_next_step_is_the_least_that_was_not_tried(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS)
    with house.signed_in("agnes") as client:
        for rung, then in (
            ("signed-link", "Missing: facts that only they know."),
            ("known-facts", "Missing: a document with all but the name covered"),
        ):
            assert told(client, request.id, "step", step="doubted", rung=rung) == "identity-doubted"
            assert then in client.get(below(request.id)).text
        final = told(client, request.id, "step", step="doubted", rung="document", final="1")
        assert final == "identity-doubted"
        assert "it may be refused for that alone" in client.get(below(request.id)).text
    assert read(house.office.book, request.id).persons[1].is_given_up


def test_what_hurts_in_the_wrong_hands_asks_for_more_and_marketing_for_nothing(
    house: StaffHouse,
) -> None:
    grave = house.office.arrive(Right.ACCESS)
    house.office.take(grave, IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    free = house.office.arrive()
    house.office.take(free, RightAsked(item=1, person=1, right=Right.OBJECTION, marketing=True))
    with house.signed_in("agnes") as client:
        page = client.get(below(grave.id)).text
        assert (
            "For data that hurt in the wrong hands it takes more: facts that only they know."
            in page
        )
        page = client.get(below(free.id)).text
        assert "nothing may stand before it" in page
        assert "It is settled who this is about." in page


def test_a_doubt_that_comes_late_is_said_on_the_page(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS, arrived=NOON - timedelta(days=9))
    with house.signed_in("agnes") as client:
        form = {"step": "asked", "rung": "signed-link", "pauses": "1", "words": "who is it?"}
        assert told(client, request.id, "step", **form) == "identity-asked"
        assert "Asked 9 days after it arrived" in client.get(below(request.id)).text


def test_a_document_is_handed_out_as_a_file_and_erased_with_the_judgement(
    house: StaffHouse,
) -> None:
    """Who opens it stands in the log and in the request, before a byte of it leaves."""
    request = house.office.arrive(Right.ACCESS)
    file = sent_document(house, request)
    with house.signed_in("agnes") as client:
        page = client.get(below(request.id)).text
        last = (NOON + timedelta(days=DAYS)).date()
        assert f"it is erased after {words('en').day(last)}" in page
        assert "Asked for: a document." in page
        assert "A document came: somebody looks" in client.get(f"/en/requests/{request.id}").text
        answer = send(client, below(request.id, "document"), below(request.id), file=file)
        assert (answer.status_code, answer.content) == (200, SCAN)
        assert answer.headers["content-type"] == "image/png", "its bytes say so, not its sender"
        assert answer.headers["content-disposition"] == f'attachment; filename="{file}.png"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert told(client, request.id, "judge", file=file) == "Something is not chosen."
        assert told(client, request.id, "judge", file=file, enough="yes") == "document-judged"
        again = told(client, request.id, "judge", file=file, enough="no")
        assert again.startswith("It is not there any more")
        assert told(client, request.id, "document", file=file).startswith(
            "It is not there any more"
        )
    assert file_of(house.office.book, file) is None
    assert read(house.office.book, request.id).persons[1].shown is Rung.DOCUMENT
    assert [(v.by, v.what, v.why) for v in newest(house.lodge.accounts)] == [
        ("agnes", "document", "identify")
    ]
    noted = [getattr(e.step, "what", "") for e in entries_of(house.office.book, request.id)]
    assert "identity-document-seen" in noted


def test_a_document_that_is_not_enough_is_the_end(house: StaffHouse) -> None:
    request = house.office.arrive(Right.ACCESS)
    file = sent_document(house, request)
    with house.signed_in("an") as client:
        assert told(client, request.id, "judge", file=file, enough="no") == "document-judged"
    assert file_of(house.office.book, file) is None
    assert read(house.office.book, request.id).persons[1].is_given_up


def test_who_speaks_for_somebody_is_heard_by_a_paper_that_covers_it(house: StaffHouse) -> None:
    request, file = spoken_for(house)
    with house.signed_in("agnes") as client:
        assert "Missing: a mandate: somebody speaks for them." in client.get(below(request.id)).text
        form = {"kind": "mandate", "file": file, "until": "2028-01-01"}
        assert told(client, request.id, "speaker", **form) == "Something is not chosen."
        wrong = told(client, request.id, "speaker", **form, **{"right-erasure": "1"})
        assert wrong == "Nobody is heard by this paper. (it does not cover: access)"
        past = {**form, "until": "2001-01-01", "right-access": "1"}
        assert "it ended on 2001-01-01" in told(client, request.id, "speaker", **past)
        other = {**form, "file": "file-" + "a" * 26, "right-access": "1"}
        assert told(client, request.id, "speaker", **other) == "Something is not chosen."
        fine = told(client, request.id, "speaker", **form, **{"right-access": "1"})
        assert fine == "speaker-heard"
        assert "identity shown: a mandate" in client.get(below(request.id)).text
    row = house.state.store.one("representations")
    assert row is not None
    assert (row["kind"], row["by"], row["rights"]) == ("mandate", "agnes", ["access"])
    kept = file_of(house.office.book, row["file"])
    assert kept is not None
    assert kept[1].reveal() == LETTER


def test_a_paper_that_does_not_do_may_be_refused_for_good(house: StaffHouse) -> None:
    request, _ = spoken_for(house)
    with house.signed_in("agnes") as client:
        form = {"step": "doubted", "rung": "mandate", "final": "1", "words": "it is not signed"}
        assert told(client, request.id, "step", **form) == "identity-doubted"
    assert read(house.office.book, request.id).persons[1].is_given_up


def test_in_the_sphere_of_a_client_company_we_hear_its_authority_where_systems_can_be_read(
    house: StaffHouse,
) -> None:
    request, file = spoken_for(house, Voice.COMPANY)
    with house.signed_in("agnes") as client:
        page = client.get(below(request.id)).text
        assert "Missing: who may speak for the company." in page
        assert "speaker-right-access" not in page, "a company never gets a copy"
        form = {"kind": "company", "file": file, "right-erasure": "1", "company": "shop:company:1"}
        assert told(client, request.id, "speaker", **form).startswith("The systems cannot be read")
    assert read(house.office.book, request.id).status is Status.IDENTIFYING


@pytest.mark.parametrize("reader", ["olivier", "aude", "rik"])
def test_who_does_not_settle_it_sees_how_far_it_is_and_may_do_nothing(
    reader: str, house: StaffHouse
) -> None:
    request = house.office.arrive(Right.ACCESS)
    file = sent_document(house, request)
    with house.signed_in(reader) as client:
        page = client.get(below(request.id)).text
        assert "Look at the document that came" in page
        assert "<form" not in page.partition("<main")[2]
        for what, form in (
            ("step", {"step": "shown", "rung": "session"}),
            ("document", {"file": file}),
            ("judge", {"file": file, "enough": "yes"}),
            ("speaker", {"kind": "mandate"}),
        ):
            answer = send(client, below(request.id, what), "/en", person="1", **form)
            assert answer.status_code == 403, what
    assert newest(house.lodge.accounts) == ()
    assert read(house.office.book, request.id).persons[1].shown is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_and_names_nobody(language: str, house: StaffHouse) -> None:
    plain = house.office.arrive(Right.ACCESS, channel=Channel.LETTER)
    house.office.take(plain, PersonNamed(person=2), IdentityDoubted(person=1, rung=Rung.SESSION))
    house.office.take(plain.id, IdentityShown(person=2, rung=Rung.SESSION))
    sent_document(house, plain)
    spoken, _ = spoken_for(house)
    company, _ = spoken_for(house, Voice.COMPANY)
    with house.signed_in("an") as client:
        for request in (plain, spoken, company):
            for suffix in ("", ".json"):
                answer = client.get(f"/{language}/requests/{request.id}/identity{suffix}")
                assert answer.status_code == 200
                assert not [value for value in VALUES if value in answer.text]
                if not suffix:
                    assert faults(read_page(answer.text)) == []
        assert client.get(f"/{language}/requests/request-{'a' * 26}/identity").status_code == 404


def test_the_template_uses_every_field_of_its_context() -> None:
    env, named = environment("en"), {"frame"}
    for name in ("staff/identity.html", "layout.html"):
        source = (HERE / "templates" / name).read_text(encoding="utf-8")
        named |= meta.find_undeclared_variables(env.parse(source))
    known = set(globals_of(words("en"))) | {"part", "caller"}
    assert named - known == {f.name for f in fields(IdentityPage)}
    for name, hint in get_type_hints(IdentityPage, include_extras=True).items():
        assert len(hint.__metadata__[0]) > 10, name
