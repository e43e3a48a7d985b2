"""A shop whose rows can be kept from use in every way, and a request of one of its persons."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from click.testing import CliRunner, Result

from avow.duties.requests.book import Arrival, Asking, Person, Said, open_request, take
from avow.duties.requests.rows import accept, accepted_of
from avow.duties.requests.steps import Decided, IdentityShown
from avow.duties.requests.words import Channel, Outcome, Right, Rung
from avow.engine.planner.identities import Candidate
from avow.faces.cli.desk import Desk, opened
from avow.faces.cli.main import main
from tests import mariadb
from tests.verified_room import Verifies

HEAD = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE, email: privacy@shop.example}
languages: [en]
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses: {"1.a": {kind: E}, "2.a": {kind: E}, "9.2": {kind: E}, "9.4": {kind: E}}
rights: [{right: restriction, clause: "9.4"}, {right: rectification, clause: "9.2"}]
categories: {profile: {clause: "1.a"}, address: {clause: "1.a"}}
subjects: {buyer: {}}
collection:
  - {point: door, clause: "1.a", collects: [{category: profile, clause: "1.a", required: yes}]}
purposes:
  - {purpose: news, clause: "1.a", basis: consent, uses: {category: [profile, address]}}
  - {purpose: bills, clause: "1.a", basis: contract, uses: {category: [address]}}
retention:
  - {rule: profiles, clause: "2.a", applies_to: {category: [profile, address]}, starts: joined,
     at_most: 9 years, then: erase}
events: {joined: {kind: point}}
systems:
  - system: shop
    connector: CONNECTOR
    url: ${SHOP}
    zone: Europe/Brussels
    datasets:
"""
ROOT = """\
      S.NAME:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        fields: {email: profile, city: address}
        rest: profile
        events: {joined: joined_on}
"""
MAILING = """\
      S.mailing:
        key: [id]
        owned_by: {S.buyer: buyer_id}
        collected_at: door
        rest: profile
        uses: {sent_at: news}
        events: {joined: {via: S.buyer}}
"""
COPY = """\
      S.address_book:
        key: [id]
        copy_of: {to: S.buyer, field: buyer_id}
        fields: {place: address}
        rest: profile
"""
TABLES = """
CREATE TABLE buyer (id integer PRIMARY KEY, email varchar(90), city varchar(90),
                    shut varchar(9), joined_on date NOT NULL);
CREATE TABLE mailing (id integer PRIMARY KEY, buyer_id integer REFERENCES buyer (id),
                      sent_at timestamp NULL);
CREATE TABLE address_book (id integer PRIMARY KEY, buyer_id integer REFERENCES buyer (id),
                           place varchar(90));
INSERT INTO buyer VALUES (1, 'p1@example.org', 'Gent', NULL, '2026-01-02'),
                         (2, 'p2@example.org', 'Gent', NULL, '2026-01-02');
INSERT INTO mailing VALUES (1, 1, '2026-02-01 10:00:00'), (2, 2, '2026-02-01 10:00:00');
INSERT INTO address_book VALUES (1, 1, 'Gent'), (2, 2, 'Gent')
"""


@dataclass
class Shop(Verifies):
    """A shop on one engine, the state beside it, and the commands of who works there."""

    kind: str
    url: str
    folder: Path
    state: str

    @property
    def buyer(self) -> str:
        """The dataset of the persons."""
        return f"{'' if self.kind == 'sqlite' else self._schema}buyer"

    @property
    def _schema(self) -> str:
        return "public." if self.kind == "postgresql" else ""

    def declare(self, restriction: str, *more: str) -> None:
        """Put the declaration in force, with how the persons' rows are kept from use."""
        how = f"        restriction: {restriction}\n" if restriction else ""
        text = HEAD + ROOT.replace("NAME", "buyer") + how + MAILING + COPY + "".join(more)
        text = text.replace("CONNECTOR", self.kind).replace("S.", self._schema)
        place = self.folder / "declaration"
        place.mkdir(exist_ok=True)
        (place / "all.yaml").write_text(text)
        people = ["--author", "claire", "--as", "marc", "--as", "paul"]
        done = self.says("activate", str(place), *people)
        assert done.exit_code == 0, done.output

    def says(self, *words: str, given: str = "") -> Result:
        """What a command of the state says."""
        state = ["--state", str(self.folder / "state"), "--database-url", self.state]
        return CliRunner().invoke(main, [*words, *state], input=given)

    def policies(self, *words: str) -> Result:
        """What `avow policies` says of the shop."""
        place = str(self.folder / "declaration")
        return CliRunner().invoke(main, ["policies", "shop", "--declaration", place, *words])

    def run(self, text: str) -> list[tuple[Any, ...]]:
        """Run one statement as the owner of the shop."""
        if self.kind == "postgresql":
            with psycopg.connect(self.url) as owner:
                done = owner.execute(text.encode())
                return done.fetchall() if done.description else []
        if self.kind == "mariadb":
            with closing(mariadb.connect_at(self.url)) as there, there.cursor() as cursor:
                cursor.execute(text)
                return list(cursor.fetchall())
        with closing(sqlite3.connect(self.url)) as file, file:
            return file.execute(text).fetchall()

    def desk(self) -> Any:  # noqa: ANN401 (a context manager)
        """The opened state."""
        return opened(self.folder / "state", self.state)

    def asks(self, right: Right, *, decided: bool = True) -> str:
        """A request of the first person, their row accepted and, unless told, the item granted."""
        with self.desk() as desk:
            return asked(desk, right, self.buyer, decided=decided)

    def accept_also(self, request: str, table: str, key: int) -> None:
        """One more row is the first person's."""
        place = self.buyer.removesuffix("buyer") + table
        with self.desk() as desk:
            known = accepted_of(desk.book, request) or ()
            more = Candidate(1, "shop", place, ("email", "p1"), ((key,),))
            accept(desk.book, request, [*known, more], by="claire", at=desk.now())

    def approve(self, *plans: str) -> None:
        """Two persons approve plans."""
        for plan in plans:
            for person in ("marc", "paul"):
                done = self.says("approve", plan, "--as", person)
                assert done.exit_code == 0, done.output

    def restrict(self, request: str) -> Sequence[str]:
        """Restrict item 1 and enforce it, through the commands; the plans."""
        done = self.says("request", "restrict", request, "1", "--as", "claire")
        plans = [line for line in done.output.splitlines() if line.startswith("plan-")]
        self.approve(*plans)
        self.says("request", "restrict", request, "1", "--as", "claire", "--enforce")
        return plans


def asked(desk: Desk, right: Right, dataset: str, *, decided: bool = True) -> str:
    """A request of the first person about one right."""
    book, at = desk.book, desk.now()
    person = Person(name="One", language="en", email="p1@example.org")
    arrival = Arrival(Channel.EMAIL, at, "en", (person,), (Asking(1, right),))
    made = open_request(book, arrival, by="claire", at=at)
    accept(book, made.id, [Candidate(1, "shop", dataset, ("email", "p1"), ((1,),))],
           by="claire", at=at)  # fmt: skip
    steps = [Said(IdentityShown(person=1, rung=Rung.SIGNED_LINK))]
    if decided:
        steps.append(Said(Decided(item=1, outcome=Outcome.ACCEPTED)))
    take(book, made.id, steps, by="claire", at=at)
    return made.id


def made(kind: str, url: str, folder: Path, state: str, set_: Callable[[str, str], None]) -> Shop:
    """A shop with its tables; `set_` sets a variable of the environment."""
    (folder / "state").mkdir()
    set_("SHOP", url)
    shop = Shop(kind, url, folder, state)
    for statement in TABLES.split(";"):
        shop.run(statement)
    return shop
