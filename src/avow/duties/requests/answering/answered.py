"""Were answers what is promised? Whole, portable, without others' data, and with where to complain.

The packages that persons got are opened and looked at again, as long as they are there; of older
ones what was seen when they were made counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from avow.declaration.model import Declaration
from avow.duties.requests.answering import marks, packing
from avow.duties.requests.answering.contents import names_authority
from avow.duties.requests.answering.copy import BY_HAND
from avow.duties.requests.answering.detecting import Detector, texts
from avow.duties.requests.answering.drafting import Draft, opened, others_of
from avow.duties.requests.answering.packing import PAGE
from avow.duties.requests.answering.portable import fits
from avow.duties.requests.book import Book, file_of, read, read_many
from avow.duties.requests.held import COPIES
from avow.duties.requests.machine import Item as Asked
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Row
from avow.engine.evidence.checks import (
    Check,
    CheckResult,
    Item,
    Mode,
    Outcome,
    blind,
    failed,
    passed,
)

PLACE, SITE = Item("avow", "answer"), Item("authority")
FRESH, MONTHLY = timedelta(days=2), timedelta(days=31)
SEEN = timedelta(days=400)
"""How long back answers are looked at."""
OPENED = 200
"""How many packages are opened again in one run, the newest first."""
LIMIT = "limit-other-persons"
PLANTED = "Call +32 470 00 00 01 or write to someone@else.example, account BE68 5390 0754 7034."
"""A sentence in which the detector must find three values of others."""


class Looked(Protocol):
    """What came of looking at an address: an HTTP status, or why there is none."""

    @property
    def status(self) -> int: ...
    @property
    def why(self) -> str: ...


Looks = Callable[[str], Looked]


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer as it was found again: rows of our own, and what its package says now. None where
    the package is gone."""

    partial_and_last: bool
    is_valid: bool
    leaks: int
    names_authority: bool


def answers(
    book: Book, *, at: datetime, look: Looks | None = None
) -> Iterator[tuple[Check, CheckResult]]:
    """The answers to what is promised of copies, for the clauses that the declaration names."""
    rows = book.runs.run("answers_since", since=at - SEEN)
    seen = [_seen(book, row, is_opened=n < OPENED) for n, row in enumerate(reversed(rows))]
    for clause in _clauses(book.declaration, "access"):
        bad = sum(s.partial_and_last for s in seen)
        yield _said("answers.whole", clause, _outcome(bad, len(seen), "left partial for good"), at,
                    canary=_finds_partial())  # fmt: skip
        yield _said("answers.held", clause, _held(book), at,
                    canary=_unheld({1}, {1}, set()) == 1)  # fmt: skip
    for clause in _clauses(book.declaration, "portability"):
        bad = sum(not s.is_valid for s in seen)
        yield _said("answers.portable", clause, _outcome(bad, len(seen), "not as their schema"), at,
                    canary=_finds_misfit())  # fmt: skip
    for clause in _clauses(book.declaration, LIMIT):
        bad = sum(s.leaks > 0 for s in seen)
        yield _said("answers.others", clause, _outcome(bad, len(seen), "tell of others"), at,
                    canary=_finds_others())  # fmt: skip
    for clause in _clauses(book.declaration, "complaint"):
        bad = sum(not s.names_authority for s in seen)
        yield _said("answers.complaint", clause, _outcome(bad, len(seen), "name no authority"), at,
                    canary=not names_authority(book.declaration, ""))  # fmt: skip
        yield _linked(book.declaration, clause, look, at)


def _clauses(declaration: Declaration, right: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r["clause"] for r in declaration.rights if r["right"] == right))


def _outcome(bad: int, count: int, what: str) -> Outcome:
    return failed(bad, f"answers {what}", count=count) if bad else passed(count)


def _said(
    name: str, clause: str, outcome: Outcome, at: datetime, *, canary: bool
) -> tuple[Check, CheckResult]:
    check = Check(f"{name}.{clause}", frozenset({clause}), freshness=FRESH, everywhere=False)
    return check, check.answered(PLACE, outcome, at, mode=Mode.ENFORCED, canary_seen=canary)


def _seen(book: Book, row: Row, *, is_opened: bool) -> Seen:
    """One answer, looked at again where its package is still there."""
    state = read(book, row["request"])
    partial = row["partial"] and _is_left([state.items[n] for n in row["items"]])
    held = file_of(book, row["package"]) if is_opened and row["package"] else None
    if held is None or not all(file_of(book, row[name]) for name in ("copy", "marks")):
        return Seen(partial, bool(row["valid"]), row["leaks"] or 0, bool(row["authority"]))
    draft, contents = opened(book, row["id"]), packing.unzipped(held[1].reveal())
    page = contents.get(PAGE, b"").decode()
    return Seen(
        partial,
        packing.is_valid(contents),
        _leaks(book, draft, contents),
        names_authority(book.declaration, page),
    )


def _leaks(book: Book, draft: Draft, contents: dict[str, bytes]) -> int:
    """Values of others in the files that the person got, but for letters they had before."""
    letters = {text for each in draft.copy.sent for text in (each.text, each.subject)}
    said = [draft.letter]
    for name, content in contents.items():
        if name.endswith(".json") and name.startswith(("data", "portable/data")):
            found = texts(msgspec.json.decode(content))
            said.extend(text for text in found if text not in letters)
        elif name.endswith(".csv") and not name.startswith(f"{BY_HAND}/"):
            said.extend(packing.cells_of(content))
    others = others_of(book, draft)
    return marks.leaks(book.declaration, draft.copy, draft.marks, "\n".join(said), others)


def _held(book: Book) -> Outcome:
    """Whether every open item for a copy keeps the person's data."""
    rows = book.runs.run("requests_open")
    count = bad = 0
    for name, request in read_many(book, [row["id"] for row in rows]).items():
        there = {row["person"] for row in book.runs.run("access_held", request=name)}
        waiting = {
            i.person
            for i in request.items.values()
            if i.right in COPIES and not i.is_settled and request.answered_on is None
        }
        named = {row["person"] for row in book.runs.run("request_named", request=name)}
        count += len(waiting)
        bad += _unheld(waiting, named, there)
    return failed(bad, "open requests keep nothing", count=count) if bad else passed(count)


def _unheld(waiting: set[int], named: set[int], there: set[int]) -> int:
    """Persons who wait for a copy, are named by some value, and whose data nothing keeps."""
    return len((waiting & named) - there)


def _is_left(items: Iterable[Asked]) -> bool:
    """Whether an item was ended though some system could not be asked."""
    return any(i.state is ItemState.DONE and i.gaps for i in items)


def _finds_partial() -> bool:
    """Whether a planted item that was ended too early is found, and one that waits is not."""
    ended = Asked(1, 1, Right.ACCESS, ItemState.DONE, gaps=1)
    return _is_left([ended]) and not _is_left([replace(ended, state=ItemState.ACTING)])


def _finds_misfit() -> bool:
    """Whether a planted file that is not as its schema says is found."""
    described = {
        "type": "object",
        "required": ["rows"],
        "additionalProperties": False,
        "properties": {"rows": {"type": "array", "items": {"type": ["integer"]}}},
    }
    wrong: Sequence[object] = ({"rows": ["1"]}, {"rows": [1], "more": 1}, {})
    return fits({"rows": [1]}, described) and not any(fits(w, described) for w in wrong)


def _finds_others() -> bool:
    """Whether the detector finds three planted values of others."""
    return len(Detector().hits(PLANTED)) == 3


def _linked(
    declaration: Declaration, clause: str, look: Looks | None, at: datetime
) -> tuple[Check, CheckResult]:
    """Whether the printed link leads to the authority: looked at where there is a network."""
    check = Check(
        f"answers.link.{clause}", frozenset({clause}), freshness=MONTHLY, everywhere=False
    )
    links = [r["link"] for r in declaration.rights if r["right"] == "complaint" and "link" in r]
    return check, check.answered(SITE, _reached(links, look), at)


def _reached(links: Sequence[str], look: Looks | None) -> Outcome:
    if not links:
        return failed(1, "no link is printed")
    if look is None:
        return blind("the link was not looked at")
    found = [look(link) for link in links]
    unread = [each for each in found if each.why]
    if unread:
        return blind(unread[0].why)
    bad = sum(each.status != 200 for each in found)
    return failed(bad, "links lead nowhere", count=len(found)) if bad else passed(len(found))
