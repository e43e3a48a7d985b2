"""One-time pages over a real database: a shop whose tables are asked about, and a desk."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from avow.common.clock import SetClock
from avow.common.masked import Masked
from avow.duties.assurance.source import ClauseText
from avow.duties.discovery.triage.answering import Standpoint
from avow.duties.discovery.triage.inviting import (
    MapQuestions,
    content_of,
    left_to,
    noted,
    questions_for,
)
from avow.duties.discovery.triage.memory import Memory
from avow.duties.discovery.triage.reading import look_at
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Body
from avow.engine.evidence.invitations import TERM, Invitation, Kind, Wanted, invite
from avow.engine.keys.ring import KeyRing, new_ring
from avow.estate.datamap.model import System
from avow.faces.web.asked.desk import AskedDesk
from avow.faces.web.source import House

NOON = datetime(2027, 3, 15, 11, tzinfo=UTC)
MARK = "zzq"
PEOPLE = {"lea": "Léa Maes", "marc": "Marc Peeters"}
SCHEMA = f"""
CREATE TABLE klanten (id INTEGER PRIMARY KEY, email TEXT UNIQUE, voornaam TEXT, gsm TEXT);
CREATE TABLE bestellingen (id INTEGER PRIMARY KEY, klant_id INTEGER REFERENCES klanten (id),
    besteld_op TIMESTAMP);
CREATE TABLE sms (id INTEGER PRIMARY KEY, nummer TEXT, tekst TEXT);
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60)
INSERT INTO klanten SELECT n, 'k' || n || '@{MARK}.example', 'Jan{MARK}' || n,
    '+32 470 55 10 ' || (10 + n) FROM n;
INSERT INTO bestellingen SELECT id, 1 + id % 50, '2019-03-04' FROM klanten;
INSERT INTO sms SELECT id, '+32 470 55 10 ' || (10 + id), '{MARK}' FROM klanten;
"""
MORE = "".join(
    f"CREATE TABLE lijst_{name} (id INTEGER PRIMARY KEY, {name} TEXT, code_{name} TEXT);"
    f"INSERT INTO lijst_{name} SELECT id, 'x' || id, 'c' || id FROM klanten;"
    for name in ("kleur", "maat", "land", "munt", "taal", "soort", "staat", "merk", "vorm", "prijs")
)


def text_of(clause: str, language: str) -> ClauseText | None:
    """Every clause is printed in French alone."""
    del language
    return ClauseText(clause, "Nous gardons vos visites un mois.", "fr")


@dataclass
class AskedHouse:
    """A desk whose clock and ledger a test can look at."""

    store: Store
    folder: Path
    ring: KeyRing = field(default_factory=new_ring)
    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    ledger: list[Body] = field(default_factory=list)
    standpoint: Standpoint | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def note(self, body: Body, at: datetime) -> None:
        """What the ledger is told."""
        del at
        self.ledger.append(body)

    @property
    def desk(self) -> AskedDesk:
        """A fresh desk: it remembers no reader."""
        house = House("Ateliers Lune")
        return AskedDesk(
            self.store, self.ring, self.clock, self.note, house, "Europe/Brussels",
            text_of, self.environment,
        )  # fmt: skip

    def asks_about_tables(self, person: str = "lea") -> tuple[Invitation, str]:
        """An invitation about the tables of the shop, and the secret of its address."""
        questions = self.questions(person)
        wanted = Wanted(Kind.MAP, "shop", person, content_of(questions))
        made, token = self.invite(wanted)
        if self.standpoint is not None:
            self.standpoint = noted(self.standpoint, questions, made.id)
        return made, token.reveal()

    def invite(self, wanted: Wanted) -> tuple[Invitation, Masked[str]]:
        """An invitation of now."""
        return invite(self.store, self.ring, wanted, at=self.clock.now(), note=self.note, term=TERM)

    def questions(self, person: str) -> MapQuestions:
        """What a person is asked about the shop: thirteen tables, on two pages."""
        path = self.folder / "shop.db"
        if not path.exists():
            made = sqlite3.connect(path)
            made.executescript(SCHEMA + MORE)
            made.close()
        shop = System("shop", "sqlite", str(path), "Europe/Brussels")
        today = self.clock.now().date()
        begun = Standpoint(look_at(shop), {}, Memory("shop"), today)
        self.standpoint = left_to(begun, person)
        return questions_for(self.standpoint, person, "Ateliers Lune", PEOPLE)

    def later(self, by: timedelta) -> None:
        """Let time pass."""
        self.clock.move(by)
