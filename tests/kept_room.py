"""A shop on PostgreSQL that promises every right, for scenarios of one promise each: its rows are
looked at by the owner's own statements, and its promises by `avow verify`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from click.testing import CliRunner, Result

from avow.faces.cli.desk import Desk, opened
from avow.faces.cli.main import main
from tests.verified_room import Verifies

DECLARATION = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE, email: privacy@shop.example,
  address: "Rue Haute 1, Brussels"}
languages: [en]
people:
  - {person: claire, name: Claire, roles: [author, agent]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
notice: {version: "1", changed: 2026-01-01,
  promises: {processor: "3.3-P", companies: "6.a", incidents: "6.0-2"}}
clauses: {"1.a": {kind: E}, "2.a": {kind: E}, "3.3-P": {kind: E}, "6.a": {kind: E},
  "6.0-2": {kind: D, legs: [register]}, "9.1": {kind: E}, "9.2": {kind: E}, "9.3": {kind: E},
  "9.4": {kind: E}, "9.5": {kind: E}, "9.6": {kind: E}, "9.7": {kind: E}, "9.8": {kind: E},
  "9.9": {kind: E}, "9.10-a": {kind: E}, "9.10-b": {kind: E}, "9.10-c": {kind: E},
  "9.11": {kind: E}, "10.1": {kind: E}, "10.2": {kind: E}}
rights:
  - {right: access, clause: "9.1", law: Art. 15 GDPR}
  - {right: rectification, clause: "9.2", law: Art. 16 GDPR}
  - {right: erasure, clause: "9.3", law: Art. 17 GDPR}
  - {right: restriction, clause: "9.4", law: Art. 18 GDPR}
  - {right: portability, clause: "9.5", law: Art. 20 GDPR, wider: yes}
  - {right: objection, clause: "9.6", law: Art. 21 GDPR}
  - {right: withdrawal, clause: "9.7", law: Art. 7(3) GDPR}
  - {right: cookie-withdrawal, clause: "9.8", law: Art. 7(3) GDPR}
  - {right: exercise, clause: "9.9"}
  - {right: limit-other-persons, clause: "9.10-a", limits: access, law: Art. 15(4) GDPR}
  - {right: limit-legal-duty, clause: "9.10-b", limits: erasure, law: Art. 17(3)(b) GDPR}
  - {right: limit-compelling-interest, clause: "9.10-c", limits: erasure, law: Art. 21(1) GDPR}
  - {right: complaint, clause: "9.11", law: Art. 77 GDPR, link: "https://www.dataprotectionauthority.be/"}
  - {right: exercise-by-email, clause: "10.1", address: privacy@shop.example}
  - {right: exercise-by-letter, clause: "10.2"}
categories: {profile: {clause: "1.a"}, message: {clause: "1.a"}}
subjects: {buyer: {}}
collection:
  - {point: door, clause: "1.a", collects: [{category: profile, clause: "1.a", required: yes},
     {category: message, clause: "1.a"}]}
purposes:
  - {purpose: news, clause: "1.a", basis: consent, uses: {category: [profile]}, marketing: yes}
  - {purpose: rank, clause: "1.a", basis: legitimate-interest, uses: {category: [profile]}}
  - {purpose: sell, clause: "1.a", basis: contract, uses: {category: [profile, message]}}
retention:
  - {rule: profiles, clause: "2.a", applies_to: {category: [profile, message]}, starts: joined,
     at_most: 9 years, then: erase}
events: {joined: {kind: point}}
systems:
  - system: shop
    connector: postgresql
    url: ${SHOP}
    zone: Europe/Brussels
    datasets:
      public.buyer:
        subject: buyer
        key: [id]
        identities: {email: {field: email, strength: unique}}
        collected_at: door
        rest: profile
        events: {joined: joined_on}
      public.message:
        key: [id]
        owned_by: {public.buyer: buyer_id}
        collected_at: door
        rest: message
"""
TABLES = """
CREATE TABLE buyer (id integer PRIMARY KEY, email text, name text, joined_on date NOT NULL);
CREATE TABLE message (id integer PRIMARY KEY, words text,
                      buyer_id integer NOT NULL REFERENCES buyer);
CREATE INDEX message_of ON message (buyer_id);
INSERT INTO buyer VALUES (1, 'p1@example.org', 'One', '2026-01-02'),
                         (2, 'p2@example.org', 'Two', '2026-01-02');
INSERT INTO message VALUES (1, 'please send it to my neighbour, two.friend@mail.example', 1),
                           (2, 'thank you', 2);
"""
WHO = {"name": "One", "email": "p1@example.org", "language": "en"}
CLAIRE = ("--as", "claire")


@dataclass
class Kept(Verifies):
    """The shop, the state beside it, and who works there."""

    url: str
    folder: Path
    state: str

    def says(self, *words: str, ends: int | None = 0) -> Result:
        """Run a command as a user would; it must end so, or anyhow with None."""
        place = ["--state", str(self.folder / "state"), "--database-url", self.state]
        done = CliRunner().invoke(main, [*words, *place])
        assert ends is None or done.exit_code == ends, (done.output, done.exception)
        return done

    def run(self, statement: str) -> Sequence[tuple[object, ...]]:
        """What the owner of the shop sees and does there."""
        with psycopg.connect(self.url) as owner:
            done = owner.execute(statement.encode())
            return done.fetchall() if done.description else []

    def own(self, statement: str) -> None:
        """Somebody meddles with the state of avow itself."""
        with psycopg.connect(self.state) as owner:
            owner.execute(statement.encode())

    def desk(self) -> AbstractContextManager[Desk]:
        """What the commands work with."""
        return opened(self.folder / "state", self.state)

    def file(self, name: str, text: str) -> str:
        """A file for a command; its path."""
        made = self.folder / name
        made.write_text(text)
        return str(made)

    def called(self, *asks: str, at: str | None = None) -> str:
        """The first person calls (at an instant) and asks; gives the request."""
        who, said = self.file("who.json", json.dumps(WHO)), self.file("said.txt", "as we spoke")
        asked = [word for ask in asks for word in ("--ask", ask)]
        when = ("--at", at) if at else ()
        out = self.says("request", "receive", "phone", "--told", "--who", who, "--text", said,
                        *asked, *when, *CLAIRE).output  # fmt: skip
        return next(word.strip("`:,.") for word in out.split() if word.startswith("request-"))

    def known(self, request: str) -> None:
        """The person shows who they are, and their rows are accepted."""
        self.says("request", "identify", request, "known-address", *CLAIRE)
        self.says("request", "rows", request, "--accept-all", *CLAIRE)


def made(
    url: str, folder: Path, state: str, environ: Callable[[str, str], None], text: str = DECLARATION
) -> Kept:
    """The shop with its declaration in force."""
    (folder / "state").mkdir()
    (folder / "declaration").mkdir()
    (folder / "declaration" / "all.yaml").write_text(text)
    environ("SHOP", url)
    shop = Kept(url, folder, state)
    shop.run(TABLES)
    people = ("--author", "claire", "--as", "marc", "--as", "paul")
    shop.says("activate", str(folder / "declaration"), *people)
    return shop
