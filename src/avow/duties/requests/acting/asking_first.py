"""Readers that ask before they use a row: what they hear, and the log of who asked.

The log holds who asked, when, about which dataset, for which purpose, and how many rows were
refused: never which rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from avow.duties.requests.book import Book
from avow.engine.planner.asking_use import Question, Told, may_use_rows
from avow.engine.planner.making import Estate, Memory

ASKS_WITHIN = timedelta(days=7)
"""A program that is to ask first and has not asked for so long does not ask."""


def ask_first(
    book: Book, estate: Estate, question: Question, *, by: str, at: datetime
) -> tuple[Told, ...]:
    """The answer for each row, and one line in the log.

    Raises:
        NotAsked: AV953, the question cannot be answered; the rows may not be used then.
        Away: the system does not answer.
    """
    memory = Memory(book.runs, book.ring, book.declaration, book.day(at))
    told = may_use_rows(estate, memory, question)
    book.runs.run(
        "use_asked_add",
        at=at,
        by=by,
        system=question.system,
        dataset=question.dataset,
        purpose=question.use.purpose,
        rows=len(told),
        refused=sum(not each.allowed for each in told),
    )
    return told


def silent(
    book: Book, system: str, dataset: str, programs: Iterable[str], at: datetime
) -> tuple[str, ...]:
    """The programs that are to ask before they use rows of a dataset, and did not for a week."""
    rows = book.runs.run("use_asked_last", system=system, dataset=dataset)
    last = {row["by"]: row["at"] for row in rows}
    return tuple(p for p in programs if p not in last or at - last[p] > ASKS_WITHIN)
