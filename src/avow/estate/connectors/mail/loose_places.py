"""Mailboxes with a file per message: Maildir, and folders of `.eml` files."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from avow.estate.connectors.base import Refused
from avow.estate.connectors.mail.file_places import (
    KEYS,
    by_folder,
    entries,
    letter,
    plain,
    settled,
    spoken,
    whole,
)
from avow.estate.connectors.mail.heads import head_of, read_head
from avow.estate.connectors.mail.place import Folder, KeyColumns, Letter, Letters

TOP = "."
"""The name of the folder itself in a tree of `.eml` files."""
INBOX = "INBOX"
_BOXES = ("cur", "new")


class LoosePlace:
    """A tree of folders with a file per message.

    A file is told by its name, its number on the disk, its size and its time: one that was written
    anew is read anew. Symbolic links are never followed.
    """

    key_columns: KeyColumns = KEYS
    rewrites = False
    separator = "/"

    def __init__(self, root: Path) -> None:
        self._root = root

    @abstractmethod
    def folders(self) -> Sequence[Folder]:
        """The folders of the tree."""

    @abstractmethod
    def files(self, folder: str) -> Iterator[os.DirEntry[str]]:
        """The files of a folder, one per message."""

    @abstractmethod
    def arrived(self, content: bytes, about: os.stat_result) -> datetime | None:
        """When a message arrived; None where nobody says."""

    def known_by(self, file: os.DirEntry[str]) -> Hashable:
        """What tells a file from all others, and from itself once it was written anew."""
        about = file.stat(follow_symlinks=False)
        return file.name, about.st_ino, about.st_size, about.st_mtime_ns

    def _present(self, folder: str) -> Iterator[tuple[Hashable, os.DirEntry[str]]]:
        for file in self.files(folder):
            with suppress(FileNotFoundError):
                yield self.known_by(file), file

    def state(self, folder: str) -> Hashable:
        with spoken():
            return tuple(sorted(map(repr, dict(self._present(folder)))))

    def validity(self, folder: str) -> int | None:
        del folder
        return None

    def read(self, folder: str, known: Letters) -> Letters:
        found: dict[Hashable, Letter] = {}
        with spoken():
            for handle, file in self._present(folder):
                if handle in known:
                    found[handle] = known[handle]
                    continue
                with suppress(FileNotFoundError):  # somebody took it meanwhile
                    content = whole(Path(file.path))
                    at = self.arrived(content, file.stat(follow_symlinks=False))
                    found[handle] = letter(folder, handle, content, at)
        return found

    def content(self, letter: Letter) -> bytes:
        with spoken():
            file = dict(self._present(letter.folder)).get(letter.handle)
            if file is not None:
                return whole(Path(file.path))
        raise Refused("lock")

    def remove(self, letters: Sequence[Letter], dataset: Mapping[str, str]) -> list[str]:
        for folder, mine in by_folder(letters).items():
            doomed = {each.handle for each in mine}
            with spoken(dataset[folder]):
                there = [f for handle, f in self._present(folder) if handle in doomed]
                for file in there:
                    Path(file.path).unlink(missing_ok=True)
                for parent in {Path(f.path).parent for f in there}:
                    settled(parent)
        return []

    def close(self) -> None:
        """Nothing is held open."""


class EmlPlace(LoosePlace):
    """A tree of folders with `.eml` files. When a message arrived is said in it by the last host
    that took it; the time of a file says when somebody copied it."""

    def folders(self) -> Sequence[Folder]:
        found = [TOP]
        with spoken():
            for folder, below, _ in os.walk(self._root):
                below.sort()
                found += (os.path.relpath(Path(folder) / name, self._root) for name in below)
        return tuple(Folder(n) for n in sorted(found) if not (self._root / n).is_symlink())

    def files(self, folder: str) -> Iterator[os.DirEntry[str]]:
        there = entries(self._root if folder == TOP else self._root / folder)
        return (e for e in there if e.name.lower().endswith(".eml") and plain(e))

    def arrived(self, content: bytes, about: os.stat_result) -> datetime | None:
        del about
        return read_head(head_of(content)).received


class MaildirPlace(LoosePlace):
    """A Maildir, with the folders below it (Maildir++): INBOX is the top, `.Sent` is Sent. The time
    of a file is when its message arrived, as mail servers keep it."""

    separator = "."

    def folders(self) -> Sequence[Folder]:
        below = [
            e.name[1:] for e in entries(self._root)
            if e.name.startswith(".") and e.is_dir(follow_symlinks=False)
            and (Path(e.path) / "cur").is_dir()
        ]  # fmt: skip
        return tuple(map(Folder, [INBOX, *below]))

    def files(self, folder: str) -> Iterator[os.DirEntry[str]]:
        at = self._root if folder == INBOX else self._root / f".{folder}"
        return (e for box in _BOXES for e in entries(at / box) if plain(e) and e.name[0] != ".")

    def known_by(self, file: os.DirEntry[str]) -> Hashable:
        """Its name without the flags: these, and the box it lies in, change with being read."""
        about = file.stat(follow_symlinks=False)
        return file.name.partition(":")[0], about.st_ino, about.st_size, about.st_mtime_ns

    def arrived(self, content: bytes, about: os.stat_result) -> datetime | None:
        del content
        return datetime.fromtimestamp(about.st_mtime, UTC)
