"""Does every company that speaks for its users show that it may, reach their accounts alone, and
are they told?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from avow.common.errors import AvowError
from avow.duties.requests.book import Book, persons_of, read_many
from avow.duties.requests.in_time import FRESH, PLACE, SEEN
from avow.duties.requests.machine import Item, Person, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.words import ItemState, Right, Voice
from avow.engine.db.store import Row
from avow.engine.evidence.checks import Check, CheckResult, blind, failed, passed
from avow.engine.planner.making import Estate
from avow.engine.planner.of_company import beyond, company_of

PROMISED = "companies"
"""What the notice's `promises` call the clause by which companies ask for their users."""
_WORKED = frozenset({ItemState.ACCEPTED, ItemState.ACTING, ItemState.DONE})
_GOING_ON = frozenset({ItemState.ASKED, ItemState.ACCEPTED, ItemState.ACTING})


def companies(clause: str) -> Check:
    """Is nothing done for a company without its authority, outside its users' accounts, or unknown
    to them?"""
    name = f"requests.companies.{clause}"
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def answers(
    book: Book, estate: Estate, *, day: date, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    """What the check answers on a day, with its canary."""
    edition = book.declaration.edition
    clause = edition.promises.get(PROMISED, "") if edition is not None else ""
    if not clause:
        return
    rows = book.runs.run("requests_listed", since=day - SEEN, most=100_000)
    requests = tuple(read_many(book, [row["id"] for row in rows]).values())
    papers = {(r["request"], r["person"]): r for r in book.runs.run("representations")}
    wrong, spoken = unheard(requests, papers), _spoken(requests)
    outcome = passed(len(spoken))
    try:
        outside = sum(_outside(book, estate, request) for request in requests)
        bad = len(wrong) + outside
        if bad:
            outcome = failed(bad, "companies were followed without more", count=len(spoken))
    except AvowError as error:
        where = "companies were followed without more"
        outcome = failed(len(wrong), where) if wrong else blind(error.code)
    check = companies(clause)
    yield check, check.answered(PLACE, outcome, at, canary_seen=_finds())


def _spoken(requests: Sequence[Request]) -> list[tuple[Request, Item]]:
    return [
        (request, item)
        for request in requests
        for item in request.items.values()
        if request.persons[item.person].voice is Voice.COMPANY
    ]


def unheard(
    requests: Sequence[Request], papers: Mapping[tuple[str, int], Row]
) -> list[tuple[Request, Item]]:
    """Items that a company asked and that are worked on without a paper of the company, or whose
    person was not told."""
    return [
        (request, item)
        for request, item in _spoken(requests)
        if item.state in _WORKED and not _is_sound(papers.get((request.id, item.person)))
    ]


def _is_sound(paper: Row | None) -> bool:
    return paper is not None and paper["kind"] == "company" and paper["told_at"] is not None


def _outside(book: Book, estate: Estate, request: Request) -> int:
    """Rows accepted for the users of a company, and still to be worked on, that are not its."""
    open_ = {i.person for r, i in _spoken([request]) if i.state in _GOING_ON}
    found = [c for c in accepted_of(book, request.id) or () if c.person in open_] if open_ else []
    if not found:
        return 0
    bad = 0
    for number, person in persons_of(book, request.id).items():
        mine = [c for c in found if c.person == number]
        if mine:
            bad += beyond(estate, mine, company_of(estate, person.tenant))
    return bad


def _finds() -> bool:
    """Whether an item that is worked on without a paper, or untold, is found."""
    item = Item(1, 1, Right.ERASURE, ItemState.ACCEPTED)
    planted = Request("planted", persons={1: Person(1, Voice.COMPANY)}, items={1: item})
    untold = {("planted", 1): {"kind": "company", "told_at": None}}
    return bool(unheard([planted], {})) and bool(unheard([planted], untold))
