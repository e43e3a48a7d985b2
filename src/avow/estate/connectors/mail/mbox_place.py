"""Mailboxes of many messages in one file: mbox.

A message begins after a line `From ` with a date, at the beginning or after an empty line. A file
is written anew beside itself under the locks that mail programs take (a dot-lock and `lockf`), and
renamed over the old one; the bytes of messages that stay are copied as they are.
"""

from __future__ import annotations

import mailbox
import mmap
import os
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from avow.estate.connectors.base import Refused
from avow.estate.connectors.mail.file_places import (
    KEYS,
    by_folder,
    entries,
    letter,
    not_followed,
    plain,
    settled,
    spoken,
)
from avow.estate.connectors.mail.place import Folder, KeyColumns, Letter, Letters

Bytes: TypeAlias = "bytes | mmap.mmap"
BESIDE = ".avow-new"
"""The ending of the file that is written beside the old one."""
_SKIPPED = (BESIDE, ".lock", ".msf", ".idx")
_FROM = re.compile(
    rb"From (?:.* )?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) +([A-Z][a-z]{2} +\d{1,2} +\d\d:\d\d(?::\d\d)?"
    rb"(?: +[A-Z][A-Za-z]*)?(?: +[+-]\d{4})? +\d{4})(?: +[+-]\d{4})?\s*"
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A message of a file: where its `From ` line begins, where it begins itself, and where the
    next one does."""

    start: int
    body: int
    end: int


class MboxPlace:
    """A file, or a tree of folders with files, of many messages each."""

    key_columns: KeyColumns = KEYS
    rewrites = True
    separator = "/"

    def __init__(self, root: Path) -> None:
        self._root = root

    def folders(self) -> Sequence[Folder]:
        if self._root.is_file():
            return (Folder(self._root.name),)
        with spoken():
            found = sorted(_files(self._root))
        return tuple(Folder(path.relative_to(self._root).as_posix()) for path in found)

    def _path(self, folder: str) -> Path:
        return self._root if self._root.is_file() else self._root / folder

    def state(self, folder: str) -> Hashable:
        with spoken():
            return _told(os.lstat(self._path(folder)))

    def validity(self, folder: str) -> int | None:
        del folder
        return None

    def read(self, folder: str, known: Letters) -> Letters:
        del known
        with spoken(), _mapped(self._path(folder)) as content:
            found = stretches(content)
            if content[: found[0].start if found else len(content)].strip():
                raise Refused("form", "", "not an mbox")  # nothing found would read as nothing held
            made = [_letter(folder, content, each) for each in found]
        return {each.handle: each for each in made}

    def content(self, letter: Letter) -> bytes:
        with spoken(), _mapped(self._path(letter.folder)) as content:
            for each in (letter.handle, *stretches(content)):
                if isinstance(each, Stretch) and each.end <= len(content):
                    there = _letter(letter.folder, content, each)
                    if there.key == letter.key:
                        return _own(content, each)
        raise Refused("lock")

    def remove(self, letters: Sequence[Letter], dataset: Mapping[str, str]) -> list[str]:
        for folder, mine in by_folder(letters).items():
            keys = {each.key for each in mine}
            with spoken(dataset[folder]), _locked(self._path(folder), dataset[folder]):
                self._rewrite(folder, keys)
        return []

    def _rewrite(self, folder: str, doomed: set[tuple[str | int, ...]]) -> None:
        path = self._path(folder)
        with _mapped(path) as content:
            found = stretches(content)
            stay = [s for s in found if _letter(folder, content, s).key not in doomed]
            if len(stay) < len(found):
                kept = (content[s.start : s.end] for s in stay)
                replace(path, chain([content[: found[0].start]], kept), len(content))

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _mapped(path: Path) -> Iterator[Bytes]:
    """The content of a file, read as it is needed."""
    with open(path, "rb", opener=not_followed) as file:
        if os.fstat(file.fileno()).st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content


def stretches(content: Bytes) -> list[Stretch]:
    """The messages of a file, in order."""
    starts = [at for at in _line_starts(content) if _begins(content, at)]
    ends = [*starts[1:], len(content)][: len(starts)]
    return [
        Stretch(at, _after_line(content, at), end)
        for at, end in zip(starts, ends, strict=True)
    ]  # fmt: skip


def _line_starts(content: Bytes) -> Iterator[int]:
    at = 0 if content[:5] == b"From " else -1
    while True:
        if at >= 0:
            yield at
        at = content.find(b"\nFrom ", max(at, 0))
        if at < 0:
            return
        at += 1


def _begins(content: Bytes, at: int) -> bool:
    after_empty = (
        at == 0
        or content[max(0, at - 2) : at] == b"\n\n"
        or content[max(0, at - 4) : at].endswith(b"\n\r\n")
    )
    return after_empty and _FROM.fullmatch(content[at : _after_line(content, at)]) is not None


def _after_line(content: Bytes, at: int) -> int:
    end = content.find(b"\n", at)
    return len(content) if end < 0 else end + 1


def _own(content: Bytes, each: Stretch) -> bytes:
    """A message without the empty line that parts it from the next one."""
    found = content[each.body : each.end]
    for end in (b"\r\n\r\n", b"\n\n"):
        if found.endswith(end):
            return found[: -len(end) // 2]
    return found


def _letter(folder: str, content: Bytes, each: Stretch) -> Letter:
    envelope = content[each.start : each.body]
    own = _own(content, each)
    return letter(folder, each, own, _arrived(envelope), envelope)


def _arrived(envelope: bytes) -> datetime | None:
    """The date of a `From ` line. Where it names no zone it is UTC, as RFC 4155 has it."""
    found = _FROM.fullmatch(envelope)
    words = found[1].decode("ascii").split() if found else []
    zone = next((w for w in envelope.decode("ascii", "replace").split() if _is_offset(w)), "+0000")
    for form in ("%b %d %H:%M:%S %Y", "%b %d %H:%M %Y"):
        text = " ".join([*words[:3], *words[-1:]])
        try:
            return datetime.strptime(f"{text} {zone}", f"{form} %z").astimezone(UTC)
        except ValueError:
            continue
    return None


def _is_offset(word: str) -> bool:
    return re.fullmatch(r"[+-]\d{4}", word) is not None


def _files(folder: Path) -> Iterator[Path]:
    for entry in entries(folder):
        if entry.name.startswith(".") or entry.name.endswith(_SKIPPED):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif plain(entry):
            yield Path(entry.path)


def _told(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


@contextmanager
def _locked(path: Path, dataset: str) -> Iterator[None]:
    """Hold the locks of mail programs, as the standard library takes them."""
    box = mailbox.mbox(path, create=False)
    try:
        box.lock()
    except (mailbox.ExternalClashError, mailbox.NoSuchMailboxError):
        box.close()
        raise Refused("lock", dataset) from None
    try:
        yield
    finally:
        box.unlock()
        box.close()


def replace(path: Path, pieces: Iterable[bytes], read: int) -> None:
    """Put a new file in the place of an old one, whole or not at all, with its mode and owner. What
    was appended beyond the first `read` bytes by somebody who heeds no lock is carried over.

    Raises:
        OSError: as the system says; the old file is as it was.
    """
    beside = path.with_name(f".{path.name}{BESIDE}")
    old = path.stat()
    handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as new, path.open("rb") as before:
            new.writelines(pieces)
            before.seek(read)
            new.write(before.read())
            new.flush()
            os.fchmod(new.fileno(), old.st_mode & 0o7777)
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(new.fileno(), old.st_uid, old.st_gid)
            os.fsync(new.fileno())
            beside.replace(path)
            new.write(before.read())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    settled(path.parent)
