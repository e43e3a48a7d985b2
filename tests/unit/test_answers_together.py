"""Many answers are drawn in shared reads, and each is what its person would have got alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from avow.duties.requests.answering import drafting, together
from avow.duties.requests.answering.copy import Copy
from avow.duties.requests.answering.gathering import Sources, gather
from avow.duties.requests.answering.marks import AnswerRefused
from avow.duties.requests.answering.together import answer_all
from avow.duties.requests.book import Person, read
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Store
from avow.engine.planner.making import Estate
from tests.answers_room import ANNA, BEN, NOBODY, Shop
from tests.heard import heard

FEW, MANY = 3, 23


@pytest.fixture
def shop(tmp_path: Path, store: Store) -> Shop:
    return Shop(tmp_path, store)


def customers(shop: Shop, many: int) -> list[Person]:
    """So many more customers, each with three orders."""
    people = [Person(name=f"C{n}", language="nl", email=f"c{n}@mail.example") for n in range(many)]
    with closing(sqlite3.connect(shop.home / "shop.db")) as owner, owner:
        for n, each in enumerate(people, 100):
            row = (n, each.name, each.email)
            owner.execute("INSERT INTO customer VALUES (?, ?, ?, '', 1, '')", row)
            rows = [(10 * n + k, n, f"tea {k}") for k in range(3)]
            owner.executemany("INSERT INTO orders VALUES (?, ?, ?, NULL, '2027-01-05')", rows)
    return people


def test_each_is_what_its_person_would_have_got_alone(shop: Shop) -> None:
    """Anna twice, Ben of another system, somebody who is nowhere, three more customers."""
    people = [ANNA, ANNA, BEN, NOBODY, *customers(shop, 3)]
    asked = [shop.accepted(Right.ACCESS, person=p).id for p in people]
    book, at = shop.office.book, shop.office.clock.now()
    alone = {r: _bare(_alone(shop, r)) for r in asked}
    done = answer_all(book, shop.sources, by="claire", at=at)
    assert [(each.request, each.code) for each in sorted(done, key=lambda d: d.request)] == [
        (r, "") for r in sorted(asked)
    ]
    for each in done:
        drawn = drafting.opened(book, each.answer).copy
        assert _bare(drawn) == alone[each.request]
        state = read(book, each.request)
        is_done = state.items[1].state is ItemState.DONE
        assert is_done == each.is_drafted == (each.undecided == 0)
    assert {d.undecided > 0 for d in done} == {True, False}, "Anna's places wait, Ben's do not"


def test_called_again_it_does_nothing_twice(shop: Shop) -> None:
    shop.accepted(Right.ACCESS, person=BEN)
    book, at = shop.office.book, shop.office.clock.now()
    assert len(answer_all(book, shop.sources, by="claire", at=at)) == 1
    assert answer_all(book, shop.sources, by="claire", at=at) == ()


def test_where_a_limit_cuts_each_is_read_alone(shop: Shop) -> None:
    """Five customers have 15 orders; ten are read at once, and three of each are there."""
    for person in customers(shop, 5):
        shop.accepted(Right.ACCESS, person=person)
    book, at = shop.office.book, shop.office.clock.now()
    done = answer_all(book, replace(shop.sources, most=10), by="claire", at=at)
    rows = [drafting.opened(book, each.answer).copy.rows for each in done]
    assert rows == [4] * 5
    assert all(each.answer and not each.code for each in done)


def test_one_that_is_refused_stops_no_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (shop.accepted(Right.ACCESS, person=p).id for p in customers(shop, 2))
    book, at, whole = shop.office.book, shop.office.clock.now(), drafting.begun

    def refusing(book: object, state: object, *args: object, **named: object) -> object:
        if state.id == first:  # type: ignore[attr-defined]
            raise AnswerRefused("planted", code="AV615")
        return whole(book, state, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(together, "begun", refusing)
    done = {d.request: d for d in answer_all(book, shop.sources, by="claire", at=at)}
    assert (done[first].code, done[first].answer) == ("AV615", "")
    assert done[second].answer
    assert read(book, first).items[1].state is ItemState.ACCEPTED


def test_systems_are_asked_as_often_for_many_persons_as_for_few(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statements on the shop do not grow with the requests of one group."""
    few, many = _few_and_many(shop, monkeypatch)
    assert 0 < many <= few


def test_a_question_for_each_person_is_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: groups of one person."""
    monkeypatch.setattr(together, "GROUP", 1)
    few, many = _few_and_many(shop, monkeypatch)
    assert many > 5 * few


def _few_and_many(shop: Shop, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Statements on the systems for a few persons, then for many others."""
    few = _statements(shop, customers(shop, FEW), patch)
    shop.run("shop", "DELETE FROM orders WHERE customer_id >= 100")
    shop.run("shop", "DELETE FROM customer WHERE id >= 100")
    return few, _statements(shop, customers(shop, MANY), patch)


def _statements(shop: Shop, people: Sequence[Person], patch: pytest.MonkeyPatch) -> int:
    """How many statements the systems were sent while these persons' answers were made."""
    for person in people:
        shop.accepted(Right.ACCESS, person=person)
    with heard(patch) as said:
        book, at = shop.office.book, shop.office.clock.now()
        done = answer_all(book, shop.sources, by="claire", at=at)
    assert len(done) == len(people)
    return len(said)


def _alone(shop: Shop, request: str) -> Copy:
    book = shop.office.book
    state, rows = read(book, request), accepted_of(book, request)
    assert rows is not None
    sources = Sources(Estate(shop.declaration, shop.urls))
    return gather(book, sources, state, 1, rows, at=shop.office.clock.now())


def _bare(copy: Copy) -> object:
    """A copy without how far the requests of the person are, which goes on meanwhile."""
    return msgspec.structs.replace(copy, asked=())
