"""What every test may ask for, and the rule that nothing is skipped in continuous integration."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_POSTGRESQL_HOMES = "/usr/lib/postgresql/*/bin/postgres"


def in_ci() -> bool:
    """Whether this run is continuous integration, where a skip is a failure."""
    return os.environ.get("AVOW_CI") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure under AVOW_CI=1."""
    del item, call
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole file into a failure under AVOW_CI=1."""
    del collector
    return _refuse_skip((yield))


def _refuse_skip(report: Report) -> Report:
    if in_ci() and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"a skip is a failure here: {reason}"
    return report


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser on this machine, for pages that are looked at as people see them."""
    for name in _CHROMIUM:
        if found := shutil.which(name):
            return Path(found)
    pytest.skip("no Chromium here (Debian: apt-get install chromium)")


@pytest.fixture(scope="session")
def system_postgresql() -> Path:
    """The folder of the newest PostgreSQL server programs installed on this machine."""
    homes = [path.parent for path in Path("/").glob(_POSTGRESQL_HOMES.lstrip("/"))]
    if not homes:
        pytest.skip("no PostgreSQL server here (Debian: apt-get install postgresql)")
    return max(homes, key=lambda home: int(home.parent.name))
