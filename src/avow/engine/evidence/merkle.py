"""Merkle trees as in RFC 6962, section 2.1: roots, and proofs that fit into a letter.

Pure. Hashes are 32 bytes of SHA-256. A tree over entries `D[0:n]` is never built: a *range root*
`root_of(a, b)` gives the root over `D[a:b]`, from memory or from stored tiles.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

RangeRoot = Callable[[int, int], bytes]
"""The root over the entries from `a` (with) to `b` (without), `a < b`."""

EMPTY = sha256(b"").digest()
"""The root of a tree without entries."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry: a leading 0 keeps it apart from inner nodes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: a leading 1 keeps it apart from entries."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    edge: list[bytes] = []
    for number, leaf in enumerate(leaves):
        add(edge, number, leaf)
    return edge_root(edge)


def add(edge: list[bytes], size: int, leaf: bytes) -> None:
    """Add one leaf to the edge of a tree of `size` leaves, in place.

    The edge holds the roots of the complete subtrees from left to right, one per binary one of
    the size; a leaf closes as many subtrees as the size has trailing ones.
    """
    while size & 1:
        leaf = node_hash(edge.pop(), leaf)
        size >>= 1
    edge.append(leaf)


def edge_root(edge: Sequence[bytes]) -> bytes:
    """The root of the tree with this edge."""
    if not edge:
        return EMPTY
    *left, right = edge
    for each in reversed(left):
        right = node_hash(each, right)
    return right


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (`size` > 1): where RFC 6962 cuts."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion(index: int, size: int, root_of: RangeRoot) -> tuple[bytes, ...]:
    """The audit path of entry `index` in the tree of `size` entries (section 2.1.1), leaf first.

    Raises ValueError when the entry is not in the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not among {size} entries")
    path: list[bytes] = []
    first, last = 0, size
    while last - first > 1:
        cut = first + _split(last - first)
        if index < cut:
            path.append(root_of(cut, last))
            last = cut
        else:
            path.append(root_of(first, cut))
            first = cut
    return tuple(reversed(path))


def consistency(old: int, size: int, root_of: RangeRoot) -> tuple[bytes, ...]:
    """The proof that the tree of `size` entries continues the one of `old` (section 2.1.2).

    Raises ValueError when `old` is not between 1 and `size`.
    """
    if not 0 < old <= size:
        raise ValueError(f"a tree of {size} entries does not continue one of {old}")
    path: list[bytes] = []
    first, last, whole = 0, size, True
    while last != old:
        cut = first + _split(last - first)
        if old <= cut:
            path.append(root_of(cut, last))
            last = cut
        else:
            path.append(root_of(first, cut))
            first, whole = cut, False
    if not whole:
        path.append(root_of(first, last))
    return tuple(reversed(path))


def includes(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """True when `path` leads from the leaf hash at `index` to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def continues(old: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """True when `path` proves that the larger tree begins with the smaller (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == root
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    of_old = of_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            of_old, of_new = node_hash(step, of_old), node_hash(step, of_new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            of_new = node_hash(of_new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == root
