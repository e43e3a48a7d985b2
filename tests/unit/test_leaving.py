"""The PDF of an answer is made when it leaves, of what was reviewed, and once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from avow.duties.requests.answering import drafting, leaving, packing, paper
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.answering.packing import PDF, TO_PRINT, unzipped
from avow.duties.requests.book import Person, entries_of, file_of, words_of
from avow.duties.requests.steps import Noted
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from tests.answers_room import BEN, Shop

NAMED = Person(name="Ben Claes 🙂", language="nl", email="ben@mail.example")


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def reviewed(shop: Shop, person: Person = BEN) -> drafting.Draft:
    book, now = shop.office.book, shop.office.clock.now()
    request = shop.accepted(Right.ACCESS, person=person)
    begun = drafting.begin(book, shop.sources, request.id, 1, by="claire", at=now)
    drafting.draft(book, begun.id, by="claire", at=now)
    drafting.review(book, shop.ledger, begun.id, by="an", at=now)
    return drafting.opened(book, begun.id)


def kept(shop: Shop, answer: str) -> bytes:
    draft = drafting.opened(shop.office.book, answer)
    found = file_of(shop.office.book, draft.package)
    assert found is not None
    return found[1].reveal()


def left(shop: Shop, answer: str, *, anyhow: bool = False) -> bytes:
    now = shop.office.clock.now()
    found = leaving.leaving(shop.office.book, answer, by="ben", at=now, anyhow=anyhow)
    assert found is not None
    return found.reveal()


def noted(shop: Shop, request: str) -> dict[str, bytes]:
    """What was noted of the PDF, with the words of the step."""
    book = shop.office.book
    return {
        each.step.what: words_of(book, request, each.number).reveal()
        for each in entries_of(book, request)
        if isinstance(each.step, Noted) and each.step.what.startswith("pdf")
    }


def test_it_is_made_when_it_is_first_fetched_and_kept(shop: Shop) -> None:
    """Weeks later the same bytes, though the zip was asked for again; its digest is a step."""
    ready = reviewed(shop)
    before = unzipped(kept(shop, ready.id))
    assert PDF not in before
    first = left(shop, ready.id)
    shop.office.clock.move(timedelta(days=9))
    assert left(shop, ready.id) == first == kept(shop, ready.id)
    files = unzipped(first)
    assert list(files)[:2] == ["answer.html", PDF]
    assert TO_PRINT not in files
    assert {n: c for n, c in files.items() if n != PDF} == {
        n: c for n, c in before.items() if n != TO_PRINT
    }
    assert noted(shop, ready.request) == {
        "pdf-made": hashlib.sha256(files[PDF]).hexdigest().encode()
    }


def test_it_is_what_would_have_been_made_at_the_review(shop: Shop) -> None:
    """Though the organisation got another name meanwhile: the words are those of the review."""
    ready = reviewed(shop)
    words = unzipped(kept(shop, ready.id))[TO_PRINT]
    then = paper.typeset(words)
    controller = replace(shop.declaration.controller, name="Somebody Else")
    shop.office.declaration = replace(shop.declaration, controller=controller)
    assert unzipped(left(shop, ready.id))[PDF] == then


def test_the_words_of_the_pdf_are_those_of_the_page(shop: Shop) -> None:
    """What a reviewer looks through is all that the typesetter is given."""
    ready = reviewed(shop)
    files = unzipped(kept(shop, ready.id))
    page = files["answer.html"].decode()
    given = msgspec.json.decode(files[TO_PRINT])
    for part in given["parts"]:
        assert part["title"].replace("’", "&#39;") in page or part["title"] in page
    assert given["title"] in page
    assert given["at"].startswith("2027-03-15")


def test_the_package_goes_on_its_day_all_the_same(shop: Shop) -> None:
    ready = reviewed(shop)
    rows = shop.store.run("request_files", request=ready.request)
    days = {row["forget_on"] for row in rows if row["what"] == "package"}
    left(shop, ready.id)
    rows = shop.store.run("request_files", request=ready.request)
    of_now = [r for r in rows if r["what"] == "package" and r["gone_at"] is None]
    assert {row["forget_on"] for row in of_now} <= days
    assert len(of_now) == 1


def test_letters_that_may_be_missing_are_typeset_at_the_review(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: no font has them. The reviewer hears of it, and nothing left."""

    def without(_: bytes) -> bytes:
        raise AnswerRefused("planted", code="AV631")

    monkeypatch.setattr(paper, "typeset", without)
    reviewed(shop)
    with pytest.raises(AnswerRefused) as refused:
        reviewed(shop, NAMED)
    assert refused.value.code == "AV631"


def test_who_waits_gets_the_rest_where_no_pdf_can_be_made(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the typesetter was taken away after the review. Staff is refused; the person gets
    the page and the data, it is noted, and the next one gets the PDF."""
    ready = reviewed(shop)
    monkeypatch.setattr(paper, "can_typeset", lambda: False)
    with pytest.raises(AnswerRefused):
        left(shop, ready.id)
    files = unzipped(left(shop, ready.id, anyhow=True))
    assert {"answer.html", "proof.json"} <= set(files)
    assert not {PDF, TO_PRINT} & set(files)
    assert set(noted(shop, ready.request)) == {"pdf-not-made"}
    monkeypatch.undo()
    assert unzipped(left(shop, ready.id))[PDF].startswith(b"%PDF")


def test_the_fonts_have_every_letter_that_is_said_to_be_sure() -> None:
    """All of them in every place of the page, upright and bold; one that no font has is not."""
    sure = [chr(n) for n in range(0x20, 0x2100) if paper.is_sure(chr(n).encode())]
    assert len(sure) > 800
    every = " ".join(sure)
    assert paper.typeset(msgspec.json.encode(_everywhere(every))).startswith(b"%PDF")
    assert not paper.is_sure("🙂".encode())
    assert not paper.is_sure("日本".encode())


def _everywhere(text: str) -> dict[str, object]:
    blocks = [
        {"kind": "text", "words": text},
        {"kind": "points", "items": [text]},
        {"kind": "grid", "caption": f"{text}.", "head": [text], "rows": [[text]]},
        {"kind": "facts", "caption": text, "pairs": [[text, text]]},
    ]
    return {
        "language": "en", "house": text, "title": text, "facts": [[text, text]], "letter": [text],
        "parts": [{"title": text, "depth": 1, "blocks": blocks}], "at": "2027-03-15T10:00:00Z",
    }  # fmt: skip


def test_nothing_is_left_of_an_answer_that_was_erased(shop: Shop) -> None:
    ready = reviewed(shop)
    shop.store.run("request_file_end", id=ready.package, at=shop.office.clock.now())
    now = shop.office.clock.now()
    assert leaving.leaving(shop.office.book, ready.id, by="ben", at=now) is None
    assert packing.TO_PRINT == "answer.pdf.json"
