"""The ledger: entries chained by hash, a Merkle tree over them, a signed checkpoint per group.

The format is documented in docs/internals/ledger.md, with a verifier in a few lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from avow.engine.db.store import Row, Runs, Store
from avow.engine.evidence import merkle
from avow.engine.evidence.entries import (
    FIRST,
    Body,
    ClockMovedBack,
    body_bytes,
    chain_hash,
    entry_bytes,
    moment,
    read_entry,
)
from avow.engine.evidence.note import Checkpoint, LedgerError, NoteKey, signed
from avow.engine.evidence.tiles import TileReader, new_tiles
from avow.engine.keys.ring import KeyRing

TOLERANCE = timedelta(seconds=1)
"""How far a group may lie before the last entry without being called a clock moved back: the
clocks of two machines differ by as much."""

_PAGE = 5_000
"""Rows read at once: so much of the ledger is in memory while it is verified."""

_COPIED = 100
"""Groups of more entries come by COPY, which is faster for many and a round trip more."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger: number of entries, hash of the last, its instant, the tree's edge."""

    size: int
    prev: str
    at: str
    edge: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Appended:
    """What a group became: number of its first entry, of its last, and the signed checkpoint."""

    first: int
    last: int
    note: str


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands in the ledger: the checkpoint's note, and the audit path, leaf first."""

    number: int
    entry: bytes
    path: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of one state. `origin` names it in every checkpoint."""

    store: Store
    ring: KeyRing
    origin: str

    @property
    def key(self) -> NoteKey:
        """The public key that checks the newest checkpoints."""
        return self.key_of(self.ring.signing.current)

    def key_of(self, key_id: str) -> NoteKey:
        """The public key of one key of the ring."""
        return NoteKey(self.origin, self.ring.public_key(key_id))

    @property
    def keys(self) -> tuple[NoteKey, ...]:
        """Every key that may have signed a checkpoint."""
        return tuple(self.key_of(key_id) for key_id in self.ring.signing.by_id)

    def append(
        self,
        bodies: Sequence[Body],
        at: datetime,
        *,
        simulated: bool = False,
        runs: Runs | None = None,
    ) -> Appended:
        """Append a group in one transaction, or in the caller's when `runs` is a transaction.

        Other writers wait until that transaction ends: append last in it.

        `at` is the instant of all of them. When it lies before the last entry's, an entry
        `clock-moved-back` says by how much, and the group keeps the last entry's instant: time in
        the ledger never runs back. Raises LedgerError AV805 (what may not enter), AV806 (the
        stored ledger contradicts itself), ValueError for an empty group.
        """
        if not bodies:
            raise ValueError("a group has at least one entry")
        encoded = [(body.kind, body_bytes(body)) for body in bodies]
        with (runs or self.store).transaction() as tx:
            tx.run("ledger_write_lock")
            head = _head(tx)
            instant, back = _instant(moment(at), head.at)
            encoded = [(each.kind, body_bytes(each)) for each in back] + encoded
            lines = list(_chained(encoded, head, instant, simulated=simulated))
            return self._write(tx, head, lines, instant)

    def _write(
        self, tx: Runs, head: Head, lines: list[tuple[int, str, bytes]], instant: str
    ) -> Appended:
        leaves = [merkle.leaf_hash(line) for _, _, line in lines]
        tiles = list(new_tiles(TileReader(tx), head.size, leaves))
        edge = list(head.edge)
        for number, leaf in enumerate(leaves, head.size):
            merkle.add(edge, number, leaf)
        size, root = head.size + len(lines), merkle.edge_root(edge)
        note = signed(Checkpoint(self.origin, size, root), self.key, self.ring.sign)
        if len(lines) > _COPIED:
            tx.copy("ledger_entry", ("number", "kind", "bytes"), lines)
        told = lines if len(lines) <= _COPIED else []
        tx.run(
            "ledger_group_add",
            numbers=[number for number, _, _ in told],
            kinds=[kind for _, kind, _ in told],
            lines=[line for _, _, line in told],
            levels=[level for level, _, _ in tiles],
            places=[place for _, place, _ in tiles],
            hashes=[b"".join(hashes) for _, _, hashes in tiles],
            size=size,
            root=root,
            edge=b"".join(edge),
            note=note,
            at=datetime.fromisoformat(instant),
        )
        return Appended(head.size, size - 1, note)

    def size(self) -> int:
        """The number of entries."""
        return _head(self.store).size

    def bound(self) -> int:
        """The number of entries, or of those signed when that is more: equal in a sound ledger."""
        found = self.store.one("ledger_head") or {"number": -1, "size": 0}
        last, size = found["number"], found["size"]
        return max(-1 if last is None else int(last), -1 if size is None else int(size) - 1) + 1

    def checkpoint(self) -> str | None:
        """The newest signed checkpoint; None in an empty ledger."""
        found = self.store.one("ledger_checkpoint_last")
        return str(found["note"]) if found else None

    def prove(self, number: int) -> Proof:
        """The proof that the entry stands in the ledger, against the newest checkpoint.

        Raises LedgerError AV807 when there is no such entry.
        """
        return self.prove_all([number])[0]

    def prove_all(self, numbers: Sequence[int]) -> tuple[Proof, ...]:
        """The proofs of several entries in their order, all against one checkpoint: what two of
        them share of the tree is read once.

        Raises LedgerError AV807 when one of the entries is not there.
        """
        with self.store.transaction() as tx:
            last = tx.one("ledger_checkpoint_last")
            rows = tx.run("ledger_entries_of", numbers=list(numbers))
            entries = {row["number"]: bytes(row["bytes"]) for row in rows}
            missing = [n for n in numbers if last is None or n not in entries]
            if last is None or missing:
                raise LedgerError(f"the ledger has no entry {min(missing)}", code="AV807")
            root_of = TileReader(tx).root_of
            return tuple(
                Proof(n, entries[n], merkle.inclusion(n, last["size"], root_of), last["note"])
                for n in numbers
            )

    def continuation(self, old: int, size: int) -> tuple[bytes, ...]:
        """The proof that the ledger at `size` begins with the one at `old` (RFC 6962, 2.1.2)."""
        with self.store.transaction() as tx:
            return merkle.consistency(old, size, TileReader(tx).root_of)

    def root_at(self, size: int) -> bytes:
        """The Merkle root over the first `size` entries. Raises LedgerError AV807 past the end."""
        with self.store.transaction() as tx:
            if size > _head(tx).size:
                raise LedgerError(f"the ledger has fewer than {size} entries", code="AV807")
            return TileReader(tx).root_of(0, size) if size else merkle.EMPTY

    def entries(self, first: int = 0) -> Iterator[Row]:
        """The rows of the ledger from a number on, page by page."""
        while rows := self.store.run("ledger_entries", first=first, most=_PAGE):
            yield from rows
            first = rows[-1]["number"] + 1

    def checkpoints(self, after: int = -1) -> Iterator[Row]:
        """The signed checkpoints past a size, page by page."""
        while rows := self.store.run("ledger_checkpoints", after=after, most=_PAGE):
            yield from rows
            after = rows[-1]["size"]


def _head(runs: Runs) -> Head:
    found = runs.one("ledger_head")
    if found is None:
        return Head(0, FIRST, "", ())
    if found["number"] is None or found["size"] != found["number"] + 1:
        raise LedgerError(
            "the last entry of the ledger and its last checkpoint do not belong together",
            because="one of both was removed or added by other means than avow",
            help="run `avow ledger verify`; bring back the state's backup and keep this one",
            code="AV806",
        )
    last, edge = bytes(found["bytes"]), bytes(found["edge"])
    hashes = tuple(edge[at : at + 32] for at in range(0, len(edge), 32))
    return Head(found["size"], chain_hash(last), read_entry(last).at, hashes)


def _instant(at: str, last: str) -> tuple[str, list[Body]]:
    """The instant the group gets, and the entry that says so when the clock moved back."""
    if at >= last:
        return at, []
    behind = datetime.fromisoformat(last) - datetime.fromisoformat(at)
    if behind <= TOLERANCE:
        return last, []
    return last, [ClockMovedBack(behind_seconds=int(behind.total_seconds()))]


def _chained(
    encoded: Sequence[tuple[str, msgspec.Raw]], head: Head, at: str, *, simulated: bool
) -> Iterator[tuple[int, str, bytes]]:
    """The rows of a group: number, kind, bytes; each holds the hash of the one before."""
    prev = head.prev
    for number, (kind, body) in enumerate(encoded, head.size):
        line = entry_bytes(body, kind, number, prev, at, simulated=simulated)
        prev = sha256(line).hexdigest()
        yield number, kind, line
