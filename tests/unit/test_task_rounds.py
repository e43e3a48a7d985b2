"""The round that nobody has to ask for: tasks made, letters written, the log forgotten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.requests.acting.telling_recipients import Disclosure, disclosed
from avow.duties.requests.book import Book
from avow.duties.requests.steps import Closed, WithdrawnByPerson
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.machine import State
from avow.duties.requests.words import Right
from avow.engine.db.store import Store
from avow.faces.cli.task_rounds import ADDRESS, forget_round, tasks_round
from tests.requests_room import Office
from tests.tasks_room import MARC, known, mail_to, room

HERE = {ADDRESS: "https://ask.example"}


@dataclass(frozen=True)
class Desk:
    """As much of a desk as a round looks at."""

    book: Book
    declaration: Declaration
    today: date
    at: datetime

    def now(self) -> datetime:
        return self.at


def desk(office: Office) -> Desk:
    email = replace(office.declaration.controller, email="info@example.be")
    office.with_(controller=email)
    now = office.clock.now()
    return Desk(office.book, office.declaration, office.book.day(now), now)


def test_a_round_makes_and_sends_and_the_next_one_does_nothing(store: Store) -> None:
    office = room(store)
    known(office, Right.ACCESS)
    first = tasks_round(desk(office), HERE)  # type: ignore[arg-type]
    again = tasks_round(desk(office), HERE)  # type: ignore[arg-type]
    assert first.startswith("1 tasks made, 1 asked")
    assert again.startswith("0 tasks made, 0 asked, 0 reminded")
    assert len(mail_to(office, "person:marc", MARC)) == 1


def test_who_has_no_mailbox_is_counted_and_the_task_stays_open(store: Store) -> None:
    office = room(store)
    office.store.run("mailbox_end", who="person:marc")
    known(office, Right.ACCESS)
    assert tasks_round(desk(office), HERE).endswith("1 without a mailbox")  # type: ignore[arg-type]
    assert len(office.store.run("tasks_open")) == 1


def test_the_log_of_transmissions_ends_with_its_term(store: Store) -> None:
    office = room(store)
    for day in (date(2022, 3, 14), date(2022, 3, 15)):
        what = Disclosure("mailer", ("email",), day, (Masked("anna@mail.example"),))
        disclosed(office.book, what, by="newsletter")
    assert forget_round(desk(office)) == 1  # type: ignore[arg-type]


def test_of_a_request_that_was_taken_back_and_closed_nobody_is_reminded(store: Store) -> None:
    """Between two rounds the person takes it back, and it is closed: the owner's task is over, and
    no reminder is ever written."""
    office = room(store)
    request = known(office, Right.ACCESS)
    tasks_round(desk(office), HERE)  # type: ignore[arg-type]
    office.take(request.id, WithdrawnByPerson(items=(1,)), Closed())
    (task,) = kept.of_request(office.book, request.id)
    assert task.task.is_open, "it was asked, and nothing has told the owner"
    office.clock.move(timedelta(days=60))
    said = tasks_round(desk(office), HERE)  # type: ignore[arg-type]
    assert said.startswith("0 tasks made, 0 asked, 0 reminded, 0 told on")
    (task,) = kept.of_request(office.book, request.id)
    assert task.task.state is State.WITHDRAWN
    assert len(mail_to(office, "person:marc", MARC)) == 1
