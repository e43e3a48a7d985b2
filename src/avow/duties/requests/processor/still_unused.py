"""Are rows that a controller lets us keep from use still kept from it? Looked up in the systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from avow.common.calendar import local_day
from avow.common.errors import AvowError
from avow.duties.requests.acting.others_checks import PROMISED
from avow.duties.requests.book import Book
from avow.duties.requests.in_time import PLACE
from avow.engine.db.store import Row
from avow.engine.evidence.checks import Check, CheckResult, Item, Outcome, blind, failed, passed
from avow.engine.planner import records
from avow.engine.planner.apply import Office
from avow.engine.planner.changing import wanted
from avow.engine.planner.making import Estate
from avow.engine.planner.restricting_cells import finds_open, open_rows


def unused(clause: str) -> Check:
    """Is no row open to use that a controller lets us keep from it?"""
    name = f"requests.instructed-restricted.{clause}"
    return Check(name, frozenset({clause}), freshness=timedelta(days=2), everywhere=False)


def answers(book: Book, estate: Estate, *, at: datetime) -> Iterator[tuple[Check, CheckResult]]:
    """One answer for each system with such rows, and one for all of them."""
    edition = book.declaration.edition
    clause = edition.promises.get(PROMISED, "") if edition is not None else ""
    if not clause:
        return
    check, standing = unused(clause), book.runs.run("instructions_restricting")
    yield check, check.answered(PLACE, passed(len(standing)), at, canary_seen=finds_open())
    systems: dict[str, list[Row]] = {}
    for row in standing:
        systems.setdefault(row["tenant"].split(":")[1], []).append(row)
    for system, rows in systems.items():
        seen = _seen(book, estate, system, rows, at)
        yield check, check.answered(Item(system), seen, at, canary_seen=finds_open())


def _seen(book: Book, estate: Estate, system: str, rows: Sequence[Row], at: datetime) -> Outcome:
    try:
        found = [_open(book, estate, system, row, at) for row in rows]
    except AvowError as error:
        return blind(error.code)
    except LookupError:  # the map or the schema lost the table
        return blind("there is no such table any more")
    count, bad = sum(n for n, _ in found), sum(n for _, n in found)
    return (
        failed(bad, "rows kept for a controller are open to use", count=count)
        if bad
        else passed(count)
    )


def _open(book: Book, estate: Estate, system: str, row: Row, at: datetime) -> tuple[int, int]:
    """How many rows of an instruction are there, and how many of them are open to use."""
    office = Office(book.runs, book.ring, book.declaration, local_day(at, book.zone))
    plan, change = (
        records.read(book.runs, row["plan"]).plan,
        book.runs.one("cell_change", plan=row["plan"]),
    )
    if change is None:
        raise LookupError(row["plan"])
    keys = {each.dataset: each.keys for each in wanted(book.runs, office, plan, change)}
    looked = open_rows(estate, system, keys)
    return sum(o.rows for o in looked), sum(o.open for o in looked)
