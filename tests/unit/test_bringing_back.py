"""An erasure on request is taken back while its hours run: by two persons, for one request."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from avow.common.errors import AvowError
from avow.duties.requests.acting import back_no_more
from avow.duties.requests.acting.bringing_back import CameBack, bring_back, lying_of
from avow.duties.requests.acting.erasing import finish, parts
from avow.duties.requests.acting.erasing_together import begin_all
from avow.duties.requests.book import Said, read, take
from avow.duties.requests.steps import Decided, Refusal
from avow.duties.requests.telling.letters import draft, review, send
from avow.duties.requests.words import Ground, ItemState
from avow.duties.requests.words import Outcome as Decision
from avow.engine.evidence.checks import Outcome
from avow.engine.evidence.verify import verify_ledger
from avow.engine.planner.bundle_end import destroy_due
from avow.faces.cli.desk import Desk
from avow.faces.cli.request.erase_command import hands_of
from tests.faults.killed import killed_at
from tests.unit.test_erasing import asked, at_desk, begun, carried_out, suppressed
from tests.unit.test_erasing_together import buyers, ended, the_plan
from tests.unit.test_request_erasure import avow, rows
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)

TABLES = ("buyer", "question", "bill")
TWO = ("marc", "paul")


def everything(home: Path) -> dict[str, list[tuple[object, ...]]]:
    return {table: rows(home, table) for table in TABLES}


def back(desk: Desk, request: str, by: tuple[str, ...] = TWO) -> CameBack:
    return bring_back(hands_of(desk), desk.bench.hands(), request, 1, by, desk.now())


def remembered(state_url: str) -> tuple[int, int, int]:
    """What is remembered of whoever was erased: hashes, values of the next census, frames."""
    with psycopg.connect(state_url) as owner:
        found = owner.execute(
            "SELECT (SELECT count(*) FROM avow.erasure_journal),"
            " (SELECT coalesce(sum(values), 0)::int FROM avow.census_secret),"
            " (SELECT count(*) FROM avow.undo_frame)"
        ).fetchone()
    assert found is not None
    return found[0], found[1], found[2]


def end(desk: Desk, request: str) -> None:
    finish(hands_of(desk), request, 1, by="claire", at=desk.now())


def erased(home: Path, state_url: str) -> str:
    """The first buyer, whose bill must stay, is erased, and the erasure ended."""
    request = at_desk(home, state_url, asked)
    plans = at_desk(home, state_url, lambda desk: begun(desk, request))
    carried_out(str(plans["shop"]))
    at_desk(
        home, state_url, lambda desk: finish(hands_of(desk), request, 1, by="claire", at=desk.now())
    )
    return request


def refused(code: str, home: Path, state_url: str, request: str, by: tuple[str, ...] = TWO) -> None:
    """Taking it back is refused, and nothing is changed."""
    before = everything(home)
    with pytest.raises(AvowError) as error:
        at_desk(home, state_url, lambda desk: back(desk, request, by))
    assert error.value.code == code
    assert everything(home) == before


def declared(home: Path, more: str) -> None:
    """The declaration with something more, in force."""
    whole = home / "declaration" / "all.yaml"
    whole.write_text(whole.read_text() + more)
    three = ("--author", "claire", "--as", "marc", "--as", "paul")
    avow("activate", str(home / "declaration"), *three)


def run(state_url: str, statement: str) -> None:
    with psycopg.connect(state_url) as owner:
        owner.execute(statement.encode())


def test_all_of_it_comes_back_and_the_item_is_decided_anew(home: Path, state_url: str) -> None:
    before = everything(home)
    request = erased(home, state_url)
    assert everything(home) != before
    assert suppressed(state_url) > 0
    assert remembered(state_url)[2] > 0

    came = at_desk(home, state_url, lambda desk: back(desk, request))

    assert everything(home) == before
    assert came.rows["shop"] > 0
    assert (came.left, came.nothing) == ({}, ())
    assert suppressed(state_url) == 0
    assert remembered(state_url) == (0, 0, 0), "nobody looks for them, and nothing lies twice"
    state = at_desk(home, state_url, lambda desk: read(desk.book, request))
    assert state.items[1].state is ItemState.ASKED
    assert at_desk(home, state_url, lambda desk: parts(desk.book, request, 1)) == ()
    at_desk(home, state_url, holds)


def holds(desk: Desk) -> None:
    """The chain of the ledger is whole."""
    assert verify_ledger(desk.state.ledger).broken_at is None


def test_one_of_many_comes_back_and_the_others_stay_gone(home: Path, state_url: str) -> None:
    """Four buyers go by one plan; the second is taken back, and can go again by another."""
    people = buyers(home, 100, 4)
    before = everything(home)
    requests = at_desk(home, state_url, lambda desk: [asked(desk, each) for each in people])
    placed = at_desk(
        home, state_url, lambda desk: begin_all(hands_of(desk), by="claire", at=desk.now())
    )
    carried_out(the_plan(placed))
    at_desk(home, state_url, ended)
    gone = everything(home)

    came = at_desk(home, state_url, lambda desk: back(desk, requests[1]))

    assert came.rows == {"shop": 2}, "the question, and the profile whose bill had to stay"
    now = everything(home)
    for table, rows_ in now.items():
        theirs = [row for row in before[table] if row[0] == 101]
        assert [row for row in rows_ if row[0] == 101] == theirs
        assert [row for row in rows_ if row[0] != 101] == [r for r in gone[table] if r[0] != 101]
    refused("AV937", home, state_url, requests[1])

    decided = Said(Decided(item=1, outcome=Decision.ACCEPTED))
    at_desk(
        home,
        state_url,
        lambda desk: take(desk.book, requests[1], [decided], by="claire", at=desk.now()),
    )
    plans = at_desk(home, state_url, lambda desk: begun(desk, requests[1]))
    carried_out(str(plans["shop"]))
    assert everything(home) == gone


def test_two_persons_beside_the_author_say_so(home: Path, state_url: str) -> None:
    request = erased(home, state_url)
    refused("AV427", home, state_url, request, ("marc",))
    refused("AV427", home, state_url, request, ("marc", "marc"))


def test_what_was_written_since_is_never_overwritten(home: Path, state_url: str) -> None:
    before = everything(home)
    request = erased(home, state_url)
    with closing(sqlite3.connect(home / "shop.db")) as shop, shop:
        shop.execute("INSERT INTO question VALUES (1, 'new@example.org', 'new', '2026-01-01')")
    at_desk(home, state_url, lambda desk: back(desk, request))
    now = everything(home)
    assert now["question"][0] == (1, "new@example.org", "new", "2026-01-01")
    assert now["buyer"] == before["buyer"]


def test_after_its_hours_it_is_gone_for_good(home: Path, state_url: str) -> None:
    """The round destroys key and frames; one that does not come by turns the check red."""
    declared(home, "rights: [{right: erasure, clause: '3.a'}]\n")
    request = erased(home, state_url)
    run(state_url, "UPDATE avow.undo_bundle SET ends_at = ends_at - interval '74 hours'")
    assert at_desk(home, state_url, late).bad

    gone = at_desk(
        home,
        state_url,
        lambda d: destroy_due(d.state.store, d.state.folder, d.today, d.now(), d.note),
    )

    assert len(gone) == 1
    assert remembered(state_url)[2] == 0
    with psycopg.connect(state_url) as owner:
        keys = owner.execute("SELECT wrapped FROM avow.bundle_key WHERE purpose = 'undo'")
        assert keys.fetchall() == [(None,)]
    assert not at_desk(home, state_url, late).bad
    refused("AV937", home, state_url, request)


def late(desk: Desk) -> Outcome:
    """What the check says of bundles that lie too long."""
    ((check, result),) = back_no_more.answers(desk.book, at=desk.now())
    assert check.id.startswith("requests.undo-ended.")
    assert result.canary_seen
    return result.outcome


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM avow.undo_frame WHERE number = 0",
        "UPDATE avow.undo_frame SET sealed = overlay(sealed PLACING 'x'::bytea FROM 60)",
    ],
)
def test_a_bundle_that_was_changed_is_refused_whole(home: Path, state_url: str, fault: str) -> None:
    request = erased(home, state_url)
    run(state_url, fault)
    refused("AV437", home, state_url, request)


def test_a_letter_that_says_it_is_erased_is_none_any_more(home: Path, state_url: str) -> None:
    request = erased(home, state_url)

    def drafted(desk: Desk) -> str:
        return draft(desk.book, request, 1, by="claire", at=desk.now()).id

    first = at_desk(home, state_url, drafted)
    at_desk(home, state_url, lambda desk: back(desk, request))
    state = at_desk(home, state_url, lambda desk: read(desk.book, request))
    assert first not in state.answers
    grounds = (Refusal(ground=Ground.LEGAL_DUTY, law="art. 17(3)(b)"),)
    no = Said(Decided(item=1, outcome=Decision.REFUSED, refusals=grounds))
    at_desk(home, state_url, lambda d: take(d.book, request, [no], by="claire", at=d.now()))
    assert at_desk(home, state_url, drafted) != first


def test_nothing_can_be_taken_back_once_the_letter_leaves(home: Path, state_url: str) -> None:
    """It leaves after the hours, and destroys what no round came by to destroy."""
    request = erased(home, state_url)

    def sent(desk: Desk) -> None:
        later = desk.now() + timedelta(hours=73)
        letter = draft(desk.book, request, 1, by="claire", at=later).id
        review(desk.book, letter, by="claire", at=later)
        send(desk.book, desk.state.ledger, letter, by="claire", at=later)

    assert remembered(state_url)[2] > 0
    at_desk(home, state_url, sent)
    assert remembered(state_url)[2] == 0
    refused("AV937", home, state_url, request)


def test_where_nothing_is_to_be_taken_back_nothing_is_kept(home: Path, state_url: str) -> None:
    declared(home, "requests: {undo: 0 hours}\n")
    request = erased(home, state_url)
    assert remembered(state_url)[2] == 0
    refused("AV937", home, state_url, request)


def test_the_command_says_what_can_be_taken_back_and_does_it(home: Path, state_url: str) -> None:
    request = erased(home, state_url)
    (lying,) = at_desk(home, state_url, lambda desk: lying_of(desk.book, request, 1, desk.now()))
    assert (lying.system, lying.unkept) == ("shop", 0)

    assert "1 erasures took out" in avow("undo").output
    assert f"shop: {lying.rows} rows until" in avow("request", "bring-back", request, "1").output
    done = avow("request", "bring-back", request, "1", "--as", "marc", "--as", "paul")
    assert f"shop: {lying.rows} rows came back" in done.output
    assert "nothing" in avow("undo").output


PLACES = ("started", "moved", "committed", "journalled", "rows back", "forgotten")


@pytest.mark.parametrize("place", PLACES)
def test_killed_anywhere_and_run_again_the_end_is_the_same(
    home: Path, state_url: str, place: str
) -> None:
    before = everything(home)
    request = erased(home, state_url)

    def tried(crash: Callable[[str], None]) -> None:
        def do(desk: Desk) -> None:
            hands = replace(hands_of(desk), crash=crash)
            undo = replace(desk.bench.hands(), crash=crash)
            bring_back(hands, undo, request, 1, TWO, desk.now())

        at_desk(home, state_url, do)

    assert killed_at(place, 1, tried), "it came there"
    tried(lambda _: None)
    assert everything(home) == before
    assert (suppressed(state_url), remembered(state_url)) == (0, (0, 0, 0))
    state = at_desk(home, state_url, lambda desk: read(desk.book, request))
    assert state.items[1].state is ItemState.ASKED
    told = [name for name, _ in steps_of(state_url) if name == "brought-back"]
    assert len(told) == 1


def steps_of(state_url: str) -> list[tuple[str, int]]:
    with psycopg.connect(state_url) as owner:
        found = owner.execute("SELECT name, number FROM avow.request_step").fetchall()
    return [(name, number) for name, number in found]
