"""Whose rows many requests are about is asked in one search, and each gets what it alone would."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from avow.duties.requests import rows_together
from avow.duties.requests.book import Arrival, Asking, Person, open_request
from avow.duties.requests.rows import accepted_of, looked_for
from avow.duties.requests.rows_together import accept_all, looked_for_all
from avow.duties.requests.words import Channel, Right
from avow.engine.db.store import Store
from avow.engine.planner import requested
from avow.engine.planner.identities import Candidate, Question
from tests.answers_room import ANNA, BEN, NOBODY, Shop
from tests.heard import heard
from tests.unit.test_answers_together import customers

FEW, MANY = 3, 23


@pytest.fixture
def shop(tmp_path: Path, store: Store) -> Shop:
    return Shop(tmp_path, store)


def arrived(shop: Shop, *people: Person) -> list[str]:
    """A request of each, of which nobody has said whose rows it is about."""
    return [shop.office.arrive(Right.ACCESS, person=p).id for p in people]


def bare(candidates: Sequence[Candidate]) -> set[Candidate]:
    return set(candidates)


def test_each_finds_what_its_search_alone_would(shop: Shop) -> None:
    """Anna twice, Ben of another system, somebody who is nowhere, and one request of two persons:
    that Anna asked twice is no question of either request."""
    names = arrived(shop, ANNA, ANNA, BEN, NOBODY)
    book, at = shop.office.book, shop.office.clock.now()
    asked = (Asking(1, Right.ACCESS), Asking(2, Right.ACCESS))
    both = Arrival(Channel.EMAIL, at, "en", (ANNA, BEN), asked)
    names.append(open_request(book, both, by="claire", at=at).id)
    found = looked_for_all(book, shop.estate, names)
    for name in names:
        alone = looked_for(book, shop.estate, name)
        assert bare(found[name].found.candidates) == bare(alone.found.candidates)
        assert found[name].found.asks == alone.found.asks
        assert sorted(found[name].found.unnamed) == sorted(alone.found.unnamed)


def test_what_needs_no_question_is_accepted_and_the_rest_waits(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: Ben's value may be that of several persons. His request, and that of somebody who is
    nowhere, wait for a person; called again, nothing is accepted twice."""
    anna, ben, nobody = arrived(shop, ANNA, BEN, NOBODY)
    whole = requested.look

    def doubtful(*told: object) -> object:
        looked = whole(*told)  # type: ignore[arg-type]
        marked = tuple(
            replace(c, asks=(Question.SHARED,)) if c.system == "news" else c
            for c in looked.found.candidates
        )
        return replace(looked, found=replace(looked.found, candidates=marked))

    monkeypatch.setattr(rows_together, "look", doubtful)
    book, at = shop.office.book, shop.office.clock.now()
    done = {m.request: m for m in accept_all(book, shop.estate, by="claire", at=at)}
    assert (done[anna].rows, done[anna].why) == (1, "")
    assert (done[ben].why, done[nobody].why) == ("questions", "nothing-found")
    accepted = accepted_of(book, anna)
    assert accepted is not None
    assert [c.keys for c in accepted] == [(("1",),)]
    assert accepted_of(book, ben) is None
    again = accept_all(book, shop.estate, by="claire", at=at)
    assert {m.request for m in again} == {ben, nobody}


def test_nothing_is_accepted_while_a_system_is_away(shop: Shop) -> None:
    (anna,) = arrived(shop, ANNA)
    (shop.home / "news.db").unlink()
    book, at = shop.office.book, shop.office.clock.now()
    (one,) = accept_all(book, shop.estate, by="claire", at=at)
    assert one.why == "unreachable"
    assert accepted_of(book, anna) is None


def test_systems_are_asked_as_often_for_many_requests_as_for_few(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = _few_and_many(shop, monkeypatch)
    assert 0 < many <= few


def test_a_search_for_each_request_is_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: groups of one."""
    monkeypatch.setattr(rows_together, "GROUP", 1)
    few, many = _few_and_many(shop, monkeypatch)
    assert many > 5 * few


def _few_and_many(shop: Shop, patch: pytest.MonkeyPatch) -> tuple[int, int]:
    people = customers(shop, MANY)
    few = _statements(shop, people[:FEW], patch)
    return few, _statements(shop, people[FEW:], patch)


def _statements(shop: Shop, people: Sequence[Person], patch: pytest.MonkeyPatch) -> int:
    """How many statements the systems were sent while these persons' rows were looked for."""
    arrived(shop, *people)
    with heard(patch) as said:
        book, at = shop.office.book, shop.office.clock.now()
        done = accept_all(book, shop.estate, by="claire", at=at)
    assert [each.why for each in done] == [""] * len(people)
    with closing(sqlite3.connect(shop.home / "shop.db")) as owner:
        assert owner.execute("SELECT count(*) FROM customer").fetchone() == (2 + MANY,)
    return len(said)
