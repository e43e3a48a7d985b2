"""Rows that tell another row a fact, by hand: what is known of a person reaches a row over the row
that owns it, and a sweep forgets it neither in the same breath nor before it was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from avow.common.calendar import Period
from avow.declaration.model import Action, End, InForce, Rule, Scope
from avow.engine.planner.lower import Lowering
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.model import (
    Blank,
    BlankKind,
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
from tests.properties.oracle import Oracle
from tests.properties.test_sweep import judge, opened, program
from tests.properties.worlds import TODAY, ZONE, World, table_of

PAST = datetime(2026, 2, 1, 12, tzinfo=UTC)
RULE = Rule("r0", "6.0", Scope(), (End("happened", Period()),), Action.ERASE)


def dataset(
    name: str, *links: Link, subject: str | None = None, happens_in: str | None = None
) -> Dataset:
    """A dataset whose rows are due with the last moment of its own `at`, or of that of rows of
    `happens_in` that point to it."""
    source = Source("at", dataset=happens_in)
    return Dataset(
        name,
        key=("id",),
        subject=subject,
        links=links,
        fields=(Field("email", "mail"), Field("note", "mail"), Field("about", "mail")),
        events=(EventMap("happened", EventMode.LATEST, (source,)),),
        blanks={"note": Blank(BlankKind.CONSTANT, "-")},
        zone=ZONE,
    )


def row(number: int, at: datetime | None, **pointers: int) -> dict[str, object]:
    """A row that says something, with its pointers."""
    empty = dict.fromkeys(("sort", "about", "extra", "moved", "until"))
    return {"id": number, **pointers, **empty, "email": "a@example.com", "note": "n", "at": at}


def of(*datasets: Dataset, rows: dict[str, list[dict[str, object]]]) -> World:
    """A world in which something is known of person 1: a wish to be deleted, which ends nothing."""
    system = System("w", "memory", zone=ZONE, datasets={d.name: d for d in datasets})
    tables = {d.name: table_of(d) for d in datasets}
    known: dict[tuple[str, str], dict[tuple[object, ...], date]] = {
        ("asked", "person"): {(1,): TODAY}
    }
    return World(system, Catalogue(tables, ()), rows, InForce((RULE,), zone=ZONE), known)


def swept(world: World) -> tuple[object, object]:
    """What the program leaves, and what the specification does."""
    database, connection = opened(world)
    expected = Oracle(world, Lowering(judge(world), world.catalogue)).after()
    carry_out(connection, program(world))
    return database.tables, expected


def test_a_row_that_tells_a_fact_does_not_go_along_with_the_person_it_dates() -> None:
    """A call dates its person and owns an upload. What is known of the person reaches the upload
    over the call alone: all three stay, emptied, though call and person could go together."""
    calls = dataset(
        "call",
        Link(LinkWord.OWNED_BY, "person", ("p0",), of="caller"),
        Link(LinkWord.OWNS, "upload", ("p1",), of="upload"),
    )
    persons = dataset("person", subject="caller", happens_in="call")
    world = of(persons, dataset("upload"), calls, rows={
        "person": [row(1, None)],
        "upload": [row(1, None)],
        "call": [row(1, PAST, p0=1, p1=1)],
    })  # fmt: skip
    left, expected = swept(world)
    assert left == expected
    assert [len(rows) for rows in expected.values()] == [1, 1, 1]  # type: ignore[attr-defined]


def test_what_is_known_of_a_person_who_goes_is_still_known_to_what_they_own() -> None:
    """The person, who goes, points nowhere; the order stays, since its own day has not come, and
    tells its upload, which is due, of the wish. The upload is asked before the person is gone, and
    is the same in the count and in the sweep: emptied. The next sweep takes it."""
    orders = dataset(
        "order",
        Link(LinkWord.OWNED_BY, "person", ("p0",), of="buyer"),
        Link(LinkWord.OWNS, "upload", ("p1",), of="upload"),
    )
    later = datetime(2027, 1, 1, tzinfo=UTC)
    world = of(dataset("person", subject="buyer"), dataset("upload"), orders, rows={
        "person": [row(1, PAST)],
        "upload": [row(1, PAST)],
        "order": [row(1, later, p0=1, p1=1)],
    })  # fmt: skip
    left, expected = swept(world)
    assert left == expected
    assert expected["person"] == []  # type: ignore[index]
    assert [each["email"] for each in expected["upload"]] == [None]  # type: ignore[index]


def test_a_row_that_owns_what_dates_it_stays_to_tell_it_what_is_known() -> None:
    """An order is dated by its upload, so its pointer is never emptied; with the order the wish of
    the person would be gone, and the upload, due by it, would stay for good. Both stay, emptied."""
    wish = Rule("r0", "6.0", Scope(), (End("asked", Period()),), Action.ERASE)
    dated = Rule("r1", "6.1", Scope(), (End("happened", Period(years=9)),), Action.ERASE)
    orders = replace(
        dataset(
            "order",
            Link(LinkWord.OWNED_BY, "person", ("p0",), of="buyer"),
            Link(LinkWord.OWNS, "upload", ("p1",), of="upload"),
        ),
        events=(),
    )
    world = of(dataset("person", subject="buyer"), dataset("upload"), orders, rows={
        "person": [row(1, PAST)],
        "upload": [row(1, PAST)],
        "order": [row(1, PAST, p0=1, p1=1)],
    })  # fmt: skip
    both = frozenset({frozenset({"r0", "r1"})})
    left, expected = swept(replace(world, law=InForce((wish, dated), settled=both, zone=ZONE)))
    assert left == expected
    assert [each["email"] for each in expected["upload"]] == [None]  # type: ignore[index]
    assert [each["email"] for each in expected["order"]] == [None]  # type: ignore[index]
