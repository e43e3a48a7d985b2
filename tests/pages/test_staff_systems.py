"""Systems in the console: what is known of each, and what its owner was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from avow.app import open_state
from avow.common.clock import SetClock
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.kept import Evidence
from avow.duties.requests.tasks.machine import Asked, Escalated, Outcome, Reminded
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.words import Right
from avow.engine.planner.drift import Drift, DriftKind
from avow.engine.planner.forecast import Forecast, Foreseen
from avow.engine.planner.outlook import keep
from avow.engine.planner.program import Move
from avow.engine.planner.stop import stop
from avow.estate.datamap.model import DataMap
from tests.accounts_room import NOON
from tests.pages.document import read
from tests.pages.staff_house import StaffHouse, staff_house
from tests.tasks_room import ARCHIVE, known
from tests.unit.declared import SOUND, reading


@pytest.fixture
def house(tmp_path: Path, state_url: str) -> Iterator[StaffHouse]:
    """A house with a system that is read, and an archive that its owner looks into by hand."""
    declared = reading(SOUND).whole
    systems = {**declared.datamap.systems, ARCHIVE.name: ARCHIVE}
    clock = SetClock(NOON)
    with open_state(tmp_path / "state", state_url, clock=clock) as state:
        yield staff_house(state, clock, replace(declared, datamap=DataMap(systems)))


def asked(house: StaffHouse) -> kept.Kept:
    """A task of the archive's owner, who was written to and reminded, and whose day is over."""
    office, now = house.office, house.clock.now()
    (task,), _ = make_tasks(office.book, known(office, Right.ACCESS).id, by="claire", at=now)
    for step in (Asked(letter="one"), Reminded(letter="two"), Escalated()):
        kept.take(office.book, task, step, by="avow", at=now)
    found = kept.read(office.book, task)
    house.clock.move(timedelta(days=(found.task.due - office.book.day(now)).days + 3))
    return found


def shown(house: StaffHouse, path: str, person: str = "aude") -> str:
    """The words of a page."""
    with house.signed_in(person) as client:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return read(answer.text).text


def test_what_nobody_looked_at_or_asked_for_is_said(house: StaffHouse) -> None:
    said = shown(house, "/en/systems")
    assert "No owner has let the day of a task go by." in said
    assert "2 systems" in said
    assert said.count("Nobody has looked at it yet.") == 1
    assert said.count("No connector reads it: its owner looks.") == 1
    assert "connector sqlite · owner marc · 1 dataset is mapped" in said
    assert "0 datasets" not in said
    assert "Nothing yet." in shown(house, "/en/systems/archive")


def test_the_newest_look_is_counted_and_what_nobody_decided_is_named(house: StaffHouse) -> None:
    """Of ten rows past their end on the day of the look, seven were so the day before."""
    day = house.office.book.day(NOON)
    rows = {day - timedelta(days=1): 7, day: 10}
    due = Foreseen("caller", "6.a", Move.DELETE, ("6.a",), rows)
    new = (Drift(DriftKind.TABLE, "fresh"), Drift(DriftKind.COLUMN, "caller.note"))
    keep(house.state.store, Forecast("desk", day, found=(due,), drift=new), None, NOON)
    said = shown(house, "/en/systems/desk")
    assert "10 rows are past their end, 7 of them since before that day." in said
    assert "1 dataset is mapped, 1 table is not decided" in said
    keep(house.state.store, Forecast("desk", day, "unreachable"), None, house.clock.now())
    assert "The last look saw nothing" in shown(house, "/en/systems/desk")


def test_an_overdue_task_is_named_by_whom_and_when_and_never_about_whom(house: StaffHouse) -> None:
    task = asked(house)
    said = shown(house, "/en/systems")
    assert "1 task of an owner is overdue." in said
    assert said.index("archive") < said.index("desk")
    page = shown(house, "/en/systems/archive")
    assert "archive: 1 task is overdue since 3 days." in page
    assert "marc was asked on" in page
    assert "and reminded 1 time" in page
    assert "Who answers for it all was told on" in page
    assert "not answered" in page
    with house.signed_in("aude") as client:
        for path in ("/en/systems/archive", "/en/systems/archive.json", "/en/systems.json"):
            assert "anna" not in client.get(path).text.lower()
        (line,) = client.get("/en/systems/archive.json").json()["tasks"]
    assert (line["id"], line["is_late"], line["late_days"]) == (task.task.id, True, 3)


def test_an_answered_task_is_not_overdue(house: StaffHouse) -> None:
    task = asked(house)
    now = house.clock.now()
    kept.answer(house.office.book, task.task.id, Outcome.NOTHING, Evidence(), by="marc", at=now)
    page = shown(house, "/en/systems/archive")
    assert "archive: nothing is overdue." in page
    assert "answered on" in page


def test_a_system_is_stopped_from_its_line_and_says_so(house: StaffHouse) -> None:
    assert "Stop archive" in shown(house, "/en/systems")
    stop(house.state.store, "archive", "aude", house.clock.now())
    said = shown(house, "/en/systems")
    assert "Stop archive" not in said
    assert "Stop desk" in said


def test_there_are_no_other_systems_and_who_makes_accounts_sees_none(house: StaffHouse) -> None:
    with house.signed_in("aude") as client:
        assert client.get("/en/systems/none").status_code == 404
    with house.signed_in("ada") as client:
        assert client.get("/en/systems").status_code == 403


def test_the_link_to_the_request_is_for_who_sees_requests(house: StaffHouse) -> None:
    request = asked(house).request
    for person, sees in (("agnes", True), ("sofie", False)):
        with house.signed_in(person) as client:
            links = client.get("/en/systems/archive").text
        assert (f"/en/requests/{request}" in links) is sees, person
