"""Hearing what SQLite systems are sent, to count it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from avow.estate.connectors.sqlite import SqliteConnector


@contextmanager
def heard(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement that SQLite systems are sent meanwhile, but for the rows of key sets."""
    said: list[str] = []
    whole = SqliteConnector.connect

    def listening(self: object, system: object, access: object) -> object:
        opened = whole(self, system, access)  # type: ignore[arg-type]
        opened.raw.set_trace_callback(
            lambda text: None if text.startswith("INSERT INTO temp.avow") else said.append(text)
        )
        return opened

    with patch.context() as only:
        only.setattr(SqliteConnector, "connect", listening)
        yield said
