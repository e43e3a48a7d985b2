"""What a batch leaves in files is what it leaves in the twin, whatever the rows and questions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.connectors.values import plain
from avow.estate.datamap.model import Blank, BlankKind
from avow.estate.datamap.predicates import Predicate
from avow.estate.datamap.stored import FileFormat
from tests.connectors import random_estates as random
from tests.connectors.engines import Rows
from tests.connectors.file_estates import FORMATS, in_files, refill
from tests.connectors.test_same_meaning import EMPTY, Fill, Keys

ONE = random.ONE.name
RUNS = settings(
    max_examples=30,
    phases=(Phase.generate,),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
BLANKS = {
    "t": Blank(BlankKind.GHOST), "i": Blank(BlankKind.TRUNCATE), "s": Blank(BlankKind.TRUNCATE),
    "d": Blank(BlankKind.NULL), "r2": Blank(BlankKind.CONSTANT, 'a "b"'),
    "n": Blank(BlankKind.CONSTANT, "1.5"),
}  # fmt: skip


@pytest.fixture(scope="module", params=FORMATS, ids=str)
def files(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Connection, Fill]]:
    """An open connection to files of a form, and how to give them other rows."""
    form, folder = FileFormat(request.param), tmp_path_factory.mktemp("changes") / "files"
    estate = in_files(folder, form, random.CATALOGUE, EMPTY)
    yield estate.write(), lambda rows: refill(folder, form, random.CATALOGUE, rows)
    estate.close()


def left(connection: Connection) -> list[tuple[str | None, ...]]:
    """All rows in a form that can be compared."""
    names = [c.name for c in random.ONE.columns]
    rows = (row for block in connection.stream(ONE, names, 100) for row in block)
    return sorted((tuple(map(plain, row)) for row in rows), key=repr)


@RUNS
@given(
    rows=random.ESTATES,
    keys=st.fixed_dictionaries(random.KEY_SETS),
    wheres=st.tuples(random.predicates(ONE), random.predicates(ONE)),
    blanks=st.lists(st.sampled_from(sorted(BLANKS)), min_size=1, unique=True),
)
def test_a_batch_leaves_the_same_rows(
    files: tuple[Connection, Fill],
    rows: Rows,
    keys: Keys,
    wheres: tuple[Predicate, Predicate],
    blanks: list[str],
) -> None:
    """Rows are blanked and then removed by random questions, in one batch: the counts are the same,
    and so is every cell of what is left."""
    connection, fill = files
    fill(rows)
    model = TwinConnector({"shop": TwinDatabase(rows, random.CATALOGUE)}).connect(
        random.SYSTEM, Access.WRITE
    )
    counts = []
    for each in (connection, model):
        for name, entries in keys.items():
            each.put_keys(name, name, entries)
        with each.transaction() as batch:
            emptied = batch.blank(ONE, wheres[0], {name: BLANKS[name] for name in blanks})
            counts.append((emptied, batch.remove(ONE, wheres[1])))
    assert counts[0] == counts[1]
    assert left(connection) == left(model)
