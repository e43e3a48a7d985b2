"""Rows that belong to several persons who all leave, in different chunks of one erasure: the first
chunk takes one name off, the last takes the row, and the plan approved no more than that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from avow.engine.db.store import Store
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.keysets import Roots
from avow.engine.planner.records import Status
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.twin import TwinDatabase
from tests.faults.small import CATALOGUE, DECLARATION, Small, rows

TWO = DECLARATION.replace(
    "{person: person_id}", "[{to: person, field: person_id}, {to: person, field: host_id}]"
)
BOTH: Roots = {"person": [(3,), (4,)]}


def with_hosts() -> TwinDatabase:
    """The small estate, where person 4 was the host of visit 6, a visit of person 3."""
    visit = CATALOGUE.tables["visit"]
    host = Column("host_id", "integer", ColumnKind.INTEGER)
    tables = {**CATALOGUE.tables, "visit": replace(visit, columns=(*visit.columns, host))}
    found = rows()
    for row in found["visit"]:
        row["host_id"] = 4 if row["id"] == 6 else None
    return TwinDatabase(found, replace(CATALOGUE, tables=tables))


@pytest.mark.parametrize("size", [1, 2])
def test_a_row_of_two_who_leave_goes_with_the_last(store: Store, size: int) -> None:
    """Visit 6 is of both: whether they go in one chunk or in two, their four visits go."""
    chunks = Chunk(size, size, size)
    small = Small(store, chunks=chunks, roots=BOTH, database=with_hosts())
    small.activate(TWO)
    done = small.apply(small.erasing())
    assert done.status is Status.DONE
    assert small.left("visit") == frozenset(range(60)) - {6, 7, 8, 9}
    assert small.left("person") == frozenset(range(30)) - {3, 4}
