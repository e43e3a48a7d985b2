"""The folder of a system: files below it, found and opened without ever following a symbolic link.

Every name is opened relative to the folder that was opened before it, so that nobody can put a link
in its place between a look and a touch. No name of a file is ever part of an error.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import translate

from avow.estate.connectors.base import Refused

OURS = ".avow-"
"""How the names of files begin that belong to a batch; no dataset ever holds one."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 40
"""Folders inside each other that `**` looks into."""


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file below the root: its path, and what tells that it is still the same.

    `modified` is in nanoseconds; `links` are the names that the file has in its file system.
    """

    path: str
    device: int
    inode: int
    size: int
    modified: int
    links: int

    @property
    def packed(self) -> bool:
        """Whether it is compressed with gzip, by its name."""
        return self.path.endswith(".gz")


@dataclass(frozen=True, slots=True)
class Found:
    """The files that a pattern names, in order of their paths, and how many links were not
    followed that may lead to more."""

    members: tuple[Member, ...]
    links: int = 0


class Root:
    """The folder of a system, held open."""

    def __init__(self, path: str) -> None:
        """Open the folder.

        Raises:
            OSError: there is no such folder, or it may not be entered.
        """
        self.path = os.path.realpath(path)
        self.fd = os.open(self.path, _FOLDER)
        found = os.fstat(self.fd)
        # Roots may lie inside each other: what one of them prepares is not the other's to remove.
        self.mark = f"{OURS}{found.st_dev:x}-{found.st_ino:x}-"

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self.fd)

    @contextmanager
    def folder(self, path: str) -> Iterator[tuple[int, str]]:
        """The folder in which `path` lies, open, and the last part of the path."""
        *folders, name = path.split("/")
        fd = os.dup(self.fd)
        try:
            for part in folders:
                inner = os.open(part, _FOLDER, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd, name
        finally:
            os.close(fd)

    def open(self, path: str, flags: int = os.O_RDONLY, mode: int = 0o600) -> int:
        """Open a file; the caller closes it."""
        with self.folder(path) as (fd, name):
            return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=fd)

    def look(self, path: str) -> Member | None:
        """The regular file of this path, or None."""
        try:
            with self.folder(path) as (fd, name):
                found = os.stat(name, dir_fd=fd, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return member(path, found) if stat.S_ISREG(found.st_mode) else None

    def replace(self, source: str, target: str) -> None:
        """Rename within one folder, over what is there."""
        with self.folder(target) as (fd, name):
            os.replace(source.rpartition("/")[2], name, src_dir_fd=fd, dst_dir_fd=fd)

    def unlink(self, path: str) -> None:
        """Remove a name; that it is gone already is no error."""
        try:
            with self.folder(path) as (fd, name):
                os.unlink(name, dir_fd=fd)
        except FileNotFoundError:
            return

    def sync(self, path: str) -> None:
        """Put the names in the folder of `path` on the disk."""
        with self.folder(path) as (fd, _):
            os.fsync(fd)

    def writable(self, path: str) -> bool:
        """Whether files in the folder of `path` may be replaced."""
        try:
            with self.folder(path) as (fd, _):
                return os.access(f"/proc/self/fd/{fd}", os.W_OK | os.X_OK)
        except OSError:
            return False

    def find(self, pattern: str, dataset: str) -> Found:
        """The regular files that a pattern names.

        Raises:
            Refused: `rights`, a folder on the way may not be read; `lost`, it cannot be.
        """
        paths: dict[str, Member] = {}
        links: list[str] = []
        fd = os.dup(self.fd)
        try:
            _walk(fd, "", pattern.split("/"), paths, links, 0)
        except PermissionError:
            raise Refused("rights", dataset) from None
        except OSError:
            raise Refused("lost", dataset, "a folder cannot be read") from None
        finally:
            os.close(fd)
        real = {os.path.join(self.path, path) for path in paths}
        outside = [path for path in links if not self._inside(path, real)]
        return Found(tuple(paths[path] for path in sorted(paths)), len(outside))

    def _inside(self, link: str, known: set[str]) -> bool:
        """Whether a link leads only to files that were found under their own name."""
        target = os.path.realpath(os.path.join(self.path, link))
        below = target + os.sep
        return (
            target in known
            or any(path.startswith(below) for path in known)
            or not os.path.exists(target)
        )

    def leftovers(self) -> list[str]:
        """Files of batches on this root that did not come to their end, anywhere below it. Folders
        that we may not enter hold none."""
        paths: dict[str, Member] = {}
        fd = os.dup(self.fd)
        try:
            _walk(fd, "", ["**", f"{self.mark}*"], paths, [], 0, lenient=True)
        finally:
            os.close(fd)
        return sorted(paths)


def member(path: str, found: os.stat_result) -> Member:
    """What is to be remembered of a file."""
    return Member(
        path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_nlink
    )


def _walk(
    fd: int,
    before: str,
    parts: list[str],
    paths: dict[str, Member],
    links: list[str],
    depth: int,
    *,
    lenient: bool = False,
) -> None:
    """Add the files that match `parts` below an open folder whose path is `before`. `lenient`:
    folders that may not be entered are passed over."""
    first, rest = parts[0], parts[1:]
    if first == "**" and rest:
        _walk(fd, before, rest, paths, links, depth, lenient=lenient)
    for name, found in _entries(fd, first):
        path, kind = before + name, found.st_mode
        if stat.S_ISLNK(kind):
            if not rest or _leads_to_folder(fd, name):
                links.append(path)
        elif stat.S_ISDIR(kind) and (rest or first == "**") and depth < _DEEPEST:
            going = parts if first == "**" else rest
            try:
                inner = os.open(name, _FOLDER, dir_fd=fd)
            except (FileNotFoundError, NotADirectoryError):  # gone, or a link by now
                continue
            except PermissionError:
                if lenient:
                    continue
                raise
            try:
                _walk(inner, f"{path}/", going, paths, links, depth + 1, lenient=lenient)
            finally:
                os.close(inner)
        elif stat.S_ISREG(kind) and not rest:
            paths[path] = member(path, found)


def _leads_to_folder(fd: int, name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=fd).st_mode)
    except OSError:
        return False


def _entries(fd: int, part: str) -> Iterator[tuple[str, os.stat_result]]:
    """Names in a folder that one part of a pattern names, with what they are. Names that begin
    with a dot are meant only where the pattern begins with one."""
    matches = re.compile(translate("*" if part == "**" else part)).match
    ours = part.startswith(OURS)
    for name in sorted(os.listdir(fd)):
        hidden = name.startswith(".") and not part.startswith(".")
        if hidden or (name.startswith(OURS) and not ours) or not matches(name):
            continue
        try:
            found = os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            continue
        yield name, found
