"""Plots as numbers: where each bar and band lies. The templates draw them as SVG."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from avow.duties.assurance.history import DayPoint
from avow.duties.assurance.model import WORST_FIRST, PromiseStatus, Status


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the stacked bar: `count` promises, from `start`, in promises."""

    status: Status
    count: int
    start: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many promises have each word; `segments` are the words that occur, worst first."""

    total: int
    counts: dict[Status, int]
    segments: tuple[Segment, ...]

    @property
    def fulfilled(self) -> int:
        """Promises kept or attested."""
        return self.counts[Status.KEPT] + self.counts[Status.ATTESTED]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the statement with its promises in the order of the statement."""

    name: str
    marks: tuple[tuple[str, Status], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One word through time, as the path of a filled area in days × promises."""

    status: Status
    path: str


@dataclass(frozen=True, slots=True)
class History:
    """The plot of the past: bands from the worst at the bottom, and the same as numbers."""

    days: int
    total: int
    first: date | None
    last: date | None
    bands: tuple[Band, ...]
    table: tuple[tuple[date, dict[Status, int]], ...]


def tally(promises: Iterable[PromiseStatus]) -> Tally:
    """Count the words and lay them side by side."""
    found = Counter(promise.status for promise in promises)
    counts = {word: found[word] for word in WORST_FIRST}
    segments, start = [], 0
    for word in WORST_FIRST:
        if counts[word]:
            segments.append(Segment(word, counts[word], start))
            start += counts[word]
    return Tally(start, counts, tuple(segments))


def section_of(clause: str) -> str:
    """The main section of a clause: `6` of `6.0-4`, `8` of `8-2`, `3` of `3.5-C.e`."""
    return re.split(r"[.\-]", clause, maxsplit=1)[0]


def sections(promises: Sequence[PromiseStatus]) -> tuple[Section, ...]:
    """The promises by main section (`3`, `6`), in the order given."""
    found: dict[str, list[tuple[str, Status]]] = {}
    for promise in promises:
        found.setdefault(section_of(promise.clause), []).append((promise.clause, promise.status))
    return tuple(Section(name, tuple(marks)) for name, marks in found.items())


def history_plot(points: Sequence[DayPoint]) -> History:
    """Stacked steps, one per day."""
    counts = [point.counts for point in points]
    total = max((sum(day.values()) for day in counts), default=0)
    floor = [0] * len(points)
    bands = []
    for word in WORST_FIRST:
        top = [low + day[word] for low, day in zip(floor, counts, strict=True)]
        if top != floor:
            bands.append(Band(word, _area(floor, top, total)))
        floor = top
    table = tuple((point.day, dict(day)) for point, day in zip(points, counts, strict=True))
    first, last = (points[0].day, points[-1].day) if points else (None, None)
    return History(len(points), total, first, last, tuple(bands), table)


def _area(floor: Sequence[int], top: Sequence[int], total: int) -> str:
    """The path between two step lines; y grows downwards, so promises are counted from total."""
    out = [f"M0 {total - top[0]}"]
    for day, value in enumerate(top):
        out.append(f"V{total - value}H{day + 1}")
    back = [f"V{total - floor[day]}H{day}" for day in reversed(range(len(floor)))]
    return "".join([*out, *back, "Z"])
