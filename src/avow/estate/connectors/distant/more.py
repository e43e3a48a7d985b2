"""What some engines can say beside the contract, through a worker: a connection has these methods
where the worker's own has them, because readers ask for them by looking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from avow.estate.connectors.distant.connection import DistantConnection


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


MORE: Mapping[str, type[DistantConnection]] = {
    "changes": CountsChanges,
    "statistics": TellsStatistics,
    "tally": Tallies,
}
"""The method that the worker's connection has, and what a connection to it then is."""
