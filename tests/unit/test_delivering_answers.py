"""An answer is handed out to who has its link and its code, and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from avow.common.masked import Masked
from avow.duties.correspondence.wording import all_wordings
from avow.duties.requests import steps
from avow.duties.requests.answering import drafting
from avow.duties.requests.book import Book, Person, entries_of, forget_due, read
from avow.duties.requests.delivering.answers import (
    KIND,
    NOT_MINE,
    Delivered,
    No,
    NotDelivered,
    collect,
    deliver,
    not_mine,
    shown,
)
from avow.duties.requests.delivering.links import followed, found
from avow.duties.requests.words import Ground, Right, Way
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.entries import Body, LettersWritten
from avow.faces.cli.main import main
from avow.faces.cli.request import deliver_command
from tests.answers_room import ANNA, BEN, Shop
from tests.unit.test_delivering import POST, texts, token_in


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def ready(shop: Shop, person: Person = BEN) -> drafting.Draft:
    """An answer that was looked through."""
    draft = drafted(shop, person)
    now = shop.office.clock.now()
    drafting.review(shop.office.book, shop.ledger, draft.id, by="an", at=now)
    return drafting.opened(shop.office.book, draft.id)


def drafted(shop: Shop, person: Person) -> drafting.Draft:
    """An answer that nobody has looked through."""
    book, now = shop.office.book, shop.office.clock.now()
    request = shop.accepted(Right.ACCESS, person=person)
    draft = drafting.begin(book, shop.sources, request.id, 1, by="claire", at=now)
    places = [mark.number for mark in draft.marks]
    if places:
        drafting.redact(book, draft.id, places, Ground.OTHERS_RIGHTS, by="an", at=now)
    return drafting.draft(book, draft.id, by="claire", at=now)


def delivered(
    shop: Shop, draft: drafting.Draft, person: Person = BEN
) -> tuple[Delivered, Masked[str]]:
    """An answer that was delivered now, and the secret of its link."""
    done = deliver(shop.office.book, POST, draft.id, by="claire", at=shop.office.clock.now())
    return done, token_in(texts(shop.office, KIND)[person.email])


def wrong(code: Masked[str]) -> Masked[str]:
    """Another code."""
    return Masked(f"{(int(code.reveal()) + 1) % 10**8:08}")


def got(shop: Shop, token: Masked[str], code: Masked[str]) -> bytes | No:
    """What is handed out now."""
    done = collect(shop.office.book, token, code, shop.office.clock.now())
    return done if isinstance(done, No) else done.reveal()


def test_link_and_code_together_give_the_file_and_one_step(shop: Shop) -> None:
    draft = ready(shop)
    done, token = delivered(shop, draft)
    file = got(shop, token, done.code)
    assert isinstance(file, bytes)
    assert file.startswith(b"PK")
    digits = done.code.reveal()
    assert got(shop, token, Masked(f" {digits[:4]} {digits[4:]}")) == file
    taken = [type(entry.step) for entry in entries_of(shop.office.book, draft.request)]
    assert taken.count(steps.AnswerSent) == taken.count(steps.AnswerCollected) == 1
    assert read(shop.office.book, draft.request).answers[draft.id].sent is Way.PORTAL
    assert len(all_wordings(KIND)) == 3


def test_the_letter_holds_the_link_and_not_the_code(shop: Shop) -> None:
    done = deliver(shop.office.book, POST, ready(shop).id, by="c", at=shop.office.clock.now())
    text = texts(shop.office, KIND)[BEN.email]
    assert "/nl/your-data/answer/" in text
    assert done.code.reveal() not in text
    assert len(done.code.reveal()) == 8
    rows = shop.office.store.run("request_link_newest", request=done.request)
    assert rows[0]["made_at"] is None  # no link that follows was made with it


def test_five_wrong_codes_lock_the_link_and_a_new_one_opens_again(shop: Shop) -> None:
    draft = ready(shop)
    done, token = delivered(shop, draft)
    tries = [got(shop, token, wrong(done.code)) for _ in range(6)]
    assert tries == [No.CODE] * 4 + [No.LINK] * 2
    assert got(shop, token, done.code) is No.LINK
    again, new = delivered(shop, draft)
    assert got(shop, new, done.code) is No.CODE
    assert isinstance(got(shop, new, again.code), bytes)


def test_a_renewed_or_expired_link_gives_nothing(shop: Shop) -> None:
    draft = ready(shop)
    done, old = delivered(shop, draft)
    again, new = delivered(shop, draft)
    assert got(shop, old, done.code) is No.LINK
    shop.office.clock.move(timedelta(days=4))
    assert got(shop, new, again.code) is No.LINK


def test_a_link_opens_the_answer_of_its_person_alone(shop: Shop) -> None:
    """Neither code with the other's link, and no link of an answer follows the request."""
    ben, of_ben = delivered(shop, ready(shop))
    anna, of_anna = delivered(shop, ready(shop, ANNA), ANNA)
    assert got(shop, of_ben, anna.code) is No.CODE
    assert got(shop, of_anna, ben.code) is No.CODE
    assert got(shop, of_ben, ben.code) != got(shop, of_anna, anna.code)
    assert followed(shop.office.book, of_ben, shop.office.clock.now()) is None


def test_after_its_last_day_the_file_is_gone_and_the_page_says_so(shop: Shop) -> None:
    draft = ready(shop)
    shop.office.clock.move(timedelta(days=30))
    done, token = delivered(shop, draft)
    shop.office.clock.move(timedelta(days=1))
    now = shop.office.clock.now()
    forget_due(shop.office.book, shop.store, now)
    known = shown(shop.office.book, token, now)
    assert known is not None
    assert not known[1]
    assert got(shop, token, done.code) is No.FILE
    with pytest.raises(NotDelivered, match="AV641"):
        deliver(shop.office.book, POST, draft.id, by="claire", at=now)


def test_who_says_it_is_not_for_them_closes_it_and_the_register_hears(shop: Shop) -> None:
    draft, reports = ready(shop), []
    done, token = delivered(shop, draft)

    def report(book: Book, request: str, at: datetime) -> None:
        reports.append(request)

    now = shop.office.clock.now()
    assert not not_mine(shop.office.book, Masked("x"), report, now)
    assert not_mine(shop.office.book, token, report, now)
    assert not not_mine(shop.office.book, token, report, now)
    assert reports == [draft.request]
    assert got(shop, token, done.code) is No.LINK
    assert found(shop.office.store, token, now) is None
    last = entries_of(shop.office.book, draft.request)[-1]
    assert last.step == steps.Noted(what=NOT_MINE)


def test_killed_before_the_letter_and_called_again_there_is_one_letter(shop: Shop) -> None:
    draft, book = ready(shop), shop.office.book

    def dies(bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        if any(isinstance(body, LettersWritten) for body in bodies):
            raise KeyboardInterrupt
        shop.office.tell(bodies, at, runs)

    with pytest.raises(KeyboardInterrupt):
        deliver(replace(book, tell=dies), POST, draft.id, by="c", at=shop.office.clock.now())
    assert read(book, draft.request).answers[draft.id].sent is None
    assert texts(shop.office, KIND) == {}
    done, token = delivered(shop, draft)
    assert isinstance(got(shop, token, done.code), bytes)


def test_what_nobody_looked_through_or_left_otherwise_is_not_delivered(shop: Shop) -> None:
    book, now = shop.office.book, shop.office.clock.now()
    draft = drafted(shop, BEN)
    with pytest.raises(NotDelivered, match="AV641"):
        deliver(book, POST, draft.id, by="claire", at=now)
    drafting.review(book, shop.ledger, draft.id, by="an", at=now)
    drafting.send(book, draft.id, Way.PAPER, by="claire", at=now)
    with pytest.raises(NotDelivered, match="AV641"):
        deliver(book, POST, draft.id, by="claire", at=now)


def test_who_has_no_address_is_not_sent_a_link(shop: Shop) -> None:
    draft = ready(shop, Person(name="Ben", language="nl", identities=(("email", BEN.email),)))
    with pytest.raises(NotDelivered, match="AV682"):
        deliver(shop.office.book, POST, draft.id, by="claire", at=shop.office.clock.now())
    assert read(shop.office.book, draft.request).answers[draft.id].sent is None


def test_the_command_prints_the_code_once_and_nothing_of_the_person(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, draft = shop.office, ready(shop)
    house = replace(shop.declaration.controller, email="privacy@firm.example")
    declaration = replace(shop.declaration, controller=house)

    @contextmanager
    def opened(folder: Path, url: str | None) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(book=office.book, declaration=declaration, now=office.clock.now)

    monkeypatch.setattr(deliver_command, "opened", opened)
    said = ["request", "deliver", draft.id, "--at", "https://my.example", "--as", "claire"]
    result = CliRunner().invoke(main, said)
    assert result.exit_code == 0, result.output
    (code,) = re.findall(r"code: (\d{8}) ", result.output)
    token = token_in(texts(office, KIND)[BEN.email])
    assert token.reveal() not in result.output
    assert BEN.email not in result.output
    assert isinstance(got(shop, token, Masked(code)), bytes)
