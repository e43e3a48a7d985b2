"""An owner who is signed in answers the task of their system: whom it is about is opened with an
entry in the log, and nobody else's task is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.common.languages import LANGUAGES
from avow.duties.requests.book import entries_of
from avow.duties.requests.steps import Noted
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.machine import State
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.words import Right
from avow.engine.accounts.views import newest
from avow.estate.datamap.model import DataMap
from tests.accounts_room import NOON
from tests.pages.answer_house import wrong
from tests.pages.document import read as read_page
from tests.pages.staff_house import StaffHouse, send, staff_house
from tests.pages.test_accessible import faults
from tests.pages.test_staff_enter import sends
from tests.requests_room import ANNA
from tests.tasks_room import ARCHIVE, known
from tests.unit.declared import SOUND, reading

TABLE = b"name,since\nsomebody,2020\n"


@contextmanager
def owners(folder: Path, state_url: str) -> Iterator[StaffHouse]:
    """A house with an archive of sofie's, and another of marc's, who does no tasks."""
    declared = reading(SOUND).whole
    mine, other = replace(ARCHIVE, owner="sofie"), replace(ARCHIVE, name="cellar", owner="marc")
    systems = {**declared.datamap.systems, "archive": mine, "cellar": other}
    clock = SetClock(NOON)
    with open_state(folder / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock, replace(declared, datamap=DataMap(systems)))


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    with owners(tmp_path, state_url) as made:
        yield made


def asked(house: StaffHouse) -> dict[str, kept.Kept]:
    """The tasks of an access request, by their system."""
    book = house.office.book
    names, _ = make_tasks(book, known(house.office, Right.ACCESS).id, by="claire", at=NOON)
    found = [kept.read(book, name) for name in names]
    return {each.task.place.partition(":")[2]: each for each in found}


def below(task: kept.Kept, what: str = "") -> str:
    system = task.task.place.partition(":")[2]
    return f"/en/systems/{system}/tasks/{task.task.id}" + (f"/{what}" if what else "")


def test_an_owner_opens_and_answers_with_a_file_and_it_lies_with_the_request(
    house: StaffHouse,
) -> None:
    task = asked(house)["archive"]
    with house.signed_in("sofie") as client:
        assert below(task) in client.get("/en/systems/archive").text
        for headers in ({}, {"accept": "application/json"}):
            text = client.get(below(task), headers=headers).text
            assert ANNA.email not in text
            assert ANNA.name not in text
        assert newest(house.lodge.accounts, 9) == ()
        opened = send(client, below(task, "open"), "/en")
        assert ANNA.email in opened.text
        assert opened.headers["cache-control"] == "no-store"
        assert faults(read_page(opened.text)) == []
        (view,) = newest(house.lodge.accounts, 9)
        assert (view.by, view.request, view.what) == ("sofie", task.request, "task")
        form = {"outcome": "done", "words": "in box 7"}
        answer = sends(client, below(task, "answer"), {"file": ("t.csv", TABLE, "x/y")}, **form)
        assert answer.headers["location"] == "/en/systems/archive?told=task-answered"
        assert client.get(below(task)).status_code == 404, "it has ended"
    book = house.office.book
    assert kept.read(book, task.task.id).task.state is State.DONE
    given = kept.evidence_of(book, task.task.id)
    assert given is not None
    proof = given.reveal()
    assert (proof.words, proof.media_type, proof.content) == ("in box 7", "text/plain", TABLE)
    (said,) = [e for e in entries_of(book, str(task.request)) if e.step == Noted(what="task-done")]
    assert said.by == "sofie"


@pytest.mark.parametrize(
    ("form", "content", "said"),
    [
        ({"outcome": ""}, TABLE, "Choose an answer."),
        ({"outcome": "cannot", "words": ""}, b"", "Say why where it is not done"),
        ({"outcome": "done", "words": "see it"}, b"MZ\x90\x00", "The file is not taken"),
        ({"outcome": "done", "words": "see it"}, b"%PDF-" + b"x" * 8_000_000, "The file is not"),
    ],
)
def test_what_is_no_answer_leaves_the_task_open(
    house: StaffHouse, form: dict[str, Any], content: bytes, said: str
) -> None:
    task = asked(house)["archive"]
    with house.signed_in("sofie") as client:
        file = {"file": ("x", content, "application/pdf")} if content else None
        answer = sends(client, below(task, "answer"), file, **form)
    assert answer.status_code == 422
    assert wrong(answer).startswith(said)
    assert kept.read(house.office.book, task.task.id).task.is_open


def test_nobody_else_sees_or_answers_it(house: StaffHouse) -> None:
    """Who has no tasks, who owns another system, and the owner under the name of another one."""
    tasks = asked(house)
    mine, other = tasks["archive"], tasks["cellar"]
    for person, task in (("sofie", other), ("marc", other), ("agnes", mine), ("olivier", mine)):
        with house.signed_in(person) as client:
            assert client.get(below(task)).status_code == 403
            assert send(client, below(task, "open"), "/en").status_code == 403
            assert sends(client, below(task, "answer"), outcome="nothing").status_code == 403
            assert "/tasks/" not in client.get(below(task).partition("/tasks")[0]).text
    with house.signed_in("sofie") as client:
        astray = below(mine).replace("/archive/", "/cellar/")
        assert client.get(astray).status_code == 404
        assert client.get(below(mine) + "x").status_code == 404
    assert newest(house.lodge.accounts, 9) == ()
    assert all(kept.read(house.office.book, t.task.id).task.is_open for t in (mine, other))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_without_a_fault(house: StaffHouse, language: str) -> None:
    task = asked(house)["archive"]
    with house.signed_in("sofie") as client:
        answer = client.get(below(task).replace("/en/", f"/{language}/"))
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert faults(read_page(answer.text)) == []
