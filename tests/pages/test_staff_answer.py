"""A copy in the console, over real systems: drawn, its places counted, written, read, put in other
words, and sent with a code, once."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.answering.copy import State
from avow.duties.requests.answering.leaving import TAKEN
from avow.duties.requests.answering.packing import PAGE, PDF, unzipped
from avow.duties.requests.book import entries_of, file_of, read
from avow.duties.requests.delivering.answers import collect
from avow.duties.requests.steps import Noted
from avow.duties.requests.words import ItemState, Outcome, Right, Rung, Status, Voice, Way
from avow.engine.accounts.views import newest
from avow.faces.web.answer_views import WAYS
from avow.faces.web.request_words import PROBLEMS, STAYS
from tests.answers_room import ANNA, BEN, NOBODY
from tests.pages.answer_house import AnswerHouse, answer_house, told
from tests.pages.document import read as read_page
from tests.pages.staff_house import send
from tests.pages.test_accessible import faults

VALUES = ("Anna", "anna@mail", "Karel", "karel@other", "470 12", "Dirk", "bread for")


@pytest.fixture
def here(tmp_path: Path, state_url: str) -> Iterator[AnswerHouse]:
    with answer_house(tmp_path, state_url) as house:
        yield house


def below(request: str, what: str = "") -> str:
    return f"/en/requests/{request}/answer" + (f"/{what}" if what else "")


def test_a_copy_goes_its_whole_way_in_the_console(here: AnswerHouse) -> None:
    """The agent draws, writes, reads and sends; the page says at each moment what is wanted."""
    request, house = here.asked(), here.house
    with house.signed_in("agnes") as client:

        def headline() -> str:
            page = client.get(below(request)).text
            assert not [value for value in VALUES if value in page]
            return read_page(page).all("h1")[0].text

        assert headline() == "Draw the copy."
        assert told(client, below(request, "draw"), person="1") == "copy-drawn"
        assert headline() == "Decide the places that may be somebody else's."
        undecided = told(client, below(request, "write"), **here.named(request))
        assert undecided == "Some places are not decided yet."
        here.hide_all(request)
        assert headline() == "Write the answer: every place is decided."
        assert told(client, below(request, "write"), **here.named(request)) == "letter-written"
        assert headline() == "Read the letter before it leaves."
        form = {**here.named(request), "way": "portal"}
        unread = told(client, below(request, "send"), **form, code=house.fresh("agnes"))
        assert unread.startswith("It does not leave by a link: nobody read it")
        assert told(client, below(request, "review"), **form) == "letter-read"
        assert headline() == "Send the copy: somebody has read its letter."
        form = {**here.named(request), "way": "portal"}
        sent = send(client, below(request, "send"), "/en", **form, code=house.fresh("agnes"))
        assert sent.status_code == 200
        assert sent.headers["cache-control"] == "no-store"
        assert headline() == "The copy left."
    state = read(house.office.book, request)
    assert (state.status, state.items[1].state) == (Status.ANSWERED, ItemState.DONE)
    by = {entry.by for entry in entries_of(house.office.book, request)[-4:]}
    assert by == {"agnes"}


def test_the_code_is_shown_once_and_opens_the_file_with_the_link(here: AnswerHouse) -> None:
    request, house = here.asked(), here.house
    with house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        here.hide_all(request)
        told(client, below(request, "write"), **here.named(request))
        told(client, below(request, "review"), **here.named(request))
        form = {**here.named(request), "way": "portal"}
        assert told(client, below(request, "send"), **form, code="000000").startswith("The code")
        page = send(client, below(request, "send"), "/en", **form, code=house.fresh("agnes")).text
        (seed,) = [n for n in read_page(page).all("p") if n.attributes.get("class") == "words seed"]
        assert faults(read_page(page)) == []
        assert seed.text not in client.get(below(request)).text
        book = house.office.book
        (letter,) = letters_to(book.runs, book.ring, "controller", [Masked(ANNA.email)])
        assert seed.text not in letter.content.text
        found = re.search(r"/your-data/answer/([\w-]{43})", letter.content.text)
        assert found is not None
        file = collect(book, Masked(found[1]), Masked(seed.text), house.clock.now())
        assert isinstance(file, Masked)
        assert file.reveal().startswith(b"PK")
        again = send(client, below(request, "send"), "/en", **form, code=house.fresh("agnes"))
        assert again.status_code == 200
        (new,) = [
            n for n in read_page(again.text).all("p") if n.attributes.get("class") == "words seed"
        ]
        assert new.text != seed.text, "a new link has a new code, and the old one ends"
    sent = [e for e in entries_of(book, request) if isinstance(e.step, steps.AnswerSent)]
    assert len(sent) == 1


def test_what_leaves_on_paper_is_taken_with_a_code_and_noted(here: AnswerHouse) -> None:
    """The pages to print or the whole package, once somebody has read it, each as a step of the
    request and in the log of views; a program between keeps no copy."""
    request, house = here.asked(person=BEN), here.house
    with house.signed_in("agnes") as client:

        def took(what: str, code: str = "") -> Any:  # noqa: ANN401
            form = {**here.named(request), "what": what, "code": code or house.fresh("agnes")}
            return send(client, below(request, "take"), "/en", **form)

        told(client, below(request, "draw"), person="1")
        told(client, below(request, "write"), **here.named(request))
        assert took("print").status_code == 404, "nobody has read it"
        assert below(request, "take") not in client.get(below(request)).text
        told(client, below(request, "review"), **here.named(request))
        assert below(request, "take") in client.get(below(request)).text
        wrong = took("print", "000000")
        assert (wrong.status_code, "%PDF" in wrong.text) == (422, False)
        assert newest(house.lodge.accounts) == ()
        printed, whole = took("print"), took("package")
    pages = PdfReader(io.BytesIO(printed.content)).pages
    assert BEN.email in "".join(page.extract_text() for page in pages)
    assert {PAGE, PDF} <= unzipped(whole.content).keys()
    assert unzipped(whole.content)[PDF] == printed.content
    for answer, ending in ((printed, "pdf"), (whole, "zip")):
        name = f'attachment; filename="{here.draft(request).id}.{ending}"'
        assert answer.headers["content-disposition"] == name
        assert answer.headers["cache-control"] == "no-store"
    assert [(v.by, v.what, v.why) for v in newest(house.lodge.accounts)] == [
        ("agnes", "answer", "answer")
    ] * 2
    taken = [e.by for e in entries_of(house.office.book, request) if e.step == Noted(what=TAKEN)]
    assert taken == ["agnes", "agnes"]
    for person in ("rik", "olivier", "aude", "marc"):
        with house.signed_in(person) as client:
            form = {**here.named(request), "what": "package", "code": house.fresh(person)}
            assert send(client, below(request, "take"), "/en", **form).status_code == 403, person


def test_what_left_on_paper_is_said_once_and_by_no_link(here: AnswerHouse) -> None:
    request, house = here.asked(person=BEN), here.house
    with house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        told(client, below(request, "write"), **here.named(request))
        told(client, below(request, "review"), **here.named(request))
        form = here.named(request)
        chosen = told(
            client, below(request, "send"), **form, way="pigeon", code=house.fresh("agnes")
        )
        assert chosen == "Choose how it leaves."
        form["way"] = "paper"
        assert (
            told(client, below(request, "send"), **form, code=house.fresh("agnes")) == "letter-sent"
        )
        page = client.get(below(request)).text
        assert "it left on paper" in page
        assert below(request, "send") not in page
        form["way"] = "portal"
        again = told(client, below(request, "send"), **form, code=house.fresh("agnes"))
        assert again.endswith("or it left another way.")
    assert next(iter(read(house.office.book, request).answers.values())).sent is Way.PAPER


def test_what_needs_somebody_first_stands_on_the_page_of_the_request(here: AnswerHouse) -> None:
    """The page that is worked on next comes first, with why; what it leads to is there."""
    request, house = here.asked(Right.ACCESS, Right.ERASURE), here.house
    with house.signed_in("agnes") as client:

        def first() -> tuple[str, str]:
            page = read_page(client.get(f"/en/requests/{request}").text)
            for link in page.all("a"):
                target = link.attributes.get("href", "")
                if target.startswith(f"/en/requests/{request}/"):
                    assert client.get(target).status_code == 200
            (lists,) = [n for n in page.all("ul") if n.attributes.get("class") == "lines open"]
            item = lists.all("li")[0]
            return item.all("a")[0].attributes["href"].rpartition("/")[2], item.text

        assert first()[0] == "answer"
        assert first()[1].startswith("Draw the copy.")
        told(client, below(request, "draw"), person="1")
        assert first()[0] == "redact"
        here.hide_all(request)
        assert first()[1].startswith("Write the answer: every place is decided.")
        told(client, below(request, "write"), **here.named(request))
        assert first()[1].startswith("Read the letter before it leaves.")
        told(client, below(request, "review"), **here.named(request))
        assert first()[1].startswith("Send the copy: somebody has read its letter.")
        form = {**here.named(request), "way": "paper", "code": house.fresh("agnes")}
        assert told(client, below(request, "send"), **form) == "letter-sent"
        assert first()[0] == "erase"
    company = house.office.arrive(Right.ACCESS, voice=Voice.COMPANY)
    house.office.take(company, steps.IdentityShown(person=1, rung=Rung.AUTHORITY))
    with house.signed_in("an") as client:
        assert "Draw the copy." not in client.get(f"/en/requests/{company.id}").text


def test_where_was_looked_is_said_system_by_system(here: AnswerHouse) -> None:
    """Anna is in the shop, and not in the newsletter, where somebody else is found: it works."""
    request = here.asked()
    with here.house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        page = client.get(below(request)).text
    assert "searched, nothing there" in page
    assert "somebody who is there was found" in page
    assert "looked up by email" in page
    assert "not every system is known" not in page


def test_a_system_that_is_away_makes_it_partial_and_it_is_drawn_again(here: AnswerHouse) -> None:
    request = here.asked()
    news = here.shop.home / "news.db"
    content = news.read_bytes()
    news.write_bytes(b"no database at all, whatever it is called")
    with here.house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        page = client.get(below(request)).text
        assert "unreachable: it did not answer" in page
        assert "It is partial: not every system is known." in page
        news.write_bytes(content)
        first = here.draft(request).id
        assert told(client, below(request, "draw"), person="1") == "copy-drawn"
        assert here.draft(request).id != first
        assert "It is partial" not in client.get(below(request)).text


def test_who_was_answered_in_part_waits_for_the_rest_unless_no_more_comes(
    here: AnswerHouse,
) -> None:
    one, other = here.asked(person=BEN), here.asked(person=BEN)
    (here.shop.home / "shop.db").write_bytes(b"no database at all, whatever it is called")
    with here.house.signed_in("agnes") as client:
        for request, last in ((one, {}), (other, {"last": "1"})):
            told(client, below(request, "draw"), person="1")
            told(client, below(request, "write"), **here.named(request), **last)
        states = [read(here.house.office.book, r).items[1].state for r in (one, other)]
        assert states == [ItemState.ACTING, ItemState.DONE]


def test_the_letter_is_opened_as_a_view_and_edited_beside_the_first_words(
    here: AnswerHouse,
) -> None:
    request, house = here.asked(), here.house
    with house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        here.hide_all(request)
        told(client, below(request, "write"), **here.named(request))
        assert newest(house.lodge.accounts) == ()
        page = send(client, below(request, "open"), "/en", **here.named(request))
        assert page.headers["cache-control"] == "no-store"
        (shown,) = read_page(page.text).all("pre")
        assert shown.attributes["lang"] == "nl"
        assert "Anna Peeters" in shown.text
        assert faults(read_page(page.text)) == []
        first = here.named(request)
        told(client, below(request, "review"), **first)
        mine = {"text": "Beste Anna,\r\n\r\nhier is uw kopie."}
        assert told(client, below(request, "edit"), **first, **mine) == "letter-kept"
        assert here.draft(request).letter == "Beste Anna,\n\nhier is uw kopie."
        assert told(client, below(request, "review"), **first) == "letter-changed"
        late = told(client, below(request, "edit"), **first, **mine)
        assert late == "Somebody changed the letter since you opened it."
    (view,) = newest(house.lodge.accounts)
    assert (view.by, view.what, view.why, view.person) == ("agnes", "letter", "answer", 1)
    rows = house.office.book.runs.run("answer_letters", answer=first["answer"])
    assert [(row["number"], row["by"]) for row in rows] == [(1, "agnes"), (2, "agnes")]


def test_the_whole_answer_is_shown_as_its_person_reads_it(here: AnswerHouse) -> None:
    """Byte by byte the page in their file, under a policy that knows its style and nothing else,
    kept nowhere; whoever opens it stands in the log of views."""
    request, house = here.asked(), here.house
    with house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        here.hide_all(request)
        early = send(client, below(request, "page"), "/en", **here.named(request))
        assert early.status_code == 404, "nothing is written yet"
        assert below(request, "page") not in client.get(below(request)).text
        told(client, below(request, "write"), **here.named(request))
        assert below(request, "page") in client.get(below(request)).text
        assert newest(house.lodge.accounts) == ()
        whole = send(client, below(request, "page"), "/en", **here.named(request))
    (view,) = newest(house.lodge.accounts)
    assert (view.by, view.what, view.why, view.person) == ("agnes", "answer", "review", 1)
    packed = file_of(house.office.book, here.draft(request).package)
    assert packed is not None
    assert whole.content == unzipped(packed[1].reveal(), (PAGE,))[PAGE]
    assert hashlib.sha256(whole.content).hexdigest() == here.draft(request).digest
    assert "Anna Peeters" in whole.text
    assert read_page(whole.text).all("html")[0].attributes["lang"] == "nl"
    (style,) = re.findall(b"<style>(.*?)</style>", whole.content, re.DOTALL)
    known = base64.b64encode(hashlib.sha256(style).digest()).decode()
    policy = whole.headers["content-security-policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{known}'"]
    assert {"form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert whole.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("who", "status"),
    [("agnes", 200), ("rik", 200), ("an", 200), ("olivier", 200), ("aude", 403), ("marc", 403)],
)
def test_a_whole_answer_is_for_who_prepares_redacts_or_supervises_it(
    here: AnswerHouse, who: str, status: int
) -> None:
    """Not for an auditor, who sees requests without whom they are about, or for an approver."""
    request, house = here.asked(person=BEN), here.house
    with house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        told(client, below(request, "write"), **here.named(request))
    with house.signed_in(who) as client:
        page = client.get(below(request))
        assert (below(request, "page") in page.text) is (status == 200)
        whole = send(client, below(request, "page"), "/en", **here.named(request))
    assert whole.status_code == status
    assert (BEN.email in whole.text) is (status == 200)
    assert len(newest(house.lodge.accounts)) == (status == 200)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ", "A letter needs words."),
        ("x" * 20_001, "The letter is too long."),
        ("Bel karel@other.example.", "It would tell a value that names somebody else"),
    ],
)
def test_words_that_are_refused_stay_in_the_form(here: AnswerHouse, text: str, said: str) -> None:
    request = here.asked()
    with here.house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        here.hide_all(request)
        told(client, below(request, "write"), **here.named(request))
        form = {**here.named(request), "text": text}
        answer = send(client, below(request, "edit"), "/en", **form)
        page = read_page(answer.text)
    assert answer.status_code == 422
    assert said in answer.text
    assert text.strip() in page.all("textarea")[0].text
    assert page.all("pre") == [], "what is not kept is not shown as the letter"
    assert faults(page) == []
    assert here.draft(request).version == 1


def test_what_has_to_come_first_is_said(here: AnswerHouse) -> None:
    house = here.house
    fresh = house.office.arrive(Right.ACCESS)
    known = house.office.arrive(Right.ACCESS)
    house.office.take(
        known,
        steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
        steps.Decided(item=1, outcome=Outcome.ACCEPTED),
    )
    erasure = house.office.arrive(Right.ERASURE)
    with house.signed_in("agnes") as client:
        assert "Decide first whether they get a copy." in client.get(below(fresh.id)).text
        assert "Say first which rows are theirs." in client.get(below(known.id)).text
        assert "Nobody waits for a copy here." in client.get(below(erasure.id)).text
        for request in (fresh, known):
            said = told(client, below(request.id, "draw"), person="1")
            assert said.startswith("Somebody says first which rows are theirs")


def test_who_gave_no_address_is_told_of_on_the_page(here: AnswerHouse) -> None:
    nowhere = type(ANNA)(name="Anna Peeters", language="nl", identities=(("email", ANNA.email),))
    request, house = here.asked(person=nowhere), here.house
    with house.signed_in("agnes") as client:
        assert "hand it over on paper" in client.get(below(request)).text
        told(client, below(request, "draw"), person="1")
        here.hide_all(request)
        told(client, below(request, "write"), **here.named(request))
        told(client, below(request, "review"), **here.named(request))
        form = {**here.named(request), "way": "portal", "code": house.fresh("agnes")}
        assert told(client, below(request, "send"), **form).endswith("hand it over on paper.")
    assert read(house.office.book, request).status is not Status.ANSWERED, "nothing half left"


def test_the_officer_and_whoever_serves_a_client_company_draw_nothing(here: AnswerHouse) -> None:
    request, house = here.asked(), here.house
    company = house.office.arrive(Right.ACCESS, voice=Voice.COMPANY)
    with house.signed_in("olivier") as client:
        assert below(request, "draw") not in client.get(below(request)).text
        assert send(client, below(request, "draw"), "/en", person="1").status_code == 403
    with house.signed_in("an") as client:
        assert below(company.id, "draw") not in client.get(below(company.id)).text
        for what in ("draw", "page", "take"):
            assert send(client, below(company.id, what), "/en", person="1").status_code == 403


def test_an_answer_to_another_request_is_not_found(here: AnswerHouse) -> None:
    one, other = here.asked(), here.asked(person=NOBODY)
    with here.house.signed_in("agnes") as client:
        told(client, below(one, "draw"), person="1")
        for what in ("write", "open", "page", "edit", "review", "take", "send"):
            form = here.named(one)
            assert send(client, below(other, what), "/en", **form).status_code == 404
        assert send(client, below(one, "draw"), "/en", person="9").status_code == 404
        assert client.get(below("request-none")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_without_a_fault(here: AnswerHouse, language: str) -> None:
    request = here.asked()
    with here.house.signed_in("agnes") as client:
        told(client, below(request, "draw"), person="1")
        answer = client.get(f"/{language}/requests/{request}/answer")
    assert answer.headers["content-language"] == language
    assert faults(read_page(answer.text)) == []


def test_every_state_and_way_has_its_words() -> None:
    assert {f"looked-{state}" for state in State} | {f"way-{way}" for way in WAYS} <= set(STAYS)
    assert set(WAYS) == set(Way)
    assert all(PROBLEMS.values())
