"""A process that is killed by SIGKILL at its nth write: before a statement that writes, and before
and after each commit."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.transaction import Transaction

WRITES = (b"INSERT", b"UPDATE", b"DELETE", b"WITH", b"COPY")


def killed_at_write(nth: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child that kills itself at its nth write. Gives whether it came so far."""
    child = os.fork()
    if child == 0:
        try:
            _listen(nth)
            work()
        finally:
            os._exit(0)  # nothing of the parent's is to be ended by the child
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _listen(nth: int) -> None:
    """Count the writes of this process, which is a child and changes its own classes only."""
    seen = 0
    execute: Any = psycopg.Cursor.execute
    leave: Any = Transaction.__exit__

    def came() -> None:
        nonlocal seen
        seen += 1
        if seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def executing(self: Any, query: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        text = query if isinstance(query, str) else query.as_string(None)
        said = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        if said.lstrip().upper().encode().startswith(WRITES):
            came()
        return execute(self, query, *args, **named)

    def leaving(self: Any, *args: Any) -> Any:  # noqa: ANN401
        is_outer = self._outer_transaction
        if is_outer:
            came()
        done = leave(self, *args)
        if is_outer:
            came()
        return done

    setattr(psycopg.Cursor, "execute", executing)  # noqa: B010 (a method of a class)
    setattr(Transaction, "__exit__", leaving)  # noqa: B010
