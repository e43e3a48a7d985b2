"""Facts about many identities are written, found and ended in as many statements as about one."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from avow.common.masked import Masked
from avow.engine.db.store import Store, Transaction
from avow.engine.facts.about import about, about_each
from avow.engine.facts.standing import RESTRICTION, Noting, Who, close_all, note, note_all, row
from avow.engine.keys.ring import new_ring
from tests.requests_room import NOON

RING = new_ring()
LATER = NOON + timedelta(hours=1)


def rows(count: int) -> list[Who]:
    return [row("app", "public.account", [number]) for number in range(count)]


def test_each_identity_has_its_own_facts_and_a_repeated_one_has_both(store: Store) -> None:
    first, second, third = rows(3)
    ids = note_all(store, RING, [Noting(RESTRICTION, w) for w in (first, second, first)], at=NOON)
    found = about_each(store, RING, [third, first, second], LATER)
    assert [{each.id for each in mine} for mine in found] == [set(), {ids[0], ids[2]}, {ids[1]}]


def test_ending_some_forgets_only_those_that_nothing_else_needs(store: Store) -> None:
    first, second = rows(2)
    ids = note_all(store, RING, [Noting(RESTRICTION, w) for w in (first, second, first)], at=NOON)
    assert close_all(store, ids[:2], LATER) == 2
    assert close_all(store, ids[:2], LATER) == 0
    (open_,) = store.run("facts_open", kinds=[RESTRICTION], sphere="ours", at=LATER)
    assert (open_["id"], open_["sealed"] is None) == (ids[2], False)
    assert about(store, RING, [second], LATER) == ()


def test_a_sphere_is_never_crossed(store: Store) -> None:
    mine = Who("email", Masked("ana@mail.example"))
    theirs = Who("email", Masked("ana@mail.example"), sphere="tenant:7")
    note(store, RING, RESTRICTION, theirs, at=NOON)
    assert about(store, RING, [mine], LATER) == ()


def test_a_thousand_rows_cost_the_statements_of_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    sql = Transaction._sql

    def heard(tx: Transaction, name: str) -> psycopg.sql.SQL:
        asked.append(name)
        return sql(tx, name)

    monkeypatch.setattr(Transaction, "_sql", heard)
    counted = []
    for whos in (rows(1), rows(1_000)):
        asked.clear()
        ids = note_all(store, RING, [Noting(RESTRICTION, who) for who in whos], at=NOON)
        about_each(store, RING, whos, LATER)
        close_all(store, ids, LATER)
        counted.append(list(asked))
    assert counted[0] == counted[1]
