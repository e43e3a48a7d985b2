"""What the rest of the program makes of copies: answers to persons, and what can be undone."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta

from avow.duties.requests.answering.extract import answer_json
from avow.engine.planner.early import Maximums
from avow.engine.planner.program import Move, Step
from avow.engine.planner.reading import read
from avow.engine.planner.requested import Disclosure
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.predicates import TRUE, key_sets
from tests.faults.small import CATALOGUE, DECLARATION, DUE, FRESH, ID, declared, law

DAY = date(2026, 2, 1)
CACHE = "      cache: {key: [id], copy_of: {visit: of}, rest: visit-log}\n"
COLUMNS = (
    ID,
    Column("of", "integer", ColumnKind.INTEGER),
    Column("page", "text", ColumnKind.TEXT),
)


def estate() -> tuple[TwinConnector, Catalogue]:
    """A person with an old and a fresh visit, copies of both, and one of a visit that is gone."""
    tables = {**CATALOGUE.tables, "cache": Table("cache", COLUMNS, ("id",))}
    catalogue = Catalogue(tables, CATALOGUE.foreign_keys)
    rows: dict[str, list[dict[str, object]]] = {
        "person": [{"id": 1, "name": "p"}],
        "visit": [
            {"id": 5, "person_id": 1, "seen_on": DUE, "page": "x"},
            {"id": 6, "person_id": 1, "seen_on": FRESH, "page": "y"},
        ],
        "cache": [{"id": n, "of": n, "page": "z"} for n in (5, 6, 7)],
    }
    return TwinConnector({"app": TwinDatabase(rows, catalogue)}), catalogue


def test_an_answer_shows_the_original_and_says_where_copies_are() -> None:
    """Two copies of two visits; the values stand there once."""
    connector, _ = estate()
    system = declared(DECLARATION + CACHE).datamap.systems["app"]
    with closing(connector.connect(system, Access.READ)) as connection:
        extracts = read(connection, {"person": [(1, (1,))]})
    answer = answer_json(Disclosure(extracts, ()), 1, DAY, "r")
    [person] = answer["persons"]
    assert {d["dataset"] for d in person["datasets"]} == {"person", "visit"}
    assert person["copies"] == [
        {"system": "app", "dataset": "cache", "of": ["visit"], "rows": 2},
    ]


def test_a_copy_can_be_undone_until_its_original_must_be_gone() -> None:
    """Copy 5 comes to its end with visit 5; the original of 7 is gone, and so is its time."""
    connector, catalogue = estate()
    declaration = declared(DECLARATION + CACHE)
    system = declaration.datamap.systems["app"]
    maximums = Maximums(declaration, law(declaration), system, catalogue)
    step = Step("cache", Move.DELETE, TRUE, ("2.a",), ("visits",), undo_days=7)
    with closing(connector.connect(system, Access.READ)) as connection:
        for day, past in ((DAY - timedelta(days=1), {7}), (DAY, {5, 7})):
            where = maximums.reached(step, day)
            for name in key_sets(where):  # the facts that the step itself asks for
                connection.put_keys(name, name.split(".", 2)[2], [])
            assert {k for (k,) in connection.fetch("cache", where, ["id"])} == past
