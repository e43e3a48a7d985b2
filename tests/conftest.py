"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

# In CI a change is judged by the same examples each time; everywhere else chance goes on looking.
# Hypothesis also draws constants that it finds in the modules loaded so far, so that a word changed
# anywhere would be judged by other examples than those it was tried with.
settings.register_profile("ci", derandomize=True)
if os.environ.get("AVOW_CI") == "1":
    settings.load_profile("ci")
    if not hasattr(providers, "_get_local_constants"):
        raise RuntimeError("this Hypothesis keeps its constants elsewhere: see tests/conftest.py")
    providers._get_local_constants = Constants

pytest_plugins = [
    "tests.postgres",
    "tests.mariadb",
    "tests.owners",
    "tests.skips",
    "tests.carried",
]

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_POSTGRESQL_HOMES = "usr/lib/postgresql/*/bin/postgres"


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
    homes = [path.parent for path in Path("/").glob(_POSTGRESQL_HOMES)]
    if not homes:
        pytest.skip("no PostgreSQL server here (Debian: apt-get install postgresql)")
    return max(homes, key=lambda home: int(home.parent.name))
