"""An open request for access keeps the person's rows: the sweep that would erase them waits."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from avow.duties.requests import steps
from avow.duties.requests.answering import drafting
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from avow.engine.planner.making import Memory, Wish, counted
from tests.answers_room import BEN, Shop

LATER = date(2028, 1, 2)
"""The day after Ben's subscription has been kept for a year."""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    shop = Shop(tmp_path, store)
    shop.office.clock.move(timedelta(days=LATER.toordinal() - date(2027, 3, 15).toordinal()))
    return shop


def due(shop: Shop) -> int:
    """Rows that a sweep of the newsletter would erase today."""
    memory = Memory(shop.store, shop.office.ring, shop.declaration, LATER)
    part = counted(shop.estate, memory, Wish("news", LATER))
    return sum(each.measure.rows for each in part.steps)


def test_what_is_due_waits_until_the_copy_is_drafted(shop: Shop) -> None:
    """Due before he asks, kept while he waits, due again once the copy lies in the answer."""
    assert due(shop) == 1
    request = shop.accepted(Right.ACCESS, person=BEN)
    assert due(shop) == 0
    book, now = shop.office.book, shop.office.clock.now()
    begun = drafting.begin(book, shop.sources, request.id, 1, by="claire", at=now)
    assert due(shop) == 0
    done = drafting.draft(book, begun.id, by="claire", at=now)
    assert due(shop) == 1
    with closing(sqlite3.connect(shop.home / "news.db")) as owner, owner:
        owner.execute("DELETE FROM subscriber")
    kept = drafting.opened(book, done.id).copy
    assert [row.values[1] for table in kept.tables for row in table.rows] == ["ben@mail.example"]


def test_a_row_known_by_another_value_waits_too(shop: Shop) -> None:
    """The address in the system was changed after the row was accepted: it is held by its key."""
    request = shop.accepted(Right.ACCESS, person=BEN)
    shop.run("news", "UPDATE subscriber SET email = 'other@mail.example'")
    assert due(shop) == 0
    shop.office.take(request, steps.WithdrawnByPerson(items=(1,)))
    assert due(shop) == 1


def test_nobody_elses_rows_wait(shop: Shop) -> None:
    shop.run("news", "INSERT INTO subscriber VALUES (2, 'x@mail.example', '2026-01-01')")
    assert due(shop) == 2
    shop.accepted(Right.ACCESS, person=BEN)
    assert due(shop) == 1


def test_a_refused_or_other_request_keeps_nothing(shop: Shop) -> None:
    shop.office.arrive(Right.OBJECTION, person=BEN)
    assert due(shop) == 1
