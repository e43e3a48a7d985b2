"""An accepted erasure on a small shop: nobody comes back, what stays is said, nothing is twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from avow.duties.requests import steps
from avow.duties.requests.acting.erasing import Hands, NotErased, begin, finish, left, parts
from avow.duties.requests.book import Arrival, Asking, Person, Said, open_request, read, take
from avow.duties.requests.rows import accept, looked_for
from avow.duties.requests.words import Channel, ItemState, Outcome, Right, Rung, Voice
from avow.faces.cli.desk import Desk, opened
from avow.faces.cli.request.erase_command import hands_of
from tests.unit.test_request_erasure import TODAY, avow, rows
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)

T = TypeVar("T")
FIRST = Person(name="Anna", email="p1@example.org", identities=(("email", "p1@example.org"),))
SECOND = Person(name="Bo", email="p2@example.org", identities=(("email", "p2@example.org"),))


class Crash(Exception):
    """The process died here."""


def at_desk(home: Path, state_url: str, do: Callable[[Desk], T]) -> T:
    """Something done with the state of the shop."""
    with opened(home / "state", state_url) as desk:
        return do(desk)


def asked(desk: Desk, person: Person = FIRST, *more: Right, accepts: bool = True) -> str:
    """An erasure that was accepted, with the rows that are theirs."""
    rights = (Right.ERASURE, *more)
    asking = tuple(Asking(1, right) for right in rights)
    arrival = Arrival(Channel.EMAIL, desk.now(), "en", (person,), asking, Voice.SELF)
    name = open_request(desk.book, arrival, by="claire", at=desk.now()).id
    shown = steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS)
    decided = steps.Decided(item=1, outcome=Outcome.ACCEPTED)
    take(desk.book, name, [Said(shown), Said(decided)], by="claire", at=desk.now())
    if accepts:
        found = looked_for(desk.book, desk.estate, name).found.candidates
        accept(desk.book, name, found, by="claire", at=desk.now())
    return name


def begun(desk: Desk, request: str) -> dict[str, str | None]:
    """The plan of each system after beginning."""
    found = begin(hands_of(desk), request, 1, by="claire", at=desk.now())
    return {part.system: part.plan or part.gap for part in found}


def carried_out(plan: str) -> None:
    for person in ("marc", "paul"):
        avow("approve", plan, "--as", person)
    avow("apply", plan)


def suppressed(state_url: str) -> int:
    with psycopg.connect(state_url) as owner:
        found = owner.execute("SELECT count(*) FROM avow.suppression WHERE reason = 'erased'")
        return int(str((found.fetchone() or (0,))[0]))


def test_the_whole_way_leaves_what_the_law_keeps_and_says_until_when(
    home: Path, state_url: str
) -> None:
    request = at_desk(home, state_url, asked)
    plans = at_desk(home, state_url, lambda desk: begun(desk, request))
    assert suppressed(state_url) == 1
    assert list(plans) == ["shop"]
    with pytest.raises(NotErased, match="AV637"):
        at_desk(
            home, state_url,
            lambda d: finish(hands_of(d), request, 1, by="claire", at=d.now()),
        )  # fmt: skip
    carried_out(str(plans["shop"]))
    assert rows(home, "buyer")[0][:3] == (1, "", "-")
    assert [r[0] for r in rows(home, "bill")] == [1]

    def ended(desk: Desk) -> None:
        done = finish(hands_of(desk), request, 1, by="claire", at=desk.now())
        (bill,) = [each for each in left(desk.book, request, 1) if each.dataset == "bill"]
        assert (bill.why, bill.clauses) == ("legal minimum", ("3.a",))
        assert date.fromisoformat(bill.until) > TODAY + timedelta(days=2000)
        assert done.gaps == ()
        assert done.answer_from > desk.now() + timedelta(hours=70)
        item = read(desk.book, request).items[1]
        assert (item.state, item.gaps, item.retained) == (ItemState.DONE, 0, done.retained)
        assert done.retained > 0

    at_desk(home, state_url, ended)


def test_beginning_again_makes_nothing_twice(home: Path, state_url: str) -> None:
    def twice(desk: Desk) -> None:
        request = asked(desk, SECOND)
        first, records = begun(desk, request), read(desk.book, request).items[1].records
        assert begun(desk, request) == first
        assert read(desk.book, request).items[1].records == records == (first["shop"],)

    at_desk(home, state_url, twice)


@pytest.mark.parametrize("moment", ["suppressed", "planned"])
def test_killed_on_the_way_it_goes_on_with_one_plan(
    home: Path, state_url: str, moment: str
) -> None:
    """Whatever was written stays; a plan that nobody heard of is withdrawn and made anew."""

    def die(name: str) -> None:
        if name == moment:
            raise Crash

    def killed(desk: Desk) -> str:
        request = asked(desk)
        hands: Hands = replace(hands_of(desk), crash=die)
        with pytest.raises(Crash):
            begin(hands, request, 1, by="claire", at=desk.now())
        assert read(desk.book, request).items[1].state is ItemState.ACCEPTED
        return request

    request = at_desk(home, state_url, killed)
    assert suppressed(state_url) == 1, "before any plan"

    def again(desk: Desk) -> None:
        plans = begun(desk, request)
        known = {
            r["id"]: r["status"] for r in desk.state.store.run("plans_of_case", case_id=request)
        }
        assert known.pop(str(plans["shop"])) == "waiting"
        assert set(known.values()) <= {"withdrawn"}
        assert len(known) == (moment == "planned")

    at_desk(home, state_url, again)


def test_a_withdrawn_plan_is_made_anew(home: Path, state_url: str) -> None:
    def withdrawn(desk: Desk) -> None:
        request = asked(desk, SECOND)
        first = begun(desk, request)["shop"]
        with psycopg.connect(state_url) as owner:
            owner.execute("UPDATE avow.plan SET status = 'withdrawn', ended_at = now()")
        second = begun(desk, request)["shop"]
        assert first != second
        assert read(desk.book, request).items[1].records == (first, second)

    at_desk(home, state_url, withdrawn)


def test_a_system_that_is_away_is_a_gap_until_it_is_back(
    home: Path, state_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = (TODAY - timedelta(days=400)).isoformat()
    with closing(sqlite3.connect(home / "away.db")) as made:
        made.execute("INSERT INTO guest VALUES (1, 'p2@example.org', ?)", (day,))
        made.commit()
    request = at_desk(home, state_url, lambda desk: asked(desk, SECOND))
    monkeypatch.setenv("AWAY", str(home / "nowhere" / "away.db"))
    plans = at_desk(home, state_url, lambda desk: begun(desk, request))
    assert str(plans["away"]).startswith("AV")
    carried_out(str(plans["shop"]))

    def ended(desk: Desk) -> None:
        done = finish(hands_of(desk), request, 1, by="claire", at=desk.now())
        assert "away" in done.gaps
        assert read(desk.book, request).items[1].gaps == len(done.gaps)

    monkeypatch.setenv("AWAY", str(home / "away.db"))
    again = at_desk(home, state_url, lambda desk: begun(desk, request))
    assert str(again["away"]).startswith("plan-")
    assert again["shop"] == plans["shop"]
    monkeypatch.setenv("AWAY", str(home / "nowhere" / "away.db"))
    with psycopg.connect(state_url) as owner:
        owner.execute(
            "UPDATE avow.plan SET status = 'withdrawn', ended_at = now() WHERE system = 'away'"
        )
    at_desk(home, state_url, ended)


def test_who_comes_back_is_seen(home: Path, state_url: str) -> None:
    """Planted: between the plan's end and the last look an import enters the person again."""
    request = at_desk(home, state_url, lambda desk: asked(desk, SECOND))
    plans = at_desk(home, state_url, lambda desk: begun(desk, request))
    carried_out(str(plans["shop"]))
    with closing(sqlite3.connect(home / "shop.db")) as made:
        made.execute("INSERT INTO buyer VALUES (9, 'P2@example.org', 'Bo', '2026-01-01')")
        made.commit()

    def ended(desk: Desk) -> None:
        done = finish(hands_of(desk), request, 1, by="claire", at=desk.now())
        assert done.gaps == ("shop.buyer",)

    at_desk(home, state_url, ended)


def test_nothing_begins_before_it_may(home: Path, state_url: str) -> None:
    """Rows not accepted; a copy that waits; an item that is no erasure."""

    def refused(desk: Desk) -> None:
        unsaid = asked(desk, accepts=False)
        copy = asked(desk, SECOND, Right.ACCESS)
        for request, item in ((unsaid, 1), (copy, 1), (copy, 2)):
            with pytest.raises(NotErased, match="AV636"):
                begin(hands_of(desk), request, item, by="claire", at=desk.now())
            assert parts(desk.book, request, item) == ()

    at_desk(home, state_url, refused)
    assert suppressed(state_url) == 0


def test_the_command_prints_plans_and_what_stays_and_nobody(home: Path, state_url: str) -> None:
    request = at_desk(home, state_url, asked)
    said = avow("request", "erase", request, "1", "--as", "claire").output
    assert "shop: plan-" in said
    assert "legal minimum" in said
    assert "p1@example.org" not in said.lower()
    ends = ("--finish", "--as", "claire")
    assert "AV637" in avow("request", "erase", request, "1", *ends, expect=3).output
