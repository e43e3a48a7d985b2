"""Small worlds that chance found, written down: what a person owns goes, and no row more is shown.

The same executor and the same model as in `test_erasure.py`.
"""

from __future__ import annotations

from dataclasses import replace

from avow.declaration.model import Basis, InForce, Purpose, Scope
from avow.engine.planner.keysets import seat
from avow.engine.planner.lower import sweep
from avow.engine.planner.preflight import rows_of
from avow.engine.planner.program import Move
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.model import Blank, BlankKind, Dataset, Field, Link, LinkWord, System
from avow.estate.datamap.moments import KnownFacts
from tests.properties.carry_out import carry_out
from tests.properties.test_erasure import Roots, after, erase, program
from tests.properties.test_sweep import judge, opened
from tests.properties.worlds import TODAY, ZONE, World, table_of

OWN, OWNS, SEES = LinkWord.OWNED_BY, LinkWord.OWNS, LinkWord.ACCESSED_BY
Given = dict[str, list[dict[str, object]]]


def dataset(name: str, *links: Link, subject: str | None = None) -> Dataset:
    """A dataset with these links and one field that speaks of whom its first link names."""
    fields = (Field("email", "mail"), Field("about", "text", of="who" if links else None))
    return Dataset(
        name,
        key=("id",),
        subject=subject,
        links=links,
        fields=fields,
        rest="rest",
        blanks={"note": Blank(BlankKind.CONSTANT, "-")},
        zone=ZONE,
    )


def link(word: LinkWord, to: str, field: str) -> Link:
    """A link by key."""
    return Link(word, to, (field,), of="who")


def world(given: Given, *datasets: Dataset) -> World:
    """A world of these rows in which nothing is retained."""
    tables = {d.name: table_of(d) for d in datasets}
    rows: Given = {
        name: [dict.fromkeys(c.name for c in tables[name].columns) | {"note": "n"} | r for r in of]
        for name, of in given.items()
    }
    system = System("w", "memory", zone=ZONE, datasets={d.name: d for d in datasets})
    return World(system, Catalogue(tables), rows, InForce(zone=ZONE), {})


def left(found: World, roots: Roots) -> dict[str, list[object]]:
    """The keys of the rows that are there after the erasure, which are those of the model."""
    database, connection = opened(found)
    erase(found, connection, roots)
    assert database.tables == after(found, roots)
    return {name: [r["id"] for r in rows] for name, rows in database.tables.items()}


def test_a_row_that_a_person_points_to_and_owns_goes_with_the_person() -> None:
    """`owns`: the row that says whose the address is goes first, and the address is not lost."""
    addresses = dataset("address")
    persons = dataset("person", link(OWNS, "address", "p0"), subject="kind")
    given: Given = {
        "address": [{"id": 1}, {"id": 2}],
        "person": [{"id": 7, "p0": 1}, {"id": 8, "p0": 2}],
    }
    found = world(given, addresses, persons)
    assert left(found, {"person": [(7,)]}) == {"address": [2], "person": [8]}


def test_an_address_of_two_persons_stays_while_one_of_them_does() -> None:
    persons = dataset("person", link(OWNS, "address", "p0"), subject="kind")
    given: Given = {"address": [{"id": 1}], "person": [{"id": 7, "p0": 1}, {"id": 8, "p0": 1}]}
    found = world(given, dataset("address"), persons)
    assert left(found, {"person": [(7,)]}) == {"address": [1], "person": [8]}
    assert left(found, {"person": [(7,), (8,)]}) == {"address": [], "person": []}


def test_a_row_whose_pointer_ends_before_its_own_turn_goes_too() -> None:
    """Parcels own labels, and a parcel may be seen by whom a label is: a circle of pointers, in
    which parcels go before labels, and the pointers of labels to them end first."""
    labels = dataset("d1", link(OWN, "d2", "p0"), link(OWN, "d0", "p1"))
    parcels = dataset("d2", link(SEES, "d1", "p0"), link(OWN, "d0", "p1"))
    given: Given = {
        "d0": [{"id": 3}, {"id": 4}],
        "d1": [{"id": 2, "p0": 1}, {"id": 5, "p0": 6}],
        "d2": [{"id": 1, "p1": 3}, {"id": 6, "p1": 4}],
    }
    found = world(given, dataset("d0", subject="kind"), labels, parcels)
    order = [s.dataset for s in program(found, {"d0": [(3,)]}).steps if s.move is Move.DELETE]
    assert order.index("d2") < order.index("d1"), "or this world proves nothing"
    assert left(found, {"d0": [(3,)]}) == {"d0": [4], "d1": [5], "d2": [6]}


def test_a_row_of_somebody_else_that_says_nothing_more_is_not_shown() -> None:
    """A child that stays points to a parent who goes, by a pointer that can never be empty; only
    the child whose cell still speaks of the parent is shown to change."""
    children = dataset("d1", link(OWN, "d0", "p0"), subject="child")
    given: Given = {
        "d0": [{"id": 3}],
        "d1": [{"id": 1, "p0": 3}, {"id": 2, "p0": 3, "about": "x"}],
    }
    found = world(given, dataset("d0", subject="parent"), children)
    strict = found.catalogue.tables["d1"]
    columns = tuple(replace(c, nullable=c.name != "p0") for c in strict.columns)
    tables = dict(found.catalogue.tables) | {"d1": replace(strict, columns=columns)}
    found = replace(found, catalogue=Catalogue(tables))
    made = program(found, {"d0": [(3,)]})
    _, connection = opened(found)
    seat(connection, made, {"d0": [(3,)]})
    (shared,) = (s for s in made.steps if s.because == "shared row")
    assert list(connection.fetch("d1", rows_of(shared), ("id",))) == [(2,)]
    assert left(found, {"d0": [(3,)]}) == {"d0": [3], "d1": [1, 2]}


def consented(*of: str) -> InForce:
    """A law by which the rows of these datasets are needed as long as their owner consents."""
    uses = Scope(dataset=frozenset(of))
    return InForce(purposes=(Purpose("u0", "4.0", Basis.CONSENT, uses),), zone=ZONE)


WITHDRAWN: KnownFacts = {("ended:u0", "d1"): {(2,): TODAY}}
OWNING = dataset("d1", link(OWNS, "d0", "p0"), subject="kind")
OWNER: Given = {
    "d0": [{"id": 1, "email": "e"}, {"id": 3, "email": "e"}],
    "d1": [{"id": 2, "p0": 1}, {"id": 4, "p0": 3}],
}


def test_who_withdrew_is_not_forgotten_with_the_pointer_that_says_so() -> None:
    """Person 2 owns row 1 by a pointer in their own row, and withdrew. Were the pointer emptied so
    that row 1 can go, nobody could say any more why: the row becomes a shell, and the pointer
    stays."""
    found = world(OWNER, dataset("d0"), OWNING)
    found = replace(found, law=consented("d0"), known=WITHDRAWN)
    database, connection = opened(found)
    carry_out(connection, sweep(judge(found), found.catalogue))
    assert [(r["id"], r["email"]) for r in database.tables["d0"]] == [(1, None), (3, "e")]
    assert [r["p0"] for r in database.tables["d1"]] == [1, 3]


def test_who_withdrew_is_not_forgotten_with_their_own_row() -> None:
    """The same where the person's own row is needed no longer either: both are emptied and stay."""
    found = world(OWNER, dataset("d0"), OWNING)
    found = replace(found, law=consented("d0", "d1"), known=WITHDRAWN)
    database, connection = opened(found)
    carry_out(connection, sweep(judge(found), found.catalogue))
    assert [(r["id"], r["email"]) for r in database.tables["d0"]] == [(1, None), (3, "e")]
    assert [(r["id"], r["p0"]) for r in database.tables["d1"]] == [(2, 1), (4, 3)]
