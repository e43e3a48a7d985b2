"""Folders: each file is a row, with what its name, its attributes and its sidecar say of it.

Columns are `name` (the path), `size`, `modified`, `links` (names of the file on its file system),
the named groups of the pattern, `attribute.…` (extended attributes) and `sidecar.…` (the leaves of
the JSON file beside it). The content of a file is not looked into.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.files.form import Form, Getter, Reading, Record, absent
from avow.estate.connectors.files.root import Member, Root
from avow.estate.connectors.files.source import Source
from avow.estate.datamap.model import Dataset
from avow.estate.datamap.stored import FILE_NAME, Stored

ATTRIBUTE, SIDECAR = "attribute.", "sidecar."
_LARGEST_SIDECAR = 16 * 1024 * 1024


@dataclass(slots=True)
class FileRow:
    """A file as a row; its attributes and its sidecar are read when they are asked for."""

    member: Member
    groups: dict[str, str | None]
    _beside: dict[str, object] | None = field(default=None)


class FolderForm(Form):
    """A folder of recordings or documents. `named` are the columns the map names."""

    blanks = False

    def __init__(self, dataset: Dataset, stored: Stored, named: Sequence[str], root: Root) -> None:
        super().__init__(dataset, stored)
        self.pattern = re.compile(stored.pattern) if stored.pattern else None
        self.root = root
        beside = tuple(n for n in named if n.startswith((ATTRIBUTE, SIDECAR)))
        groups = tuple(self.pattern.groupindex) if self.pattern else ()
        self.names = (*_OWN, *groups, *beside)

    def open(self, source: Source, needed: frozenset[str]) -> Reading:
        raise NotImplementedError  # its rows are files, which are not opened

    def rows(self, members: Sequence[Member]) -> FolderReading:
        """The files as rows; sidecars are no rows of their own."""
        return FolderReading(self, members)

    def sidecar(self, path: str) -> str | None:
        """The path of the file beside a file: `a.wav.json`, or else `a.json` beside `a.wav`."""
        ending = self.stored.sidecar
        if ending is None or path.endswith(ending):
            return None
        longer, shorter = path + ending, str(PurePosixPath(path).with_suffix(ending))
        return longer if self.root.look(longer) else shorter

    def columns(self, sources: Sequence[Source]) -> tuple[Column, ...]:
        del sources
        own = {"size": ColumnKind.INTEGER, "links": ColumnKind.INTEGER,
               "modified": ColumnKind.INSTANT}  # fmt: skip
        return tuple(
            Column(name, str(found.kind), found.kind, found.nullable, generated=True)
            for name in self.names
            for found in [self.column(name, own.get(name))]
        )


_OWN: dict[str, Callable[[FileRow], object]] = {
    FILE_NAME: lambda row: row.member.path,
    "size": lambda row: row.member.size,
    "modified": lambda row: datetime.fromtimestamp(row.member.modified / 1e9, UTC),
    "links": lambda row: row.member.links,
}


class FolderReading(Reading):
    """The files of a folder."""

    def __init__(self, form: FolderForm, members: Sequence[Member]) -> None:
        self.form, self._members = form, members
        self.names = form.names

    def __iter__(self) -> Iterator[Record]:
        search = self.form.pattern.search if self.form.pattern else None
        ending = self.form.stored.sidecar
        for member in self._members:
            if ending is None or not member.path.endswith(ending):
                found = search(member.path) if search else None
                yield member.path, FileRow(member, found.groupdict() if found else {})

    def getter(self, name: str) -> Getter:
        if name in _OWN:
            own = _OWN[name]
            return lambda record: own(record[1])
        if name not in self.names:
            return absent
        convert = self.form.convert(name)
        if name.startswith(ATTRIBUTE):
            attribute = name.removeprefix(ATTRIBUTE)
            return lambda record: _read(convert, self._attribute(record[0], attribute))
        if name.startswith(SIDECAR):
            path = name.removeprefix(SIDECAR)
            return lambda record: _read(convert, self._leaf(record[1], path))
        return lambda record: _read(convert, record[1].groups.get(name))

    def _attribute(self, path: str, name: str) -> str | None:
        try:
            fd = self.form.root.open(path)
        except OSError:
            return None
        try:
            return os.getxattr(fd, name).decode("utf-8", "surrogateescape")
        except OSError:
            return None
        finally:
            os.close(fd)

    def _leaf(self, row: FileRow, path: str) -> object:
        if row._beside is None:  # noqa: SLF001 (read once)
            row._beside = self._beside(row.member.path)  # noqa: SLF001
        found: object = row._beside  # noqa: SLF001
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def _beside(self, path: str) -> dict[str, object]:
        """What the sidecar says; nothing where there is none.

        Raises:
            Refused: `form`, when it is no JSON object.
        """
        beside = self.form.sidecar(path)
        if beside is None or self.form.root.look(beside) is None:
            return {}
        fd = self.form.root.open(beside)
        try:
            found = json.loads(os.read(fd, _LARGEST_SIDECAR))
        except ValueError:
            raise Refused("form", self.form.name, "sidecar") from None
        finally:
            os.close(fd)
        if not isinstance(found, dict):
            raise Refused("form", self.form.name, "sidecar")
        return found


def _read(convert: Callable[[str], object], found: object) -> object:
    """A text converted, anything else as it is."""
    return convert(found) if isinstance(found, str) else found
