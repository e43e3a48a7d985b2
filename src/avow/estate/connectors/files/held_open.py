"""Whether another program writes in a file, and keeping it out while the file is replaced.

Who holds a file open goes on writing into what was replaced, and nobody would ever read it. A read
lease of the kernel tells this for all users, and lets no writer in while it is held; where there
are no leases, the open files of the processes that we may see are looked through.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat

_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOLCK, errno.EACCES, errno.EPERM, errno.ENOSYS})
_SET_SIGNAL = 10
"""F_SETSIG of Linux, which the standard library does not name."""
_ACCESS = os.O_WRONLY | os.O_RDWR


def kept_out(fd: int) -> bool:
    """Take a lease on a file that is open for reading: True when nobody writes in it now.

    While it stands, who wants to open the file for writing waits (see `let_in`).
    """
    try:
        # Who waits for us would send a signal that ends the process; this one is ignored.
        fcntl.fcntl(fd, _SET_SIGNAL, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        if error.errno == errno.EAGAIN:
            return False
        if error.errno in _UNSUPPORTED:
            return not _seen_writing(fd)
        raise
    return True


def let_in(fd: int) -> bool:
    """Give the lease back; True when nobody waited for it, so that nobody opened the old file."""
    try:
        undisturbed = fcntl.fcntl(fd, fcntl.F_GETLEASE) == fcntl.F_RDLCK
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:
        return not _seen_writing(fd)
    return undisturbed


def _seen_writing(fd: int) -> bool:
    """Whether a process that we may look at has the file open for writing."""
    mine = os.fstat(fd)
    return any(
        _writes(process, mine) for process in os.listdir("/proc") if process.isascii()
        and process.isdigit()
    )  # fmt: skip


def _writes(process: str, file: os.stat_result) -> bool:
    try:
        opened = os.listdir(f"/proc/{process}/fd")
    except OSError:
        return False
    return any(_is_writing(process, number, file) for number in opened)


def _is_writing(process: str, number: str, file: os.stat_result) -> bool:
    try:
        found = os.stat(f"/proc/{process}/fd/{number}")
        if (found.st_dev, found.st_ino) != (file.st_dev, file.st_ino):
            return False
        with open(f"/proc/{process}/fdinfo/{number}", encoding="ascii") as about:
            flags = next(line for line in about if line.startswith("flags:"))
    except (OSError, StopIteration):
        return False
    return stat.S_ISREG(found.st_mode) and int(flags.split()[1], 8) & _ACCESS != 0
