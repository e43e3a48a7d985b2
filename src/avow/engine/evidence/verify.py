"""Verify a ledger, in the database or as an exported file, and name the first broken entry."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import msgspec

from avow.engine.evidence import merkle
from avow.engine.evidence.entries import FIRST, chain_hash, read_entry
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.note import (
    Checkpoint,
    LedgerError,
    NoteKey,
    opened_checkpoint,
    read_checkpoint,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying said: `broken_at` is the first entry that is not as it was; None when none.

    `size` and `root` are what was read; `signed` tells whether a known key signed the checkpoint.
    """

    size: int
    root: bytes
    signed: bool
    broken_at: int | None = None
    what: str = ""

    @property
    def good(self) -> bool:
        """True when nothing is broken."""
        return self.broken_at is None


class Broken(Exception):
    """The first broken entry and what is wrong with it."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(what)
        self.number = number
        self.what = what


@dataclass(slots=True)
class Reading:
    """A ledger read so far: what the next entry must continue."""

    size: int = 0
    prev: str = FIRST
    at: str = ""
    edge: list[bytes] = field(default_factory=list)

    @property
    def root(self) -> bytes:
        """The Merkle root over what was read."""
        return merkle.edge_root(self.edge)

    def take(self, line: bytes) -> str:
        """Read one more entry and return its kind. Raises Broken."""
        try:
            entry = read_entry(line)
        except (ValueError, msgspec.MsgspecError):
            raise Broken(self.size, "it is not an entry in canonical form") from None
        if entry.n != self.size:
            raise Broken(self.size, f"the entry numbered {entry.n} stands in its place")
        if entry.prev != self.prev:
            raise Broken(max(self.size - 1, 0), "the entry after it names another one before")
        if entry.at < self.at:
            raise Broken(self.size, "its instant lies before the one of the entry before")
        merkle.add(self.edge, self.size, merkle.leaf_hash(line))
        self.size, self.prev, self.at = self.size + 1, chain_hash(line), entry.at
        return entry.kind


def verify_lines(lines: Iterable[bytes], note: str, keys: Sequence[NoteKey]) -> Verdict:
    """Verify entries against the checkpoint they were exported with.

    With no `keys` the signature is not looked at and `signed` is false: then the file is only
    consistent with itself.
    """
    reading = Reading()
    try:
        checkpoint = _checkpoint(note, keys)
        for line in lines:
            reading.take(line)
        _compare(reading, checkpoint)
    except Broken as broken:
        return Verdict(reading.size, reading.root, signed=False, broken_at=broken.number,
                       what=broken.what)  # fmt: skip
    return Verdict(reading.size, reading.root, signed=bool(keys))


def _checkpoint(note: str, keys: Sequence[NoteKey]) -> Checkpoint:
    try:
        return opened_checkpoint(note, keys) if keys else read_checkpoint(note)
    except LedgerError as error:
        raise Broken(0, error.what) from None


def _compare(reading: Reading, checkpoint: Checkpoint) -> None:
    if reading.size < checkpoint.size:
        raise Broken(reading.size, f"it is missing: {checkpoint.size} entries were signed")
    if reading.size > checkpoint.size:
        raise Broken(checkpoint.size, "no checkpoint covers it")
    if reading.root != checkpoint.root:
        raise Broken(
            max(reading.size - 1, 0), "the entries are not those that the checkpoint signed"
        )


def export(ledger: Ledger, path: Path) -> Checkpoint:
    """Write the ledger: one line per entry, exactly as hashed, and `PATH.checkpoint` beside it.

    Raises LedgerError AV807 for an empty ledger.
    """
    note = ledger.checkpoint()
    if note is None:
        raise LedgerError("the ledger is empty", code="AV807")
    checkpoint = read_checkpoint(note)
    with path.open("wb") as file:
        for row in ledger.entries():
            if row["number"] >= checkpoint.size:
                break  # appended while we write; the next export has them
            file.write(bytes(row["bytes"]) + b"\n")
    checkpoint_path(path).write_text(note, encoding="utf-8")
    return checkpoint


def checkpoint_path(path: Path) -> Path:
    """Where the checkpoint of an exported file lies."""
    return path.with_name(path.name + ".checkpoint")


def verify_export(path: Path, keys: Sequence[NoteKey] = (), note: str | None = None) -> Verdict:
    """Verify an exported file offline; `note` is another checkpoint to hold it against.

    Raises LedgerError AV808 when the file or its checkpoint cannot be read.
    """
    try:
        said = note if note is not None else checkpoint_path(path).read_text(encoding="utf-8")
        with path.open("rb") as file:
            return verify_lines((line.removesuffix(b"\n") for line in file), said, keys)
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(
            f"the export `{path.name}` or its checkpoint cannot be read",
            because=error.strerror if isinstance(error, OSError) and error.strerror else "",
            help=f"keep `{checkpoint_path(path).name}` beside it",
            code="AV808",
        ) from None


def verify_ledger(ledger: Ledger) -> Verdict:
    """Verify the ledger in the database: every entry, every checkpoint, every signature."""
    reading = Reading()
    try:
        _read(ledger, reading)
    except Broken as broken:
        return Verdict(reading.size, reading.root, signed=False, broken_at=broken.number,
                       what=broken.what)  # fmt: skip
    return Verdict(reading.size, reading.root, signed=reading.size > 0)


def _read(ledger: Ledger, reading: Reading) -> None:
    """Read all entries, and compare with each checkpoint on the way.

    Others may append meanwhile; what came after the first look is left to the next time.
    """
    bound, keys = ledger.bound(), ledger.keys
    checkpoints = takewhile(lambda row: row["size"] <= bound, ledger.checkpoints())
    awaited, covered = next(checkpoints, None), 0
    for row in takewhile(lambda row: row["number"] < bound, ledger.entries()):
        if row["number"] != reading.size:
            raise Broken(reading.size, f"the entry numbered {row['number']} stands in its place")
        if reading.take(bytes(row["bytes"])) != row["kind"]:
            raise Broken(row["number"], "its column `kind` says something else than its bytes")
        if awaited is not None and awaited["size"] == reading.size:
            _checked(ledger.origin, keys, reading, awaited)
            awaited, covered = next(checkpoints, None), reading.size
    if awaited is not None:
        raise Broken(reading.size, f"it is missing: {awaited['size']} entries were signed")
    if covered != reading.size:
        raise Broken(covered, "no checkpoint covers it")


def _checked(
    origin: str, keys: Sequence[NoteKey], reading: Reading, row: dict[str, object]
) -> None:
    checkpoint = _checkpoint(str(row["note"]), keys)
    if checkpoint.origin != origin:
        raise Broken(reading.size - 1, "its checkpoint is of another ledger")
    _compare(reading, checkpoint)
    if bytes(row["root"]) != reading.root:  # type: ignore[call-overload]
        raise Broken(reading.size - 1, "the root kept with its checkpoint is another one")


def contradiction(ledger: Ledger, note: str) -> str:
    """Why the ledger does not continue a checkpoint that was seen outside it; empty when it does.

    This is what notices a ledger that was rolled back or written anew with the same key: the
    checkpoints in notices, letters and the state directory are out of the database's reach.
    """
    try:
        seen = opened_checkpoint(note, ledger.keys)
        if seen.origin != ledger.origin:
            return f"the checkpoint is of the ledger `{seen.origin}`"
        found = ledger.root_at(seen.size)
    except LedgerError as error:
        return error.what
    if found != seen.root:
        return f"its first {seen.size} entries are not those that were signed"
    return ""


def remember(ledger: Ledger, witness: Path) -> str:
    """Keep the newest checkpoint in the file `witness`, and say what contradicts the kept one.

    A contradicted file is left as it is, so that the trace of a rollback stays.
    """
    if witness.exists():
        said = contradiction(ledger, witness.read_text(encoding="utf-8"))
        if said:
            return said
    note = ledger.checkpoint()
    if note is not None:
        part = witness.with_name(f"{witness.name}.{os.getpid()}.part")
        part.write_text(note, encoding="utf-8")
        part.replace(witness)
    return ""
