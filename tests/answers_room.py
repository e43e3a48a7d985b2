"""A small shop with persons that never were, for tests of answers: two systems, real databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from avow.declaration.load import load
from avow.declaration.model import Declaration
from avow.duties.requests import steps
from avow.duties.requests.answering.gathering import Sources
from avow.duties.requests.book import Person
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import accept, looked_for
from avow.duties.requests.words import Outcome, Right, Rung
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.entries import Body
from avow.engine.evidence.ledger import Ledger
from avow.engine.planner.making import Estate
from tests.requests_room import Office

SHOP = Path(__file__).with_name("answers_shop.yaml")
ANNA = Person(name="Anna Peeters", language="nl", email="anna@mail.example")
BEN = Person(name="Ben Claes", language="nl", email="ben@mail.example")
NOBODY = Person(name="Zoë Niemand", language="nl", email="zoe@mail.example")
NOTE = "Bel Karel Janssens op +32 470 12 34 56 of karel@other.example; rekening BE68 5390 0754 7034"
"""What somebody wrote into a note of Anna's: a neighbour, his telephone, mail and account."""


@dataclass
class Telling(Office):
    """An office with a real ledger."""

    @property
    def ledger(self) -> Ledger:
        """The ledger that is told."""
        return Ledger(self.store, self.ring, "avow.example/shop")

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        """Tell the ledger."""
        super().tell(bodies, at, runs)
        self.ledger.append(bodies, at, runs=runs)


@dataclass
class Shop:
    """The shop with its book of requests and a real ledger."""

    home: Path
    store: Store
    office: Office = field(init=False)
    ledger: Ledger = field(init=False)
    declaration: Declaration = field(init=False)

    def __post_init__(self) -> None:
        self.declaration = declared(SHOP)
        self.office = Telling(self.store, self.declaration)
        self.ledger = self.office.ledger
        fill(self.home)

    @property
    def estate(self) -> Estate:
        """The two systems."""
        return Estate(self.declaration, self.urls)

    @property
    def urls(self) -> Mapping[str, str]:
        """Where they are."""
        return {"SHOP_URL": str(self.home / "shop.db"), "NEWS_URL": str(self.home / "news.db")}

    @property
    def sources(self) -> Sources:
        """Where copies are drawn from."""
        return Sources(self.estate)

    def accepted(self, *rights: Right, person: Person = ANNA) -> Request:
        """A request whose person is known, whose rows are accepted and whose items are too."""
        request = self.office.arrive(*rights, person=person)
        self.office.take(request, steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
        found = looked_for(self.office.book, self.estate, request.id).found.candidates
        accept(self.office.book, request.id, found, by="claire", at=self.office.clock.now())
        decided = [steps.Decided(item=n, outcome=Outcome.ACCEPTED) for n, _ in enumerate(rights, 1)]
        return self.office.take(request.id, *decided)

    def run(self, system: str, statement: str) -> None:
        """Change something in a system."""
        with closing(sqlite3.connect(self.home / f"{system}.db")) as owner, owner:
            owner.execute(statement)


def declared(path: Path) -> Declaration:
    """The declaration of a file, which has no error."""
    loaded = load(path)
    assert loaded.declaration is not None, loaded.findings
    return loaded.declaration


def fill(home: Path) -> None:
    """The rows: Anna who ordered, Ben who only reads the newsletter, Carla."""
    with closing(sqlite3.connect(home / "shop.db")) as owner, owner:
        owner.executescript(
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT,"
            " score INTEGER, colleague TEXT);"
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer,"
            " what TEXT, note TEXT, at TEXT);"
            "CREATE INDEX orders_of ON orders (customer_id);"
            "INSERT INTO customer VALUES"
            " (1, 'Anna Peeters', 'anna@mail.example', '+32 470 99 88 77', 7, 'Dirk'),"
            " (2, 'Carla Maes', 'carla@mail.example', '', 3, '');"
            "INSERT INTO orders VALUES (1, 1, '=SUM(A1)', NULL, '2026-03-01'),"
            " (2, 1, 'bread for anna@mail.example', NULL, '2027-03-01'),"
            " (3, 2, 'tea', NULL, '2027-01-05');"
        )
        owner.execute("UPDATE orders SET note = ? WHERE id = 2", (NOTE,))
    with closing(sqlite3.connect(home / "news.db")) as owner, owner:
        owner.executescript(
            "CREATE TABLE subscriber (id INTEGER PRIMARY KEY, email TEXT, since TEXT);"
            "INSERT INTO subscriber VALUES (1, 'ben@mail.example', '2027-01-01');"
        )
