"""Become the server: what runs between our fork and PostgreSQL's `exec`.

Started as `python -I -S child.py PARENT UID GID PROGRAM ARGUMENTS…`. It gives up root for the
account given (-1 keeps the one we have), asks the kernel to end this process when its parent
ends, and becomes PROGRAM, so that PostgreSQL is a direct child of avow and cannot outlive it.

A script of its own and no `preexec_fn`: Python code between fork and exec may dead-lock in a
process that has threads, and the web face has many.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal this process gets when its parent ends."""


def become(uid: int, gid: int) -> None:
    """Give up root for good. Groups first: afterwards we may not change them any more."""
    if uid < 0:
        return
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)


def die_with(parent: int) -> None:
    """End with `parent`, by a fast shutdown (SIGINT). Only Linux knows how.

    After `become`: changing the account clears the wish. A parent that ended before we asked
    would never be noticed, so we look once more.
    """
    if not sys.platform.startswith("linux"):
        return
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT)) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the parent process has ended")


def main(words: list[str]) -> None:
    """Run the program named in `words`; does not return."""
    parent, uid, gid, program = int(words[0]), int(words[1]), int(words[2]), words[3]
    become(uid, gid)
    os.umask(0o077)
    die_with(parent)
    os.execv(program, words[3:])  # noqa: S606  # no shell is what we want


if __name__ == "__main__":
    main(sys.argv[1:])
