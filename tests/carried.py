"""Says at the end how many random worlds were carried out in each engine, by whichever process."""

from __future__ import annotations

from collections import Counter
from typing import Protocol

import pytest

CARRIED = Counter[str]()
"""Worlds that were carried out in real engines, by the name of the engine."""
_SENT = "carried"


class Node(Protocol):
    """One of the processes among which tests are shared out, as it ends."""

    workeroutput: dict[str, dict[str, int]]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where tests are shared out, each process sends its counts to the one that reports."""
    sent = getattr(session.config, "workeroutput", None)
    if sent is not None:
        sent[_SENT] = dict(CARRIED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Node) -> None:
    """Add the counts of a process that ended; one that died sent none."""
    CARRIED.update(getattr(node, "workeroutput", {}).get(_SENT, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line, also where nothing failed: a law that looked at no world has proven nothing."""
    if CARRIED:
        parts = ", ".join(f"{name} {n:,}" for name, n in sorted(CARRIED.items()))
        terminalreporter.write_line(f"random worlds carried out: {CARRIED.total():,} ({parts})")
