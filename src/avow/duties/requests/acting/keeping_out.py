"""A list before it is read in anywhere: which lines are of persons who must not come back.

Whoever was erased, or objected, is known here by a keyed hash only. A list that was bought, or that
lay about, is looked through before it is imported; what is left can be written to a new file.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import tee
from typing import IO

from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.requests.book import Book
from avow.engine.facts.kept_out import Named, Why, kept_out


class UnreadableList(AvowError):
    """A list of persons that cannot be looked through (AV947)."""

    code = "AV947"


@dataclass(frozen=True, slots=True)
class Through:
    """What a list was: its lines, and those of persons who must not come back, by reason."""

    lines: int
    kept_out: int
    reasons: Mapping[Why, int] = field(default_factory=dict)


Lines = Callable[[Sequence[str]], object]
"""Takes a line that may stay, or the head."""


def nowhere(_: Sequence[str]) -> None:
    """The default of `out`."""


def look_through(
    book: Book,
    source: IO[str],
    columns: Mapping[str, str],
    day: date,
    *,
    purposes: frozenset[str] | None = None,
    out: Lines = nowhere,
) -> Through:
    """Look through a CSV list with a head; `columns` say which kind of identity a column holds.

    `purposes`: what the list is for; an objection to another purpose keeps nobody out of it. All
    where it is None. `out` is given the head, and each line that may stay.

    Raises:
        UnreadableList: AV947, it is no CSV in UTF-8, has no such column, or a line is too short.
    """
    reader = csv.reader(source, strict=True)
    try:
        head = next(reader, [])
        places = _places(head, columns)
        out(head)
        return _through(book, reader, places, day, purposes, out)
    except (csv.Error, UnicodeDecodeError):
        raise _unreadable(f"line {reader.line_num + 1} is no CSV in UTF-8") from None


def _places(head: Sequence[str], columns: Mapping[str, str]) -> tuple[tuple[int, str], ...]:
    named = [name.removeprefix("\ufeff").strip() for name in head]
    missing = sorted(set(columns) - set(named))
    if missing or not columns:
        raise _unreadable(f"the head has no column {', '.join(missing) or 'that names persons'}")
    return tuple((named.index(name), kind) for name, kind in columns.items())


def _through(
    book: Book,
    reader: Iterator[list[str]],
    places: Sequence[tuple[int, str]],
    day: date,
    purposes: frozenset[str] | None,
    out: Lines,
) -> Through:
    lines, same = tee(each for each in reader if each)
    persons = (_named(line, places, number) for number, line in enumerate(same, 2))
    count = bad = 0
    reasons: Counter[Why] = Counter()
    found = kept_out(book.runs, book.ring, persons, day)
    for line, whys in zip(lines, found, strict=True):
        count += 1
        mine = {w for w in whys if not w[1] or purposes is None or w[1] in purposes}
        if mine:
            bad += 1
            reasons.update(mine)
        else:
            out(line)
    return Through(count, bad, dict(reasons))


def _named(line: Sequence[str], places: Sequence[tuple[int, str]], number: int) -> Named:
    if max(at for at, _ in places) >= len(line):
        raise _unreadable(f"record {number} has too few columns")
    return [(kind, Masked(line[at])) for at, kind in places]


def _unreadable(because: str) -> UnreadableList:
    return UnreadableList(
        "the list cannot be looked through",
        because=because,
        help="write CSV in UTF-8 with a head, and name its columns: `--column email=email`",
    )
