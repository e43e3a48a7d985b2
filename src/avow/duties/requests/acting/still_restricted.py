"""Are restricted rows still kept from use? Looked up in the systems, dataset by dataset."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from avow.common.errors import AvowError
from avow.duties.requests.acting.contesting import waiting
from avow.duties.requests.acting.restricting import NONE, theirs
from avow.duties.requests.book import Book, read
from avow.duties.requests.in_time import PLACE, clauses_of
from avow.duties.requests.words import Right
from avow.engine.db.store import Row
from avow.engine.evidence.checks import (
    Check,
    CheckResult,
    Item,
    Outcome,
    blind,
    failed,
    passed,
)
from avow.engine.planner.making import Estate
from avow.engine.planner.restricting_cells import finds_open, open_rows
from avow.estate.datamap.restricting import Mode

GRACE = timedelta(days=1)
"""Within which contested data must be restricted."""


def still(clause: str) -> Check:
    """Is no restricted row open to use?"""
    name = f"requests.restricted.{clause}"
    return Check(name, frozenset({clause}), freshness=timedelta(days=2), everywhere=False)


def answers(book: Book, estate: Estate, *, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """One answer for each dataset with a restriction that stands, and one for all of them."""
    clause = clauses_of(book).get(Right.RESTRICTION)
    if clause is None:
        return
    check, standing = still(clause), book.runs.run("restrictions_standing")
    yield check, check.answered(PLACE, _all(book, len(standing), at), at, canary_seen=finds_open())
    places: dict[tuple[str, str], list[Row]] = {}
    for row in standing:
        if row["mode"] != Mode.GATE:  # nothing is changed there; who reads asks (`unused`)
            places.setdefault((row["system"], row["dataset"]), []).append(row)
    for (system, dataset), rows in places.items():
        item, seen = Item(system, dataset), _seen(book, estate, rows)
        yield check, check.answered(item, seen, at, canary_seen=finds_open())


def _all(book: Book, standing: int, at: datetime) -> Outcome:
    """Of everything together: data that are contested (art. 18(1)(a)) must be restricted."""
    open_ = len(waiting(book, at - GRACE))
    if open_:
        return failed(open_, "contested data are not restricted", count=standing + open_)
    return passed(standing)


def _seen(book: Book, estate: Estate, rows: list[Row]) -> Outcome:
    if any(row["mode"] == NONE for row in rows):
        return blind("nothing enforces a restriction here")
    rest = sum(row["rows"] for row in rows)
    try:
        bad = sum(_open(book, estate, row) for row in rows)
    except AvowError as error:
        return blind(error.code)
    except LookupError:  # the map or the schema lost the dataset, or its rows were never accepted
        return blind("there is no such dataset any more")
    return failed(bad, "restricted rows are open to use", count=rest) if bad else passed(rest)


def _open(book: Book, estate: Estate, row: Row) -> int:
    person = read(book, row["request"]).items[row["item"]].person
    keys = theirs(book, row["request"], person)[row["system"], row["dataset"]]
    return sum(o.open for o in open_rows(estate, row["system"], {row["dataset"]: keys}))
