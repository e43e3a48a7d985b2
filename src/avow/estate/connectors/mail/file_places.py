"""Mailboxes in files: what their forms share. No name of a file is ever part of an error: it may be
the subject of a message, or somebody's name."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import ColumnKind
from avow.estate.connectors.mail.heads import head_of, read_head
from avow.estate.connectors.mail.place import KeyColumns, Letter

KEYS: KeyColumns = (("message_id", ColumnKind.TEXT), ("digest", ColumnKind.TEXT))
"""A message in files is known by its own id and the SHA-256 of its bytes."""


def letter(
    folder: str, handle: Hashable, content: bytes, arrived: datetime | None, envelope: bytes = b""
) -> Letter:
    """A message as a letter. `envelope` are bytes before it that tell it from another copy."""
    head = head_of(content)
    digest = hashlib.sha256(envelope + content).hexdigest()
    key = (read_head(head).message_id, digest)
    return Letter(folder, key, handle, arrived, len(content), head)


@contextmanager
def spoken(dataset: str = "") -> Iterator[None]:
    """What the system says of files, as a refusal without their names."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise Refused("lock", dataset) from None
    except PermissionError:
        raise Refused("rights", dataset) from None
    except OSError as error:
        why = "no space left" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise Refused("other", dataset, why or (error.strerror or "")) from None


def whole(path: Path) -> bytes:
    """The content of a file that is no link; the last part of the path must be a plain file.

    Raises:
        OSError: as `open`; ELOOP at a symbolic link.
    """
    with open(path, "rb", opener=not_followed) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise PermissionError
        return file.read()


def not_followed(path: str, flags: int) -> int:
    """Open a file and no link to one."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def plain(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, and no link to one."""
    return entry.is_file(follow_symlinks=False)


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder, by name; nothing where there is none."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


def by_folder(letters: Sequence[Letter]) -> Mapping[str, list[Letter]]:
    """Letters by their folders."""
    found: dict[str, list[Letter]] = {}
    for each in letters:
        found.setdefault(each.folder, []).append(each)
    return found


def settled(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
