"""A batch of changed files: prepared beside the old ones, written down, then renamed one by one.

Until the intent is on the disk nothing has happened, and what was prepared is thrown away. From
then on everything has: whoever opens the folder next finishes the renames that a crash left over.
A file is known by its inode, so that one that was rotated away meanwhile is found under its new
name, and a new one of the same name is never overwritten.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from typing import TypeAlias

from avow.estate.connectors.base import Refused
from avow.estate.connectors.files.held_open import kept_out, let_in
from avow.estate.connectors.files.rewriting import like, no_room
from avow.estate.connectors.files.root import OURS, Member, Root

INTENT = f"{OURS}intent"
_BLOCK = 1024 * 1024
_PATIENCE = 2.0
"""Seconds to wait for somebody who opened the old file in the moment it was replaced."""
_PAUSE = 0.02
Crash: TypeAlias = Callable[[str], None]


def nothing(place: str) -> None:
    """Called at each place where a test may end the process."""
    del place


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a batch. `temporary` is what takes its place; without one it goes.

    `device` and `inode` tell the old file, of which `seen` bytes are accounted for; `length` is
    that of the new file without what was appended to the old one since. `plain`: lines may be
    appended to it as they are.
    """

    dataset: str
    path: str
    temporary: str | None
    device: int
    inode: int
    seen: int
    length: int
    plain: bool


HELD = 100
"""Old files that a batch holds open, and so keeps writers out of, from its beginning to its end.
Of more of them, each is looked at again just before it is replaced."""
CLOSED = -1


@dataclass(slots=True)
class Work:
    """A changed file while its batch runs; `fd` is the old one, open for reading, or `CLOSED`.
    What is `intended` is written down: it happens, now or when the folder is opened next."""

    entry: Entry
    fd: int
    intended: bool = False

    def close(self) -> None:
        """Let go of the old file."""
        if self.fd != CLOSED:
            os.close(self.fd)
            self.fd = CLOSED


def held(root: Root, wait: float) -> None:
    """Be the only one who changes files below a root, until `let_go`.

    Raises:
        Refused: `lock`, when another process changes them for longer than `wait` seconds.
    """
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(root.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Refused("lock") from None
            time.sleep(_PAUSE)
        else:
            return


def let_go(root: Root) -> None:
    """Let others change files."""
    fcntl.flock(root.fd, fcntl.LOCK_UN)


def forget(root: Root, works: Sequence[Work]) -> None:
    """Throw away what was prepared and not written down."""
    for work in works:
        if work.entry.temporary is not None and not work.intended:
            with suppress(OSError):
                root.unlink(work.entry.temporary)


def commit(root: Root, works: Sequence[Work], crash: Crash = nothing) -> list[str]:
    """Put every change in place; gives what could not be done wholly, in words.

    Raises:
        Refused: a file was rotated or is being written to, or there is no space for the intent;
            nothing has happened.
    """
    ordered = sorted(works, key=lambda work: work.entry.path)
    for work in ordered:
        _look_again(root, work)
    crash("prepared")
    kept = [work for work in ordered if work.fd != CLOSED]
    with ExitStack() as leases:
        for work in kept:
            if not kept_out(work.fd):
                raise being_written(work.entry.dataset)
            leases.callback(let_in, work.fd)
            work.entry = _caught_up(root, work.entry, work.fd)
        _write_down(root, [work.entry for work in ordered])
        for work in ordered:
            work.intended = True
        crash("intended")
        for number, work in enumerate(ordered):
            _in_place(root, work)
            crash(f"renamed {number}")
    root.unlink(INTENT)
    root.sync(INTENT)
    crash("forgotten")
    return [line for work in kept for line in _last_words(root, work)]


def being_written(dataset: str) -> Refused:
    """The refusal of a file that another program has open for writing."""
    return Refused("other", dataset, "a program holds a file open for writing")


def _in_place(root: Root, work: Work) -> None:
    try:
        if work.fd == CLOSED:
            _finish_late(root, work.entry)
        else:
            _finish(root, work.entry)
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "unknown error")
        said = f"a file could not be put in place ({name}); who opens the folder next does it"
        raise Refused("other", work.entry.dataset, said) from None


def _look_again(root: Root, work: Work) -> None:
    """Take in what was appended since the file was read; of one that is closed, this is the last
    look at who writes in it."""
    if work.fd != CLOSED:
        work.entry = _caught_up(root, work.entry, work.fd)
        return
    try:
        fd = root.open(work.entry.path)
    except OSError:
        raise moved(work.entry.dataset) from None
    try:
        if not kept_out(fd):
            raise being_written(work.entry.dataset)
        work.entry = _caught_up(root, work.entry, fd)
    finally:
        os.close(fd)


def moved(dataset: str) -> Refused:
    """The refusal of a file that is not what it was."""
    return Refused("lock", dataset, "a file was moved or cut while it was read")


def _caught_up(root: Root, entry: Entry, fd: int) -> Entry:
    """The entry with all that was appended since its file was read.

    Raises:
        Refused: `lock`, the file is not the same any more, or what came cannot be copied as it is.
    """
    now = root.look(entry.path)
    if now is None or not _is(entry, now) or now.size < entry.seen:
        raise moved(entry.dataset)
    if now.size == entry.seen:
        return entry
    if not entry.plain:
        raise Refused("lock", entry.dataset, "a file grew while it was read")
    if entry.temporary is None:
        raise Refused("lock", entry.dataset, "a file grew before it was removed")
    try:
        _append(root, entry, fd, now.size)
    except OSError as error:
        raise no_room(error, entry.dataset) from None
    length = entry.length + now.size - entry.seen
    return replace(entry, seen=now.size, length=length)


def _is(entry: Entry, member: Member) -> bool:
    return (member.device, member.inode) == (entry.device, entry.inode)


def _append(root: Root, entry: Entry, fd: int, size: int) -> None:
    """Bring the new file to its length, and then what the old one has beyond what was seen."""
    assert entry.temporary is not None  # noqa: S101 (for the type checker: asked by every caller)
    out = root.open(entry.temporary, os.O_WRONLY)
    try:
        os.ftruncate(out, entry.length)
        os.lseek(out, 0, os.SEEK_END)
        for block in _bytes(fd, entry.seen, size):
            written = 0
            while written < len(block):
                written += os.write(out, block[written:])
        os.fsync(out)
    finally:
        os.close(out)


def _bytes(fd: int, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        block = os.pread(fd, min(_BLOCK, end - start), start)
        if not block:
            return
        start += len(block)
        yield block


def _write_down(root: Root, entries: Sequence[Entry]) -> None:
    text = json.dumps([asdict(entry) for entry in entries]).encode()
    name = f"{INTENT}-new"
    try:
        with open(root.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        root.replace(name, INTENT)
        root.sync(INTENT)
    except OSError as error:
        root.unlink(name)
        root.unlink(INTENT)
        raise no_room(error, entries[0].dataset if entries else "") from None


def intended(root: Root) -> list[Entry]:
    """What a batch wrote down and may not have finished; nothing where there is no intent.

    Raises:
        Refused: `other`, when somebody else has put it there, or it leads out of the folder.
    """
    try:
        fd = root.open(INTENT)
    except FileNotFoundError:
        return []
    with open(fd, "rb") as file:
        ours = os.fstat(fd).st_uid in {0, os.geteuid()}
        try:
            entries = [Entry(**each) for each in json.loads(file.read())] if ours else []
        except (ValueError, TypeError):
            ours, entries = False, []
    if not ours or not all(map(_is_inside, entries)):
        raise Refused("other", "", "an intent that is not ours")
    return entries


def _is_inside(entry: Entry) -> bool:
    """Whether an entry names files of one folder below the root, the new one by a name of ours."""
    folder = entry.path.rpartition("/")[0]
    apart = {"", ".", ".."} & set(entry.path.split("/"))
    own, _, name = (entry.temporary or f"{folder}/{OURS}").rpartition("/")
    return not apart and own == folder and name.startswith(OURS)


def _finish(root: Root, entry: Entry) -> None:
    """Put one change in place; doing it again changes nothing."""
    if entry.temporary is not None and root.look(entry.temporary) is None:
        return
    place = _place(root, entry)
    if place is None:
        if entry.temporary is not None:
            root.unlink(entry.temporary)
        return
    if entry.temporary is None:
        root.unlink(place)
    else:
        root.replace(entry.temporary, place)
    root.sync(place)


def _place(root: Root, entry: Entry) -> str | None:
    """Where the old file is now; None when it is gone."""
    now = root.look(entry.path)
    if now is not None and _is(entry, now):
        return entry.path
    folder, slash, _ = entry.path.rpartition("/")
    try:
        with root.folder(entry.path) as (fd, _):
            names = os.listdir(fd)
    except OSError:
        return None
    others = (root.look(f"{folder}{slash}{name}") for name in names)
    return next((m.path for m in others if m is not None and _is(entry, m)), None)


def recover(root: Root) -> None:
    """Finish what a crash left over, and throw away what was only prepared. The caller holds the
    lock of the root."""
    for entry in intended(root):
        _finish_late(root, entry)
    left = [*root.leftovers(), INTENT, f"{INTENT}-new"]
    there = [path for path in left if root.look(path) is not None]
    for path in there:
        root.unlink(path)
    if there:
        root.sync(INTENT)


def _finish_late(root: Root, entry: Entry) -> None:
    """As `_finish`, with what was appended to the old file since the crash."""
    place = _place(root, entry)
    if place is not None and entry.temporary is not None and root.look(entry.temporary):
        now = root.look(place)
        fd = root.open(place)
        try:
            if now is not None and now.size > entry.seen and entry.plain:
                _append(root, entry, fd, now.size)
        finally:
            os.close(fd)
    _finish(root, entry)


def _last_words(root: Root, work: Work) -> list[str]:
    """Copy what somebody wrote into the old file who opened it in the moment it was replaced."""
    entry, until = work.entry, time.monotonic() + _PATIENCE
    free = kept_out(work.fd)
    while not free and time.monotonic() < until:
        time.sleep(_PAUSE)
        free = kept_out(work.fd)
    size = os.fstat(work.fd).st_size
    if size > entry.seen:
        _carried_over(root, entry, work.fd, size)
    if free:
        let_in(work.fd)
        return []
    return [f"not done: a program still writes into a replaced file of {entry.dataset}"]


def _carried_over(root: Root, entry: Entry, fd: int, size: int) -> None:
    there = root.look(entry.path) is not None
    out = root.open(entry.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        if not there:
            like(fd, out, entry.dataset)
        os.write(out, b"".join(_bytes(fd, entry.seen, size)))
        os.fsync(out)
    finally:
        os.close(out)
