"""Secret links: whose they are, how long they work, and that nobody finds one by guessing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from avow.common.masked import Masked
from avow.duties.correspondence import outbox
from avow.duties.correspondence.wording import all_wordings
from avow.duties.requests.book import Arrival, Asking, Person, open_request
from avow.duties.requests.delivering.links import (
    KIND,
    Post,
    found,
    send_links,
    send_wished,
    wish,
)
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Channel, Right
from avow.engine.db.store import Row, Runs, Store
from avow.engine.evidence.entries import Body
from tests.requests_room import ANNA, Office

POST = Post("https://my.example/", "firm.example")
BEN = Person(name="Ben", language="fr", email="ben@mail.example")


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


class Counting:
    """Statements that are run, counted."""

    def __init__(self, store: Store) -> None:
        self.store, self.statements = store, 0

    def run(self, name: str, **params: Any) -> list[Row]:  # noqa: ANN401
        self.statements += 1
        return self.store.run(name, **params)

    def one(self, name: str, **params: Any) -> Row | None:  # noqa: ANN401
        self.statements += 1
        return self.store.one(name, **params)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self.store, name)


def texts(office: Office, kind: str = KIND) -> dict[str, str]:
    """The texts of letters that wait, by address."""
    taken = outbox.take(office.store, office.ring, secrets.token_hex(8), 100, office.clock.now())
    return {each.content.to: each.content.text for each in taken if each.kind == kind}


def token_in(text: str) -> Masked[str]:
    """The secret of the link in a letter."""
    (line,) = [each for each in text.splitlines() if "/follow/" in each or "/answer/" in each]
    assert line.startswith("https://my.example/")
    return Masked(line.rpartition("/")[2])


def linked(office: Office, request: Request) -> Masked[str]:
    """A link to a request that was sent now."""
    assert send_links(office.book, POST, request.id, at=office.clock.now()) == 1
    return token_in(texts(office)[ANNA.email])


def for_two(office: Office) -> Request:
    """A request for two persons."""
    now = office.clock.now()
    asked = (Asking(1, Right.ACCESS), Asking(2, Right.ERASURE))
    arrival = Arrival(Channel.EMAIL, now, "nl", (ANNA, BEN), asked)
    return open_request(office.book, arrival, by="claire", at=now)


def test_the_letter_brings_a_link_in_the_language_of_each_person(office: Office) -> None:
    request = for_two(office)
    assert send_links(office.book, POST, request.id, at=office.clock.now()) == 2
    letters = texts(office)
    assert "/nl/your-data/follow/" in letters[ANNA.email]
    assert "/fr/your-data/follow/" in letters[BEN.email]
    links = [
        found(office.store, token_in(letters[x.email]), office.clock.now()) for x in (ANNA, BEN)
    ]
    assert [link.person for link in links if link] == [1, 2]
    assert len(all_wordings(KIND)) == 3


def test_a_thousand_guesses_find_nothing(office: Office) -> None:
    token, now = linked(office, office.arrive(Right.ACCESS)).reveal(), office.clock.now()
    guesses = [secrets.token_urlsafe(32) for _ in range(500)]
    guesses += [token[:n] + "A" * (len(token) - n) for n in range(len(token) - 1)]
    guesses += [token.lower(), token.upper(), f"{token} ", "", "%", "\x00"]
    guesses += [f"{token[:-2]}{n:02}" for n in range(100)] * 5
    wrong = [guess for guess in guesses if guess != token]
    assert len(wrong) > 1000
    assert not any(found(office.store, Masked(guess), now) for guess in wrong)
    assert found(office.store, Masked(token), now) is not None


def test_a_known_and_an_unknown_secret_are_one_statement_each(office: Office) -> None:
    token, now = linked(office, office.arrive(Right.ACCESS)), office.clock.now()
    counts = []
    for each in (token, Masked("no")):
        runs = Counting(office.store)
        found(runs, each, now)
        counts.append(runs.statements)
    assert counts == [1, 1]


def test_a_known_and_an_unknown_number_are_one_statement_each(office: Office) -> None:
    request, counts = office.arrive(Right.ACCESS), []
    for number in (request.id, "request-" + "a" * 26, "'; --", ""):
        runs = Counting(office.store)
        wish(runs, number, office.clock.now())
        counts.append(runs.statements)
    assert counts == [1, 1, 1, 1]
    assert send_wished(office.book, POST, at=office.clock.now()) == 1


def test_a_link_expires_and_a_new_one_ends_the_old_one(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    old = linked(office, request)
    office.clock.move(timedelta(days=3))
    assert found(office.store, old, office.clock.now()) is not None
    new = linked(office, request)
    assert found(office.store, old, office.clock.now()) is None
    assert found(office.store, new, office.clock.now()) is not None
    later = office.clock.now() + timedelta(days=4)
    assert found(office.store, new, later) is None


def test_a_link_goes_with_the_record_of_its_request(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    token = linked(office, request)
    office.store.run("request_forget", id=request.id)
    assert found(office.store, token, office.clock.now()) is None


def test_however_often_it_is_wished_for_one_letter_goes_an_hour(office: Office) -> None:
    request, sent = office.arrive(Right.ACCESS), []
    for minutes in (0, 1, 59, 60):
        at = office.clock.now() + timedelta(minutes=minutes)
        wish(office.store, f" {request.id.upper()} ", at)
        wish(office.store, request.id, at)
        sent.append(send_wished(office.book, POST, at=at))
    assert sent == [1, 0, 0, 1]


def test_killed_in_the_middle_and_called_again_there_is_one_letter(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    wish(office.store, request.id, office.clock.now())

    def dies(bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_wished(replace(office.book, tell=dies), POST, at=office.clock.now())
    assert texts(office) == {}
    assert send_wished(office.book, POST, at=office.clock.now()) == 1
    assert len(texts(office)) == 1


def test_who_has_no_address_gets_no_letter(office: Office) -> None:
    request = office.arrive(Right.ACCESS, person=Person(name="Anna", language="nl"))
    wish(office.store, request.id, office.clock.now())
    assert send_wished(office.book, POST, at=office.clock.now()) == 0
