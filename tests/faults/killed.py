"""A process that is killed in the middle of an application, by SIGKILL, at a named place."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def killed_at(place: str, nth: int, work: Callable[[Callable[[str], None]], None]) -> bool:
    """Run `work` in a child that kills itself when it comes to `place` for the nth time.

    Gives whether it was killed; a child that ends by itself never came there.
    """
    seen = 0

    def crash(now: str) -> None:
        nonlocal seen
        seen += now == place
        if seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            work(crash)
        finally:
            os._exit(0)  # nothing of the parent's is to be ended by the child
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
