"""The small example: a telephone system with four recordings, as a file of SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

DATABASE = "calls.db"


def declaration() -> str:
    """The example's declaration."""
    return _text("avow.yaml")


def lay(folder: Path) -> Path:
    """Make the example's database in a folder, anew where there is one; returns its path."""
    path = folder / DATABASE
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_text("schema.sql"))
    return path


def _text(name: str) -> str:
    return files("avow.duties.discovery").joinpath("calls", name).read_text(encoding="utf-8")
