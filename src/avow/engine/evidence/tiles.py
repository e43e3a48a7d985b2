"""Tiles: stored hashes of the Merkle tree, so that a proof reads a few rows and not all entries.

A tile holds 256 neighbouring hashes of one height. A hash of height h+1 is the root over one full
tile of height h. Only full tiles are stored; what is left at the right comes from the entries.
"""

from collections.abc import Iterator
from functools import lru_cache

from avow.engine.db.store import Runs
from avow.engine.evidence.merkle import leaf_hash, node_hash, root

WIDTH = 256
_BITS = 8
_HASH = 32


class TileReader:
    """Range roots of the stored tree (`merkle.RangeRoot`), for one proof or one check."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._known: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def root_of(self, first: int, last: int) -> bytes:
        """The root over the entries from `first` to before `last`, as RFC 6962 cuts them."""
        count = last - first
        if count & (count - 1) == 0 and first % count == 0:
            return self._complete(first, count.bit_length() - 1)
        cut = 1 << ((count - 1).bit_length() - 1)
        return node_hash(self.root_of(first, first + cut), self.root_of(first + cut, last))

    def _complete(self, first: int, height: int) -> bytes:
        """The root of a complete subtree of 2^height entries: up to 128 neighbours in one tile."""
        level = height // _BITS
        start, count = first >> (level * _BITS), 1 << (height % _BITS)
        hashes = self.tile(level, start // WIDTH)
        return root(hashes[start % WIDTH :][:count])

    def tile(self, level: int, number: int) -> tuple[bytes, ...]:
        """The hashes of a tile; of one that is not full, those that are there."""
        if (level, number) not in self._known:
            found = self._stored(level, number, number + 1).get(number)
            whole = split(found) if found else self._partial(level, number)
            self._known[level, number] = whole
        return self._known[level, number]

    def _stored(self, level: int, first: int, last: int) -> dict[int, bytes]:
        """The full tiles from `first` to before `last` that are stored, in one statement."""
        rows = self._runs.run("ledger_tiles", level=level, first=first, last=last)
        return {row["number"]: bytes(row["hashes"]) for row in rows}

    def _partial(self, level: int, number: int) -> tuple[bytes, ...]:
        if level == 0:
            rows = self._runs.run("ledger_entries", first=number * WIDTH, most=WIDTH)
            return tuple(leaf_hash(bytes(row["bytes"])) for row in rows)
        first = number * WIDTH
        stored, hashes = self._stored(level - 1, first, first + WIDTH), list[bytes]()
        for each in range(first, first + WIDTH):
            if each in stored:
                hashes.append(_root_of(stored[each]))
                continue
            below = self.tile(level - 1, each)
            if len(below) < WIDTH:
                break
            hashes.append(root(below))
        return tuple(hashes)


@lru_cache(maxsize=512)
def _root_of(hashes: bytes) -> bytes:
    """The root over a stored tile. It is remembered by what the tile holds, never by its place: a
    tile that somebody changed has another root."""
    return root(split(hashes))


def split(hashes: bytes) -> tuple[bytes, ...]:
    """A stored tile as single hashes."""
    return tuple(hashes[at : at + _HASH] for at in range(0, len(hashes), _HASH))


def new_tiles(
    reader: TileReader, size: int, leaves: list[bytes]
) -> Iterator[tuple[int, int, tuple[bytes, ...]]]:
    """The tiles that become full when `leaves` join a tree of `size`: level, number, hashes.

    `reader` sees the tree before they join.
    """
    level, start, fresh = 0, size, leaves
    while fresh and start % WIDTH + len(fresh) >= WIDTH:
        before = reader.tile(level, start // WIDTH)[: start % WIDTH] if start % WIDTH else ()
        hashes = [*before, *fresh]
        first = start // WIDTH
        full = [tuple(hashes[at : at + WIDTH]) for at in range(0, len(hashes), WIDTH)]
        full = [each for each in full if len(each) == WIDTH]
        yield from ((level, first + at, each) for at, each in enumerate(full))
        level, start, fresh = level + 1, first, [root(each) for each in full]
