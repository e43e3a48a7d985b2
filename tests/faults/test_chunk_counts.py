"""What a chunk of an erasure costs in statements: the same for two persons and for twenty, and none
of them is said to the server a second time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from avow.engine.db.store import Store
from avow.engine.planner.chunks import Chunk
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.postgresql import PostgresqlConnection
from tests.faults.small import Small
from tests.faults.test_flatness import DECLARED, Counted, Place, _fill

MOST = 20
"""Statements of one chunk of two tables: one transaction, the persons and their lock, two
deletions, what is left of them, what the server did itself, and rows of others, twice."""


@pytest.fixture
def place(
    store: Store, new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    """500 persons with three visits each."""
    monkeypatch.setattr(PostgresqlConnection, "effects", lambda *_: [])
    url = new_database()
    _fill(url, 500)
    connector = Counted(url, tmp_path)
    made = Place(url, connector, Small(store, checker=Checked(), opener=connector.connect))
    made.small.activate(DECLARED)
    return made


class Erasures:
    """Erasures of persons who are there, in chunks of one size."""

    def __init__(self, place: Place) -> None:
        self.place, self.next = place, count(1)

    def messages(self, chunks: int, size: int) -> tuple[int, int]:
        """Statements, and statements that were said in words, of an erasure in so many chunks."""
        place = self.place
        place.small.chunks = Chunk(size, size, size)
        plan = place.planned(*(next(self.next) for _ in range(chunks * size)))
        statements, texts = self._sent()
        assert place.small.apply(plan).rows == chunks * size * 4
        return self._sent()[0] - statements, self._sent()[1] - texts

    def _sent(self) -> tuple[int, int]:
        sent = self.place.connector
        return sent.messages("Execute", "Query"), sent.messages("Parse")


def test_a_chunk_has_the_same_statements_whatever_its_size(place: Place) -> None:
    """Twelve chunks beside six: what six more cost, of two persons each and of twenty."""
    erasures = Erasures(place)
    for size in (2, 20):
        few, many = erasures.messages(6, size), erasures.messages(12, size)
        each = (many[0] - few[0]) / 6
        assert each <= MOST, (size, each)
        assert each == int(each)


def test_after_some_chunks_nothing_is_said_in_words_again(place: Place) -> None:
    """The server knows the statements: it is told which one, and never parses one anew."""
    erasures = Erasures(place)
    assert erasures.messages(12, 2)[1] == erasures.messages(6, 2)[1]
