"""The engines' own clients, as an owner runs a script with them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests import mariadb

Client = Callable[[Path], str]
"""Runs a script and gives what was printed, whatever the client ended with. What it complained of
lies beside the script in `errors.txt`."""


def _printed(command: list[str], script: Path, *, reads: bool) -> str:
    with script.open() as given:
        done = subprocess.run(
            command, stdin=given if reads else None, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
    (script.parent / "errors.txt").write_text(done.stderr)
    return done.stdout


def psql(url: str) -> Client:
    """The client of PostgreSQL."""
    program = shutil.which("psql")
    assert program, "Debian: apt-get install postgresql-client"
    words = [program, "-X", "-d", url, "-f"]
    return lambda script: _printed([*words, str(script)], script, reads=False)


def in_mariadb(server: Path, database: str) -> Client:
    """The client of MariaDB."""
    program = mariadb.program("mariadb")
    assert program, "Debian: apt-get install mariadb-client"
    words = [program, "--no-defaults", f"--socket={server}", "--user=root", "--batch",
             "--skip-column-names", database]  # fmt: skip
    return lambda script: _printed(words, script, reads=True)


def sqlite3(file: Path) -> Client:
    """The client of SQLite."""
    program = shutil.which("sqlite3")
    assert program, "Debian: apt-get install sqlite3"
    return lambda script: _printed([program, str(file)], script, reads=True)
