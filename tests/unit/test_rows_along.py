"""Rows that go along with another: what points to them is let go, what they point to waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from avow.common.calendar import Period
from avow.declaration.model import Basis, End, InForce, Purpose, Rule, Scope
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import seat
from avow.engine.planner.persons import ended_by_erasure, erasure
from avow.engine.planner.program import Program
from avow.engine.planner.referrers import Pointer, children_first
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.twin import TwinConnection, TwinConnector, TwinDatabase
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import (
    Dataset,
    EventMap,
    EventMode,
    Field,
    Link,
    LinkWord,
    Source,
    System,
)
from tests.properties.carry_out import carry_out
from tests.properties.worlds import TODAY

LAW = InForce(
    (
        Rule(
            "gone",
            "6.a",
            Scope(dataset=frozenset({"person", "contract", "firm", "signature"})),
            (End("ended", Period()),),
        ),
    ),
    (Purpose("letters", "4.a", Basis.CONSENT, Scope()),),
    (),
    zone="Europe/Brussels",
)
ENDED = EventMap("ended", EventMode.LATEST, (Source("at", dataset="contract"),))
"""A person's ending is the day of the latest contract, which therefore goes along with them."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def dataset(name: str, *links: Link, person: bool = False, dated: bool = False) -> Dataset:
    """A dataset with one text, its links, and perhaps an event that contracts give."""
    return Dataset(
        name,
        key=("id",),
        subject=name if person else None,
        links=links,
        fields=(Field("text", "words"),),
        rest="rest",
        events=(ENDED,) if dated else (),
        zone="Europe/Brussels",
    )


def owned_by(to: str, column: str) -> Link:
    """A pointer that makes the row the property of the one it names."""
    return Link(LinkWord.OWNED_BY, to, (column,), of=column)


def table(one: Dataset) -> Table:
    """The live table of a dataset: every pointer may be empty, but for that to a firm."""
    pointers = [
        Column(k.fields[0], "integer", ColumnKind.INTEGER, nullable=k.to != "firm")
        for k in one.links
    ]
    return Table(
        one.name,
        (
            Column("id", "integer", ColumnKind.INTEGER, nullable=False),
            *pointers,
            Column("text", "text", ColumnKind.TEXT),
            Column("at", "timestamptz", ColumnKind.INSTANT),
        ),
        key=("id",),
    )


def erased(datasets: list[Dataset], rows: dict[str, list[dict[str, object]]]) -> TwinDatabase:
    """The database after person 1 of every dataset of persons named `person` or `firm` left."""
    system = System("w", "memory", zone="Europe/Brussels", datasets={d.name: d for d in datasets})
    catalogue = Catalogue({d.name: table(d) for d in datasets}, ())
    filled = {n: [{"text": "t", "at": LONG_AGO} | r for r in found] for n, found in rows.items()}
    database = TwinDatabase(filled, catalogue)
    connection = TwinConnector({"w": database}).connect(system, Access.WRITE)
    judge = Judge(system, LAW, TODAY, frozenset(), frozenset(), ended_by_erasure(LAW), True)
    roots = {n: [(1,)] for n in ("person", "firm") if system.datasets[n].subject}
    made = erasure(judge, catalogue, frozenset(roots))
    assert isinstance(made, Program)
    run(connection, made, roots)
    return database


def run(connection: TwinConnection, made: Program, roots: dict[str, list[tuple[int]]]) -> None:
    """Seat the persons and carry the program out."""
    seat(connection, made, roots)
    carry_out(connection, made)


def test_a_pointer_of_a_row_that_stays_to_a_row_that_goes_along_is_emptied() -> None:
    """A friend's own row names the leaver's contract. The contract goes with the leaver, the
    friend stays, and their row names nothing any more."""
    database = erased(
        [
            dataset("person", person=True, dated=True),
            dataset("firm"),
            dataset("contract", owned_by("person", "person_id")),
            dataset("friend", owned_by("contract", "contract_id"), person=True),
        ],
        {
            "person": [{"id": 1}],
            "firm": [],
            "contract": [{"id": 7, "person_id": 1}],
            "friend": [{"id": 5, "contract_id": 7}],
        },
    )
    assert (database.tables["person"], database.tables["contract"]) == ([], [])
    (friend,) = database.tables["friend"]
    assert (friend["id"], friend["contract_id"]) == (5, None)


def test_what_a_row_points_to_goes_after_the_row_that_takes_it_along() -> None:
    """A contract names a firm and dates a person, and both leave: the contract goes along with the
    person, and only then the firm can go, whatever the alphabet says."""
    firm = dataset("firm", person=True)
    person = dataset("person", person=True, dated=True)
    contract = dataset("contract", owned_by("firm", "firm_id"), owned_by("person", "person_id"))
    database = erased(
        [firm, person, contract],
        {
            "firm": [{"id": 1}],
            "person": [{"id": 1}],
            "contract": [{"id": 7, "firm_id": 1, "person_id": 1}],
        },
    )
    assert database.tables == {"firm": [], "person": [], "contract": []}


def test_what_dates_a_row_that_goes_along_goes_too() -> None:
    """A signature dates the contract that dates the person: none of the three goes alone."""
    person = dataset("person", person=True, dated=True)
    contract = replace(
        dataset("contract", owned_by("person", "person_id")),
        events=(EventMap("ended", EventMode.LATEST, (Source("at", dataset="signature"),)),),
    )
    database = erased(
        [
            person,
            dataset("firm"),
            contract,
            dataset("signature", owned_by("contract", "contract_id")),
        ],
        {
            "person": [{"id": 1}, {"id": 2}],
            "firm": [],
            "contract": [{"id": 7, "person_id": 1}, {"id": 8, "person_id": 2}],
            "signature": [{"id": 3, "contract_id": 7}, {"id": 4, "contract_id": 8}],
        },
    )
    assert {n: [r["id"] for r in rows] for n, rows in database.tables.items()} == {
        "person": [2],
        "firm": [],
        "contract": [8],
        "signature": [4],
    }


def pointer(child: str, parent: str, *, free: bool) -> Pointer:
    """A pointer that can be emptied, or cannot."""
    edge = Edge(child, (f"{parent}_id",), parent, ("id",), Right.OWN, Side.CHILD)
    return Pointer(edge, mapped=True, nullable=free, enforced=True)


def test_the_order_is_broken_where_it_matters_least() -> None:
    """A wish about the order gives way to a pointer that cannot be emptied, never the reverse."""
    tight = [pointer("b", "a", free=False)]
    assert children_first("ab", tight, [("a", "b")]) == ("b", "a")
    assert children_first("ab", [pointer("b", "a", free=True)], [("a", "b")]) == ("a", "b")
