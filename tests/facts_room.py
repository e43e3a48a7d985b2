"""The small shop with as many customers as there are months, products and towns together, and
questions about these: every customer has another three answers."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import product

from avow.common.masked import Masked
from avow.declaration.load import load_texts
from avow.declaration.model import Declaration
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests.book import Person
from avow.duties.requests.delivering.links import Post
from avow.duties.requests.identity.knowing import drafted, send
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Right
from tests.answers_room import ANNA, SHOP, Shop

POST = Post("https://my.example/", "shop.example")
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 7))
PRODUCTS = ("bread", "cheese", "jam", "rice", "tea", "wine")
TOWNS = ("10", "20", "30", "40", "50", "60")
FACT = "colleague: colleague, town: town}\n        known_facts: {town: start}\n"
CHANGES = (
    ("colleague: {of_others: yes}", "colleague: {of_others: yes}, town: {}"),
    ("colleague: colleague}\n", FACT),
    ("at: order}, events", "at: order}, known_facts: {what: value, at: month}, events"),
)


def declared(*more: tuple[str, str]) -> Declaration:
    """The declaration of the shop with known facts, and these changes."""
    text = SHOP.read_text(encoding="utf-8")
    for old, new in (*CHANGES, *more):
        assert old in text, old
        text = text.replace(old, new, 1)
    loaded = load_texts({"shop.yaml": text})
    assert loaded.declaration is not None, loaded.findings
    return loaded.declaration


def known(settle: str = "propose") -> tuple[str, str]:
    """What follows right answers, as a change."""
    return "rights:\n", f"requests: {{known_facts: {{then: {settle}}}}}\nrights:\n"


@dataclass
class Market(Shop):
    """The shop, full: Anna is the first customer, and Carla the second."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.says(declared())
        with closing(sqlite3.connect(self.home / "shop.db")) as owner, owner:
            owner.execute("DELETE FROM orders")
            owner.execute("ALTER TABLE customer ADD COLUMN town TEXT")
            for number, (month, what, town) in enumerate(people(), 1):
                owner.execute(
                    "INSERT INTO customer (id, email, town) VALUES (?, ?, ?)"
                    " ON CONFLICT (id) DO UPDATE SET town = excluded.town",
                    (number, f"c{number}@mail.example", f"{town}{number:02}"),
                )
                owner.execute(
                    "INSERT INTO orders VALUES (?, ?, ?, NULL, ?)",
                    (number, number, what, f"{month}-{1 + number % 28:02}"),
                )

    def says(self, declaration: Declaration) -> None:
        """The shop under another declaration."""
        self.declaration = self.office.declaration = declaration

    def asked(self, person: Person = ANNA, *, pauses: bool = False) -> Request:
        """A request whose person got questions."""
        request = self.office.arrive(Right.ACCESS, person=person)
        self.ask(request, pauses=pauses)
        return request

    def ask(self, request: Request, *, pauses: bool = False) -> str:
        """Questions for the person of a request."""
        book, now = self.office.book, self.office.clock.now()
        made = drafted(book, self.estate, request.id, 1, at=now)
        return send(book, POST, request.id, 1, made, by="claire", at=now, pauses=pauses)

    def letters(self, person: Person = ANNA) -> list[str]:
        """The letters that a person got."""
        to = letters_to(self.store, self.office.ring, "controller", [Masked(person.email)])
        return [each.content.text for each in to]

    def token(self, person: Person = ANNA) -> Masked[str]:
        """The secret of the link in a person's only letter."""
        (text,) = self.letters(person)
        found = re.search(r"/your-data/know/(\S+)", text)
        assert found is not None
        return Masked(found[1])


def people() -> Iterator[tuple[str, str, str]]:
    """Every month with every product and every town."""
    return product(MONTHS, PRODUCTS, TOWNS)
