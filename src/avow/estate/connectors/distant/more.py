"""What some engines can say beside the contract, through a worker: a connection has these methods
where the worker's own has them, because readers ask for them by looking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, cast

import msgspec

from avow.estate.connectors.distant.connection import DistantConnection
from avow.estate.connectors.distant.wire import rows_of, written
from avow.estate.connectors.together import Answer, Growth, Question, Seeds
from avow.estate.datamap.predicates import Predicate

_Said: TypeAlias = list[tuple[int, list[object]]]


class CountsChanges(DistantConnection):
    """An engine that counts what it did in a transaction."""

    __slots__ = ()

    def changes(self) -> dict[str, tuple[int, int, int]]:
        """Rows inserted, updated and deleted by the running transaction, by table."""
        return {table: (i, u, d) for table, (i, u, d) in self.ask("changes").items()}


class TellsStatistics(DistantConnection):
    """An engine that keeps samples of values beside the tables."""

    __slots__ = ()

    def statistics(self) -> Iterator[tuple[str, str, str]]:
        """(table, column, text) of every sample."""
        for block in self.blocks("statistics"):
            yield from ((str(table), str(column), str(text)) for table, column, text in block)


class Tallies(DistantConnection):
    """An engine of which it is known what a batch on some tables can change."""

    __slots__ = ()

    def tally(self, tables: Sequence[str]) -> dict[str, int]:
        """Of each table that can change a number that moves with its rows."""
        return {str(table): int(n) for table, n in self.ask("tally", list(tables)).items()}


class AsksTogether(DistantConnection):
    """An engine that answers many questions in one round trip: with a worker between, in one
    message as long as there are not many rows."""

    __slots__ = ()

    def together(
        self, seeds: Seeds, growths: Sequence[Growth], asked: Sequence[Question], most: int
    ) -> Iterator[Answer]:
        """See `ReadsTogether.together`."""
        said = written([[name, d, list(rows)] for name, (d, rows) in seeds.items()])
        grown, told = msgspec.to_builtins(list(growths)), msgspec.to_builtins(list(asked))
        for block in self.blocks("together", said, grown, told, most):
            yield from ((int(place), tuple(row)) for place, row in cast("_Said", block))


class SeesAside(DistantConnection):
    """An engine that can be looked at from outside of an open batch."""

    __slots__ = ()

    def seen_by_others(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int
    ) -> list[tuple[object, ...]]:
        """As `fetch`, as everybody else sees it."""
        return rows_of(self.ask("seen_by_others", dataset, self.where(where), list(fields), limit))


MORE: Mapping[str, type[DistantConnection]] = {
    "changes": CountsChanges,
    "statistics": TellsStatistics,
    "tally": Tallies,
    "together": AsksTogether,
    "seen_by_others": SeesAside,
}
"""The method that the worker's connection has, and what a connection to it then is."""
