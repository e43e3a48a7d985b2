"""How much one batch moves: it aims at 100 ms, so that other users of the system wait no longer."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Chunk:
    """The size of the next batch and its limits. A failed lock counts as too long.

    Time alone never makes it smaller than `least`: what every batch costs anyway would otherwise
    be paid for a handful of rows each time.

    Measured on PostgreSQL: at 100 ms a batch other transactions keep a p99 of 9 to 15 ms; one
    transaction for 10,000 persons freezes them for seconds.
    """

    size: int
    start: int
    largest: int
    too_long_ms: int = 150
    short_ms: int = 50
    least: int = 1

    def after(self, ms: float) -> Chunk:
        """The chunk after a batch that took this long."""
        if ms > self.too_long_ms:
            return replace(self, size=max(min(self.least, self.size), self.size // 2))
        if ms < self.short_ms:
            # One so short would still be short at four times the size.
            times = 4 if ms * 4 < self.short_ms else 2
            return replace(self, size=min(self.largest, self.size * times))
        if ms < (self.short_ms + self.too_long_ms) / 2:
            return replace(self, size=min(self.largest, self.size * 5 // 4))
        return self

    def halved(self) -> Chunk:
        """Half the size, at least one."""
        return replace(self, size=max(1, self.size // 2))

    def reading(self) -> Chunk:
        """The chunk where the keys of its rows are read: no more than fit into little memory. One
        that starts larger means all rows, and stays."""
        return replace(self, largest=max(self.start, min(self.largest, READ)))


READ = 50_000
"""Rows of a window whose keys are read."""

ROWS = Chunk(2_000, 2_000, 100_000, least=250)
"""Windows of a sweep, in rows."""

WHOLE = Chunk(10**9, 10**9, 10**9, least=10**9)
"""One window for all rows, where each batch costs a reading of everything anyway."""

PERSONS = Chunk(200, 200, 1_000, too_long_ms=250, short_ms=125, least=25)
"""Chunks of an erasure, in persons. It locks rows of persons who leave, for which others hardly
wait; and what a chunk costs whatever its size would be paid more often in smaller ones."""
