"""The file of an undo bundle: frames of rows, each encrypted, one after the other.

A frame is four bytes of length and a box (AES-256-GCM) of JSON lines: first what the rows are, then
one line per row, its values with their types. The box is bound to its bundle and its place in it.
The database keeps the digest of the frames that count: what stands behind them was never committed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from avow.engine.planner.refusals import PlannerError
from avow.estate.datamap.model import Blank

_LENGTH = 4
NOTHING = hashlib.sha256().hexdigest()
"""The digest of a bundle without a frame."""


@dataclass(frozen=True, slots=True)
class Section:
    """What the rows of a frame are: whole rows of a dataset, or cells that were blanked.

    `step` and `chunk` are those of the batch that took them out; `order` is 0 for the step's own
    rows and counts up for rows that went along. Of whole rows `blanks` is empty and `columns` are
    all; of cells `columns` are the key and then those of `blanks`.
    """

    step: int
    order: int
    chunk: int
    dataset: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    blanks: Mapping[str, Blank] = field(default_factory=dict)


Rows = Sequence[tuple[object, ...]]


def framed(section: Section, rows: Rows) -> bytes:
    """The plain text of a frame."""
    lines = [json.dumps(msgspec.to_builtins(section), ensure_ascii=False)]
    lines += [json.dumps([_written(v) for v in row], ensure_ascii=False) for row in rows]
    return "\n".join(lines).encode()


def unframed(plain: bytes) -> tuple[Section, list[tuple[object, ...]]]:
    """What a frame holds."""
    head, *lines = plain.decode().split("\n")
    section = msgspec.convert(json.loads(head), Section)
    return section, [tuple(_read(v) for v in json.loads(line)) for line in lines]


def _written(value: object) -> object:
    """A value as JSON; what JSON has no word for is an object with the name of its type."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return {"float": value.hex()}
        case bytes():
            return {"bytes": value.hex()}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
        case UUID():
            return {"uuid": str(value)}
    raise TypeError(f"a value of type {type(value).__name__} cannot be kept")


_TYPES: Mapping[str, Callable[[str], object]] = {
    "float": float.fromhex,
    "bytes": bytes.fromhex,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "number": Decimal,
    "uuid": UUID,
}


def _read(value: Any) -> object:  # noqa: ANN401 (JSON)
    if not isinstance(value, dict):
        return value
    ((name, text),) = value.items()
    return _TYPES[name](text)


@dataclass(slots=True)
class BundleFile:
    """A bundle's file while it is written: how far it counts, and how to go back one batch."""

    path: Path
    frames: int = 0
    size: int = 0
    sha: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        """SHA-256 of everything until here."""
        return str(self.sha.hexdigest())

    def copy(self) -> BundleFile:
        """The same state, to come back to."""
        return BundleFile(self.path, self.frames, self.size, self.sha.copy())

    def add(self, box: bytes) -> None:
        """Append a frame. It is on the disk when this returns."""
        frame = len(box).to_bytes(_LENGTH, "big") + box
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, self.size)
            _write_all(handle, frame, self.size)
            os.fsync(handle)
        finally:
            os.close(handle)
        if self.size == 0:
            _sync_folder(self.path.parent)
        self.sha.update(frame)
        self.frames, self.size = self.frames + 1, self.size + len(frame)

    def cut(self) -> None:
        """Cut off what stands behind the frames that count."""
        if self.path.exists():
            os.truncate(self.path, self.size)


def _write_all(handle: int, data: bytes, at: int) -> None:
    while data:
        done = os.pwrite(handle, data, at)
        data, at = data[done:], at + done


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def found(path: Path, digest: str) -> BundleFile:
    """A bundle's file with the frames that its digest covers.

    Raises:
        PlannerError: AV437, no beginning of the file has this digest.
    """
    at = BundleFile(path)
    for box in (None, *_boxes(path)):
        if box is not None:
            frame = len(box).to_bytes(_LENGTH, "big") + box
            at.sha.update(frame)
            at.frames, at.size = at.frames + 1, at.size + len(frame)
        if at.digest == digest:
            return at
    raise PlannerError(
        f"the bundle `{path.name}` is not the one that was written",
        because="the file is missing, cut short, or was changed",
        help="bring the file back from where it was copied; nothing of it was used",
        code="AV437",
    )


def boxes(file: BundleFile) -> Iterator[bytes]:
    """The boxes that count, in the order in which they were written."""
    for number, box in enumerate(_boxes(file.path)):
        if number == file.frames:
            return
        yield box


def _boxes(path: Path) -> Iterator[bytes]:
    """Every whole box; what is torn at the end is none."""
    if not path.exists():
        return
    with path.open("rb") as file:
        while len(head := file.read(_LENGTH)) == _LENGTH:
            box = file.read(int.from_bytes(head, "big"))
            if len(box) < int.from_bytes(head, "big"):
                return
            yield box
