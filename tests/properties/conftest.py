"""Says at the end how many random worlds were carried out in each engine."""

from __future__ import annotations

import pytest

from tests.properties.engines import CARRIED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line, also where nothing failed: a law that looked at no world has proven nothing."""
    if CARRIED:
        parts = ", ".join(f"{name} {n:,}" for name, n in sorted(CARRIED.items()))
        terminalreporter.write_line(f"random worlds carried out: {CARRIED.total():,} ({parts})")
