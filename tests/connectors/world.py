"""A small estate that looks the same in every engine: its schema, its rows, and the data map.

The schema is a `Catalogue`, from which the tables of a real database are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from avow.estate.connectors.base import Access, Connection, Connector
from avow.estate.connectors.catalogue import (
    Catalogue,
    Column,
    ColumnKind,
    ForeignKey,
    OnDelete,
    Table,
)
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Dataset, Normaliser, System

Row = dict[str, object]
K = ColumnKind

NATIVE = {
    K.TEXT: "text", K.INTEGER: "bigint", K.NUMBER: "numeric", K.BOOLEAN: "boolean",
    K.UUID: "uuid", K.DATE: "date", K.INSTANT: "timestamp with time zone", K.NAIVE: "timestamp",
}  # fmt: skip


def column(name: str, kind: ColumnKind, *, nullable: bool = True) -> Column:
    return Column(name, NATIVE[kind], kind, nullable)


def table(name: str, key: Sequence[str], *columns: Column, unique: Sequence[str] = ()) -> Table:
    strict = tuple(replace(c, nullable=False) if c.name in key else c for c in columns)
    return Table(name, strict, tuple(key), unique=(tuple(unique),) if unique else ())


PERSON = table(
    "public.person",
    ["id"],
    column("id", K.INTEGER),
    column("email", K.TEXT),
    column("phone", K.TEXT),
    column("name", K.TEXT, nullable=False),
    column("born", K.DATE),
    column("seen", K.INSTANT),
    column("noted", K.NAIVE),
    column("adult", K.BOOLEAN),
    column("boss", K.INTEGER),
    column("balance", K.NUMBER),
    unique=["email"],
)
ORDER = table(
    'public.Commande n° "1"%',
    ["år", "nr"],
    column("år", K.INTEGER),
    column("nr", K.TEXT),
    column("person_id", K.INTEGER),
    column("note", K.TEXT),
)
LINE = table(
    "public.line",
    ["id"],
    column("id", K.UUID),
    column("år", K.INTEGER),
    column("nr", K.TEXT),
    column("what", K.TEXT, nullable=False),
)
NOTE = table(
    "public.note",
    ["id"],
    column("id", K.INTEGER),
    column("about", K.TEXT, nullable=False),
    column("target", K.INTEGER),
    column("email", K.TEXT),
    column("at", K.DATE),
)
SHEET = Table("public.sheet", (column("who", K.INTEGER), column("text", K.TEXT)))
"""A table without a key."""

CATALOGUE = Catalogue(
    {t.name: t for t in (PERSON, ORDER, LINE, NOTE, SHEET)},
    (
        ForeignKey("boss", PERSON.name, ("boss",), PERSON.name, ("id",), OnDelete.SET_NULL),
        ForeignKey("buyer", ORDER.name, ("person_id",), PERSON.name, ("id",)),
        ForeignKey("lines", LINE.name, ("år", "nr"), ORDER.name, ("år", "nr"), OnDelete.CASCADE),
    ),
)
SYSTEM = System(
    "shop",
    "memory",
    zone="Europe/Brussels",
    datasets={t.name: Dataset(t.name, key=t.key) for t in CATALOGUE.tables.values()},
)


def _edge(
    child: Table,
    fields: Sequence[str],
    parent: Table,
    parent_fields: Sequence[str],
    when: tuple[tuple[str, str], ...] = (),
    normalise: Normaliser = Normaliser.EXACT,
) -> Edge:
    return Edge(
        child.name, tuple(fields), parent.name, tuple(parent_fields), Right.OWN, Side.CHILD, when,
        normalise=normalise, by_value=tuple(parent_fields) != parent.key,
    )  # fmt: skip


BUYER = _edge(ORDER, ["person_id"], PERSON, ["id"])
BOSS = _edge(PERSON, ["boss"], PERSON, ["id"])
LINES = _edge(LINE, ["år", "nr"], ORDER, ["år", "nr"])
ABOUT_PERSON = _edge(NOTE, ["target"], PERSON, ["id"], when=(("about", "person"),))
BY_EMAIL = _edge(NOTE, ["email"], PERSON, ["email"], normalise=Normaliser.ASCII_LOWER)
BY_TRIMMED = _edge(NOTE, ["email"], PERSON, ["email"], normalise=Normaliser.TRIM)
BY_PHONE = _edge(NOTE, ["email"], PERSON, ["phone"], normalise=Normaliser.DIGITS)
EDGES = (BUYER, BOSS, LINES, ABOUT_PERSON, BY_EMAIL, BY_TRIMMED, BY_PHONE)


NAIVE_EARLY = datetime.fromisoformat("2025-01-01T00:30:00")
NAIVE_LATE = datetime.fromisoformat("2025-01-01T01:00:00")


def person(number: int, **values: object) -> Row:
    return {c.name: None for c in PERSON.columns} | {"id": number, "name": f"P{number}"} | values


def uuid(number: int) -> UUID:
    return UUID(int=number)


def rows() -> dict[str, list[Row]]:
    """Five persons with their orders, lines and notes; every null and every odd value once."""
    people = [
        person(1, email="Ada@Example.org", phone="+32 2 555", born=date(2020, 1, 31), adult=True,
               seen=datetime(2025, 3, 29, 22, 59, 59, tzinfo=UTC), noted=NAIVE_EARLY,
               balance=Decimal(10)),
        person(2, email=" bob@example.org ", phone="none", born=date(2020, 2, 1), adult=False,
               boss=1,
               seen=datetime(2025, 3, 29, 23, 0, tzinfo=UTC), noted=NAIVE_LATE),
        person(3, email="École@Example.org", phone="-", boss=2, balance=Decimal(-3)),
        person(4, email="", boss=4),
        person(5),
    ]  # fmt: skip
    orders = [
        {"år": 2024, "nr": "A", "person_id": 1, "note": "first"},
        {"år": 2024, "nr": "B", "person_id": 2, "note": None},
        {"år": 2025, "nr": "A", "person_id": 1, "note": "it's 100%"},
        {"år": 2025, "nr": "é", "person_id": None, "note": "naïve"},
    ]
    lines = [
        {"id": uuid(1), "år": 2024, "nr": "A", "what": "x"},
        {"id": uuid(2), "år": 2024, "nr": "A", "what": "y"},
        {"id": uuid(3), "år": 2025, "nr": "é", "what": "z"},
        {"id": uuid(4), "år": 2025, "nr": None, "what": "half a pointer"},
    ]
    notes = [
        {"id": 1, "about": "person", "target": 1, "email": "ada@example.ORG",
         "at": date(2024, 2, 29)},
        {"id": 2, "about": "order", "target": 1, "email": "bob@example.org", "at": None},
        {"id": 3, "about": "person", "target": 9, "email": "", "at": date(2025, 2, 28)},
        {"id": 4, "about": "person", "target": None, "email": "322555", "at": date(2026, 1, 1)},
        {"id": 5, "about": "other", "target": 2, "email": "école@example.org", "at": None},
        {"id": 6, "about": "other", "target": None, "email": "abc", "at": None},
    ]  # fmt: skip
    sheets: list[Row] = [{"who": 1, "text": "same"}, {"who": 1, "text": "same"}]
    return {
        PERSON.name: people, ORDER.name: orders, LINE.name: lines, NOTE.name: notes,
        SHEET.name: sheets,
    }  # fmt: skip


@dataclass
class Estate:
    """One engine with an estate in it, and how to open connections to it."""

    connector: Connector
    system: System = SYSTEM
    opened: list[Connection] = field(default_factory=list)
    guarded: bool = True
    """Whether the engine enforces keys, foreign keys and absent values: files do not."""

    def read(self) -> Connection:
        return self._open(Access.READ)

    def write(self) -> Connection:
        return self._open(Access.WRITE)

    def _open(self, access: Access) -> Connection:
        self.opened.append(self.connector.connect(self.system, access))
        return self.opened[-1]

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()


def snapshot(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is in the estate, read without predicates."""
    return {
        t.name: sorted(_all(connection, t), key=repr)
        for t in connection.catalogue().tables.values()
    }


def _all(connection: Connection, table: Table) -> Iterator[tuple[object, ...]]:
    for block in connection.stream(table.name, [c.name for c in table.columns], 2):
        assert len(block) <= 2
        yield from block


def fresh() -> dict[str, list[Row]]:
    return deepcopy(rows())
