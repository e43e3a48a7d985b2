"""Proven: a census reads every column of a system, declared or not, for values that were erased.

It follows no map and no plan. It reports places and numbers, never a value, and it proves nothing
unless it has seen what it must see: for each table that names persons, one person who is there.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing
from avow.engine.verifier.erased import forget, sought
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.catalogue import ColumnKind, Table
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Strength, System
from avow.estate.datamap.predicates import Equal, Null, all_of

SHORTEST = 6
"""Shorter values stand everywhere by chance: they are not looked for."""
BLOCK = 500
"""Rows that are held at once; a megabyte in each of them still fits."""
SAMPLE = 20
"""Persons looked at for one who can be a canary."""
EMPTY_KINDS = frozenset({ColumnKind.DATE, ColumnKind.INSTANT, ColumnKind.NAIVE, ColumnKind.BOOLEAN})
"""Columns that cannot hold what names a person."""
_TOKEN = re.compile(r"[^\s,;:<>\"'(){}\[\]|=\\]{6,}")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_NOT_DIGIT_IN_LINES = re.compile(r"[^0-9\n]+")
LONG = 100_000
"""Characters; a longer text is looked into piece by piece, and is never as a whole one value."""
_LAP = 1_000
"""Characters that a piece repeats of the one before: no value that is looked for is longer."""


@runtime_checkable
class TellsStatistics(Protocol):
    """A connection whose engine keeps samples of values beside the tables."""

    def statistics(self) -> Iterator[tuple[str, str, str]]: ...


@dataclass(frozen=True, slots=True, order=True)
class Leftover:
    """A place in which erased values still stand, and in how many rows."""

    table: str
    column: str
    rows: int


@dataclass(frozen=True, slots=True)
class Census:
    """What was read, what was looked for and what was found. `gaps` could not be read. Without
    `canary_seen`, or with a gap, nothing is proven."""

    id: str
    system: str
    columns: int = 0
    rows: int = 0
    sought: int = 0
    batches: int = 0
    found: tuple[Leftover, ...] = ()
    canary_seen: bool = False
    gaps: tuple[str, ...] = ()

    @property
    def proves(self) -> bool:
        """Whether it shows that nothing was left."""
        return self.canary_seen and not self.gaps and not self.found


def take(runs: Runs, ring: KeyRing, system: System, at: datetime) -> Census:
    """Look for everything erased since the last census, keep the result, and end the values.

    `system` has its address filled in. What could not be read keeps its values until the next
    census, and at most until the last day of their key.
    """
    wanted, name = sought(runs, ring, system.name, at), new_id("census")
    runs.run("census_add", id=name, system=system.name, at=at)
    look = _looked(system, wanted.values)
    done = Census(
        name,
        system.name,
        look.columns,
        look.rows,
        len(wanted.values),
        wanted.batches,
        look.leftovers(),
        look.canary_seen,
        tuple(look.gaps),
    )
    if done.canary_seen and not done.gaps:
        forget(runs, wanted, at)
    _keep(runs, done, at)
    return done


def _keep(runs: Runs, done: Census, at: datetime) -> None:
    places = [{"table": f.table, "column": f.column, "rows": f.rows} for f in done.found]
    runs.run(
        "census_end",
        id=done.id,
        at=at,
        columns=done.columns,
        rows=done.rows,
        sought=done.sought,
        found=json.dumps([*places, *({"gap": gap} for gap in done.gaps)]),
        canary_seen=done.canary_seen,
    )


def _looked(system: System, values: frozenset[str]) -> _Look:
    connector = connector_for(system)
    if isinstance(connector, Finding):
        return _Look(Needles({}), gaps=[connector.message])
    try:
        connection = connector.connect(system, Access.READ)
    except Unreachable:
        return _Look(Needles({}), gaps=["unreachable"])
    with closing(connection):
        try:
            return look(connection, values)
        except Refused as refused:
            return _Look(Needles({}), gaps=[f"the system refused ({refused.kind})"])


@dataclass(frozen=True, slots=True)
class Needles:
    """What is looked for: a normal form -> whether it was erased (else it is a canary)."""

    forms: Mapping[str, bool]

    def may_stand(self, values: Sequence[object]) -> bool:
        """Whether a form may stand in one of many values. All are looked at as one text: that is
        twice as fast, and hardly ever is there anything to find."""
        texts = _texts(values)
        if max(map(len, texts), default=0) > LONG - _LAP:
            return True
        forms, lines = self.forms.keys(), "\n".join(texts)
        if not (forms.isdisjoint(texts) and forms.isdisjoint(_digits(texts, lines))):
            return True
        words = set(_TOKEN.findall(lines))
        return not (forms.isdisjoint(words) and forms.isdisjoint(w.strip(".!?*") for w in words))

    def hits(self, value: object) -> set[str]:
        """The forms that stand in a value: as the whole of it, its digits, or a word inside."""
        if isinstance(value, str | bytes) and len(value) > LONG:
            pieces = (value[at : at + LONG] for at in range(0, len(value), LONG - _LAP))
            return {hit for piece in pieces for hit in self._words(_text(piece))}
        text = _text(value)
        if len(text) < SHORTEST:
            return set()
        whole = {f for f in (text, _NOT_DIGIT.sub("", text)) if f in self.forms}
        return whole | self._words(text)

    def _words(self, text: str) -> set[str]:
        return {w for t in _TOKEN.findall(text) if (w := t.strip(".!?*")) in self.forms}


def _texts(values: Sequence[object]) -> list[str]:
    """Each value as a text; absent ones may be left out."""
    if set(map(type, values)) <= {str, int}:
        return list(map(str.strip, map(str.lower, map(str, values))))
    return [_text(value) for value in values if value is not None]


def _digits(texts: Sequence[str], lines: str) -> list[str]:
    """The digits of each text; `lines` are the same texts, one under the other."""
    if lines.count("\n") != len(texts) - 1:
        return [_NOT_DIGIT.sub("", text) for text in texts]
    return _NOT_DIGIT_IN_LINES.sub("", lines).split("\n")


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "ignore").lower()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).lower()
    return "" if value is None else str(value).strip().lower()


@dataclass(slots=True)
class _Look:
    """A census on its way."""

    needles: Needles
    canaries: Mapping[tuple[str, str], str] = field(default_factory=dict)
    columns: int = 0
    rows: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: set[tuple[str, str]] = field(default_factory=set)
    gaps: list[str] = field(default_factory=list)

    @property
    def canary_seen(self) -> bool:
        """Whether every person who had to be seen was; without one nothing is proven."""
        return bool(self.canaries) and set(self.canaries) <= self.seen

    def leftovers(self) -> tuple[Leftover, ...]:
        """The places in order."""
        return tuple(sorted(Leftover(t, c, n) for (t, c), n in self.found.items()))

    def values(self, place: tuple[str, str], values: Sequence[object]) -> None:
        """Look at values of one column."""
        if self.needles.may_stand(values):
            for value in values:
                self.value(place, value)

    def value(self, place: tuple[str, str], value: object) -> None:
        """Look at one value."""
        hits = self.needles.hits(value)
        if not hits:
            return
        if any(self.needles.forms[h] for h in hits):
            self.found[place] += 1
        if self.canaries.get(place) in hits:
            self.seen.add(place)


def look(connection: Connection, values: frozenset[str]) -> _Look:
    """Read every table, view and materialized view, and the statistics, for these values."""
    gone = {f: True for v in values for f in _forms(v) if len(f) >= SHORTEST}
    canaries = dict(_canaries(connection, frozenset(gone)))
    forms = {**dict.fromkeys(canaries.values(), False), **gone}
    looking = _Look(Needles(forms), canaries)
    for table in connection.catalogue().tables.values():
        _table(connection, looking, table)
    if isinstance(connection, TellsStatistics):
        for name, column, text in connection.statistics():
            looking.value((name, f"{column} (statistics)"), text)
    return looking


def _forms(value: str) -> set[str]:
    """How a value may stand: as it is, or as its digits where it is a number with signs."""
    text, digits = _text(value), _NOT_DIGIT.sub("", value)
    return {text, digits} if len(digits) >= SHORTEST and not re.search("[a-z]", text) else {text}


def _table(connection: Connection, looking: _Look, table: Table) -> None:
    names = [c.name for c in table.columns if c.kind not in EMPTY_KINDS]
    if table.row_security:
        looking.gaps.append(f"{table.name}: row-security")
    if not names or table.row_security:
        return
    try:
        for block in connection.stream(table.name, names, BLOCK):
            looking.rows += len(block)
            for column, values in zip(names, zip(*block, strict=True), strict=True):
                looking.values((table.name, column), values)
    except Refused as refused:
        why = f", {refused.constraint}" if refused.kind == "form" and refused.constraint else ""
        looking.gaps.append(f"{table.name}: refused ({refused.kind}{why})")
    looking.columns += len(table.columns)


def _canaries(
    connection: Connection, gone: frozenset[str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """One person who is there, by an identity, for every table that names persons: what a census
    does not see of them it would not see of the others either."""
    for dataset in connection.system.datasets.values():
        if dataset.name not in connection.catalogue().tables:
            continue
        for identity in dataset.identities:
            if identity.strength is not Strength.UNIQUE:
                continue
            some = all_of([Null(identity.field, negated=True), Equal(identity.field, "", True)])
            rows = connection.fetch(dataset.name, some, (identity.field,), SAMPLE)
            texts = [_text(value) for (value,) in rows]
            living = [t for t in texts if len(t) >= SHORTEST and t not in gone]
            yield from (((dataset.name, identity.field), t) for t in living[:1])
