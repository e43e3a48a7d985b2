"""Who speaks for somebody else: which paper is enough, for which rights, and whom a company may
speak for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.book import (
    Arrival,
    Asking,
    Person,
    entries_of,
    file_of,
    open_request,
    read,
)
from avow.duties.requests.identity import company_checks
from avow.duties.requests.identity.minors import FOUND, minor_found
from avow.duties.requests.identity.representing import (
    Kind,
    NotHeard,
    Paper,
    against,
    hear,
    hear_company,
)
from avow.duties.requests.machine import Request
from avow.duties.requests.proposing import proposed
from avow.duties.requests.rows import accept, accepted_of, looked_for
from avow.duties.requests.rows_together import accept_all, looked_for_all
from avow.duties.requests.steps import Noted
from avow.duties.requests.words import Channel, ItemState, Outcome, Right, Rung, Status, Voice
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Outcome as Answer
from avow.engine.planner.making import Estate
from avow.engine.planner.of_company import company_of, within
from avow.engine.planner.refusals import PlannerError
from avow.estate.connectors.sqlite import SqliteConnection
from tests.answers_room import declared
from tests.requests_room import ANNA, NOON, Office

PDF = b"%PDF-1.7 a mandate"
ACME, OTHER = "app:company:1", "app:company:2"
UTA = Person(name="Uta", language="nl", identities=(("email", "uta@acme.example"),),
             email="uta@acme.example")  # fmt: skip
VIC = Person(name="Vic", language="fr", identities=(("email", "vic@other.example"),),
             email="vic@other.example")  # fmt: skip
DECLARED = """
avow: "1"
declaration: clients
controller: {name: Clients NV, zone: Europe/Brussels, country: BE, email: privacy@clients.example}
languages: [nl, fr, en]
notice: {version: "1", effective: 2027-01-01, promises: {companies: "6.a"}}
clauses: {"6.a": {kind: E}}
categories: {account-data: {}}
subjects: {user: {}}
systems:
  - system: app
    connector: sqlite
    url: ${APP_URL}
    datasets:
      company: {key: [id], owned_by: nobody, because: a list of firms}
      account:
        subject: user
        key: [id]
        identities: {email: {field: email, strength: unique, normalise: ascii-lower}}
        no_right: {company: company_id}
        rest: account-data
      reader:
        subject: user
        key: [id]
        identities: {email: {field: email, strength: unique, normalise: ascii-lower}}
        rest: account-data
"""


@dataclass
class House:
    """An application with users of two companies; Uta also reads a newsletter of ours."""

    home: Path
    store: Store
    declaration: Declaration = field(init=False)
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        path = self.home / "clients.yaml"
        path.write_text(DECLARED)
        self.declaration = declared(path)
        self.office = Office(self.store, self.declaration)
        with closing(sqlite3.connect(self.home / "app.db")) as owner, owner:
            owner.executescript(
                "CREATE TABLE company (id INTEGER PRIMARY KEY, firm TEXT);"
                "CREATE TABLE account (id INTEGER PRIMARY KEY, email TEXT, company_id INTEGER"
                " REFERENCES company);"
                "CREATE TABLE reader (id INTEGER PRIMARY KEY, email TEXT);"
                "INSERT INTO company VALUES (1, 'Acme'), (2, 'Other');"
                "INSERT INTO account VALUES (10, 'uta@acme.example', 1),"
                " (20, 'vic@other.example', 2);"
                "INSERT INTO reader VALUES (1, 'uta@acme.example');"
            )

    @property
    def urls(self) -> Mapping[str, str]:
        return {"APP_URL": str(self.home / "app.db")}

    @property
    def estate(self) -> Estate:
        return Estate(self.declaration, self.urls)

    def asked(self, *people: Person, rights: tuple[Right, ...] = (Right.ERASURE,)) -> Request:
        """A company asks something for its users."""
        asking = tuple(Asking(n, r) for n, _ in enumerate(people, 1) for r in rights)
        arrival = Arrival(Channel.EMAIL, NOON, "nl", people, asking, Voice.COMPANY)
        return open_request(self.office.book, arrival, by="an", at=NOON)

    def heard(self, request: Request, company: str = ACME) -> int:
        paper = Paper(Kind.COMPANY, frozenset({Right.ERASURE}), PDF)
        return hear_company(
            self.office.book, self.estate, request.id, paper, company, by="an", at=NOON
        )

    def check(self) -> Answer:
        """What the check of the promise answers; its canary was seen."""
        day = self.office.book.day(NOON)
        ((_, result),) = company_checks.answers(self.office.book, self.estate, day=day, at=NOON)
        assert result.canary_seen
        return result.outcome


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(tmp_path, store)


def spoken_for(office: Office, *rights: Right) -> Request:
    return office.arrive(*rights, voice=Voice.REPRESENTATIVE)


TODAY = date(2027, 3, 15)
ALL = frozenset(Right)


@pytest.mark.parametrize(
    ("paper", "why"),
    [
        (Paper(Kind.MANDATE, ALL, PDF, until=date(2027, 3, 15)), ""),
        (Paper(Kind.MANDATE, ALL, PDF, until=date(2027, 3, 14)), "it ended on 2027-03-14"),
        (Paper(Kind.MANDATE, ALL, PDF), "a mandate without a last day is none for this"),
        (Paper(Kind.LAWYER, ALL, PDF), ""),
        (Paper(Kind.LAWYER, frozenset({Right.ERASURE}), PDF), "it does not cover: access"),
        (Paper(Kind.HEIR, ALL, PDF, country="FR"), ""),
        (Paper(Kind.HEIR, ALL, PDF, country="BE"), "the law of that country gives heirs no"),
        (Paper(Kind.COMPANY, ALL, PDF), "the request is not made in such a name"),
    ],
)
def test_a_paper_is_enough_for_what_it_names_and_no_longer_than_it_says(
    store: Store, paper: Paper, why: str
) -> None:
    state = spoken_for(Office(store), Right.ACCESS)
    found = against(paper, state, 1, TODAY)
    assert found.startswith(why)
    assert bool(found) == bool(why)


def test_who_is_heard_has_the_paper_sealed_with_the_request(store: Store) -> None:
    office = Office(store)
    state = spoken_for(office, Right.ACCESS)
    paper = Paper(Kind.LAWYER, frozenset({Right.ACCESS}), PDF)
    file = hear(office.book, state.id, 1, paper, by="an", at=NOON)
    after = read(office.book, state.id)
    assert (after.persons[1].shown, after.status) == (Rung.MANDATE, Status.DECIDING)
    kept = file_of(office.book, file)
    assert kept is not None
    assert PDF not in str(office.store.one("request_file", id=file)).encode()


def test_who_is_not_heard_changes_nothing(store: Store) -> None:
    office = Office(store)
    state = spoken_for(office, Right.ACCESS)
    with pytest.raises(NotHeard, match="does not cover"):
        hear(office.book, state.id, 1, Paper(Kind.LAWYER, frozenset(), PDF), by="an", at=NOON)
    assert read(office.book, state.id) == state
    assert office.store.run("representations") == []


def test_a_company_reaches_the_accounts_of_its_users_and_nothing_else_of_them(
    house: House,
) -> None:
    """Uta's newsletter is hers: her company speaks for her account."""
    state = house.asked(UTA)
    assert house.heard(state) == 1
    found = accepted_of(house.office.book, state.id)
    assert found is not None
    assert [(c.dataset, c.keys) for c in found] == [("account", (("10",),))]
    assert read(house.office.book, state.id).persons[1].shown is Rung.AUTHORITY


def test_every_user_is_told_at_the_address_of_the_account(house: House) -> None:
    elsewhere = Person(language="nl", email="boss@acme.example", identities=UTA.identities)
    house.heard(house.asked(elsewhere))
    ring = house.office.ring
    told = letters_to(house.store, ring, "controller", [Masked("uta@acme.example")])
    (letter,) = told
    assert "te wissen" in letter.content.text
    assert "te verbeteren" not in letter.content.text
    assert letters_to(house.store, ring, "controller", [Masked("boss@acme.example")]) == []


def test_a_company_is_not_heard_for_the_user_of_another_one(house: House) -> None:
    state = house.asked(UTA, VIC)
    with pytest.raises(NotHeard, match="no account with that company"):
        house.heard(state)
    assert read(house.office.book, state.id) == state, "not for Uta either: nothing is half done"
    assert house.store.run("representations") == []
    with pytest.raises(PlannerError, match="is no client company"):
        house.heard(state, "app:account:10")


def test_a_company_gets_no_copy(house: House) -> None:
    state = house.asked(UTA, rights=(Right.ACCESS,))
    with pytest.raises(NotHeard, match="it does not cover: access"):
        house.heard(state)


def test_how_many_accounts_there_are_costs_no_more_statements(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pointers of all rows of a dataset are read in one go."""
    with closing(sqlite3.connect(house.home / "app.db")) as owner, owner:
        owner.executemany(
            "INSERT INTO account VALUES (?, 'uta@acme.example', 1)", [(n,) for n in range(30, 60)]
        )
    fetched: list[str] = []
    fetch = SqliteConnection.fetch

    def heard(connection: SqliteConnection, dataset: str, *more: Any) -> Iterator[Any]:  # noqa: ANN401
        fetched.append(dataset)
        return iter(fetch(connection, dataset, *more))

    monkeypatch.setattr(SqliteConnection, "fetch", heard)
    state = house.asked(UTA)
    found = looked_for(house.office.book, house.estate, state.id).found.candidates
    fetched.clear()
    theirs = within(house.estate, found, company_of(house.estate, ACME))
    assert sum(len(each.keys) for each in theirs) == 31
    assert fetched == ["account"]


def test_the_check_is_red_when_a_company_was_followed_without_more(house: House) -> None:
    """Planted: it is worked on without paper and untold; then rows of the person that are not of
    the company are taken along."""
    assert house.check().failed == 0
    heard = house.asked(UTA)
    house.heard(heard)
    house.office.take(heard.id, steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    assert house.check().failed == 0
    found = looked_for(house.office.book, house.estate, heard.id).found.candidates
    accept(house.office.book, heard.id, found, by="an", at=NOON)
    assert house.check().failed == 1, "her newsletter would go with her account"
    bare = house.asked(VIC)
    house.office.take(bare.id, steps.IdentityShown(person=1, rung=Rung.AUTHORITY))
    house.office.take(bare.id, steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    assert house.check().failed == 2


def test_a_minor_who_was_found_is_erased_by_a_request_of_ours(store: Store) -> None:
    office = Office(store)
    made = minor_found(office.book, ANNA, b"told by a parent", language="nl", by="an", at=NOON)
    assert made.status is Status.DECIDING
    assert [(i.right, i.state) for i in made.items.values()] == [(Right.ERASURE, ItemState.ASKED)]
    notes = {e.step.what for e in entries_of(office.book, made.id) if isinstance(e.step, Noted)}
    assert FOUND in notes
    assert made.due(office.book.calendar, TODAY) <= NOON.date() + timedelta(days=31)


def test_the_search_for_many_takes_only_the_rows_of_a_company_that_was_heard(house: House) -> None:
    """Uta reads a newsletter of ours: by the search for all open requests nothing of hers is taken
    before her company was heard, and her account alone afterwards."""
    request = house.asked(UTA)
    book, estate = house.office.book, house.estate
    assert proposed(book, estate, request.id).unheard == (1,)
    (before,) = accept_all(book, estate, by="an", at=NOON)
    assert (before.rows, before.why) == (0, "nothing-found")
    assert accepted_of(book, request.id) is None
    house.heard(request)
    found = looked_for_all(book, estate, [request.id])[request.id].found.candidates
    assert [(c.dataset, c.keys) for c in found] == [("account", ((10,),))]
