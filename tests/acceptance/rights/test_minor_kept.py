"""Clause 7, a minor is found where only adults may be: the erasure is a request that we make
ourselves, with term and two approvals, on a real database; how they were found lies sealed; and
`avow verify` sees it when they are there again."""

from __future__ import annotations

import json

from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import noted, read, words_of
from avow.duties.requests.identity.minors import FOUND
from avow.duties.requests.words import ItemState, Right
from avow.engine.evidence.verify import verify_ledger
from tests.acceptance.rights.test_erasure_kept import P1, Town
from tests.acceptance.rights.test_erasure_kept import town as town  # noqa: PLC0414 (a fixture)
from tests.verified_room import KEPT

HOW = "their school wrote that they are fourteen"


def found(town: Town) -> str:
    """Somebody finds that the first person is a minor; the request that it becomes."""
    who, how = town.folder / "who.json", town.folder / "how.txt"
    who.write_text(json.dumps({"name": "One", "email": P1.email, "language": "en"}))
    how.write_text(HOW)
    said = town.says(
        "request", "minor", "--who", str(who), "--text", str(how), "--as", "claire"
    ).output
    assert HOW not in said
    return said.strip()


def erased(town: Town, request: str) -> None:
    """Rows, decision, plan, two approvals, carried out and ended."""
    town.says("request", "rows", request, "--accept-all", "--as", "claire")
    town.says("request", "decide", request, "1", "--accept", "--as", "claire")
    said = town.says("request", "erase", request, "1", "--as", "claire").output
    plan = next(w for w in said.split() if w.startswith("plan-"))
    assert town.run("SELECT email FROM buyer WHERE id = 1") == [(P1.email,)], "two must approve"
    for person in ("marc", "paul"):
        town.says("approve", plan, "--as", person)
    town.says("apply", plan)
    town.says("request", "erase", request, "1", "--finish", "--as", "claire")


def test_a_minor_who_is_found_is_erased_with_a_record_that_tells_nobody_more(town: Town) -> None:
    request = found(town)
    with town.desk() as desk:
        state = read(desk.book, request)
        assert [(i.right, i.state) for i in state.items.values()] == [
            (Right.ERASURE, ItemState.ASKED)
        ]
        assert state.due(desk.book.calendar, desk.book.day(desk.now())) > state.received
        assert words_of(desk.book, request, 1).reveal().decode() == HOW
    erased(town, request)
    assert town.run("SELECT id, email FROM buyer ORDER BY id") == [(1, ""), (2, "p2@example.org")]
    with town.desk() as desk:
        assert noted(desk.book, [request], FOUND) == {request}
        assert read(desk.book, request).items[1].state is ItemState.DONE
        mine = letters_to(desk.book.runs, desk.book.ring, "controller", [Masked(P1.email)])
        assert [each.kind for each in mine] == [], "nobody asked, so nobody is told it arrived"
        everything = b"".join(bytes(row["bytes"]) for row in desk.state.ledger.entries())
        assert HOW.encode() not in everything
        assert P1.email.encode() not in everything
        assert verify_ledger(desk.state.ledger).good
    assert town.looked().words()["9.3"] == KEPT


def test_a_minor_who_is_there_again_is_red(town: Town) -> None:
    """Planted: the application lets the same address in a second time."""
    erased(town, found(town))
    with town.turns("9.3"):
        town.run("INSERT INTO buyer VALUES (9, 'p1@example.org', '2026-11-01')")
    with town.mended("9.3"):
        town.run("DELETE FROM buyer WHERE id = 9")
