"""Whether what is made from rows still tells of them once they have gone or were emptied.

The words that go are noted before the batch, from the rows themselves, and looked for afterwards in
what was made from those rows. How it is computed is nothing to us: an expression that forgets to
forget is found like any other leak.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from avow.engine.verifier.rows import among
from avow.estate.connectors.base import Connection
from avow.estate.connectors.catalogue import ColumnKind
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.predicates import Predicate, Related

SHORTEST = 4
"""Characters of a word that is looked for; shorter ones stand everywhere."""
SAMPLE = 20
"""Rows that go, and rows made from them, that are looked at in one batch."""

Row: TypeAlias = tuple[object, ...]


class Makes(Protocol):
    """What the verifier must know of what is made from the rows of a step."""

    @property
    def dataset(self) -> str: ...
    @property
    def of(self) -> str: ...
    @property
    def edge(self) -> Edge | None: ...
    @property
    def columns(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Tale:
    """Words that go from rows of `of`, and the keys of the rows that are made from those."""

    dataset: str
    of: str
    edge: Edge
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    words: frozenset[str]


def tale(connection: Connection, made: Makes, where: Predicate) -> Tale | None:
    """What some of the rows that go say, and what is made from them; None where that is nothing."""
    datasets, key = connection.system.datasets, connection.system.datasets[made.of].key
    if made.edge is None or not key or not datasets[made.dataset].key:
        return None
    texts = _texts(connection, made.of, ())
    found = list(connection.fetch(made.of, where, (*key, *texts), SAMPLE))
    words = _words(row[len(key) :] for row in found)
    if not words:
        return None
    sources = among(key, [row[: len(key)] for row in found])
    theirs = Related(made.edge, Side.PARENT, sources)
    rows = connection.fetch(made.dataset, theirs, datasets[made.dataset].key, SAMPLE)
    return Tale(made.dataset, made.of, made.edge, tuple(made.columns), tuple(rows), words)


def still_told(connection: Connection, tales: Sequence[Tale]) -> Iterator[str]:
    """Rows that still hold words of what went, in words of ours."""
    for each in tales:
        if each.rows and (wrong := _leaks(connection, each)):
            columns = ", ".join(f"`{c}`" for c in each.columns)
            yield (
                f"{wrong:,} rows of `{each.dataset}` ({columns}) still tell of rows of `{each.of}` "
                "that they were made from"
            )


def _leaks(connection: Connection, told: Tale) -> int:
    """Rows whose columns hold a word that no row they are made from, nor they themselves, hold
    any more."""
    mine = among(connection.system.datasets[told.dataset].key, told.rows)
    left = connection.fetch(
        told.of, Related(told.edge, Side.CHILD, mine), _texts(connection, told.of, told.columns)
    )
    own = connection.fetch(told.dataset, mine, _texts(connection, told.dataset, told.columns))
    gone = told.words - _words(left) - _words(own)
    rows = connection.fetch(told.dataset, mine, told.columns)
    return sum(any(word in str(value).casefold() for value in row for word in gone) for row in rows)


def _texts(connection: Connection, dataset: str, without: Sequence[str]) -> tuple[str, ...]:
    table = connection.catalogue().tables[dataset]
    made = {*without, *connection.system.datasets[dataset].made}
    kinds = (ColumnKind.TEXT,)
    found = tuple(c.name for c in table.columns if c.kind in kinds and c.name not in made)
    return found or connection.system.datasets[dataset].key


def _words(rows: Iterable[Row]) -> frozenset[str]:
    said = (v.strip().casefold() for row in rows for v in row if isinstance(v, str))
    return frozenset(word for word in said if len(word) >= SHORTEST)
