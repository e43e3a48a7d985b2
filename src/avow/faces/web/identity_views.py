"""Questions about known facts, as the page of a request's identity shows them: columns, counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from avow.duties.requests.book import Book
from avow.duties.requests.identity.knowing import Drafted, fact_checks


@dataclass(frozen=True, slots=True)
class CheckLine:
    """Questions that a person got: on which local day, until when they could be answered, and how
    many answers were right; None before there were any."""

    person: int
    day: date
    last: date
    is_over: bool
    asked: int
    wanted: int
    correct: int | None
    is_passed: bool


@dataclass(frozen=True, slots=True)
class QuestionsDraft:
    """Questions as they would be sent: (column, how much of it is told, how many answers) of each,
    the columns that are not asked about, and in percent how often a guess passes."""

    person: int
    columns: tuple[tuple[str, str, int], ...]
    left_out: tuple[tuple[str, str], ...]
    wanted: int
    answerable: int
    chance: float


def checks_of(book: Book, request: str, at: datetime) -> Iterator[CheckLine]:
    """The questions that persons of a request got, the oldest first."""
    for each in fact_checks(book, request):
        yield CheckLine(
            person=each.person,
            day=book.day(each.made_at),
            last=book.day(each.ends_at - timedelta(seconds=1)),
            is_over=each.ends_at <= at,
            asked=each.asked,
            wanted=each.wanted,
            correct=each.correct,
            is_passed=each.is_passed,
        )


def draft_view(person: int, made: Drafted) -> QuestionsDraft:
    """What is shown of questions before they are sent; none of their answers."""
    pairs = zip(made.facts, made.asked.questions, strict=True)
    return QuestionsDraft(
        person=person,
        columns=tuple(
            (f"{f.system}.{f.dataset}.{f.column}", f"coarse-{f.coarse}", len(q.parts))
            for f, q in pairs
        ),
        left_out=tuple((f"{f.system}.{f.dataset}.{f.column}", why) for f, why in made.left_out),
        wanted=made.wanted,
        answerable=made.answerable,
        chance=round(made.chance * 100, 1),
    )
