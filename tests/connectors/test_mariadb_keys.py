"""MariaDB goes from the keys of a batch to rows, and reads no linked table whole.

What it read is what the server says of the session: `Handler_read_…` counts every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from avow.estate.connectors.base import Access, Refused
from avow.estate.connectors.mariadb import MariadbConnection, MariadbConnector
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import InKeys, Related, all_of
from tests import mariadb
from tests.connectors.mariadb_estates import FAST, run

TOPS, EACH = 1_000, 5
KEY = "id BIGINT NOT NULL PRIMARY KEY"
UP_TO = f"{KEY}, up BIGINT, KEY (up), FOREIGN KEY (up) REFERENCES"
SCHEMA = (
    f"CREATE TABLE top ({KEY})",
    f"CREATE TABLE below ({UP_TO} top (id))",
    f"CREATE TABLE lowest ({UP_TO} below (id))",
    f"INSERT INTO top SELECT seq FROM seq_1_to_{TOPS}",
    f"INSERT INTO below SELECT seq, (seq - 1) DIV {EACH} + 1 FROM seq_1_to_{TOPS * EACH}",
    f"INSERT INTO lowest SELECT seq, (seq - 1) DIV {EACH} + 1 FROM seq_1_to_{TOPS * EACH}",
    "ANALYZE TABLE top, below, lowest",
)
GOING, BELOW = InKeys(("id",), "going"), InKeys(("id",), "below")
UP = Edge("below", ("up",), "top", ("id",), Right.NONE, Side.CHILD)
UP_AGAIN = Edge("lowest", ("up",), "below", ("id",), Right.NONE, Side.CHILD)
STAYS = InKeys(("id",), "going", negated=True)
OF_NONE_WHO_STAYS = Related(UP, Side.PARENT, STAYS, negated=True)
BELOW_NONE_WHO_STAYS = Related(UP_AGAIN, Side.PARENT, Related(UP, Side.PARENT, STAYS), negated=True)
MINE = all_of([BELOW, OF_NONE_WHO_STAYS])
LOWEST = all_of([InKeys(("up",), "below"), BELOW_NONE_WHO_STAYS])


@pytest.fixture
def writer(mariadb_server: Path) -> Iterator[MariadbConnection]:
    with mariadb.database(mariadb_server) as name:
        with closing(mariadb.connect(mariadb_server, name)) as owner:
            run(owner, *SCHEMA)
        datasets = {n: Dataset(n, key=("id",)) for n in ("top", "below", "lowest")}
        address = mariadb.url(mariadb_server, name)
        system = System("s", "mariadb", address, datasets=datasets)
        with closing(MariadbConnector(FAST).connect(system, Access.WRITE)) as connection:
            yield connection


def said(writer: MariadbConnection, what: str) -> int:
    """A number that the server keeps of the session, over all counters of this name."""
    with writer.raw.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE %s", (what,))
        return sum(int(value) for _, value in cursor.fetchall())


def erase(writer: MariadbConnection, tops: list[int]) -> int:
    """A chunk as the planner takes it: keys, what is below them, the rows, and what is left."""
    with writer.transaction() as batch:
        writer.put_keys("below", "below", [])
        writer.put_keys("going", "top", [(n, (each,), None) for n, each in enumerate(tops)])
        batch.lock("top", GOING)
        writer.spread(UP, Side.CHILD, "going", "below")
        batch.lock("below", BELOW)
        gone = batch.remove("lowest", LOWEST)
        gone += batch.remove("below", MINE) + batch.remove("top", GOING)
        assert writer.count("lowest", LOWEST) + writer.count("below", MINE) == 0
    return gone


def test_every_batch_reads_what_it_takes_and_no_table_whole(writer: MariadbConnection) -> None:
    """A large batch, then small ones: rows that are gone from a key set must not count on."""
    read, asked = [], []
    for tops in ([*range(1, 101)], *([n, n + 1] for n in range(102, 150, 2))):
        before, questions = said(writer, "Handler_read%"), said(writer, "Questions")
        assert erase(writer, tops) == len(tops) * (1 + EACH + EACH * EACH)
        read.append((said(writer, "Handler_read%") - before) / len(tops))
        asked.append(said(writer, "Questions") - questions)
    assert max(read) < 16 * EACH * EACH, read
    assert max(asked[1:]) == min(asked[1:]) < 30, asked


def test_key_sets_that_an_undone_batch_changed_are_forgotten(writer: MariadbConnection) -> None:
    """Nothing may be asked of them: who is in them now is not who was in them then."""
    writer.put_keys("going", "top", [(0, (1,), None)])
    writer.put_keys("held", "top", [(0, (2,), None)])
    with suppress(ZeroDivisionError), writer.transaction():
        writer.put_keys("going", "top", [(0, (3,), None)])
        assert writer.keys("going") == [(0, (3,))]
        _ = 1 / 0
    assert writer.keys("held") == [(0, (2,))]
    with pytest.raises(Refused, match="keys"):
        writer.count("top", GOING)
    writer.put_keys("going", "top", [(0, (4,), None)])
    assert writer.count("top", GOING) == 1
