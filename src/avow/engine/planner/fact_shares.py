"""What rows say of known facts: how the answers are spread over all persons, and one person's own.

The spread is read in the same way whoever is asked, and from the whole table; nothing of a single
person comes out of it but how many have an answer. Whose row a row is, is read from its first link
that owns it, or its key.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from avow.declaration.known_facts import askable
from avow.engine.planner.identities import Candidate
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Away, Guarded
from avow.engine.planner.requested import disclose
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.connectors.values import plain, plain_all
from avow.estate.datamap.edges import Right
from avow.estate.datamap.model import Coarse, Dataset, LinkWord

BLOCK = 5_000
MOST_OWNERS = 100_000
"""Owners of rows that are counted at a time: of more, an even part of them."""
REMEMBERED = 50_000
"""Values of which it is remembered what they tell, while a table is read."""
NOTHING: frozenset[str] = frozenset()
_START, _LONGEST = 2, 60


@dataclass(frozen=True, slots=True)
class Fact:
    """A column that may be asked about, its category, and how much of a value is told."""

    system: str
    dataset: str
    column: str
    category: str
    coarse: Coarse


@dataclass(frozen=True, slots=True)
class Spread:
    """How often owners of rows have an answer: answers of one owner together -> owners."""

    owners: Mapping[frozenset[str], int] = field(default_factory=dict)
    gap: str = ""


def facts(estate: Estate) -> tuple[Fact, ...]:
    """Every known fact of the declaration, in declared order."""
    return tuple(
        Fact(system.name, dataset.name, each.name, each.category, coarse)
        for system, dataset, each, coarse in askable(estate.declaration)
    )


def told(value: object, coarse: Coarse, zone: str) -> str | None:
    """What of a value may be told: `2026-03`, `10`, or the value. None where it tells nothing."""
    if value is None:
        return None
    if coarse is Coarse.MONTH:
        return _month(value, zone)
    text = (plain(value) or "").strip()
    if coarse is Coarse.VALUE:
        return text if 0 < len(text) <= _LONGEST else None
    signs = "".join(c for c in text.upper() if c.isalnum())[:_START]
    return signs if len(signs) == _START else None


def _month(value: object, zone: str) -> str | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(ZoneInfo(zone))
    return f"{value.year:04}-{value.month:02}" if isinstance(value, date) else None


def spreads(estate: Estate, wanted: Sequence[Fact]) -> dict[Fact, Spread]:
    """How the answers to these facts are spread, one reading per dataset. Writes nothing."""
    found: dict[Fact, Spread] = {}
    for system in dict.fromkeys(fact.system for fact in wanted):
        mine = [fact for fact in wanted if fact.system == system]
        try:
            with closing(estate.open(system, Access.READ)) as connection:
                for dataset in dict.fromkeys(fact.dataset for fact in mine):
                    asked = [fact for fact in mine if fact.dataset == dataset]
                    found |= _of_dataset(estate, connection, asked)
        except (Away, Guarded, Refused):
            gap = Spread(gap=f"`{system}` does not answer")
            found |= {fact: gap for fact in mine if fact not in found}
    return found


def _of_dataset(
    estate: Estate, connection: Connection, asked: Sequence[Fact]
) -> Iterator[tuple[Fact, Spread]]:
    dataset = connection.system.datasets[asked[0].dataset]
    table = connection.catalogue().tables.get(dataset.name)
    live = {column.name for column in table.columns} if table else set()
    owner = _owner(dataset) or (table.key if table else ())
    fit = [fact for fact in asked if {fact.column, *owner} <= live and owner]
    yield from ((f, Spread(gap=f"`{f.column}` is not there")) for f in asked if f not in fit)
    if not fit:
        return
    counting = _Counting(estate.declaration.controller.zone, [f.coarse for f in fit])
    columns = [*owner, *(fact.column for fact in fit)]
    for block in connection.stream(dataset.name, columns, BLOCK):
        for row in block:
            counting.take(plain_all(row[: len(owner)]), row[len(owner) :])
    for fact, owners in zip(fit, counting.owners(), strict=True):
        yield fact, Spread(owners)


def _owner(dataset: Dataset) -> tuple[str, ...]:
    """The columns that say whose a row is."""
    if dataset.subject is None:
        for link in dataset.links:
            if link.word is LinkWord.OWNED_BY and not any("$" in c for c in link.fields):
                return link.fields
    return dataset.key


@dataclass(slots=True)
class _Counting:
    """Answers by owner, of an even part of the owners where there are too many to hold.

    There are many rows and few different answers: what was worked out for a value is remembered as
    long as the reading lasts, and one set stands for all who have the same answer.
    """

    zone: str
    coarse: Sequence[Coarse]
    of: dict[tuple[str, ...], list[frozenset[str]]] = field(default_factory=dict)
    part: int = 1
    said: dict[tuple[Coarse, str | date], frozenset[str]] = field(default_factory=dict)

    def take(self, owner: tuple[str, ...] | None, values: Sequence[object]) -> None:
        """Count a row of an owner."""
        if owner is None or (self.part > 1 and _drawn(owner) % self.part):
            return
        known = self.of.setdefault(owner, [NOTHING] * len(self.coarse))
        for n, coarse in enumerate(self.coarse):
            new = self._said(coarse, values[n])
            if new and new != known[n]:
                known[n] = kept(known[n] | new, coarse) if known[n] else new
        if len(self.of) > MOST_OWNERS:
            self.part *= 2
            self.of = {o: v for o, v in self.of.items() if _drawn(o) % self.part == 0}

    def _said(self, coarse: Coarse, value: object) -> frozenset[str]:
        """What a value tells. Numbers that are equal may be written in two ways and are told each
        time."""
        if not isinstance(value, str | date):
            return _one(told(value, coarse, self.zone))
        found = self.said.get((coarse, value))
        if found is None:
            found = _one(told(value, coarse, self.zone))
            if len(self.said) < REMEMBERED:
                self.said[coarse, value] = found
        return found

    def owners(self) -> list[Counter[frozenset[str]]]:
        """For every fact, how many owners have which answers."""
        return [
            Counter(answers[n] for answers in self.of.values() if answers[n])
            for n in range(len(self.coarse))
        ]


def _one(text: str | None) -> frozenset[str]:
    return NOTHING if text is None else frozenset({text})


def _drawn(owner: tuple[str, ...]) -> int:
    return zlib.crc32("\0".join(owner).encode())


def kept(answers: Collection[str], coarse: Coarse) -> frozenset[str]:
    """What counts of several answers of one person: of months the newest."""
    if coarse is Coarse.MONTH and answers:
        return frozenset({max(answers)})
    return frozenset(answers)


def own(
    estate: Estate, candidates: Iterable[Candidate], wanted: Sequence[Fact]
) -> dict[Fact, frozenset[str]]:
    """What the rows that a person owns say of these facts; nothing where nothing was found. A
    dataset of which not all rows could be read says nothing. Reads only."""
    zone, found = estate.declaration.controller.zone, disclose(estate, list(candidates)).extracts
    said: dict[Fact, frozenset[str]] = {}
    for fact in wanted:
        answers: set[str] = set()
        for extract in found:
            names = [name for name, _ in extract.columns]
            is_it = (extract.system, extract.dataset) == (fact.system, fact.dataset)
            if not is_it or fact.column not in names or extract.truncated:
                continue
            at = names.index(fact.column)
            mine = (row.values[at] for row in extract.rows if row.right is Right.OWN)
            answers |= {text for v in mine if (text := told(v, fact.coarse, zone)) is not None}
        said[fact] = kept(answers, fact.coarse)
    return said
